/**
 * Wire rows of PPIO and Novita to rows. Pure, and total: whatever the wire schema lets through has a row. Fields are
 * named one by one: spreading costs more than all else.
 */

import { addDays, datesOf, instantOf, monthOf, type YearMonth } from '../../domain/calendar.ts';
import { addDecimals, type Decimal } from '../../domain/decimal.ts';
import type {
  ApiKeyUsageRow,
  BillRow,
  DailyDetailRow,
  IntegerText,
  InvoiceRow,
  InvoiceStatus,
  RawJson,
  TokenCounts,
  TradeType,
  UsageCycle,
} from '../../domain/rows.ts';
import {
  differByAUnit,
  toAmount,
  toCharge,
  toMainUnit,
  toUnitPrice,
  type MappingContext,
} from './amounts.ts';
import type { ProductList } from './decoders.ts';
import type { WireApiKeyBill, WireBill, WireProductBill, WireStatement } from './wire.ts';

/** https://ppio.com/docs/management/reference-billing-list-monthly-bills, field tradeType */
const tradeTypeOf: ReadonlyMap<string, TradeType> = new Map([
  ['monthly_new_buy', 'NEW_PURCHASE'],
  ['monthly_re_buy', 'RENEWAL'],
  ['monthly_re_config', 'RECONFIGURATION'],
]);

/** https://novita.ai/docs/api-reference/basic-query-monthly-bill, field status; "voided" was seen in life. */
const invoiceStatusOf: ReadonlyMap<string, InvoiceStatus> = new Map([
  ['pending', 'DRAFT'],
  ['outed', 'ISSUED'],
  ['paid', 'PAID'],
  ['overdue', 'OVERDUE'],
  ['voided', 'VOID'],
]);

/** What billNum0 counts: cards times seconds, gigabytes times seconds. */
const unitOf: ReadonlyMap<string | null, string> = new Map([
  ['gpu', 'card-seconds'],
  ['bare_metal', 'card-seconds'],
  ['cloud_storage', 'GB-seconds'],
  ['local_storage', 'GB-seconds'],
]);

/** A line of `bill/monthly/list`. */
export function toBill(wire: WireBill, raw: RawJson, context: MappingContext): BillRow {
  const charge = toCharge(wire, context);
  if (wire.cycle !== monthOf(charge.date)) {
    const message = `${wire.productName}, ${charge.date}: the provider puts it into the bill of ${wire.cycle}`;
    context.notice({ code: 'BILLED_IN_OTHER_MONTH', message, date: charge.date });
  }
  return {
    id: context.rowId([...identityOf(wire), wire.productCategory, wire.tradeType, text(wire.createTime)]),
    date: charge.date,
    currency: charge.currency,
    chargePeriod: charge.chargePeriod,
    listCost: charge.listCost,
    billedCost: charge.billedCost,
    voucherAmount: charge.voucherAmount,
    cashAmount: charge.cashAmount,
    billingMethod: charge.billingMethod,
    providerBillingMethod: charge.providerBillingMethod,
    billingPeriod: wire.cycle as YearMonth,
    product: { id: wire.productId, name: wire.productName, category: wire.productCategory },
    resourceId: wire.ownerID,
    subAccountId: wire.memberId,
    tradeType: tradeTypeOf.get(wire.tradeType ?? '') ?? 'OTHER',
    providerTradeType: wire.tradeType,
    quantity: wire.billNum,
    unitPrice: toUnitPrice(wire.basePrice, wire.pricePrecision),
    createdAt: wire.createTime === null ? null : instantOf(wire.createTime * 1000),
    raw,
  };
}

/** A line of `apikey/bill/list`. */
export function toApiKeyUsage(
  wire: WireApiKeyBill,
  raw: RawJson,
  cycle: UsageCycle,
  context: MappingContext,
): ApiKeyUsageRow {
  const charge = toCharge(wire, context);
  const tokens = tokensOf(wire, wire.category);
  return {
    id: context.rowId([...identityOf(wire), wire.category, cycle]),
    date: charge.date,
    currency: charge.currency,
    chargePeriod: charge.chargePeriod,
    listCost: charge.listCost,
    billedCost: charge.billedCost,
    voucherAmount: charge.voucherAmount,
    cashAmount: charge.cashAmount,
    billingMethod: charge.billingMethod,
    providerBillingMethod: charge.providerBillingMethod,
    billingPeriod: monthOf(charge.date),
    cycle,
    product: { id: wire.productId, name: wire.productName, category: wire.category },
    apiKey: { id: wire.ownerID, name: wire.apikeyName, maskedKey: wire.apikeyMask },
    inputTokens: tokens && inputOf(tokens),
    outputTokens: tokens && tokens.billNum1,
    cacheReadTokens: tokens && tokens.billNum2,
    cacheWriteTokens: tokens && sum(tokens.billNum3, tokens.billNum5),
    reasoningTokens: tokens && tokens.billNum4,
    requestCount: wire.requestCount,
    inputUnitPrice: toUnitPrice(wire.basePrice0, wire.pricePrecision),
    outputUnitPrice: toUnitPrice(wire.basePrice1, wire.pricePrecision),
    discountedInputUnitPrice: toUnitPrice(wire.discountPrice0, wire.pricePrecision),
    discountedOutputUnitPrice: toUnitPrice(wire.discountPrice1, wire.pricePrecision),
    raw,
  };
}

