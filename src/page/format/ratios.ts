/** Shares and changes, which the server has divided: "0.253411" is 25.3 %. */

import { numberFormat, type DecimalText } from './number-formats.ts';

const percent = { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 } as const;

/** A part of a whole. */
export function showShare(ratio: DecimalText, locale: string): string {
  return numberFormat(locale, percent).format(ratio as `${number}`);
}

/** A change, always with its sign. */
export function showChange(ratio: DecimalText, locale: string): string {
  return numberFormat(locale, { ...percent, signDisplay: 'exceptZero' }).format(ratio as `${number}`);
}

/** Which way it goes: 1 more, -1 less, 0 as it was. */
export function directionOf(ratio: DecimalText): -1 | 0 | 1 {
  if (!/[1-9]/.test(ratio)) return 0;
  return ratio.startsWith('-') ? -1 : 1;
}
