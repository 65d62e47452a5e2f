/** StreamLake's DescribeBillDayDetail on the wire: https://www.streamlake.com/document/BIL/mqgmxylr8ah72fr6q5 */

import { z } from 'zod';

import { valueKind } from '../../table/json-rows.ts';
import { toCurrencyCode, type CurrencyCode } from '../../domain/rows.ts';
import type { FastAnswer, VendorRejection } from '../provider.ts';
import { createListReader, type Checked, withFastPath, fallback } from '../fast-path.ts';
import {
  optional,
  rowsOf,
  wireDate,
  wireDecimal,
  wireInteger,
  wireString,
  wireText,
  withRaw,
} from '../wire-fields.ts';

/** The common name of a currency, besides its ISO 4217 code. */
const commonNames: ReadonlyMap<string, string> = new Map([['RMB', 'CNY']]);

/** A currency, and how the vendor writes it. */
interface WireCurrency {
  readonly written: string;
  readonly code: CurrencyCode;
}

/** Reads a currency, in capital letters or not. Null: it is not a currency. */
function toCurrency(written: string): WireCurrency | null {
  const name = written.toUpperCase();
  const code = toCurrencyCode(commonNames.get(name) ?? name);
  return code === null ? null : { written, code };
}

const wireCurrency = withFastPath(
  z.string().transform((text, context): WireCurrency => {
    const currency = toCurrency(text);
    if (currency !== null) return currency;
    context.addIssue({ code: 'custom', message: 'expected a currency code' });
    return z.NEVER;
  }),
  (kind, text) => (kind === valueKind.TEXT ? (toCurrency(text) ?? fallback) : fallback),
);

const item = z.object({
  BillingCode: wireText,
  /** The billed day. EndTime is 59 seconds past its end, so we never derive the day from times. */
  BillingCycle: wireDate,
  ProjectId: wireText,
  ProdName: wireString,
  GoodsName: wireText,
  FeeItemName: wireText,
  Factors: wireText,
  BillingMethod: wireText,
  TotalUsage: optional(wireDecimal),
  Unit: wireText,
  PubPrice: optional(wireDecimal),
  DiscountPubPrice: optional(wireDecimal),
  Discount: optional(wireDecimal),
  SourcePrice: optional(wireDecimal),
  PayableAmount: wireDecimal,
  CouponDeductAmount: optional(wireDecimal),
  RemainingPayableAmount: optional(wireDecimal),
  CashPaymentAmount: optional(wireDecimal),
  CurrencyUnit: wireCurrency,
  /** Opaque: part of the identity, never interpreted. */
  FeeItemVersion: wireText,
});

/** The documentation's maximum of `Limit`, and its default. */
export const maxPageSize = 100;
export const defaultPageSize = 20;

export type WireItem = z.infer<typeof item>;

const count = wireInteger
  .transform((text) => Number.parseInt(text, 10))
  .refine((value) => value >= 0 && value <= 10_000_000, 'expected a count');

const row = withRaw(item);
const rows = rowsOf(row);

export const dayDetail = z.object({
  ResponseData: z.object({
    /** The number of rows in the whole query, not in the page. */
    Total: count,
    Billings: rows.nullish().transform((billings) => billings ?? []),
  }),
});

const readItems = createListReader<WireItem>({
  path: ['ResponseData', 'Billings'],
  row,
  rows,
});

/** The fast path of a page. */
export function readPage(text: string): FastAnswer<z.infer<typeof dayDetail>> | null {
  const items: Checked<WireItem>[] = [];
  const envelope = readItems(text, (wire, raw) => void items.push({ wire, raw }));
  const { data } = dayDetail.safeParse(envelope);
  if (data === undefined) return null;
  return { envelope, answer: { ResponseData: { ...data.ResponseData, Billings: items } } };
}

export type WirePage = z.infer<typeof dayDetail>['ResponseData'];

const envelope = z.object({ ResponseMeta: z.object({ ErrorCode: wireText }) });

/**
 * Reads a refusal. Success is HTTP 200 with an empty ErrorCode here, and "0" in the vendor's other products. The codes
 * of billing are not published; these words are those of the vendor's other products.
 */
export function toRefusal(status: number, body: unknown): VendorRejection | null {
  const reason = envelope.safeParse(body).data?.ResponseMeta.ErrorCode ?? '';
  if (reason === '' || reason === '0') return null;
  // A code is a single word; anything longer is prose, on which we cannot rely.
  if (!/^[\w.]+$/.test(reason)) return { code: status < 400 ? 'PROVIDER_REJECTED' : null, reason };
  if (/Throttl|TooManyRequest|LimitExceeded/i.test(reason)) return { code: 'PROVIDER_RATE_LIMITED', reason };
  if (/^(Auth|Unauthorized|Forbidden|AccessDenied)|Signature|AccessKey|TenantCode/i.test(reason)) {
    return { code: 'PROVIDER_CREDENTIAL_REJECTED', reason };
  }
  if (/^Internal|Unavailable/i.test(reason)) return { code: 'PROVIDER_UNAVAILABLE', reason };
  return { code: status < 400 ? 'PROVIDER_REJECTED' : null, reason };
}
