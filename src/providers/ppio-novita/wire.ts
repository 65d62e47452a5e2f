/**
 * The wire contract that PPIO and Novita share, as their documents give it.
 *
 * - Subscription bills: https://ppio.com/docs/management/reference-billing-list-monthly-bills,
 *   https://novita.ai/docs/api-reference/basic-query-fixed-term-billing
 * - Bills by API key: https://ppio.com/docs/management/reference-billing-list-apikey-bills,
 *   https://novita.ai/docs/api-reference/basic-query-apikey-bill
 * - Usage by product: https://ppio.com/docs/management/reference-billing-list-bills,
 *   https://novita.ai/docs/api-reference/basic-query-usage-based-billing
 * - Monthly statements: https://resource.ppio.com/docs/management/reference-billing-get-monthly-bill,
 *   https://novita.ai/docs/api-reference/basic-query-monthly-bill
 * - Errors: https://novita.ai/docs/api-reference/basic-error-code
 *
 * 64-bit numbers come as strings, some small ones as JSON numbers, and older answers had strings everywhere: either is
 * read for every number. The `*Decimal` fields are not documented, but the live service sends them.
 */

import { z } from 'zod';

import { held } from '../../domain/json-rows.ts';
import type { Refusal } from '../provider.ts';
import { createListReader, quickly, unusual, type Checked } from '../quick.ts';
import {
  optional,
  wireCount,
  wireDecimal,
  wireInteger,
  wireSeconds,
  wireString,
  wireText,
  wireWord,
  withRaw,
} from '../wire.ts';

/** Amounts: integers in 1/10000 of the currency unit, and the same in exact decimals where the service sends them. */
const amounts = {
  amount: wireInteger,
  voucherAmount: optional(wireInteger),
  payAmount: optional(wireInteger),
  amountDecimal: optional(wireDecimal),
  voucherAmountDecimal: optional(wireDecimal),
  payableDecimal: optional(wireDecimal),
  originAmountDecimal: optional(wireDecimal),
};

const month = /^20\d{2}-(0[1-9]|1[0-2])$/;
const wireMonth = quickly(z.string().regex(month, 'expected YYYY-MM'), (kind, text) =>
  kind === held.TEXT && month.test(text) ? text : unusual,
);

const common = {
  userId: wireText,
  startTime: wireSeconds,
  /** The last second that is included. */
  endTime: wireSeconds,
  productId: wireText,
  productName: wireString,
  ownerID: wireText,
  billingMethod: wireWord,
  pricePrecision: optional(wireDecimal),
  ...amounts,
};

const bill = z.object({
  ...common,
  memberId: wireText,
  productCategory: wireText,
  tradeType: wireText,
  basePrice: optional(wireDecimal),
  billNum: optional(wireDecimal),
  createTime: optional(wireSeconds),
  cycle: wireMonth,
});

const usageBill = z.object({
  ...common,
  category: wireText,
  requestCount: optional(wireCount),
  /** Tokens of an llm row: 0 input, 1 output, 2 cache read, 3 and 5 cache write, 4 reasoning. */
  billNum0: optional(wireCount),
  billNum1: optional(wireCount),
  billNum2: optional(wireCount),
  billNum3: optional(wireCount),
  billNum4: optional(wireCount),
  billNum5: optional(wireCount),
  basePrice0: optional(wireDecimal),
  basePrice1: optional(wireDecimal),
  discountPrice0: optional(wireDecimal),
  discountPrice1: optional(wireDecimal),
});

/** Usage by product. `ownerID` is the resource; `billNum` and its unit come where nothing is counted in tokens. */
const productBill = z.object({
  ...usageBill.shape,
  billNum: optional(wireDecimal),
  billNumUnit: wireText,
});

/** Usage by API key: `ownerID` is the key. */
const apiKeyBill = z.object({
  ...usageBill.shape,
  ownerID: wireString,
  apikeyName: wireText,
  apikeyMask: wireText,
});

/**
 * A month's statement. Its bounds are not read: those of the running month have been seen reversed. That of the running
 * month may have no id yet.
 */
