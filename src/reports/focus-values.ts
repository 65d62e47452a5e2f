/** Reads the values of a FOCUS line by the formats of the specification. */

import { toInstant } from '../domain/calendar.ts';
import { compareDecimals, toDecimal, type Decimal } from '../domain/decimal.ts';
import { memoOf } from '../domain/memo.ts';
import type { FocusColumnName } from './focus-columns.ts';

/** Any line that claims to be FOCUS. */
export type FocusLine = Readonly<Record<string, string | null>>;

/**
 * Accepts only plain notation. The specification also allows exponents, but spreadsheets round numbers with exponents.
 */
export function readDecimal(value: string): Decimal | null {
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value) && !/^-[0.]+$/.test(value) ? toDecimal(value) : null;
}

/** Whether a value is YYYY-MM-DDTHH:mm:ssZ, of a moment that exists. */
export function isDateTime(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value) && isMoment(value);
}

/** Remembered, because an export has many lines and few moments: where days and months begin. */
const isMoment = memoOf((value: string): boolean => toInstant(value) !== null);

/** Whether the column has a value. */
export function isStated(line: FocusLine, column: FocusColumnName): boolean {
  return typeof line[column] === 'string';
}

/** The column as a decimal; null when it is not a decimal. */
export function decimalIn(line: FocusLine, column: FocusColumnName): Decimal | null {
  const value = line[column];
  return typeof value === 'string' ? readDecimal(value) : null;
}

/** Whether both are known, and are different amounts. */
export function differ(a: Decimal | null, b: Decimal | null): boolean {
  return a !== null && b !== null && compareDecimals(a, b) !== 0;
}

/** Whether two moments are in this order. Also true if one is not a moment, because that is a violation of its own. */
export function isBefore(line: FocusLine, start: FocusColumnName, end: FocusColumnName): boolean {
  const [from, to] = [line[start], line[end]];
  if (typeof from !== 'string' || typeof to !== 'string' || !isDateTime(from) || !isDateTime(to)) return true;
  return from < to;
}

/** Whether a times b is exactly the product. */
export function isProduct(a: Decimal, b: Decimal, product: Decimal): boolean {
  const scale = Math.max(scaleOf(a), scaleOf(b), scaleOf(product));
  return unitsOf(a, scale) * unitsOf(b, scale) === unitsOf(product, scale) * 10n ** BigInt(scale);
}

function scaleOf(value: Decimal): number {
  const dot = value.indexOf('.');
  return dot === -1 ? 0 : value.length - dot - 1;
}

/** The value as a whole number of units of 10^-scale. */
function unitsOf(value: Decimal, scale: number): bigint {
  return BigInt(value.replace('.', '')) * 10n ** BigInt(scale - scaleOf(value));
}
