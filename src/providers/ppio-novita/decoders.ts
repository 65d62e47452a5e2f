/**
 * Decodes the lists of PPIO and Novita that come in one answer, from text to rows. Pure, so that any thread can do it.
 */

import type { z } from 'zod';

import type { Notice } from '../../domain/coverage.ts';
import { createRowIds, disambiguate } from '../../domain/row-ids.ts';
import {
  usageCycles,
  type ApiKeyUsageRow,
  type BillRow,
  type ChargeRow,
  type DailyDetailRow,
  type RawJson,
  type RowKind,
} from '../../domain/rows.ts';
import type { ListContext, ListDecoder } from '../provider.ts';
import type { Checked, ReadList } from '../fast-path.ts';
import type { MappingContext } from './amounts.ts';
import { toApiKeyUsage, toBill, toDailyDetail } from './mapping.ts';
import {
  apiKeyBillList,
  billList,
  productBillList,
  toRefusal,
  type WireApiKeyBill,
  type WireProductBill,
} from './wire.ts';
import { productListOf } from './product-list.ts';

/** Turns checked rows into ours. */
interface Mapper<Wire, Row> {
  readonly toRow: (wire: Wire, raw: RawJson) => Row;
  /** The notices, after all rows have been mapped. */
  readonly notices: () => readonly Notice[];
}

interface WireList<Wire> {
  readonly schema: z.ZodType<readonly Checked<Wire>[]>;
  readonly fastPath: ReadList<Wire>;
}

const bills: ListDecoder<BillRow> = toDecoder(billList, (context) =>
  createMapper('BILL', context, toBill, createMiscategorized(context)),
);

const apiKeyUsage: ListDecoder<ApiKeyUsageRow> = toDecoder(apiKeyBillList, (context) => {
  const cycle = usageCycles.find((name) => name === context.variant) ?? 'DAY';
  return createMapper('API_KEY_USAGE', context, (wire: WireApiKeyBill, raw, mapping) =>
    toApiKeyUsage(wire, raw, cycle, mapping),
  );
});

const dailyDetails: ListDecoder<DailyDetailRow> = toDecoder(productBillList, (context) => {
  const list = productListOf(context.variant);
  const toRow = (wire: WireProductBill, raw: RawJson, mapping: MappingContext): DailyDetailRow =>
    toDailyDetail(wire, raw, list, mapping);
  return createMapper('DAILY_DETAIL', context, toRow, createMiscategorized(context));
});

export const decoders = { bills, apiKeyUsage, dailyDetails };

function toDecoder<Wire, Row extends BillRow | ApiKeyUsageRow | DailyDetailRow>(
  { schema, fastPath }: WireList<Wire>,
  mapperFor: (context: ListContext) => Mapper<Wire, Row>,
): ListDecoder<Row> {
  const each: ListDecoder<Row>['each'] = (text, context, take) => {
    const mapper = mapperFor(context);
    const envelope = fastPath(text, (wire, raw) => take(mapper.toRow(wire, raw)));
    if (envelope === null || !schema.safeParse(envelope).success) return null;
    return { envelope, notices: mapper.notices() };
  };
  return {
    schema: (context) =>
      schema.transform((checked) => {
        const mapper = mapperFor(context);
        const rows = disambiguate(checked.map(({ wire, raw }) => mapper.toRow(wire, raw)));
        return { rows, notices: mapper.notices() };
      }),
    each,
    fastPath(text, context) {
      const rows: Row[] = [];
      const read = each(text, context, (row) => void rows.push(row));
      if (read === null) return null;
      return { envelope: read.envelope, answer: { rows: disambiguate(rows), notices: read.notices } };
    },
    refusal: toRefusal,
  };
}

function createMapper<Wire, Row extends ChargeRow>(
  kind: RowKind,
  { accountId, currency, timeZone }: ListContext,
  toRow: (wire: Wire, raw: RawJson, context: MappingContext) => Row,
  miscategorized: Miscategorized | null = null,
): Mapper<Wire, Row> {
  const notices: Notice[] = [];
  const notice = (one: Notice) => void notices.push(one);
  const context: MappingContext = { rowId: createRowIds(accountId, kind), currency, timeZone, notice };
  return {
    toRow(wire, raw) {
      const row = toRow(wire, raw, context);
      miscategorized?.look(row);
      return row;
    },
    notices: () => [...notices, ...(miscategorized?.notices() ?? [])],
  };
}

interface Miscategorized {
  look(row: ChargeRow): void;
  notices(): readonly Notice[];
}

/** Collects notices about rows of other categories in the list of a category. */
function createMiscategorized({ variant }: ListContext): Miscategorized {
  const asked = productListOf(variant).category;
  const others = new Set<string>();
  return {
    look({ product: { category } }) {
      if (category !== null && category !== asked) others.add(category);
    },
    notices: () =>
      Array.from(others, (other): Notice => {
        const message = `the provider lists rows of the category ${other} under ${asked}: each is counted once, by its id`;
        return { code: 'UNKNOWN_CATEGORY', message, date: null };
      }),
  };
}
