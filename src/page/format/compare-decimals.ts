/** Which of two exact decimals is larger, for the order of a table. */

import { scaleOf, type DecimalText } from './number-formats.ts';

export function compareDecimals(a: DecimalText, b: DecimalText): -1 | 0 | 1 {
  const scale = Math.max(scaleOf(a), scaleOf(b));
  const left = toUnits(a, scale);
  const right = toUnits(b, scale);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** In units of the last digit of `scale`. */
function toUnits(text: DecimalText, scale: number): bigint {
  return BigInt(text.replace('.', '') + '0'.repeat(scale - scaleOf(text)));
}
