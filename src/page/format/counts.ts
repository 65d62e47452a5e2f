/** Counts of tokens, requests and rows: whole or decimal text of any length, exact. */

import { numberFormat, type DecimalText } from './number-formats.ts';

/** Every digit, grouped. */
export function showCount(count: DecimalText | number, locale: string): string {
  return numberFormat(locale, { maximumFractionDigits: 20 }).format(count as `${number}`);
}

/** Three digits and a word for the rest: "1.23M", "123万". Its whole stands beside it on hover and in the copy. */
export function showShortCount(count: DecimalText, locale: string): string {
  return numberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 }).format(
    count as `${number}`,
  );
}
