/** The lines that stand beside a charge: what a voucher paid of it, and the months of a subscription's term. */

import { printInstant } from '../domain/calendar.ts';
import { zero, type Decimal } from '../domain/decimal.ts';
import type { FocusRow } from './focus-columns.ts';
import { invoiceDetailIds } from './focus-invoices.ts';
import type { TermPart } from './subscription-term.ts';

/** The line of a voucher. It is a charge of its own, so each of its costs is the billed amount. */
export function toCredit(line: FocusRow, amount: Decimal): FocusRow {
  return {
    ...line,
    ...ofCharge,
    BilledCost: amount,
    ContractedCost: amount,
    EffectiveCost: amount,
    ListCost: amount,
    ChargeCategory: 'Credit',
    ChargeDescription: describe(['Voucher', line.ChargeDescription]),
    ChargeFrequency: 'One-Time',
    InvoiceDetailId: line.InvoiceDetailId === null ? null : invoiceDetailIds.vouchers,
    PricingCategory: null,
    SkuMeter: null,
    SkuPriceDetails: null,
    SkuPriceId: null,
    x_LineType: 'VOUCHER',
  };
}

/** The line of a month of a subscription's term: it costs a part of what the purchase billed, and is not billed itself. */
export function toTermLine(line: FocusRow, { period, amount }: TermPart): FocusRow {
  return {
    ...line,
    ...ofCharge,
    BilledCost: zero,
    ContractedCost: zero,
    EffectiveCost: amount,
    ListCost: zero,
    ChargeCategory: 'Usage',
    ChargeFrequency: 'Recurring',
    ChargePeriodEnd: printInstant(period.end),
    ChargePeriodStart: printInstant(period.start),
    x_LineType: 'TERM_PART',
  };
}

/** The columns about the vendor's whole row: on its other lines they would count a second time. */
const ofCharge = {
  ConsumedQuantity: null,
  ConsumedUnit: null,
  ContractedUnitPrice: null,
  ListUnitPrice: null,
  PricingQuantity: null,
  PricingUnit: null,
  x_CashAmount: null,
  x_Discount: null,
  x_DiscountedUnitPrice: null,
  x_ListCostIsStated: null,
  x_ListUnitPrice: null,
  x_OutstandingAmount: null,
  x_PaidAmount: null,
  x_Quantity: null,
  x_Unit: null,
  x_VoucherAmount: null,
};

/** A description of its parts, each once. */
export function describe(parts: readonly (string | null)[]): string | null {
  const known = parts.filter((part) => part !== null);
  return known.length === 0 ? null : [...new Set(known)].join(', ');
}
