/**
 * The money of PPIO and Novita: integers in 1/10000 and exact decimals become one amount, with a notice if they
 * disagree.
 */

import { dateIn, instantOf, type TimeZone } from '../../domain/calendar.ts';
import type { Notice } from '../../domain/coverage.ts';
import {
  addDecimals,
  compareDecimals,
  divideDecimals,
  isSumOf,
  parseDecimal,
  shiftLeft,
  subtractDecimals,
  type Decimal,
} from '../../domain/decimal.ts';
import type { RowId } from '../../domain/row-ids.ts';
import type { BillingMethod, CurrencyCode } from '../../domain/rows.ts';
import type { WireBill, WireProductBill } from './wire.ts';

export interface MappingContext {
  readonly rowId: RowId;
  readonly currency: CurrencyCode;
  readonly timeZone: TimeZone;
  readonly notice: (notice: Notice) => void;
}

/** https://ppio.com/docs/management/reference-billing-list-monthly-bills, field billingMethod */
const billingMethodOf: ReadonlyMap<string, BillingMethod> = new Map([
  // 0 is not documented, but was seen with the same meaning.
  ['0', 'PAY_AS_YOU_GO'],
  ['1', 'PAY_AS_YOU_GO'],
  ['2', 'SUBSCRIPTION'],
  ['3', 'REFUND'],
  ['4', 'SPOT'],
  ['5', 'BATCH'],
  ['6', 'SAVING_PLAN'],
  ['7', 'MULTIMODAL'],
  ['8', 'BARE_METAL_TEST'],
]);

type WireCharge = WireBill | Omit<WireProductBill, 'billNum' | 'billNumUnit'>;

/** The fields that all charges have in common. Adds a notice when amounts do not add up. */
export function toCharge(wire: WireCharge, context: MappingContext) {
  const start = instantOf(wire.startTime * 1000);
  // The vendor's end is the last included second; ours is the first excluded moment.
  const end = instantOf(Math.min(Math.max(wire.startTime, wire.endTime + 1), latestSeconds) * 1000);
  const date = dateIn(start, context.timeZone);
  const billedCost = wire.amountDecimal ?? toMainUnit(wire.amount);
  const voucherAmount = toAmount(wire.voucherAmountDecimal, wire.voucherAmount);
  const cashAmount = toAmount(wire.payableDecimal, wire.payAmount);
  if (voucherAmount !== null && cashAmount !== null && !addsUp(billedCost, voucherAmount, cashAmount, wire)) {
    const parts = addDecimals(voucherAmount, cashAmount);
    const message = `${wire.productName}, ${date}: the amount ${billedCost} is not the sum of vouchers and cash, ${parts}`;
    context.notice({ code: 'AMOUNT_MISMATCH', message, date });
  }
  if (wire.amountDecimal !== null && differByAUnit(wire.amountDecimal, toMainUnit(wire.amount))) {
    const message = `${wire.productName}, ${date}: the exact amount ${billedCost} differs from the rounded one, ${toMainUnit(wire.amount)}`;
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

/** 9999-12-31T23:59:59Z, which some rows use for "no end". */
const latestSeconds = 253_402_300_799;

/** The exact amount if it was sent, otherwise the one in 1/10000. */
export function toAmount(exact: Decimal | null, integer: Decimal | null): Decimal | null {
  return exact ?? (integer === null ? null : toMainUnit(integer));
}

/** The vendor's integers are in 1/10000 yuan or dollar. */
export function toMainUnit(integer: Decimal): Decimal {
  return shiftLeft(integer, 4);
}

/** Exact if all three amounts are exact, or none is. If they are mixed, each truncated one may lack a unit. */
function addsUp(whole: Decimal, voucher: Decimal, cash: Decimal, wire: WireCharge): boolean {
  const isExact = wire.amountDecimal !== null;
  const isMixed =
    (wire.voucherAmountDecimal !== null) !== isExact || (wire.payableDecimal !== null) !== isExact;
  if (!isMixed) return isSumOf(whole, voucher, cash);
  const difference = subtractDecimals(whole, addDecimals(voucher, cash));
  return compareDecimals(difference, twoUnits) < 0 && compareDecimals(difference, minusTwoUnits) > 0;
}

/** Whether they differ by a unit: the integer is truncated to 1/10000, so a smaller difference means nothing. */
export function differByAUnit(exact: Decimal, integer: Decimal): boolean {
  const difference = subtractDecimals(exact, integer);
  return compareDecimals(difference, unit) >= 0 || compareDecimals(difference, minusUnit) <= 0;
}

const unit = parseDecimal('0.0001');
const minusUnit = parseDecimal('-0.0001');
const twoUnits = parseDecimal('0.0002');
const minusTwoUnits = parseDecimal('-0.0002');

/** The unit price in yuan or dollar = price / 10000 / pricePrecision; unknown when the precision is. */
export function toUnitPrice(price: Decimal | null, precision: Decimal | null): Decimal | null {
  if (price === null || precision === null) return null;
  return divideDecimals(toMainUnit(price), precision);
}
