/**
 * The rules of FOCUS, the same from 1.2 to 1.4, that a single line can violate across its columns, and our own rules for our own columns.
 * Written from the specification, not from the mapping.
 */

import { zero } from '../domain/decimal.ts';
import { focusServices } from '../domain/focus-services.ts';
import type { FocusColumnName } from './focus-columns.ts';
import { toFocusUnit } from './focus-units.ts';
import { decimalIn, differ, isBefore, isProduct, isStated, type FocusLine } from './focus-values.ts';

/** A rule between columns, and the column that it is about. */
export interface CrossRule {
  readonly column: FocusColumnName;
  /** A stable word. */
  readonly rule: string;
  readonly isBroken: (line: FocusLine) => boolean;
}

/** Columns that are null if the column they belong to is null; with `always`, only then. */
const dependents: readonly { column: FocusColumnName; of: FocusColumnName; always: boolean }[] = [
  { column: 'PricingUnit', of: 'PricingQuantity', always: true },
  { column: 'ConsumedUnit', of: 'ConsumedQuantity', always: true },
  { column: 'ResourceType', of: 'ResourceId', always: true },
  { column: 'ResourceName', of: 'ResourceId', always: false },
  { column: 'SubAccountName', of: 'SubAccountId', always: true },
  { column: 'SkuMeter', of: 'SkuId', always: false },
  { column: 'SkuPriceDetails', of: 'SkuPriceId', always: false },
];

const nullOnTax: readonly FocusColumnName[] = [
  'ContractedUnitPrice',
  'ListUnitPrice',
  'PricingCategory',
  'PricingQuantity',
  'SkuId',
  'SkuPriceId',
];

/**
 * Columns that must not be null on usage and purchases, if the vendor states the value in a unit that can be written.
 */
const dueOnCharges: readonly { column: FocusColumnName; isKnown: (line: FocusLine) => boolean }[] = [
  { column: 'PricingCategory', isKnown: () => true },
  {
    column: 'PricingQuantity',
    isKnown: (line) => isStated(line, 'x_Quantity') && toFocusUnit(line['x_Unit'] ?? '') !== null,
  },
];

const unitPrices: readonly { price: FocusColumnName; cost: FocusColumnName }[] = [
  { price: 'ListUnitPrice', cost: 'ListCost' },
  { price: 'ContractedUnitPrice', cost: 'ContractedCost' },
];

/** The costs of a charge that depends on no other charge: as billed, unless it has a unit price. */
const costsOfCredit: readonly { column: FocusColumnName; unless?: FocusColumnName }[] = [
  { column: 'EffectiveCost' },
  { column: 'ListCost', unless: 'ListUnitPrice' },
  { column: 'ContractedCost', unless: 'ContractedUnitPrice' },
];

/** Columns about the vendor's whole row: its other lines would count them a second time. */
const countedOnce: readonly FocusColumnName[] = [
  'x_CashAmount',
  'x_OutstandingAmount',
  'x_PaidAmount',
  'x_Quantity',
  'x_VoucherAmount',
];

