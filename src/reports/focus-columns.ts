/**
 * The columns of our FOCUS export, in their order, as FOCUS 1.2 defines them: all that are mandatory, and of the
 * conditional and recommended ones those that apply to our vendors. Ours, with the prefix x_, come after them.
 *
 * Left out: SkuPriceId, SkuPriceDetails and SkuMeter (no vendor names a price or a meter apart from the product);
 * regions, availability zones, tags and capacity reservations (not told); commitment discounts (a saving plan's id is
 * not told); pricing currencies (all price in the currency they bill in).
 * https://focus.finops.org/focus-specification/v1-2/
 */

import { focusServices } from '../domain/focus-services.ts';
import { billingMethods, tradeTypes } from '../domain/rows.ts';

/** The definition of a column. */
export interface FocusColumn {
  readonly name: string;
  readonly type: 'String' | 'Decimal' | 'DateTime';
  /** The required form of a text, by the specification or by our own rule. */
  readonly format?: 'CurrencyCode' | 'CalendarDate' | 'UnitFormat';
  readonly nullable: boolean;
  /** The feature level of the specification; Custom: ours. */
  readonly level: 'Mandatory' | 'Conditional' | 'Recommended' | 'Custom';
  readonly allowed?: readonly string[];
  readonly nonNegative?: true;
}

