/**
 * Charges as lines of FOCUS, the FinOps Open Cost and Usage Specification. Pure: amounts are the vendor's own, never
 * computed from a price and a quantity.
 *
 * A charge is one line. What a voucher paid of it is a second line, a credit, so that BilledCost over both is what
 * is payable in cash. A subscription whose term reaches into another month has a line of usage for each month of its
 * term: these carry its EffectiveCost, and the charge itself carries none. The vendor's amounts and quantities in x_
 * columns stand on the first line only: no sum over them counts anything twice. x_RowId, x_LineType and
 * ChargePeriodStart name a line.
 */

import type { Account } from '../domain/account.ts';
import { datesOf, periodOf, printInstant, type Instant } from '../domain/calendar.ts';
import { compareDecimals, subtractDecimals, zero, type Decimal } from '../domain/decimal.ts';
import { focusServiceOf } from '../domain/focus-services.ts';
import { toRowId } from '../domain/public-ids.ts';
import type { BillRow, DailyDetailRow, RowOf, TradeType } from '../domain/rows.ts';
import type { Settlement } from '../domain/settlement.ts';
import { wellFormed } from '../domain/text.ts';
import type { FocusRow } from './focus-columns.ts';
import { describe, toCredit, toTermLine } from './focus-derived-lines.ts';
import { invoiceDetailIds } from './focus-invoices.ts';
import { isUnitPriceOf, toPricingCategory } from './focus-pricing.ts';
import { skuOf } from './focus-sku.ts';
import { toFocusUnit } from './focus-units.ts';
import type { FocusVersion } from './focus-versions.ts';
import { termPartsOf } from './subscription-term.ts';

interface ChargeOf<K extends 'BILL' | 'DAILY_DETAIL'> {
  readonly kind: K;
  readonly row: RowOf[K];
  readonly account: Account;
  readonly settlement: Settlement;
  /** The vendor's own id of the invoice for the charge; null: not known. */
  readonly invoiceId: string | null;
  /** Whose cost it is, by allocation, as JSON (allocation-tags.ts). */
  readonly tags?: string | null;
}

/** A row, with all that is needed to report it. */
export type FocusCharge = ChargeOf<'BILL'> | ChargeOf<'DAILY_DETAIL'>;

/** The lines of a charge: the charge itself, the months of its term, and a credit if a voucher was used (or taken back). */
export function toFocusRows(charge: FocusCharge, version: FocusVersion): readonly FocusRow[] {
  const line = toLine(charge, version);
  const parts = charge.kind === 'BILL' ? (termPartsOf(charge.row, charge.account.timeZone) ?? []) : [];
  const voucher = charge.row.voucherAmount;
  return [
    parts.length === 0 ? line : { ...line, EffectiveCost: zero },
    ...parts.map((part) => toTermLine(line, part)),
    ...(voucher === null || compareDecimals(voucher, zero) === 0
      ? []
      : [toCredit(line, subtractDecimals(zero, voucher))]),
  ];
}