/** All rules across columns. A value that its own column refuses violates none of them. */
export const crossRules: readonly CrossRule[] = [
  ...(['BillingPeriod', 'ChargePeriod'] as const).map((period): CrossRule => {
    const [start, end] = [`${period}Start`, `${period}End`] as const;
    return { column: end, rule: 'PERIOD_REVERSED', isBroken: (line) => !isBefore(line, start, end) };
  }),
  ...dependents.flatMap(({ column, of, always }): CrossRule[] => [
    {
      column,
      rule: 'NOT_NULL_WITHOUT_ITS_COLUMN',
      isBroken: (line) => isStated(line, column) && !isStated(line, of),
    },
    {
      column,
      rule: 'NULL_BESIDE_ITS_COLUMN',
      isBroken: (line) => always && line[column] === null && isStated(line, of),
    },
  ]),
  ...nullOnTax.map((column): CrossRule => ({
    column,
    rule: 'NOT_NULL_ON_TAX',
    isBroken: (line) => line['ChargeCategory'] === 'Tax' && isStated(line, column),
  })),
  ...dueOnCharges.map(({ column, isKnown }): CrossRule => ({
    column,
    rule: 'NULL_ON_CHARGE',
    isBroken: (line) => isCharge(line) && !isCorrection(line) && line[column] === null && isKnown(line),
  })),
  {
    column: 'ConsumedQuantity',
    rule: 'NULL_ON_USAGE',
    isBroken: (line) =>
      line['ChargeCategory'] === 'Usage' &&
      !isCorrection(line) &&
      line['ConsumedQuantity'] === null &&
      isStated(line, 'PricingQuantity'),
  },
  {
    column: 'ConsumedQuantity',
    rule: 'CONSUMED_WITHOUT_USAGE',
    isBroken: (line) => line['ChargeCategory'] !== 'Usage' && isStated(line, 'ConsumedQuantity'),
  },
  {
    column: 'ChargeFrequency',
    rule: 'PURCHASE_IS_USAGE_BASED',
    isBroken: (line) => line['ChargeCategory'] === 'Purchase' && line['ChargeFrequency'] === 'Usage-Based',
  },
  {
    column: 'ServiceSubcategory',
    rule: 'SUBCATEGORY_OF_ANOTHER_CATEGORY',
    isBroken: ({ ServiceCategory: category, ServiceSubcategory: subcategory }) =>
      Object.entries(focusServices).some(
        ([parent, children]) => category !== parent && children.some((child) => child === subcategory),
      ),
  },
  {
    column: 'ResourceName',
    rule: 'NAME_IS_THE_ID',
    isBroken: (line) => isStated(line, 'ResourceName') && line['ResourceName'] === line['ResourceId'],
  },
  {
    // A charge that is paid to someone else is not in the provider's bill.
    column: 'BilledCost',
    rule: 'BILLED_BY_ANOTHER',
    isBroken: (line) =>
      (line['ServiceProviderName'] ?? line['ProviderName']) !== line['InvoiceIssuerName'] &&
      differ(decimalIn(line, 'BilledCost'), zero),
  },
  ...unitPrices.map(({ price, cost }): CrossRule => ({
    column: price,
    rule: 'PRICE_TIMES_QUANTITY_IS_NOT_COST',
    isBroken: (line) => {
      if (isCorrection(line)) return false;
      const [stated, quantity, amount] = [price, 'PricingQuantity' as const, cost].map((of) =>
        decimalIn(line, of),
      );
      return stated && quantity && amount ? !isProduct(stated, quantity, amount) : false;
    },
  })),
  ...costsOfCredit.map(({ column, unless }): CrossRule => ({
    column,
    rule: 'CREDIT_IS_NOT_AS_BILLED',
    isBroken: (line) =>
      (line['ChargeCategory'] === 'Credit' || line['ChargeCategory'] === 'Adjustment') &&
      !(unless !== undefined && isStated(line, unless)) &&
      differ(decimalIn(line, column), decimalIn(line, 'BilledCost')),
  })),
  {
    column: 'ListCost',
    rule: 'LIST_COST_INVENTED',
    isBroken: (line) =>
      line['x_ListCostIsStated'] === 'false' &&
      differ(decimalIn(line, 'ListCost'), decimalIn(line, 'BilledCost')),
  },
  ...countedOnce.map((column): CrossRule => ({
    column,
    rule: 'COUNTED_TWICE',
    isBroken: (line) => line['x_LineType'] !== 'CHARGE' && isStated(line, column),
  })),
  {
    column: 'BilledCost',
    rule: 'TERM_PART_IS_BILLED',
    isBroken: (line) => line['x_LineType'] === 'TERM_PART' && differ(decimalIn(line, 'BilledCost'), zero),
  },
  {
    column: 'x_FinalAt',
    rule: 'FINAL_WITHOUT_MOMENT',
    isBroken: (line) => line['x_SettlementStatus'] === 'FINAL' && line['x_FinalAt'] === null,
  },
];

function isCharge(line: FocusLine): boolean {
  return line['ChargeCategory'] === 'Usage' || line['ChargeCategory'] === 'Purchase';
}

function isCorrection(line: FocusLine): boolean {
  return line['ChargeClass'] === 'Correction';
}
