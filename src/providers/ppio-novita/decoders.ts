/** The lists of PPIO and Novita that come in one answer: from their text to rows. Pure, so that any thread can do it. */

import type { z } from 'zod';

import type { Notice } from '../../domain/coverage.ts';
import {
  createRowIds,
  usageCycles,
  type ApiKeyUsageRow,
  type BillRow,
  type ChargeRow,
  type DailyDetailRow,
  type RawJson,
  type RowKind,
} from '../../domain/rows.ts';
import { hourlyOf, type SegmentRows } from '../../domain/segments.ts';
import { sortByText } from '../../domain/text-order.ts';
import type { ListContext, ListDecoder } from '../provider.ts';
import type { Checked, QuickList } from '../quick.ts';
import type { MappingContext } from './amounts.ts';
import { toApiKeyUsage, toBill, toDailyDetail } from './mapping.ts';
import { apiKeyBillList, billList, productBillList, toRefusal } from './wire.ts';

type ToRow<Wire, Row> = (wire: Wire, raw: RawJson, context: MappingContext) => Row;

interface WireList<Wire> {
  readonly schema: z.ZodType<readonly Checked<Wire>[]>;
  readonly quick: (text: string) => QuickList<Wire> | null;
}

const bills: ListDecoder<BillRow> = toDecoder(billList, (checked, context) =>
  withForeign(toRows('BILL', checked, context, toBill), context),
);

const apiKeyUsage: ListDecoder<ApiKeyUsageRow> = toDecoder(apiKeyBillList, (checked, context) => {
  const cycle = usageCycles.find((name) => name === context.variant) ?? 'DAY';
  return toRows('API_KEY_USAGE', checked, context, (wire, raw, mapping) =>
    toApiKeyUsage(wire, raw, cycle, mapping),
  );
});

const dailyDetails: ListDecoder<DailyDetailRow> = toDecoder(productBillList, (checked, context) => {
  const list = productListOf(context.variant);
  const read = toRows('DAILY_DETAIL', checked, context, (wire, raw, mapping) =>
    toDailyDetail(wire, raw, list, mapping),
  );
  return withForeign(read, context);
});

export const decoders = { bills, apiKeyUsage, dailyDetails };

function toDecoder<Wire, Row extends BillRow | ApiKeyUsageRow | DailyDetailRow>(
  { schema, quick }: WireList<Wire>,
  toSegment: (checked: readonly Checked<Wire>[], context: ListContext) => SegmentRows<Row>,
): ListDecoder<Row> {
  return {
    schema: (context) => schema.transform((checked) => toSegment(checked, context)),
    quick(text, context) {
      const list = quick(text);
      if (list === null || !schema.safeParse(list.envelope).success) return null;
      return { envelope: list.envelope, answer: toSegment(list.rows, context) };
    },
    refusal: toRefusal,
  };
}

/**
 * Rows that are alike in all but their figures are numbered in the order of their texts; the vendor's order of them is
 * its own affair.
 */
function toRows<Wire, Row>(
  kind: RowKind,
  checked: readonly Checked<Wire>[],
  { accountId, currency, timeZone }: ListContext,
  toRow: ToRow<Wire, Row>,
): SegmentRows<Row> {
  const notices: Notice[] = [];
  const notice = (one: Notice) => void notices.push(one);
  const context: MappingContext = { rowId: createRowIds(accountId, kind), currency, timeZone, notice };
  const rows = sortByText(checked, ({ raw }) => raw).map(({ wire, raw }) => toRow(wire, raw, context));
  return { rows, notices };
}

/** What is told where the list of a category holds rows of others. */
function withForeign<Row extends ChargeRow>(
  { rows, notices }: SegmentRows<Row>,
  { variant }: ListContext,
): SegmentRows<Row> {
  const asked = productListOf(variant).category;
  const others = new Set<string>();
  for (const { product } of rows) {
    if (product.category !== null && product.category !== asked) others.add(product.category);
  }
  const foreign = [...others].map((other): Notice => {
    const message = `the provider lists rows of the category ${other} under ${asked}: each is counted once, by its id`;
    return { code: 'UNKNOWN_CATEGORY', message, date: null };
  });
  return { rows, notices: [...notices, ...foreign] };
}

/** One list of usage by product. */
export interface ProductList {
  readonly cycle: 'Hour' | 'Day';
  readonly category: string;
}

/** "hour/gpu" is gpu by the hour. */
export function productListOf(variant: string): ProductList {
  const prefix = hourlyOf('');
  return variant.startsWith(prefix)
    ? { cycle: 'Hour', category: variant.slice(prefix.length) }
    : { cycle: 'Day', category: variant };
}
