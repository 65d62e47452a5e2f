/**
 * The forecast of a month's cost. Complete days count as they are; each day left as the median of its weekday over the
 * eight weeks before; a subscription on the day on which it renews. The interval comes from the errors that the same
 * method made in earlier months at the same day of the month, and does not reach below what has been charged.
 */

import {
  addDays,
  addMonths,
  datesOf,
  daysBetween,
  eachDate,
  firstDayOf,
  type CalendarDate,
  type YearMonth,
} from '../domain/calendar.ts';
import {
  absoluteOf,
  addDecimals,
  compareDecimals,
  multiplyDecimals,
  ratioOf,
  subtractDecimals,
  zero,
  type Decimal,
} from '../domain/decimal.ts';
import { memoOf } from '../domain/memo.ts';
import { sumDecimals } from '../domain/sums.ts';
import { raiseToBilled } from './forecast-floor.ts';
import { medianOf } from './statistics.ts';
import { renewalsIn, type SubscriptionLine } from './subscriptions.ts';

/** What was charged in one currency, day by day. */
export interface DailyCost {
  /** The first day that is not complete: it runs, lies ahead, or its provider may still be adding to it. */
  readonly completeTo: CalendarDate;
  /** The cost of what is used, as far as it is known. A day that is not there cost nothing. */
  readonly usage: ReadonlyMap<CalendarDate, Decimal>;
  readonly subscriptions: readonly SubscriptionLine[];
}

/** A month as it is expected to become. */
export interface Outlook {
  readonly expected: Decimal;
  /** The part of it that has been billed: complete days, and subscriptions, also such as are paid ahead. */
  readonly known: Decimal;
  /** What `expected` is made of, in the order of days. */
  readonly days: readonly DatedAmount[];
}

/** What the method would have said of an earlier month, and what that came to. */
export interface PastForecast {
  readonly month: YearMonth;
  readonly expected: Decimal;
  readonly actual: Decimal;
}

export interface Forecast extends Outlook {
  readonly low: Decimal;
  readonly high: Decimal;
  /** Of earlier months, the latest first. Empty where the month is complete. */
  readonly backtest: readonly PastForecast[];
}

/** How many days a weekday's median is taken over: eight of each. */
export const baseDays = 56;
/** So many earlier months are forecast at most, and at least. */
export const maxMonths = 12;
const minMonths = 3;

/** The forecast of a month; null where too little of the cost's history is known to say how wrong it may be. */
export function forecastMonth(cost: DailyCost, month: YearMonth): Forecast | null {
  const outlook = outlookOf(cost, month, cost.completeTo, false);
  if (outlook === null) return null;
  const { expected } = outlook;
  if (cost.completeTo >= datesOf(month).to)
    return { ...outlook, low: expected, high: expected, backtest: [] };
  const backtest = pastForecasts(cost, month);
  if (backtest.length < minMonths) return null;
  const margin = marginOf(expected, backtest);
  return {
    ...outlook,
    low: raiseToBilled(subtractDecimals(expected, margin), costOf(cost, month), cost),
    high: addDecimals(expected, margin),
    backtest,
  };
}

/** What a month came to. */
export function costOf(cost: DailyCost, month: YearMonth): Decimal {
  return sumDecimals(daysOf(cost, month).map(({ amount }) => amount));
}

/** What each day of a month came to, as far as it is known. */
export function daysOf({ usage, subscriptions }: DailyCost, month: YearMonth): DatedAmount[] {
  const boughtOn = byDay(subscriptions);
  return eachDate(datesOf(month)).map((day) => ({
    day,
    amount: sumDecimals([usage.get(day) ?? zero, ...boughtOn(day)]),
  }));
}

/** `isPast`: it is told as on the morning of `completeTo`, without what is known of later days. */
function outlookOf(
  cost: DailyCost,
  month: YearMonth,
  completeTo: CalendarDate,
  isPast: boolean,
): Outlook | null {
  const dates = datesOf(month);
  const { usage } = cost;
  const isComplete = completeTo >= dates.to;
  if (!isComplete && !hasBase(cost, completeTo)) return null;
  const weeks = isComplete ? [] : eachDate({ from: addDays(completeTo, -baseDays), to: completeTo });
  const usual = memoOf((weekday: number) => medianOn(usage, weeks, weekday));
  const bought = isPast ? cost.subscriptions.filter(({ day }) => day < completeTo) : cost.subscriptions;
  const renewals = isComplete ? [] : renewalsIn(bought, { from: completeTo, to: dates.to });
  const [boughtOn, renewedOn] = [byDay(bought), byDay(renewals)];
  const days = eachDate(dates).map((day) => {
    const reported = (day < completeTo || !isPast ? usage.get(day) : null) ?? zero;
    const used = day < completeTo ? reported : larger(reported, usual(weekdayOf(day)));
    const known = sumDecimals(boughtOn(day));
    const billed = day < completeTo ? addDecimals(used, known) : known;
    return { day, amount: sumDecimals([used, known, ...renewedOn(day)]), billed };
  });
  return {
    expected: sumDecimals(days.map(({ amount }) => amount)),
    known: sumDecimals(days.map(({ billed }) => billed)),
    days: days.map(({ day, amount }) => ({ day, amount })),
  };
}

