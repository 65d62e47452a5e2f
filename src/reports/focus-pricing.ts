/** The pricing category and unit price of a charge, as FOCUS 1.2 defines them. */

import { compareDecimals, type Decimal, divideDecimals, zero } from '../domain/decimal.ts';
import type { BillingMethod } from '../domain/rows.ts';

/**
 * The PricingCategory of a charge. A saving plan commits its usage; the plan itself is bought at the agreed rate.
 * Null is not allowed on usage and purchases, so "Other" stands for an unknown method as well.
 */
export function toPricingCategory(method: BillingMethod | null, isUsage: boolean): string {
  if (method === 'SAVING_PLAN') return isUsage ? 'Committed' : 'Standard';
  return method === null ? 'Other' : pricingCategoryOf[method];
}

const pricingCategoryOf: Readonly<Record<Exclude<BillingMethod, 'SAVING_PLAN'>, string>> = {
  PAY_AS_YOU_GO: 'Standard',
  SUBSCRIPTION: 'Standard',
  BATCH: 'Standard',
  MULTIMODAL: 'Standard',
  SPOT: 'Dynamic',
  REFUND: 'Other',
  BARE_METAL_TEST: 'Other',
  OTHER: 'Other',
};

/**
 * Whether a stated price may be the unit price of a cost: it is not negative and, if the quantity is known, quantity
 * times price is exactly the cost, as the specification demands.
 */
export function isUnitPriceOf(price: Decimal | null, quantity: Decimal | null, cost: Decimal): boolean {
  if (price === null || compareDecimals(price, zero) < 0) return false;
  if (quantity === null) return true;
  if (compareDecimals(quantity, zero) === 0) return compareDecimals(cost, zero) === 0;
  const quotient = divideDecimals(cost, quantity);
  return quotient !== null && compareDecimals(quotient, price) === 0;
}
