/** Wire rows of PPIO and Novita to rows. Pure, and total: whatever the wire schema lets through has a row. */

import { dateIn, instantOf, monthOf, type TimeZone, type YearMonth } from '../../domain/calendar.ts';
import type { Notice } from '../../domain/coverage.ts';
import {
  compareDecimals,
  divideDecimals,
  parseDecimal,
  shiftLeft,
  subtractDecimals,
  sumDecimals,
  type Decimal,
} from '../../domain/decimal.ts';
import type {
  ApiKeyUsageRow,
  BillingMethod,
  BillRow,
  CurrencyCode,
  IntegerText,
  RawJson,
  TradeType,
  UsageCycle,
} from '../../domain/rows.ts';
import type { WireApiKeyBill, WireBill } from './wire.ts';

export interface MappingContext {
  readonly rowId: (identity: readonly (string | null)[]) => string;
  readonly currency: CurrencyCode;
  readonly timeZone: TimeZone;
  readonly notice: (notice: Notice) => void;
}

/** https://ppio.com/docs/management/reference-billing-list-monthly-bills, field billingMethod */
const billingMethodOf: ReadonlyMap<string, BillingMethod> = new Map([
  ['1', 'PAY_AS_YOU_GO'],
  ['2', 'SUBSCRIPTION'],
  ['3', 'REFUND'],
  ['4', 'SPOT'],
  ['5', 'BATCH'],
  ['6', 'SAVING_PLAN'],
  ['7', 'MULTIMODAL'],
  ['8', 'BARE_METAL_TEST'],
]);

/** The same page, field tradeType. */
const tradeTypeOf: ReadonlyMap<string, TradeType> = new Map([
  ['monthly_new_buy', 'NEW_PURCHASE'],
  ['monthly_re_buy', 'RENEWAL'],
  ['monthly_re_config', 'RECONFIGURATION'],
]);

/** A line of `bill/monthly/list`. */
export function toBill(wire: WireBill, raw: RawJson, context: MappingContext): BillRow {
  const charge = toCharge(wire, context);
  return {
    id: context.rowId([...identityOf(wire), wire.productCategory, wire.tradeType, text(wire.createTime)]),
    ...charge,
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
  // In multimodal rows (7) the same fields count other things: text, images, audio, video.
  const tokens = wire.category === 'llm' && wire.billingMethod !== '7' ? wire : null;
  return {
    id: context.rowId([...identityOf(wire), wire.category, cycle]),
    ...charge,
    billingPeriod: monthOf(charge.date),
    cycle,
    product: { id: wire.productId, name: wire.productName, category: wire.category },
    apiKey: { id: wire.ownerID, name: wire.apikeyName, maskedKey: wire.apikeyMask },
    // What is read from and written to the cache is counted apart, and only where there is a cache.
    inputTokens:
      tokens && tokens.billNum0 && sum(tokens.billNum0, tokens.billNum2, tokens.billNum3, tokens.billNum5),
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

/** No id comes with a row: these are the fields that make it what it is, none of which changes until it is final. */
function identityOf(wire: WireBill | WireApiKeyBill): (string | null)[] {
  const product = wire.productId ?? wire.productName;
  return [wire.userId, wire.ownerID, product, wire.billingMethod, text(wire.startTime), text(wire.endTime)];
}

function toCharge(wire: WireBill | WireApiKeyBill, context: MappingContext) {
  const start = instantOf(wire.startTime * 1000);
  // The wire's end is the last second included; ours is the first one that is not.
  const end = instantOf(Math.min(Math.max(wire.startTime, wire.endTime + 1), latestSeconds) * 1000);
  const date = dateIn(start, context.timeZone);
  const billedCost = wire.amountDecimal ?? toMainUnit(wire.amount);
  const voucherAmount = toAmount(wire.voucherAmountDecimal, wire.voucherAmount);
  const cashAmount = toAmount(wire.payableDecimal, wire.payAmount);
  const subject = `${wire.productName}, ${date}`;
  const parts =
    voucherAmount !== null && cashAmount !== null ? sumDecimals([voucherAmount, cashAmount]) : null;
  if (parts !== null && !addsUp(billedCost, parts, wire)) {
    const message = `${subject}: the amount ${billedCost} is not the sum of vouchers and cash, ${parts}`;
    context.notice({ code: 'AMOUNT_MISMATCH', message, date });
  }
  if (wire.amountDecimal !== null && differByAUnit(wire.amountDecimal, toMainUnit(wire.amount))) {
    const message = `${subject}: the exact amount ${billedCost} differs from the rounded one, ${toMainUnit(wire.amount)}`;
    context.notice({ code: 'DECIMAL_DIFFERS', message, date });
  }
  return {
    date,
    currency: context.currency,
    chargePeriod: { start, end },
    listCost: wire.originAmountDecimal,
    billedCost,
    voucherAmount,
    cashAmount,
    billingMethod: wire.billingMethod === null ? null : (billingMethodOf.get(wire.billingMethod) ?? 'OTHER'),
    providerBillingMethod: wire.billingMethod,
  };
}

/** 9999-12-31T23:59:59Z, which some use for "no end". */
const latestSeconds = 253_402_300_799;

function toAmount(exact: Decimal | null, integer: Decimal | null): Decimal | null {
  return exact ?? (integer === null ? null : toMainUnit(integer));
}

/** Integers on the wire are in 1/10000 yuan or dollar. */
function toMainUnit(integer: Decimal): Decimal {
  return shiftLeft(integer, 4);
}

/** To the last digit where all three are exact or none is; where they are mixed, each cut field may lack a unit. */
function addsUp(whole: Decimal, parts: Decimal, wire: WireBill | WireApiKeyBill): boolean {
  const exact = [wire.amountDecimal, wire.voucherAmountDecimal, wire.payableDecimal].filter(
    (value) => value !== null,
  );
  if (exact.length === 0 || exact.length === 3) return compareDecimals(whole, parts) === 0;
  const difference = subtractDecimals(whole, parts);
  return compareDecimals(difference, twoUnits) < 0 && compareDecimals(difference, minusTwoUnits) > 0;
}

/** The integer field is cut to 1/10000: a smaller difference is no news. */
function differByAUnit(exact: Decimal, integer: Decimal): boolean {
  const difference = subtractDecimals(exact, integer);
  return compareDecimals(difference, unit) >= 0 || compareDecimals(difference, minusUnit) <= 0;
}

const unit = parseDecimal('0.0001');
const minusUnit = parseDecimal('-0.0001');
const twoUnits = parseDecimal('0.0002');
const minusTwoUnits = parseDecimal('-0.0002');

/** Unit price in yuan or dollar = price / 10000 / pricePrecision; unknown when the precision is. */
function toUnitPrice(price: Decimal | null, precision: Decimal | null): Decimal | null {
  if (price === null || precision === null) return null;
  return divideDecimals(toMainUnit(price), precision);
}

function sum(...counts: readonly (IntegerText | null)[]): IntegerText | null {
  const known = counts.filter((count) => count !== null);
  if (known.length === 0) return null;
  return known.reduce((total, count) => total + BigInt(count), 0n).toString() as IntegerText;
}

function text(value: number | null): string | null {
  return value === null ? null : String(value);
}
