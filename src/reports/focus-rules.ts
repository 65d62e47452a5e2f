/**
 * The rules of FOCUS 1.2 that a single line can break across its columns, and those that we promise of our own
 * columns. Told from the specification, not from the mapping.
 */

import { parseDecimal } from '../domain/decimal.ts';
import type { FocusColumnName } from './focus-columns.ts';
import { focusServices } from './focus-services.ts';
import { decimalIn, differ, isBefore, isProduct, isStated, type FocusLine } from './focus-values.ts';

const zero = parseDecimal('0');

/** A rule between columns, and the column that it is about. */
export interface CrossRule {
  readonly column: FocusColumnName;
  /** A stable word. */
  readonly rule: string;
  readonly isBroken: (line: FocusLine) => boolean;
}

/** Columns that are null where the one they belong to is; `always`: and never otherwise. */
const dependents: readonly { column: FocusColumnName; of: FocusColumnName; always: boolean }[] = [
  { column: 'PricingUnit', of: 'PricingQuantity', always: true },
  { column: 'ConsumedUnit', of: 'ConsumedQuantity', always: true },
  { column: 'ResourceType', of: 'ResourceId', always: true },
  { column: 'ResourceName', of: 'ResourceId', always: false },
  { column: 'SubAccountName', of: 'SubAccountId', always: true },
];

const nullOnTax: readonly FocusColumnName[] = [
  'ContractedUnitPrice',
  'ListUnitPrice',
  'PricingCategory',
  'PricingQuantity',
  'SkuId',
];

/** Must not be null on usage and purchases, once the columns that state it are not. */
const dueOnCharges: readonly { column: FocusColumnName; when: readonly FocusColumnName[] }[] = [
  { column: 'PricingCategory', when: [] },
  { column: 'PricingQuantity', when: ['x_Quantity', 'x_Unit'] },
];

const unitPrices: readonly { price: FocusColumnName; cost: FocusColumnName }[] = [
  { price: 'ListUnitPrice', cost: 'ListCost' },
  { price: 'ContractedUnitPrice', cost: 'ContractedCost' },
];

/** Costs of a charge that follows from no other: as billed, unless it has a unit price. */
const costsOfCredit: readonly { column: FocusColumnName; unless?: FocusColumnName }[] = [
  { column: 'EffectiveCost' },
  { column: 'ListCost', unless: 'ListUnitPrice' },
  { column: 'ContractedCost', unless: 'ContractedUnitPrice' },
];

/** Columns of the vendor's row as a whole, which a credit would count a second time. */
const countedOnce: readonly FocusColumnName[] = [
  'x_CashAmount',
  'x_OutstandingAmount',
  'x_PaidAmount',
  'x_Quantity',
  'x_VoucherAmount',
];

/** Every such rule. A value that its own column refuses breaks none of them. */
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
  ...dueOnCharges.map(({ column, when }): CrossRule => ({
    column,
    rule: 'NULL_ON_CHARGE',
    isBroken: (line) =>
      isCharge(line) &&
      !isCorrection(line) &&
      line[column] === null &&
      when.every((other) => isStated(line, other)),
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
    // Paid to someone else, it is not the provider's bill.
    column: 'BilledCost',
    rule: 'BILLED_BY_ANOTHER',
    isBroken: (line) =>
      line['ProviderName'] !== line['InvoiceIssuerName'] && differ(decimalIn(line, 'BilledCost'), zero),
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
    isBroken: (line) => line['ChargeCategory'] === 'Credit' && isStated(line, column),
  })),
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
