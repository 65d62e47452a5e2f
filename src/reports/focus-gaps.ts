/**
 * What FOCUS demands and our vendors do not always report. These columns then stay null: an export with gaps is better
 * than one with inventions. Of Cost and Usage it is what the specification demands of usage and purchases, but not of
 * corrections.
 */

import type { FocusColumnName } from './focus-columns.ts';

export const focusGaps = [
  { column: 'SkuId', because: 'some providers give their products no id' },
  { column: 'SkuPriceId', because: 'as SkuId; where there is one, it stands for its price too' },
  { column: 'SkuMeter', because: 'as SkuId; where there is one, the meter is the category of the product' },
  { column: 'SkuPriceDetails', because: 'as SkuId' },
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

/** Of Invoice Detail. */
export const invoiceGaps = [
  { column: 'PaymentTerms', because: 'no provider states its terms; one states a due date' },
] as const;
