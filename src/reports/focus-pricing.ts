/** How a charge is priced, in the words of FOCUS 1.2. */

import { compareDecimals, divideDecimals, parseDecimal, type Decimal } from '../domain/decimal.ts';
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
 * Whether a stated price can stand as the unit price of a cost: not negative, and, where the quantity is known, that
 * quantity times the price is the cost to the last digit, as the specification demands.
 */
export function isUnitPriceOf(price: Decimal | null, quantity: Decimal | null, cost: Decimal): boolean {
  if (price === null || compareDecimals(price, zero) < 0) return false;
  if (quantity === null) return true;
  if (compareDecimals(quantity, zero) === 0) return compareDecimals(cost, zero) === 0;
  const quotient = divideDecimals(cost, quantity);
  return quotient !== null && compareDecimals(quotient, price) === 0;
}

/** "per_1000_tokens" as the specification writes units: "1000 Tokens". Others stay in the vendor's words. */
export function toPricingUnit(unit: string | null): string | null {
  const size = unit === null ? null : /^per_(\d+)_tokens?$/.exec(unit);
  return size === null ? unit : `${size[1]} Tokens`;
}

const zero = parseDecimal('0');
