/** StreamLake's day details to rows. Pure, and total. */

import { addDays, monthOf, periodOf, type TimeZone } from '../../domain/calendar.ts';
import type { Notice } from '../../domain/coverage.ts';
import {
  addDecimals,
  compareDecimals,
  multiplyDecimals,
  parseDecimal,
  trimDecimal,
  type Decimal,
} from '../../domain/decimal.ts';
import type { RowId } from '../../domain/row-ids.ts';
import type { BillingMethod, CurrencyCode, DailyDetailRow, RawJson, TokenCounts } from '../../domain/rows.ts';
import type { WireItem } from './wire.ts';

export interface MappingContext {
  readonly rowId: RowId;
  readonly timeZone: TimeZone;
  readonly notice: (notice: Notice) => void;
}

const billingMethodOf: ReadonlyMap<string, BillingMethod> = new Map([
  ['post_paid', 'PAY_AS_YOU_GO'],
  ['pre_paid', 'SUBSCRIPTION'],
]);

/** What makes a line what it is: its code, which may not be unique, and what it is about. */
export function identityOf(wire: WireItem): (string | null)[] {
  return [
    wire.BillingCycle,
    wire.BillingCode,
    wire.FeeItemVersion,
    wire.Factors,
    wire.ProjectId,
    wire.GoodsName,
    wire.FeeItemName,
  ];
}

export function toDailyDetail(wire: WireItem, raw: RawJson, context: MappingContext): DailyDetailRow {
  const day = wire.BillingCycle;
  const cashAmount = sumKnown(wire.RemainingPayableAmount, wire.CashPaymentAmount);
  if (cashAmount !== null && wire.CouponDeductAmount !== null) {
    const parts = addDecimals(cashAmount, wire.CouponDeductAmount);
    if (compareDecimals(wire.PayableAmount, parts) !== 0) {
      const subject = `${wire.FeeItemName ?? wire.ProdName}, ${day}`;
      const message = `${subject}: the amount ${wire.PayableAmount} is not the sum of vouchers and cash, ${parts}`;
      context.notice({ code: 'AMOUNT_MISMATCH', message, date: day });
    }
  }
  return {
    id: context.rowId(identityOf(wire)),
    date: day,
    currency: wire.CurrencyUnit as CurrencyCode,
    billingPeriod: monthOf(day),
    chargePeriod: periodOf({ from: day, to: addDays(day, 1) }, context.timeZone),
    product: { id: null, name: wire.ProdName, category: null },
    listCost: wire.SourcePrice,
    billedCost: wire.PayableAmount,
    voucherAmount: wire.CouponDeductAmount,
    cashAmount,
    billingMethod: wire.BillingMethod === null ? null : (billingMethodOf.get(wire.BillingMethod) ?? 'OTHER'),
    providerBillingMethod: wire.BillingMethod,
    projectId: wire.ProjectId,
    resourceId: null,
    subProduct: wire.GoodsName,
    feeItem: wire.FeeItemName,
    factors: wire.Factors,
    quantity: wire.TotalUsage,
    unit: wire.Unit,
    tokens: toTokens(wire),
    listUnitPrice: wire.PubPrice,
    discountedUnitPrice: wire.DiscountPubPrice,
    discount: wire.Discount,
    paidAmount: wire.CashPaymentAmount,
    outstandingAmount: wire.RemainingPayableAmount,
    raw,
  };
}

/** To be borne in cash: what is still to pay, and what has been paid of it. */
function sumKnown(outstanding: Decimal | null, paid: Decimal | null): Decimal | null {
  return outstanding === null || paid === null ? null : addDecimals(outstanding, paid);
}

const thousand = parseDecimal('1000');
const zero = parseDecimal('0');

/**
 * Tokens come by the thousand. Which way they went a factor tells, in either language, or nothing does. What stands
 * between two factors is not documented.
 */
function toTokens({ TotalUsage, Unit, Factors }: WireItem): TokenCounts | null {
  if (TotalUsage === null || Unit !== 'per_1000_tokens') return null;
  const total = trimDecimal(multiplyDecimals(TotalUsage, thousand));
  const kind = /customTokenType=([^;,&|；，、\s]+)/.exec(Factors ?? '')?.[1] ?? '';
  if (/output|输出/i.test(kind)) return { input: zero, output: total, total };
  if (/input|cache|输入|缓存/i.test(kind)) return { input: total, output: zero, total };
  return { input: null, output: null, total };
}
