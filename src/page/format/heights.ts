/** How large something is drawn. A double is good enough for a picture, and never stands as a figure. */

import type { DecimalText } from './number-formats.ts';

/** A length for a scale. Not for figures: they are shown from their text. */
export function toHeight(amount: DecimalText): number {
  return Number(amount);
}