/** Whether there was cost so long before a day that the weeks before it are the history of something. */
function hasBase({ usage, subscriptions }: DailyCost, day: CalendarDate): boolean {
  const start = addDays(day, -baseDays);
  return subscriptions.some((line) => line.day <= start) || usage.keys().some((one) => one <= start);
}

/** The median of a weekday over some days. */
function medianOn(usage: DailyCost['usage'], days: readonly CalendarDate[], weekday: number): Decimal {
  return (
    medianOf(days.filter((one) => weekdayOf(one) === weekday).map((one) => usage.get(one) ?? zero)) ?? zero
  );
}

/** 1 is Monday. */
export const weekdayOf = memoOf((day: CalendarDate): number => Temporal.PlainDate.from(day).dayOfWeek);

/** Earlier months, each told as long before or after its first day as this one is now. */
function pastForecasts(cost: DailyCost, month: YearMonth): PastForecast[] {
  const offset = daysBetween(firstDayOf(month), cost.completeTo);
  return Array.from({ length: maxMonths }, (_, index) => addMonths(month, -1 - index)).flatMap((past) => {
    const { from, to } = datesOf(past);
    const then = addDays(from, offset);
    const outlook = to > cost.completeTo ? null : outlookOf(cost, past, then < to ? then : to, true);
    const isKnown = outlook !== null && hasBase(cost, then < to ? then : to);
    return isKnown ? [{ month: past, expected: outlook.expected, actual: costOf(cost, past) }] : [];
  });
}

/** How many of ten earlier months lie within the margin. */
const covered = 0.9;

/**
 * How far a month may come to lie from what is expected: nine of ten errors were no larger, in proportion to what was
 * expected. Of fewer than ten months, the largest.
 */
function marginOf(expected: Decimal, past: readonly PastForecast[]): Decimal {
  const margins = past.map((one) => {
    const error = absoluteOf(subtractDecimals(one.actual, one.expected));
    return (
      ratioOf(multiplyDecimals(error, absoluteOf(expected)), absoluteOf(one.expected), marginDigits) ?? error
    );
  });
  const rank = Math.min(margins.length, Math.ceil(covered * (margins.length + 1)));
  return margins.toSorted(compareDecimals)[rank - 1] ?? zero;
}

const marginDigits = 10;

/** How the method did in earlier months. */
export interface Backtest {
  /** How many there were; of the currency or group that has fewest. */
  readonly months: number;
  /** The median of what the forecasts were wrong by, as a part of what the months came to. */
  readonly medianError: Decimal;
  /** How many of the months came to lie in the interval that the others' errors gave. */
  readonly coverageOfInterval: Decimal;
}

const shareDigits = 4;

/** Sums up back-tests: of several currencies, all together. Null where there is none. */
export function summarize(backtests: readonly (readonly PastForecast[])[]): Backtest | null {
  const tested = backtests.filter((past) => past.length > 0);
  const all = tested.flat();
  const errors = all.map(({ expected, actual }) => {
    const error = absoluteOf(subtractDecimals(actual, expected));
    // Of a month that came to nothing, everything that was expected is wrong.
    return ratioOf(error, absoluteOf(actual), shareDigits) ?? (isZero(error) ? zero : ('1' as Decimal));
  });
  const median = medianOf(errors);
  if (median === null) return null;
  const inside = tested.flatMap((past) => past.filter((one) => isInside(one, past)));
  return {
    months: Math.min(...tested.map((past) => past.length)),
    medianError: ratioOf(median, '1' as Decimal, shareDigits) ?? zero,
    coverageOfInterval: ratioOf(count(inside.length), count(all.length), shareDigits) ?? zero,
  };
}

function isInside(one: PastForecast, past: readonly PastForecast[]): boolean {
  const margin = marginOf(
    one.expected,
    past.filter((other) => other !== one),
  );
  return compareDecimals(absoluteOf(subtractDecimals(one.actual, one.expected)), margin) <= 0;
}

function count(value: number): Decimal {
  return String(value) as Decimal;
}

function isZero(value: Decimal): boolean {
  return compareDecimals(value, zero) === 0;
}

function larger(a: Decimal, b: Decimal): Decimal {
  return compareDecimals(a, b) < 0 ? b : a;
}

interface DatedAmount {
  readonly day: CalendarDate;
  readonly amount: Decimal;
}

function byDay(items: readonly DatedAmount[]): (day: CalendarDate) => readonly Decimal[] {
  const found = Map.groupBy(items, ({ day }) => day);
  return (day) => (found.get(day) ?? []).map(({ amount }) => amount);
}
