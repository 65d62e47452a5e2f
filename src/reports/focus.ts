/**
 * Charges as lines of FOCUS 1.2, the FinOps Open Cost and Usage Specification. Pure: amounts are the vendor's own,
 * never computed from a price and a quantity.
 *
 * A charge is one line. What a voucher paid of it is a second line, a credit, so that BilledCost over both is what
 * is payable in cash. The vendor's amounts and quantities in x_ columns stand on the first line only: no sum over
 * them counts anything twice. x_RowId with ChargeCategory names a line.
 */

import type { Account } from '../domain/account.ts';
import { datesOf, periodOf, printInstant, type Instant } from '../domain/calendar.ts';
import { compareDecimals, subtractDecimals, zero, type Decimal } from '../domain/decimal.ts';
import { focusServiceOf } from '../domain/focus-services.ts';
import { toRowId } from '../domain/public-ids.ts';
import type { BillRow, DailyDetailRow, RowOf, TradeType } from '../domain/rows.ts';
import type { Settlement } from '../domain/settlement.ts';
import type { FocusRow } from './focus-columns.ts';
import { isUnitPriceOf, toPricingCategory } from './focus-pricing.ts';
import { toFocusUnit } from './focus-units.ts';

interface ChargeOf<K extends 'BILL' | 'DAILY_DETAIL'> {
  readonly kind: K;
  readonly row: RowOf[K];
  readonly account: Account;
  readonly settlement: Settlement;
  /** The vendor's own id of the invoice for the charge; null: not known. */
  readonly invoiceId: string | null;
}

/** A row, with all that is needed to report it. */
export type FocusCharge = ChargeOf<'BILL'> | ChargeOf<'DAILY_DETAIL'>;

/** The lines of a charge: the charge itself, and a credit if a voucher was used (or taken back). */
export function toFocusRows(charge: FocusCharge): readonly FocusRow[] {
  const line = toLine(charge);
  const voucher = charge.row.voucherAmount;
  if (voucher === null || compareDecimals(voucher, zero) === 0) return [line];
  return [line, toCredit(line, subtractDecimals(zero, voucher))];
}

function toLine(charge: FocusCharge): FocusRow {
  const { row, account, settlement } = charge;
  const { provider } = account;
  const facts = charge.kind === 'BILL' ? factsOfBill(charge.row) : factsOfDailyDetail(charge.row);
  const billingPeriod = periodOf(datesOf(row.billingPeriod), account.timeZone);
  const isCorrection = correctsEarlierPeriod(charge, billingPeriod.start);
  const productName = textOf(row.product.name);
  const productCategory = textOf(row.product.category);
  // A service has a single category, as the vendor's word for a category does; products differ by size and model.
  const serviceName = productCategory ?? productName ?? provider.name;
  const service = focusServiceOf(provider.focusServices, productCategory);
  // A quantity without a unit means nothing, and the specification allows neither alone, nor a unit in another form.
  const stated = facts.quantity === null ? null : textOf(facts.unit);
  const unit = stated === null ? null : toFocusUnit(stated);
  const quantity = unit === null ? null : facts.quantity;
  const listCost = row.listCost ?? row.billedCost;
  const isUsage = facts.category === 'Usage';
  const unitPrice = (stated: Decimal | null, cost: Decimal) =>
    isUnitPriceOf(stated, isCorrection ? null : quantity, cost) ? stated : null;
  return {
    BilledCost: row.billedCost,
    BillingAccountId: account.id,
    BillingAccountName: textOf(account.name),
    BillingCurrency: row.currency,
    BillingPeriodEnd: printInstant(billingPeriod.end),
    BillingPeriodStart: printInstant(billingPeriod.start),
    ChargeCategory: facts.category,
    ChargeClass: isCorrection ? 'Correction' : null,
    ChargeDescription: describe([productName, ...facts.description]),
    ChargeFrequency: facts.frequency,
    ChargePeriodEnd: printInstant(row.chargePeriod.end),
    ChargePeriodStart: printInstant(row.chargePeriod.start),
    ConsumedQuantity: isUsage ? quantity : null,
    ConsumedUnit: isUsage ? unit : null,
    // The vendor's amount is after discounts and before vouchers, which is the contracted cost.
    ContractedCost: row.billedCost,
    ContractedUnitPrice: unitPrice(facts.discountedUnitPrice, row.billedCost),
    // Purchases, too. The specification sets a purchase to 0 if later charges carry its cost. A subscription's use is
    // not billed again, and vendors do not report what a saving plan paid for, so 0 would lose the cost.
    EffectiveCost: row.billedCost,
    InvoiceId: textOf(charge.invoiceId),
    InvoiceIssuerName: provider.name,
    // If the vendor states none, the specification's rule for charges without a list price applies: as billed.
    ListCost: listCost,
    ListUnitPrice: unitPrice(facts.listUnitPrice, listCost),
    PricingCategory: toPricingCategory(row.billingMethod, isUsage),
    PricingQuantity: quantity,
    PricingUnit: unit,
    ProviderName: provider.name,
    PublisherName: provider.name,
    ResourceId: textOf(row.resourceId),
    // No vendor has names for resources besides ids.
    ResourceName: null,
    ResourceType: textOf(row.resourceId) === null ? null : serviceName,
    ServiceCategory: service.category,
    ServiceName: serviceName,
    ServiceSubcategory: service.subcategory,
    SkuId: textOf(row.product.id),
    SubAccountId: textOf(facts.subAccountId),
    // Must not be null if the id is not; the vendors only have the id.
    SubAccountName: textOf(facts.subAccountId),
    x_AccountId: account.id,
    x_BillingMethod: row.billingMethod,
    x_CashAmount: row.cashAmount,
    x_FinalAt: settlement.finalAt === null ? null : printInstant(settlement.finalAt),
    x_Kind: charge.kind,
    x_ListCostIsStated: row.listCost === null ? 'false' : 'true',
    x_ListUnitPrice: facts.listUnitPrice,
    x_ProductCategory: productCategory,
    x_ProductName: productName,
    x_ProviderBillingMethod: textOf(row.providerBillingMethod),
    x_ProviderId: provider.id,
    x_Quantity: facts.quantity,
    x_RowId: toRowId(account.id, row),
    x_SettlementStatus: settlement.status,
    x_VoucherAmount: row.voucherAmount,
    ...facts.custom,
  };
}

