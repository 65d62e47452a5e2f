/**
 * Amounts as people read them. An amount comes as decimal text and stays text: Intl.NumberFormat takes text digit for
 * digit, so no figure passes through a number.
 */

import { numberFormat, scaleOf, type DecimalText } from './number-formats.ts';

/** "cents": as the currency is written by hand. "all": every digit that the server sent. */
export type Digits = 'cents' | 'all';

export interface ShownAmount {
  readonly text: string;
  /** Every digit, grouped: what a pointer or a screen reader is told. */
  readonly exact: string;
  /** Whether `text` lacks digits that `exact` has. */
  readonly isShortened: boolean;
}

/** An amount without its currency, which the page writes beside it. */
export function showAmount(
  amount: DecimalText,
  currency: string,
  locale: string,
  digits: Digits = 'cents',
): ShownAmount {
  const scale = minorDigits(currency);
  // Nothing looks shorter than its currency is written, so that columns align.
  const all = Math.max(scaleOf(amount), scale);
  const exact = fixed(amount, all, locale);
  if (digits === 'all' || all === scale) return { text: exact, exact, isShortened: false };
  if (isBelow(amount, scale)) {
    const least = scale === 0 ? '1' : `0.${'1'.padStart(scale, '0')}`;
    const isNegative = amount.startsWith('-');
    const text = `${isNegative ? '> ' : '< '}${fixed(isNegative ? `-${least}` : least, scale, locale)}`;
    return { text, exact, isShortened: true };
  }
  return { text: fixed(amount, scale, locale), exact, isShortened: /[1-9]/.test(amount.slice(scale - all)) };
}

/** How many digits behind the point a currency is written with: two of most. */
export function minorDigits(currency: string): number {
  const { maximumFractionDigits = 2 } = numberFormat('en', { style: 'currency', currency }).resolvedOptions();
  return maximumFractionDigits;
}

/** Whether it is nothing, whatever its scale and sign. */
export function isZero(amount: DecimalText): boolean {
  return !/[1-9]/.test(amount);
}

function fixed(amount: DecimalText, scale: number, locale: string): string {
  return numberFormat(locale, { minimumFractionDigits: scale, maximumFractionDigits: scale }).format(
    amount as `${number}`,
  );
}

/** Whether an amount is not nothing, and none of its first `scale` digits behind the point, nor any before it, counts. */
function isBelow(amount: DecimalText, scale: number): boolean {
  const [whole = '', fraction = ''] = amount.split('.');
  return !isZero(amount) && isZero(whole + fraction.slice(0, scale));
}
