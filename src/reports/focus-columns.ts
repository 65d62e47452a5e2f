/**
 * The columns of our cost and usage, in their order, in all versions of FOCUS that we write: all that are mandatory, and
 * of the conditional and recommended ones those that apply to our vendors. Ours, with the prefix x_, come after them.
 *
 * Left out: regions, availability zones, capacity reservations (not told); tags (no vendor sets any); commitment
 * discounts and contract commitments (a saving plan's id is not told); pricing currencies (all price in the currency
 * they bill in); split cost allocation (no vendor splits a charge); types of accounts (each vendor has one).
 * https://focus.finops.org/focus-specification/v1-4/
 */

import { focusServices } from '../domain/focus-services.ts';
import { billingMethods, tradeTypes } from '../domain/rows.ts';
import type { FocusColumn } from './focus-versions.ts';

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
  { name: 'HostProviderName', type: 'String', nullable: false, level: 'Mandatory', since: '1.3' },
  { name: 'InvoiceDetailId', type: 'String', nullable: true, level: 'Conditional', since: '1.4' },
  { name: 'InvoiceId', type: 'String', nullable: true, level: 'Recommended', until: '1.3' },
  { name: 'InvoiceId', type: 'String', nullable: true, level: 'Conditional', since: '1.4' },
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
  {
    name: 'ProviderName',
    type: 'String',
    nullable: false,
    level: 'Mandatory',
    until: '1.3',
    deprecated: '1.3',
  },
  {
    name: 'PublisherName',
    type: 'String',
    nullable: false,
    level: 'Mandatory',
    until: '1.3',
    deprecated: '1.3',
  },
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
  { name: 'ServiceProviderName', type: 'String', nullable: false, level: 'Mandatory', since: '1.3' },
  {
    name: 'ServiceSubcategory',
    type: 'String',
    nullable: false,
    level: 'Recommended',
    allowed: Object.values(focusServices).flat(),
  },
  { name: 'SkuId', type: 'String', nullable: true, level: 'Conditional' },
  { name: 'SkuMeter', type: 'String', nullable: true, level: 'Conditional' },
  { name: 'SkuPriceDetails', type: 'Json', nullable: true, level: 'Conditional' },
  { name: 'SkuPriceId', type: 'String', nullable: true, level: 'Conditional' },
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
  // What a line is of its row: the charge, what a voucher paid of it, or a part of a subscription's term.
  {
    name: 'x_LineType',
    type: 'String',
    nullable: false,
    level: 'Custom',
    allowed: ['CHARGE', 'VOUCHER', 'TERM_PART'],
  },
  // Null on lines other than the charge, which have no list cost of their own.
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

/** One line of the export: text in every column of every version, or null if there is no value. */
export type FocusRow = Readonly<Record<FocusColumnName, string | null>>;