/** The line of a voucher. It is a charge of its own, so each of its costs is the billed amount. */
function toCredit(line: FocusRow, amount: Decimal): FocusRow {
  return {
    ...line,
    BilledCost: amount,
    ContractedCost: amount,
    EffectiveCost: amount,
    ListCost: amount,
    ChargeCategory: 'Credit',
    ChargeDescription: describe(['Voucher', line.ChargeDescription]),
    ChargeFrequency: 'One-Time',
    ConsumedQuantity: null,
    ConsumedUnit: null,
    ContractedUnitPrice: null,
    ListUnitPrice: null,
    PricingCategory: null,
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
}

/**
 * A subscription is bought in advance. All we know of its frequency: a renewal recurs, everything else happens once.
 */
function factsOfBill(row: BillRow) {
  return {
    category: 'Purchase',
    frequency: row.tradeType === 'RENEWAL' ? 'Recurring' : 'One-Time',
    description: [tradeWords[row.tradeType]],
    subAccountId: row.subAccountId,
    quantity: row.quantity,
    unit: null,
    listUnitPrice: row.unitPrice,
    discountedUnitPrice: null,
    custom: {
      ...noCustom,
      x_CreatedAt: row.createdAt === null ? null : printInstant(row.createdAt),
      x_ProviderTradeType: textOf(row.providerTradeType),
      x_TradeType: row.tradeType,
    },
  };
}

function factsOfDailyDetail(row: DailyDetailRow) {
  return {
    category: 'Usage',
    frequency: 'Usage-Based',
    description: [textOf(row.subProduct), textOf(row.feeItem), textOf(row.factors)],
    subAccountId: row.projectId,
    quantity: row.quantity,
    unit: row.unit,
    listUnitPrice: row.listUnitPrice,
    discountedUnitPrice: row.discountedUnitPrice,
    custom: {
      ...noCustom,
      x_Day: row.date,
      x_Discount: row.discount,
      x_DiscountedUnitPrice: row.discountedUnitPrice,
      x_Factors: textOf(row.factors),
      x_FeeItem: textOf(row.feeItem),
      x_OutstandingAmount: row.outstandingAmount,
      x_PaidAmount: row.paidAmount,
      x_ProjectId: textOf(row.projectId),
      x_SubProduct: textOf(row.subProduct),
      x_Unit: textOf(row.unit),
    },
  };
}

/** Columns that only one of the two kinds fills. */
const noCustom = {
  x_CreatedAt: null,
  x_Day: null,
  x_Discount: null,
  x_DiscountedUnitPrice: null,
  x_Factors: null,
  x_FeeItem: null,
  x_OutstandingAmount: null,
  x_PaidAmount: null,
  x_ProjectId: null,
  x_ProviderTradeType: null,
  x_SubProduct: null,
  x_TradeType: null,
  x_Unit: null,
};

const tradeWords: Readonly<Record<TradeType, string | null>> = {
  NEW_PURCHASE: 'new purchase',
  RENEWAL: 'renewal',
  RECONFIGURATION: 'reconfiguration',
  OTHER: null,
};

/**
 * A refund keeps the category of what is refunded. It only corrects an earlier period if its own dates say so: they
 * begin before the month in which it is billed.
 */
function correctsEarlierPeriod({ row }: FocusCharge, billingPeriodStart: Instant): boolean {
  return row.billingMethod === 'REFUND' && row.chargePeriod.start < billingPeriodStart;
}

/** Text for a column; null if it is blank, or not Unicode and so cannot be written. */
function textOf(text: string | null): string | null {
  return text === null || text.trim() === '' ? null : text.toWellFormed();
}

function describe(parts: readonly (string | null)[]): string | null {
  const known = parts.filter((part) => part !== null);
  return known.length === 0 ? null : [...new Set(known)].join(', ');
}
