/** What is expected, and between what it is likely to lie. */

import { absoluteOf, compareDecimals, ratioOf, zero, type Decimal } from './decimal.ts';
import type { Estimate } from './estimate.ts';

/** What is expected, and between what it is likely to lie. */
export interface Interval {
  readonly low: Estimate;
  readonly expected: Estimate;
  readonly high: Estimate;
}

const one = '1' as Decimal;

/** Two digits behind the point, or three that count where that would leave fewer: more would only look exact. */
export function roundEstimate(value: Decimal): Decimal {
  const isLarge = compareDecimals(absoluteOf(value), one) >= 0;
  const first = isLarge ? -1 : (value.split('.')[1] ?? '').search(/[1-9]/);
  return ratioOf(value, one, Math.max(2, first + 3)) ?? zero;
}
