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

import { valueKind } from '../../table/json-rows.ts';
import type { VendorRejection } from '../provider.ts';
import { createListReader, withFastPath, fallback, type Checked } from '../fast-path.ts';
import {
  optional,
  rowsOf,
  wireCount,
  wireDecimal,
  wireInteger,
  wireSeconds,
  wireString,
  wireText,
  withRaw,
} from '../wire-fields.ts';

/** Amounts: integers in 1/10000 of the currency unit, and the same as exact decimals if the service sends them. */
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
const wireMonth = withFastPath(z.string().regex(month, 'expected YYYY-MM'), (kind, text) =>
  kind === valueKind.TEXT && month.test(text) ? text : fallback,
);

const common = {
  userId: wireText,
  startTime: wireSeconds,
  /** The last included second. */
  endTime: wireSeconds,
  productId: wireText,
  productName: wireString,
  ownerID: wireText,
  billingMethod: wireText,
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

/**
 * Usage by product. `ownerID` is the resource; `billNum` and its unit are sent if the product is not counted in tokens.
 */
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
 * A month's statement. We do not read its bounds, because those of the current month were seen reversed. The current
 * month's statement may have no id yet.
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
 * A list. An empty one is [] or null, and perhaps {} (such services omit empty fields). An object with other content is
 * a different answer and not an empty list. Rows of the category `summary` are totals of the others.
 */
const listOf = <T>(rows: z.ZodType<T, unknown[]>) =>
  z
    .looseObject({ bills: z.array(z.unknown()).nullish() })
    .refine((body) => 'bills' in body || Object.keys(body).length === 0, {
      path: ['bills'],
      message: 'expected a list',
    })
    .transform(({ bills }) => ({ bills: bills ?? [] }))
    .pipe(z.object({ bills: rows }))
    .transform(({ bills }) => bills);

const summaryFields = ['productCategory', 'category'] as const;
const summary = 'summary';

function isSummary(row: unknown): boolean {
  if (typeof row !== 'object' || row === null) return false;
  return summaryFields.some((name) => name in row && Reflect.get(row, name) === summary);
}

/** A list by its schema, with its fast path. */
function toList<Wire>(bill: z.ZodType<Wire>) {
  const row = withRaw(bill);
  const rows = rowsOf(row, isSummary);
  const schema: z.ZodType<readonly Checked<Wire>[]> = listOf(rows);
  const fastPath = createListReader<Wire>({
    path: ['bills'],
    row,
    rows,
    except: { fields: summaryFields, text: summary },
  });
  return { schema, fastPath };
}

export const billList = toList(bill);
export const productBillList = toList(productBill);
export const apiKeyBillList = toList(apiKeyBill);

/** A month without a statement that the vendor fills in between the others: it has no id, and no amount. */
const filledIn = z.object({
  billId: z.literal(['', 0]).nullish(),
  totalAmount: z.union([z.literal(['', '0', 0]), z.null()]).optional(),
});
const isFilledIn = (row: unknown): boolean => filledIn.safeParse(row).success;

/** One page of statements, and its text with the filled-in months; null and {} are pages without statements. */
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
  .pipe(z.object({ data: rowsOf(withRaw(statement)), text: z.string() }));

/** `{"code":401,"reason":"FAILED_TO_AUTH","message":"..."}`; `reason` is stable, and may be missing. */
const envelope = z.object({ reason: z.string() });

/** Reads a refusal from the error envelope. If the reason does not say enough, the HTTP status decides. */
export function toRefusal(status: number, body: unknown): VendorRejection | null {
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
      // A refusal is never an empty list, even if the status says that all is well.
      return { code: status < 400 ? 'PROVIDER_REJECTED' : null, reason };
  }
}
