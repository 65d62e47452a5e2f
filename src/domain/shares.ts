/** Splits amounts into parts that add up to them, digit for digit. */

import { printDecimal, readDecimal, scaleOf, type Decimal } from './decimal.ts';

/**
 * Splits an amount in proportion to weights, at the amount's own scale, by largest remainder: each part is rounded
 * towards zero, and the units that are left go to the parts that lost most; the first of several equal ones. Of a
 * negative amount the parts are those of the positive one, with its sign. Weights are not negative, and not all zero.
 */
export function splitDecimal(amount: Decimal, weights: readonly bigint[]): Decimal[] {
  const { coefficient, scale } = readDecimal(amount);
  const size = coefficient < 0n ? -coefficient : coefficient;
  const sum = weights.reduce((all, weight) => all + weight, 0n);
  if (sum <= 0n) throw new RangeError('weights that come to nothing');
  const parts = weights.map((weight) => (size * weight) / sum);
  const lost = weights.map((weight, index) => ({ index, remainder: (size * weight) % sum }));
  const left = size - parts.reduce((all, part) => all + part, 0n);
  const first = lost.toSorted((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  );
  for (const { index } of first.slice(0, Number(left))) parts[index] = (parts[index] ?? 0n) + 1n;
  return parts.map((part) => printDecimal(coefficient < 0n ? -part : part, scale));
}

/** Decimals as weights: whole numbers in the same proportion. What is negative weighs nothing. */
export function toWeights(values: readonly Decimal[]): bigint[] {
  const scale = Math.max(0, ...values.map((value) => scaleOf(value)));
  return values.map((value) => {
    const { coefficient, scale: own } = readDecimal(value);
    return coefficient <= 0n ? 0n : coefficient * 10n ** BigInt(scale - own);
  });
}

/** The amount with the other sign. */
export function negateDecimal(amount: Decimal): Decimal {
  if (amount.startsWith('-')) return amount.slice(1) as Decimal;
  return /[1-9]/.test(amount) ? (`-${amount}` as Decimal) : amount;
}