const statement = z.object({
  billId: wireText,
  billingMonth: wireMonth,
  totalAmount: wireInteger,
  voucherPayAmount: optional(wireInteger),
  debtAmount: optional(wireInteger),
  totalAmountDecimal: optional(wireDecimal),
  voucherPayAmountDecimal: optional(wireDecimal),
  status: wireText,
  invoiceUrl: wireText,
});

export type WireBill = z.infer<typeof bill>;
export type WireProductBill = z.infer<typeof productBill>;
export type WireApiKeyBill = z.infer<typeof apiKeyBill>;
export type WireStatement = z.infer<typeof statement>;

/**
 * A list without rows comes as [] or null, and perhaps as {} (services of this kind leave empty fields out). An object
 * with other things in it is some other answer, not a list without rows. Rows of the category `summary` are totals of
 * the others.
 */
const listOf = <T extends z.ZodType>(row: T) =>
  z
    .looseObject({ bills: z.array(z.unknown()).nullish() })
    .refine((body) => 'bills' in body || Object.keys(body).length === 0, {
      path: ['bills'],
      message: 'expected a list',
    })
    .transform(({ bills }) => ({ bills: (bills ?? []).filter((item) => !isSummary(item)) }))
    .pipe(z.object({ bills: z.array(row) }))
    .transform(({ bills }) => bills);

const summary = z.union([
  z.object({ productCategory: z.literal('summary') }),
  z.object({ category: z.literal('summary') }),
]);
const isSummary = (row: unknown): boolean => summary.safeParse(row).success;

/** A list as its schema defines it, and how it is read quickly. */
function toList<Wire>(bill: z.ZodType<Wire>) {
  const row = withRaw(bill);
  const schema: z.ZodType<readonly Checked<Wire>[]> = listOf(row);
  const quick = createListReader<Wire>({
    path: ['bills'],
    row,
    check: (bills) => schema.parse({ bills }),
    except: { fields: ['productCategory', 'category'], text: 'summary' },
  });
  return { schema, quick };
}

export const billList = toList(bill);
export const productBillList = toList(productBill);
export const apiKeyBillList = toList(apiKeyBill);

/** A month without a statement, as it stands between the others: it has no id, and no amount. */
const filledIn = z.object({
  billId: z.literal('').nullish(),
  totalAmount: z.union([z.literal(['', '0', 0]), z.null()]).optional(),
});
const isFilledIn = (row: unknown): boolean => filledIn.safeParse(row).success;

/** One page of statements, and its text with what was filled in; null and {} are one without any. */
export const statementPage = z
  .looseObject({ data: z.array(z.unknown()).nullish() })
  .refine((body) => 'data' in body || Object.keys(body).length === 0, {
    path: ['data'],
    message: 'expected a list',
  })
  .transform(({ data }) => ({
    data: (data ?? []).filter((item) => !isFilledIn(item)),
    text: JSON.stringify(data ?? []),
  }))
  .pipe(z.object({ data: z.array(withRaw(statement)), text: z.string() }));

/** `{"code":401,"reason":"FAILED_TO_AUTH","message":"..."}`; `reason` is the stable word, and may be missing. */
const envelope = z.object({ reason: z.string() });

/** Reads a refusal out of the error envelope. Where the reason says nothing more, the HTTP status decides. */
export function toRefusal(status: number, body: unknown): Refusal | null {
  const parsed = envelope.safeParse(body);
  if (!parsed.success) return null;
  const { reason } = parsed.data;
  switch (reason) {
    case 'MISSING_API_KEY':
    case 'INVALID_API_KEY':
    case 'FAILED_TO_AUTH':
      return { code: 'PROVIDER_CREDENTIAL_REJECTED', reason };
    case 'LIST_BILL_TOO_FAST':
    case 'RATE_LIMIT_EXCEEDED':
      return { code: 'PROVIDER_RATE_LIMITED', reason };
    case 'LIST_BILL_ERROR':
    case 'BILLING_FAILED':
    case 'SERVICE_NOT_AVAILABLE':
      return { code: 'PROVIDER_UNAVAILABLE', reason };
    default:
      // A refusal is not a list without rows, even when the status says that all is well.
      return { code: status < 400 ? 'PROVIDER_REJECTED' : null, reason };
  }
}