export const focusColumns = [
  { name: 'BilledCost', type: 'Decimal', nullable: false, level: 'Mandatory' },
  { name: 'BillingAccountId', type: 'String', nullable: false, level: 'Mandatory' },
  { name: 'BillingAccountName', type: 'String', nullable: true, level: 'Mandatory' },
  { name: 'BillingCurrency', type: 'String', format: 'CurrencyCode', nullable: false, level: 'Mandatory' },
  { name: 'BillingPeriodEnd', type: 'DateTime', nullable: false, level: 'Mandatory' },
  { name: 'BillingPeriodStart', type: 'DateTime', nullable: false, level: 'Mandatory' },
  {
    name: 'ChargeCategory',
    type: 'String',
    nullable: false,
    level: 'Mandatory',
    allowed: ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'],
  },
  { name: 'ChargeClass', type: 'String', nullable: true, level: 'Mandatory', allowed: ['Correction'] },
  { name: 'ChargeDescription', type: 'String', nullable: true, level: 'Mandatory' },
  {
    name: 'ChargeFrequency',
    type: 'String',
    nullable: false,
    level: 'Recommended',
    allowed: ['One-Time', 'Recurring', 'Usage-Based'],
  },
  { name: 'ChargePeriodEnd', type: 'DateTime', nullable: false, level: 'Mandatory' },
  { name: 'ChargePeriodStart', type: 'DateTime', nullable: false, level: 'Mandatory' },
  { name: 'ConsumedQuantity', type: 'Decimal', nullable: true, level: 'Conditional' },
  { name: 'ConsumedUnit', type: 'String', format: 'UnitFormat', nullable: true, level: 'Conditional' },
  { name: 'ContractedCost', type: 'Decimal', nullable: false, level: 'Mandatory' },
  { name: 'ContractedUnitPrice', type: 'Decimal', nullable: true, level: 'Conditional', nonNegative: true },
  { name: 'EffectiveCost', type: 'Decimal', nullable: false, level: 'Mandatory' },
  { name: 'InvoiceId', type: 'String', nullable: true, level: 'Recommended' },
  { name: 'InvoiceIssuerName', type: 'String', nullable: false, level: 'Mandatory' },
  { name: 'ListCost', type: 'Decimal', nullable: false, level: 'Mandatory' },
  { name: 'ListUnitPrice', type: 'Decimal', nullable: true, level: 'Conditional', nonNegative: true },
  {
    name: 'PricingCategory',
    type: 'String',
    nullable: true,
    level: 'Conditional',
    allowed: ['Standard', 'Committed', 'Dynamic', 'Other'],
  },
  { name: 'PricingQuantity', type: 'Decimal', nullable: true, level: 'Mandatory' },
  { name: 'PricingUnit', type: 'String', format: 'UnitFormat', nullable: true, level: 'Mandatory' },
  { name: 'ProviderName', type: 'String', nullable: false, level: 'Mandatory' },
  { name: 'PublisherName', type: 'String', nullable: false, level: 'Mandatory' },
  { name: 'ResourceId', type: 'String', nullable: true, level: 'Conditional' },
  { name: 'ResourceName', type: 'String', nullable: true, level: 'Conditional' },
  { name: 'ResourceType', type: 'String', nullable: true, level: 'Conditional' },
  {
    name: 'ServiceCategory',
    type: 'String',
    nullable: false,
    level: 'Mandatory',
    allowed: Object.keys(focusServices),
  },
  { name: 'ServiceName', type: 'String', nullable: false, level: 'Mandatory' },
  {
    name: 'ServiceSubcategory',
    type: 'String',
    nullable: false,
    level: 'Recommended',
    allowed: Object.values(focusServices).flat(),
  },
  { name: 'SkuId', type: 'String', nullable: true, level: 'Conditional' },
  { name: 'SubAccountId', type: 'String', nullable: true, level: 'Conditional' },
  { name: 'SubAccountName', type: 'String', nullable: true, level: 'Conditional' },

  { name: 'x_AccountId', type: 'String', nullable: false, level: 'Custom' },
  { name: 'x_BillingMethod', type: 'String', nullable: true, level: 'Custom', allowed: billingMethods },
  { name: 'x_CashAmount', type: 'Decimal', nullable: true, level: 'Custom' },
  { name: 'x_CreatedAt', type: 'DateTime', nullable: true, level: 'Custom' },
  { name: 'x_Day', type: 'String', format: 'CalendarDate', nullable: true, level: 'Custom' },
  { name: 'x_Discount', type: 'Decimal', nullable: true, level: 'Custom' },
  { name: 'x_DiscountedUnitPrice', type: 'Decimal', nullable: true, level: 'Custom' },
  { name: 'x_Factors', type: 'String', nullable: true, level: 'Custom' },
  { name: 'x_FeeItem', type: 'String', nullable: true, level: 'Custom' },
  { name: 'x_FinalAt', type: 'DateTime', nullable: true, level: 'Custom' },
  { name: 'x_Kind', type: 'String', nullable: false, level: 'Custom', allowed: ['BILL', 'DAILY_DETAIL'] },
  // Null on credits, which have no list cost of their own.
  { name: 'x_ListCostIsStated', type: 'String', nullable: true, level: 'Custom', allowed: ['true', 'false'] },
  { name: 'x_ListUnitPrice', type: 'Decimal', nullable: true, level: 'Custom' },
  { name: 'x_OutstandingAmount', type: 'Decimal', nullable: true, level: 'Custom' },
  { name: 'x_PaidAmount', type: 'Decimal', nullable: true, level: 'Custom' },
  { name: 'x_ProductCategory', type: 'String', nullable: true, level: 'Custom' },
  { name: 'x_ProductName', type: 'String', nullable: true, level: 'Custom' },
  { name: 'x_ProjectId', type: 'String', nullable: true, level: 'Custom' },
  { name: 'x_ProviderBillingMethod', type: 'String', nullable: true, level: 'Custom' },
  { name: 'x_ProviderId', type: 'String', nullable: false, level: 'Custom' },
  { name: 'x_ProviderTradeType', type: 'String', nullable: true, level: 'Custom' },
  { name: 'x_Quantity', type: 'Decimal', nullable: true, level: 'Custom' },
  { name: 'x_RowId', type: 'String', nullable: false, level: 'Custom' },
  {
    name: 'x_SettlementStatus',
    type: 'String',
    nullable: false,
    level: 'Custom',
    allowed: ['PROVISIONAL', 'FINAL'],
  },
  { name: 'x_SubProduct', type: 'String', nullable: true, level: 'Custom' },
  { name: 'x_TradeType', type: 'String', nullable: true, level: 'Custom', allowed: tradeTypes },
  { name: 'x_Unit', type: 'String', nullable: true, level: 'Custom' },
  { name: 'x_VoucherAmount', type: 'Decimal', nullable: true, level: 'Custom' },
] as const satisfies readonly FocusColumn[];

export type FocusColumnName = (typeof focusColumns)[number]['name'];

/** One line of the export: text in every column, or null if there is no value. */
export type FocusRow = Readonly<Record<FocusColumnName, string | null>>;

/**
 * What FOCUS 1.2 demands of usage and purchases (but not of corrections), and our vendors do not always report. These
 * columns then stay null: an export with gaps is better than one with inventions.
 */
export const focusGaps = [
  { column: 'SkuId', because: 'some providers give their products no id' },
  {
    column: 'ListUnitPrice',
    because: 'some rows state no price, and for some price times quantity is not the cost',
  },
  { column: 'ContractedUnitPrice', because: 'as ListUnitPrice; some providers round their amounts to 0.01' },
  {
    column: 'PricingQuantity',
    because: 'subscriptions, and some usage, state a quantity without a unit that FOCUS can write',
  },
  { column: 'PricingUnit', because: 'as PricingQuantity' },
  { column: 'ConsumedQuantity', because: 'as PricingQuantity' },
  { column: 'ConsumedUnit', because: 'as PricingQuantity' },
] as const satisfies readonly { readonly column: FocusColumnName; readonly because: string }[];