/** A line of `bill/list`: a product, or a resource, in a day or an hour. */
export function toDailyDetail(
  wire: WireProductBill,
  raw: RawJson,
  list: ProductList,
  context: MappingContext,
): DailyDetailRow {
  // A row that names no category is of the list that it is in.
  const category = wire.category ?? list.category;
  const charge = toCharge(wire, context);
  const tokens = toTokens(wire, category);
  // Of tokens that are not all told nothing is known, and those of multimodal rows are not tokens alone.
  const isPriced = category !== 'llm' && wire.billingMethod !== '7';
  const { quantity, unit } = toQuantity(wire, category, tokens, isPriced);
  return {
    // A row that the lists of two categories hold is one row: which of them is no part of what it is.
    id: context.rowId([...identityOf(wire), category, list.cycle]),
    date: charge.date,
    currency: charge.currency,
    chargePeriod: charge.chargePeriod,
    listCost: charge.listCost,
    billedCost: charge.billedCost,
    voucherAmount: charge.voucherAmount,
    cashAmount: charge.cashAmount,
    billingMethod: charge.billingMethod,
    providerBillingMethod: charge.providerBillingMethod,
    billingPeriod: monthOf(charge.date),
    product: { id: wire.productId, name: wire.productName, category },
    projectId: null,
    resourceId: wire.ownerID,
    subProduct: null,
    feeItem: null,
    factors: null,
    quantity,
    unit,
    tokens,
    // Tokens have two prices or more, one for each direction: see `raw`.
    listUnitPrice: isPriced ? toUnitPrice(wire.basePrice0, wire.pricePrecision) : null,
    discountedUnitPrice: isPriced ? toUnitPrice(wire.discountPrice0, wire.pricePrecision) : null,
    discount: null,
    paidAmount: null,
    outstandingAmount: null,
    raw,
  };
}

/** A month of `monthly/bill`. */
export function toInvoice(wire: WireStatement, raw: RawJson, context: MappingContext): InvoiceRow {
  const month = wire.billingMonth as YearMonth;
  const { from, to } = datesOf(month);
  const rounded = toMainUnit(wire.totalAmount);
  const total = wire.totalAmountDecimal ?? rounded;
  if (differByAUnit(total, rounded)) {
    const message = `statement of ${month}: the exact total ${total} differs from the rounded one, ${rounded}`;
    context.notice({ code: 'DECIMAL_DIFFERS', message, date: from });
  }
  return {
    id: context.rowId([wire.billId, month]),
    date: from,
    currency: context.currency,
    billingPeriod: month,
    number: wire.billId,
    periodStart: from,
    periodEnd: addDays(to, -1),
    total,
    voucherAmount: toAmount(wire.voucherPayAmountDecimal, wire.voucherPayAmount),
    outstandingAmount: wire.debtAmount === null ? null : toMainUnit(wire.debtAmount),
    status: invoiceStatusOf.get(wire.status ?? '') ?? 'OTHER',
    providerStatus: wire.status ?? '',
    dueDate: null,
    createdAt: null,
    url: wire.invoiceUrl,
    raw,
  };
}

/** Tokens of an llm row; in multimodal rows (7) the same fields count other things: text, images, audio, video. */
function tokensOf<Wire extends WireApiKeyBill | WireProductBill>(
  wire: Wire,
  category: string | null,
): Wire | null {
  return category === 'llm' && wire.billingMethod !== '7' ? wire : null;
}

/** What is read from and written to the cache is counted apart, and only where there is a cache. */
function inputOf({ billNum0, billNum2, billNum3, billNum5 }: WireApiKeyBill | WireProductBill) {
  return billNum0 && sum(billNum0, billNum2, billNum3, billNum5);
}

function toTokens(wire: WireProductBill, category: string): TokenCounts | null {
  const llm = tokensOf(wire, category);
  const [input, output] = [llm && asDecimal(inputOf(llm)), llm && asDecimal(llm.billNum1)];
  return input === null || output === null ? null : { input, output, total: addDecimals(input, output) };
}

/** The unit is that of the count it comes with: what billNum counts, only billNumUnit says. */
function toQuantity(
  { billNum, billNumUnit, billNum0 }: WireProductBill,
  category: string,
  tokens: TokenCounts | null,
  isPriced: boolean,
) {
  if (tokens !== null) return { quantity: tokens.total, unit: 'tokens' };
  if (billNum !== null || !isPriced) return { quantity: billNum, unit: billNum && billNumUnit };
  return { quantity: asDecimal(billNum0), unit: unitOf.get(category) ?? null };
}

const asDecimal = (count: IntegerText | null): Decimal | null => count as Decimal | null;

/** No id comes with a row: these are the fields that make it what it is, none of which changes until it is final. */
function identityOf(wire: WireBill | Omit<WireProductBill, 'billNum' | 'billNumUnit'>): (string | null)[] {
  const product = wire.productId ?? wire.productName;
  return [wire.userId, wire.ownerID, product, wire.billingMethod, text(wire.startTime), text(wire.endTime)];
}

function sum(...counts: readonly (IntegerText | null)[]): IntegerText | null {
  let total: Decimal | null = null;
  for (const count of counts) {
    const one = asDecimal(count);
    if (one !== null) total = total === null ? one : addDecimals(total, one);
  }
  return total as string | null as IntegerText | null;
}

function text(value: number | null): string | null {
  return value === null ? null : String(value);
}