function toLine(charge: FocusCharge, version: FocusVersion): FocusRow {
  const { row, account, settlement } = charge;
  const { provider } = account;
  const details = charge.kind === 'BILL' ? detailsOfBill(charge.row) : detailsOfDailyDetail(charge.row);
  const billingPeriod = periodOf(datesOf(row.billingPeriod), account.timeZone);
  const isCorrection = correctsEarlierPeriod(charge, billingPeriod.start);
  const productName = wellFormed(row.product.name);
  const productCategory = wellFormed(row.product.category);
  // A service has a single category, as the vendor's word for a category does; products differ by size and model.
  const serviceName = productCategory ?? productName ?? provider.name;
  const service = focusServiceOf(provider.focusServices, productCategory);
  // A quantity without a unit means nothing, and the specification allows neither alone, nor a unit in another form.
  const stated = details.quantity === null ? null : wellFormed(details.unit);
  const unit = stated === null ? null : toFocusUnit(stated);
  const quantity = unit === null ? null : details.quantity;
  const listCost = row.listCost ?? row.billedCost;
  const isUsage = details.category === 'Usage';
  const unitPrice = (stated: Decimal | null, cost: Decimal) =>
    isUnitPriceOf(stated, isCorrection ? null : quantity, cost) ? stated : null;
  return {
    BilledCost: row.billedCost,
    BillingAccountId: account.id,
    BillingAccountName: wellFormed(account.name),
    BillingCurrency: row.currency,
    BillingPeriodEnd: printInstant(billingPeriod.end),
    BillingPeriodStart: printInstant(billingPeriod.start),
    ChargeCategory: details.category,
    ChargeClass: isCorrection ? 'Correction' : null,
    ChargeDescription: describe([productName, ...details.description]),
    ChargeFrequency: details.frequency,
    ChargePeriodEnd: printInstant(row.chargePeriod.end),
    ChargePeriodStart: printInstant(row.chargePeriod.start),
    ConsumedQuantity: isUsage ? quantity : null,
    ConsumedUnit: isUsage ? unit : null,
    // The vendor's amount is after discounts and before vouchers, which is the contracted cost.
    ContractedCost: row.billedCost,
    ContractedUnitPrice: unitPrice(details.discountedUnitPrice, row.billedCost),
    // Purchases, too, unless lines of their term carry it: vendors do not report what a saving plan paid for, so 0
    // would lose its cost.
    EffectiveCost: row.billedCost,
    // All run their own machines, or do not say whose they use.
    HostProviderName: provider.name,
    InvoiceDetailId: wellFormed(charge.invoiceId) === null ? null : invoiceDetailIds.charges,
    InvoiceId: wellFormed(charge.invoiceId),
    InvoiceIssuerName: provider.name,
    // If the vendor states none, the specification's rule for charges without a list price applies: as billed.
    ListCost: listCost,
    ListUnitPrice: unitPrice(details.listUnitPrice, listCost),
    PricingCategory: toPricingCategory(row.billingMethod, isUsage),
    PricingQuantity: quantity,
    PricingUnit: unit,
    ProviderName: provider.name,
    PublisherName: provider.name,
    ResourceId: wellFormed(row.resourceId),
    // No vendor has names for resources besides ids.
    ResourceName: null,
    ResourceType: wellFormed(row.resourceId) === null ? null : serviceName,
    ServiceCategory: service.category,
    ServiceName: serviceName,
    ServiceSubcategory: service.subcategory,
    ServiceProviderName: provider.name,
    ...skuOf({ ...row.product, id: wellFormed(row.product.id), name: productName }, service, version),
    SubAccountId: wellFormed(details.subAccountId),
    // Must not be null if the id is not; the vendors only have the id.
    SubAccountName: wellFormed(details.subAccountId),
    Tags: charge.tags ?? null,
    x_AccountId: account.id,
    x_BillingMethod: row.billingMethod,
    x_CashAmount: row.cashAmount,
    x_FinalAt: settlement.finalAt === null ? null : printInstant(settlement.finalAt),
    x_Kind: charge.kind,
    x_LineType: 'CHARGE',
    x_ListCostIsStated: row.listCost === null ? 'false' : 'true',
    x_ListUnitPrice: details.listUnitPrice,
    x_ProductCategory: productCategory,
    x_ProductName: productName,
    x_ProviderBillingMethod: wellFormed(row.providerBillingMethod),
    x_ProviderId: provider.id,
    x_Quantity: details.quantity,
    x_RowId: toRowId(account.id, row),
    x_SettlementStatus: settlement.status,
    x_VoucherAmount: row.voucherAmount,
    ...details.custom,
  };
}

/**
 * A subscription is bought in advance. All we know of its frequency: a renewal recurs, everything else happens once.
 */
function detailsOfBill(row: BillRow) {
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
      x_ProviderTradeType: wellFormed(row.providerTradeType),
      x_TradeType: row.tradeType,
    },
  };
}

function detailsOfDailyDetail(row: DailyDetailRow) {
  return {
    category: 'Usage',
    frequency: 'Usage-Based',
    description: [wellFormed(row.subProduct), wellFormed(row.feeItem), wellFormed(row.factors)],
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
      x_Factors: wellFormed(row.factors),
      x_FeeItem: wellFormed(row.feeItem),
      x_OutstandingAmount: row.outstandingAmount,
      x_PaidAmount: row.paidAmount,
      x_ProjectId: wellFormed(row.projectId),
      x_SubProduct: wellFormed(row.subProduct),
      x_Unit: wellFormed(row.unit),
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
