/**
 * Days that cost far more or far less than was to be expected. What is expected is the median of the weekday over the
 * eight weeks before, and how far a day may lie from that is told from how far those weeks did.
 */

import { addDays, eachDate, type CalendarDate, type DateRange } from '../domain/calendar.ts';
import {
  absoluteOf,
  compareDecimals,
  multiplyDecimals,
  ratioOf,
  subtractDecimals,
  zero,
  type Decimal,
} from '../domain/decimal.ts';
import { roundEstimate } from '../domain/interval.ts';
import { sumDecimals } from '../domain/sums.ts';
import { contributionsTo, type Contribution, type DayParts, type PartsByDay } from './contributions.ts';
import { medianDeviationOf, medianOf } from './statistics.ts';

/** Something whose cost is watched: a product, a key or a project of an account, in one currency. */
export interface Watched {
  /** The first day that the lists can have charges for. */
  readonly since: CalendarDate;
  /** The first day that is not complete. */
  readonly completeTo: CalendarDate;
  readonly days: PartsByDay;
  /** The same cost in parts that say more, from some day on. */
  readonly finer: { readonly since: CalendarDate; readonly days: PartsByDay } | null;
}

export interface Finding {
  readonly day: CalendarDate;
  readonly actual: Decimal;
  /** Rounded as estimates are. */
  readonly expected: Decimal;
  /** Exact: actual less expected. */
  readonly difference: Decimal;
  readonly contributions: readonly Contribution[];
}

const weeks = 8;
export const watchedDays = weeks * 7;

/** A day is odd where it lies farther off than all of these. */
const limits = {
  /** So many times the median absolute deviation (MAD). */
  deviations: '4' as Decimal,
  /** This part of what was expected. */
  share: '0.5' as Decimal,
  /** So many units of the currency. */
  amount: '1' as Decimal,
  /** So many times as high, or as low, as every day but one of the eight weeks before, each relative to its weekday's median. */
  beyond: '1.5' as Decimal,
};

/** The odd days among some; days that are not complete, or have no eight weeks before them, are not judged. */
export function findAnomalies(watched: Watched, { from, to }: DateRange): Finding[] {
  const { since, completeTo } = watched;
  const first = addDays(from, -watchedDays);
  const dates = eachDate({ from: first > since ? first : since, to: to < completeTo ? to : completeTo });
  const totals = dates.map((date) => totalsOf(watched.days.get(date)));
  const usual = totals.map((one) => one.usual);
  return dates.flatMap((day, index) => {
    if (index < watchedDays) return [];
    const median = medianOf(weekdaysBefore(usual, index)) ?? zero;
    const actual = totals[index]?.all ?? zero;
    // Most days need no closer look.
    if (!isFar(absoluteOf(subtractDecimals(actual, median)), leastOdd(median))) return [];
    const expected = roundEstimate(median);
    const difference = subtractDecimals(actual, expected);
    if (!isOdd({ actual, expected, difference }, usual, index)) return [];
    return [{ day, actual, expected, difference, contributions: contributionsOn(watched, day, expected) }];
  });
}

/** What a day came to, and without refunds. */
function totalsOf(parts: DayParts | undefined): { readonly all: Decimal; readonly usual: Decimal } {
  const list = [...(parts?.values() ?? [])];
  return {
    all: sumDecimals(list.map(({ cost }) => cost)),
    usual: sumDecimals(list.flatMap(({ cost, isRefund }) => (isRefund ? [] : [cost]))),
  };
}

/** What the same weekday came to in the eight weeks before the day of an index, the latest first. */
function weekdaysBefore(usual: readonly Decimal[], index: number): Decimal[] {
  return Array.from({ length: weeks }, (_, week) => usual[index - 7 * (week + 1)] ?? zero);
}

function isFar(off: Decimal, limit: Decimal): boolean {
  return compareDecimals(off, limit) > 0;
}

/** What a day has to differ by, at least. */
function leastOdd(expected: Decimal): Decimal {
  const share = multiplyDecimals(limits.share, expected);
  return isFar(share, limits.amount) ? share : limits.amount;
}

function isOdd(
  { actual, expected, difference }: Pick<Finding, 'actual' | 'expected' | 'difference'>,
  usual: readonly Decimal[],
  index: number,
): boolean {
  const off = absoluteOf(difference);
  if (!isFar(off, leastOdd(expected))) return false;
  const before = weekdaysBefore(usual, index);
  // A level that has held for a week is not odd any more.
  const lastWeek = before[0] ?? zero;
  const change = absoluteOf(subtractDecimals(actual, lastWeek));
  if (isFar(lastWeek, zero) && !isFar(change, multiplyDecimals(limits.share, lastWeek))) return false;
  const own = medianDeviationOf(before) ?? zero;
  if (!isFar(off, multiplyDecimals(limits.deviations, own))) return false;
  const ratios = ratiosBefore(usual, index);
  if (ratios.length === 0) return true;
  const spread = medianOf(ratios.map((ratio) => absoluteOf(subtractDecimals(ratio, one)))) ?? zero;
  if (!isFar(off, multiplyDecimals(limits.deviations, multiplyDecimals(spread, expected)))) return false;
  const sorted = [...ratios, one].toSorted(compareDecimals);
  const [lowest = one, highest = one] = [sorted[1], sorted.at(-2)];
  return difference.startsWith('-')
    ? isFar(multiplyDecimals(lowest, expected), multiplyDecimals(actual, limits.beyond))
    : isFar(actual, multiplyDecimals(multiplyDecimals(highest, limits.beyond), expected));
}

const one = '1' as Decimal;
const ratioDigits = 6;

/** What each day of the eight weeks before was to the median of its weekday; of weekdays that cost something. */
function ratiosBefore(usual: readonly Decimal[], index: number): Decimal[] {
  return Array.from({ length: 7 }, (_, weekday) => weekdaysBefore(usual, index + weekday)).flatMap(
    (amounts) => {
      const median = medianOf(amounts) ?? zero;
      return amounts.flatMap((amount) => ratioOf(amount, median, ratioDigits) ?? []);
    },
  );
}

function contributionsOn({ days, finer }: Watched, day: CalendarDate, expected: Decimal): Contribution[] {
  const isFine = finer !== null && addDays(day, -watchedDays) >= finer.since;
  const parts = isFine ? finer.days : days;
  const none: DayParts = new Map();
  return contributionsTo(
    parts.get(day) ?? none,
    Array.from({ length: weeks }, (_, week) => parts.get(addDays(day, -7 * (week + 1))) ?? none),
    expected,
  );
}
