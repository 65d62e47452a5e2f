/**
 * Maps wire rows of PPIO and Novita to our rows. Pure, and total: every row that the wire schema accepts has a result.
 * We name fields one by one, because spreading costs more than all the rest.
 */

import { addDays, datesOf, instantOf, monthOf, type YearMonth } from '../../domain/calendar.ts';
import { unlessBlank } from '../../domain/text.ts';
import type {
  ApiKeyUsageRow,
  BillRow,
  DailyDetailRow,
  InvoiceRow,
  InvoiceStatus,
  RawJson,
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
import type { ProductList } from './product-list.ts';
import { inputOf, sum, toQuantity, toTokens, tokensOf } from './usage-counts.ts';
import type { WireApiKeyBill, WireBill, WireProductBill, WireStatement } from './wire.ts';

/** https://ppio.com/docs/management/reference-billing-list-monthly-bills, field tradeType */
const tradeTypeOf: ReadonlyMap<string, TradeType> = new Map([
  ['monthly_new_buy', 'NEW_PURCHASE'],
  ['monthly_re_buy', 'RENEWAL'],
  ['monthly_re_config', 'RECONFIGURATION'],
]);

/** https://novita.ai/docs/api-reference/basic-query-monthly-bill, field status; "voided" was seen in real answers. */
const invoiceStatusOf: ReadonlyMap<string, InvoiceStatus> = new Map([
  ['pending', 'DRAFT'],
  ['outed', 'ISSUED'],
  ['paid', 'PAID'],
  ['overdue', 'OVERDUE'],
  ['voided', 'VOID'],
]);

/** A line of `bill/monthly/list`. */
export function toBill(wire: WireBill, raw: RawJson, context: MappingContext): BillRow {
  const charge = toCharge(wire, context);
  if (wire.cycle !== monthOf(charge.date)) {
    const message = `${wire.productName}, ${charge.date}: the provider puts it into the bill of ${wire.cycle}`;
    context.notice({ code: 'BILLED_IN_OTHER_MONTH', message, date: charge.date });
  }
  return {
    kind: 'BILL',
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
    kind: 'API_KEY_USAGE',
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
    apiKey: { id: unlessBlank(wire.ownerID), name: wire.apikeyName, maskedKey: wire.apikeyMask },
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

/** A line of `bill/list`: a product, or a resource, on a day or in an hour. */
export function toDailyDetail(
  wire: WireProductBill,
  raw: RawJson,
  list: ProductList,
  context: MappingContext,
): DailyDetailRow {
  // A row without a category belongs to the category of its list.
  const category = wire.category ?? list.category;
  const charge = toCharge(wire, context);
  const tokens = toTokens(wire, category);
  // If only a part of the tokens is given we know none of them, and multimodal rows count other things, too.
  const isPriced = category !== 'llm' && wire.billingMethod !== '7';
  const { quantity, unit } = toQuantity(wire, category, tokens, isPriced);
  return {
    kind: 'DAILY_DETAIL',
    // Two category lists may contain the same row, so the list is not part of the row's identity.
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
    // Tokens have two or more prices, one for each direction: see `raw`.
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
    kind: 'INVOICE',
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

const text = (value: number | null): string | null => (value === null ? null : String(value));

/** Rows have no id: these fields identify one, and none of them changes before the row is final. */
function identityOf(wire: WireBill | Omit<WireProductBill, 'billNum' | 'billNumUnit'>): (string | null)[] {
  const product = wire.productId ?? wire.productName;
  return [wire.userId, wire.ownerID, product, wire.billingMethod, text(wire.startTime), text(wire.endTime)];
}
