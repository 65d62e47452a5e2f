/** StreamLake's DescribeBillDayDetail on the wire: https://www.streamlake.com/document/BIL/mqgmxylr8ah72fr6q5 */

import { z } from 'zod';

import { held } from '../../domain/json-rows.ts';
import type { QuickAnswer, Refusal } from '../provider.ts';
import { createListReader, type Checked, quickly, unusual } from '../quick.ts';
import {
  optional,
  wireDate,
  wireDecimal,
  wireInteger,
  wireString,
  wireText,
  wireWord,
  withRaw,
} from '../wire.ts';

const currency = /^[A-Z]{3}$/;
const wireCurrency = quickly(z.string().regex(currency, 'expected a currency code'), (kind, text) =>
  kind === held.TEXT && currency.test(text) ? text : unusual,
);

const item = z.object({
  BillingCode: wireText,
  /** The day that is billed. EndTime overshoots it by 59 seconds, so the day is never derived from times. */
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
  FeeItemVersion: optional(wireInteger),
});

export type WireItem = z.infer<typeof item>;

const count = wireInteger
  .transform((text) => Number.parseInt(text, 10))
  .refine((value) => value >= 0 && value <= 10_000_000, 'expected a count');

const row = withRaw(item);

export const dayDetail = z.object({
  ResponseData: z.object({
    /** Rows of the whole query, not of the page. */
    Total: count,
    Billings: z
      .array(row)
      .nullish()
      .transform((rows) => rows ?? []),
  }),
});

const readItems = createListReader<WireItem>({
  path: ['ResponseData', 'Billings'],
  row,
  check: (rows) => rows.map((one) => row.parse(one)),
});

/** A page, read quickly. */
export function readPage(text: string): QuickAnswer<z.infer<typeof dayDetail>> | null {
  const items: Checked<WireItem>[] = [];
  const envelope = readItems(text, (wire, raw) => void items.push({ wire, raw }));
  const { data } = dayDetail.safeParse(envelope);
  if (data === undefined) return null;
  return { envelope, answer: { ResponseData: { ...data.ResponseData, Billings: items } } };
}

export type WirePage = z.infer<typeof dayDetail>['ResponseData'];

const envelope = z.object({ ResponseMeta: z.object({ ErrorCode: wireWord }) });

/**
 * Success is HTTP 200 with an empty ErrorCode here, and "0" in the vendor's other products. Its codes are not
 * published for billing; the words are those of the family.
 */
export function toRefusal(status: number, body: unknown): Refusal | null {
  const reason = envelope.safeParse(body).data?.ResponseMeta.ErrorCode ?? '';
  if (reason === '' || reason === '0') return null;
  // A code is a word; prose says nothing that could be relied on.
  if (!/^[\w.]+$/.test(reason)) return { code: status < 400 ? 'PROVIDER_REJECTED' : null, reason };
  if (/Throttl|TooManyRequest|LimitExceeded/i.test(reason)) return { code: 'PROVIDER_RATE_LIMITED', reason };
  if (/^(Auth|Unauthorized|Forbidden|AccessDenied)|Signature|AccessKey|TenantCode/i.test(reason)) {
    return { code: 'PROVIDER_CREDENTIAL_REJECTED', reason };
  }
  if (/^Internal|Unavailable/i.test(reason)) return { code: 'PROVIDER_UNAVAILABLE', reason };
  return { code: status < 400 ? 'PROVIDER_REJECTED' : null, reason };
}
