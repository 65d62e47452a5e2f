/** What a difference from the expected consists of: parts that are new or gone, prices, quantities, refunds. */

import type { CalendarDate } from '../domain/calendar.ts';
import {
  absoluteOf,
  addDecimals,
  compareDecimals,
  multiplyDecimals,
  ratioOf,
  scaleOf,
  subtractDecimals,
  zero,
  type Decimal,
} from '../domain/decimal.ts';
import { sumDecimals } from '../domain/sums.ts';

/** What a part of something cost on a day: a product of a key, a resource of a product. */
export interface PartCost {
  /** For people. */
  readonly label: string;
  readonly cost: Decimal;
  /** In whatever unit the part is measured in. Null: not told. */
  readonly quantity: Decimal | null;
  readonly isRefund: boolean;
}

/** By what tells parts apart. */
export type DayParts = ReadonlyMap<string, PartCost>;
/** By day; a day that is not there cost nothing. */
export type PartsByDay = ReadonlyMap<CalendarDate, DayParts>;

export const contributionReasons = ['NEW', 'GONE', 'PRICE', 'QUANTITY', 'REFUND'] as const;
export type ContributionReason = (typeof contributionReasons)[number];

export interface Contribution {
  readonly label: string;
  readonly reason: ContributionReason;
  readonly difference: Decimal;
}

/** So many are told apart; the others are summed up by reason. */
const maxContributions = 20;

/**
 * The contributions to a day's difference from `expected`, the largest first. They add up to it digit for digit: each
 * part is expected to be as much of `expected` as it was of the days in `base`.
 */
export function contributionsTo(day: DayParts, base: readonly DayParts[], expected: Decimal): Contribution[] {
  const usual = sumUp(base);
  const shares = shareOut(expected, usual);
  const ids = new Set([...day.keys(), ...shares.keys()]);
  const all = [...ids].flatMap((id) =>
    contributionsOf(day.get(id) ?? null, usual.get(id) ?? null, shares.get(id) ?? zero),
  );
  const sorted = all.filter(({ difference }) => !isZero(difference)).toSorted(largestFirst);
  return [...sorted.slice(0, maxContributions), ...summedUp(sorted.slice(maxContributions))];
}

function contributionsOf(now: PartCost | null, before: PartCost | null, expected: Decimal): Contribution[] {
  if (now === null) {
    return [{ label: before?.label ?? '', reason: 'GONE', difference: subtractDecimals(zero, expected) }];
  }
  const { label, cost, quantity, isRefund } = now;
  const difference = subtractDecimals(cost, expected);
  if (isRefund) return [{ label, reason: 'REFUND', difference }];
  if (before === null) return [{ label, reason: 'NEW', difference }];
  const atOldPrice = costAt(before, quantity, Math.max(scaleOf(cost), scaleOf(expected)));
  if (atOldPrice === null) return [{ label, reason: 'QUANTITY', difference }];
  return [
    { label, reason: 'PRICE', difference: subtractDecimals(cost, atOldPrice) },
    { label, reason: 'QUANTITY', difference: subtractDecimals(atOldPrice, expected) },
  ];
}

/** What a quantity would have cost before; null where quantities are not told, or there were none. */
function costAt({ cost, quantity }: PartCost, now: Decimal | null, digits: number): Decimal | null {
  return now === null || quantity === null ? null : ratioOf(multiplyDecimals(cost, now), quantity, digits);
}

/** The parts of several days, added up. Refunds are not to be expected. */
function sumUp(days: readonly DayParts[]): Map<string, PartCost> {
  const sums = new Map<string, PartCost>();
  for (const [id, part] of days.flatMap((parts) => [...parts])) {
    if (!part.isRefund) sums.set(id, addParts(sums.get(id) ?? null, part));
  }
  return sums;
}

/** Two costs of one part. */
export function addParts(a: PartCost | null, b: PartCost): PartCost {
  if (a === null) return b;
  const quantity = a.quantity === null || b.quantity === null ? null : addDecimals(a.quantity, b.quantity);
  return { ...b, cost: addDecimals(a.cost, b.cost), quantity };
}

/** Splits an amount in proportion to costs; what rounding leaves goes to the largest, so that nothing is lost. */
function shareOut(amount: Decimal, parts: ReadonlyMap<string, PartCost>): Map<string, Decimal> {
  const whole = sumDecimals([...parts.values()].map(({ cost }) => cost));
  const shares = new Map(
    [...parts].map(([id, { cost }]) => [
      id,
      ratioOf(multiplyDecimals(amount, cost), whole, scaleOf(amount)) ?? zero,
    ]),
  );
  const [largest] = [...parts].toSorted(([, a], [, b]) => compareDecimals(b.cost, a.cost));
  const left = subtractDecimals(amount, sumDecimals(shares.values()));
  if (largest !== undefined) shares.set(largest[0], addDecimals(shares.get(largest[0]) ?? zero, left));
  return shares;
}

function summedUp(rest: readonly Contribution[]): Contribution[] {
  return [...Map.groupBy(rest, ({ reason }) => reason)].map(([reason, list]) => ({
    label: `${list.length} more`,
    reason,
    difference: sumDecimals(list.map(({ difference }) => difference)),
  }));
}

function largestFirst(a: Contribution, b: Contribution): number {
  return compareDecimals(absoluteOf(b.difference), absoluteOf(a.difference)) || (a.label < b.label ? -1 : 1);
}

function isZero(value: Decimal): boolean {
  return compareDecimals(value, zero) === 0;
}
