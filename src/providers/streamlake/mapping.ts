/** Maps StreamLake's day details to rows. Pure, and total. */

import { addDays, monthOf, periodOf, type CalendarDate, type TimeZone } from '../../domain/calendar.ts';
import type { Notice } from '../../domain/coverage.ts';
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  multiplyDecimals,
  parseDecimal,
  trimDecimal,
  zero,
} from '../../domain/decimal.ts';
import type { RowId } from '../../domain/row-ids.ts';
import type { BillingMethod, DailyDetailRow, RawJson, TokenCounts } from '../../domain/rows.ts';
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

/** What identifies a line: its code, which may not be unique, and what the line is about. */
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
    kind: 'DAILY_DETAIL',
    id: context.rowId(identityOf(wire)),
    date: day,
    currency: wire.CurrencyUnit.code,
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

/** Notices for currencies that are not written as their codes. */
export function renamedCurrencies(wires: readonly WireItem[], day: CalendarDate): readonly Notice[] {
  const codes = new Map(wires.map(({ CurrencyUnit: { written, code } }) => [written, code]));
  return Array.from(codes)
    .filter(([written, code]) => written !== code)
    .map(([written, code]): Notice => {
      const message = `the provider writes the currency ${written}, which is ${code}`;
      return { code: 'CURRENCY_RENAMED', message, date: day };
    });
}

/** The amount to pay in cash: what is outstanding, plus what has been paid. */
function sumKnown(outstanding: Decimal | null, paid: Decimal | null): Decimal | null {
  return outstanding === null || paid === null ? null : addDecimals(outstanding, paid);
}

const thousand = parseDecimal('1000');
/**
 * The tokens of a line, which are counted in thousands. A factor says whether they are input or output, in either
 * language, or nothing does. The separator between two factors is not documented.
 */
function toTokens({ TotalUsage, Unit, Factors }: WireItem): TokenCounts | null {
  if (TotalUsage === null || Unit !== 'per_1000_tokens') return null;
  const total = trimDecimal(multiplyDecimals(TotalUsage, thousand));
  const kind = /customTokenType=([^;,&|；，、\s]+)/.exec(Factors ?? '')?.[1] ?? '';
  if (/output|输出/i.test(kind)) return { input: zero, output: total, total };
  if (/input|cache|输入|缓存/i.test(kind)) return { input: total, output: zero, total };
  return { input: null, output: null, total };
}
