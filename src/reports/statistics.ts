/** Median, spread and quantiles of exact decimals: exact themselves, so that equal days give an estimate that equals them. */

import {
  absoluteOf,
  addDecimals,
  compareDecimals,
  multiplyDecimals,
  readDecimal,
  shiftLeft,
  subtractDecimals,
  type Decimal,
} from '../domain/decimal.ts';

const half = '0.5' as Decimal;

/** The middle value, or the mean of the middle two; null where there are none. */
export function medianOf(values: readonly Decimal[]): Decimal | null {
  return quantileOf(values, half);
}

/** The median distance from the median (MAD), not scaled to a standard deviation; null where there are no values. */
export function medianDeviationOf(values: readonly Decimal[]): Decimal | null {
  const median = medianOf(values);
  return median === null
    ? null
    : medianOf(values.map((value) => absoluteOf(subtractDecimals(value, median))));
}

/**
 * The value below which a share of the values lies, between two of them in proportion (type 7 of Hyndman and Fan, as
 * in spreadsheets and NumPy); null where there are none.
 * @param share from 0, the least value, to 1, the greatest
 */
export function quantileOf(values: readonly Decimal[], share: Decimal): Decimal | null {
  const sorted = values.toSorted(compareDecimals);
  const { coefficient, scale } = readDecimal(multiplyDecimals(share, String(sorted.length - 1) as Decimal));
  const unit = 10n ** BigInt(scale);
  const below = sorted[Number(coefficient / unit)];
  const above = sorted[Number(coefficient / unit) + 1];
  const part = coefficient % unit;
  if (below === undefined || above === undefined || part === 0n) return below ?? null;
  const step = multiplyDecimals(subtractDecimals(above, below), shiftLeft(String(part) as Decimal, scale));
  return addDecimals(below, step);
}
