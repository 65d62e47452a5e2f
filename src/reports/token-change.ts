/** Why what is measured in tokens costs more or less than before: by how many there are, and by what they cost. */

import { multiplyDecimals, ratioOf, subtractDecimals, type Decimal } from '../domain/decimal.ts';
import type { CurrencyCode } from '../domain/rows.ts';
import type { SpendGroup } from './spend-group.ts';

export interface TokenChange {
  readonly currency: CurrencyCode;
  /** How many there were. */
  readonly before: Decimal;
  readonly after: Decimal;
  /** What the difference in number would have cost at the price in effect before, rounded. */
  readonly byQuantity: Decimal;
  /** The rest of the difference: the two add up to it, digit for digit. */
  readonly byPrice: Decimal;
}

/** The decimal places of what a number of tokens would have cost. */
const costDigits = 10;

/**
 * Null unless all charges of both are measured in tokens and have one currency, and there were tokens before. The price
 * in effect is an average, so what costs less by another mix of products, or of input and output, is a change of price.
 */
export function tokenChangeOf(
  before: SpendGroup | undefined,
  after: SpendGroup | undefined,
): TokenChange | null {
  const [was, is] = [before?.totals[0], after?.totals[0]];
  if (before?.tokens == null || after?.tokens == null || was === undefined || is === undefined) return null;
  if (was.currency !== is.currency) return null;
  const more = subtractDecimals(after.tokens.total, before.tokens.total);
  const byQuantity = ratioOf(multiplyDecimals(more, was.billedCost), before.tokens.total, costDigits);
  if (byQuantity === null) return null;
  return {
    currency: was.currency,
    before: before.tokens.total,
    after: after.tokens.total,
    byQuantity,
    byPrice: subtractDecimals(subtractDecimals(is.billedCost, was.billedCost), byQuantity),
  };
}
