/** A forecast counts what is known as it is, takes no unfinished day for a low one, and knows how wrong it may be. */

import { expect, test } from 'vitest';

import {
  eachDate,
  toCalendarDate,
  toYearMonth,
  type CalendarDate,
  type YearMonth,
} from '../../src/domain/calendar.ts';
import { parseDecimal, trimDecimal, type Decimal } from '../../src/domain/decimal.ts';
import { roundEstimate } from '../../src/domain/interval.ts';
import {
  costOf,
  forecastMonth as forecast,
  summarize,
  weekdayOf,
  type DailyCost,
} from '../../src/reports/forecast.ts';
import { renewalsIn, type SubscriptionLine } from '../../src/reports/subscriptions.ts';

/** The same without zeros behind the last digit of amounts. */
function plain<T>(value: T): T {
  const trim = (_key: string, item: unknown): unknown =>
    typeof item === 'string' && /^-?\d+\.\d+$/.test(item) ? trimDecimal(parseDecimal(item)) : item;
  return JSON.parse(JSON.stringify(value), trim) as T;
}
const forecastMonth = (cost: DailyCost, month: YearMonth) => {
  const found = forecast(cost, month);
  return found === null ? null : plain(found);
};

function day(text: string): CalendarDate {
  const date = toCalendarDate(text);
  if (date === null) throw new Error(text);
  return date;
}
function month(text: string): YearMonth {
  const found = toYearMonth(text);
  if (found === null) throw new Error(text);
  return found;
}

/** A hundred on working days and forty on others, from 2025-03-01 to some day. */
function steady(to: string, changes: Record<string, string> = {}): DailyCost['usage'] {
  const dates = eachDate({ from: day('2025-03-01'), to: day(to) });
  const usual = dates.map((one) => [one, parseDecimal(weekdayOf(one) > 5 ? '40.00' : '100.00')] as const);
  const changed = Object.entries(changes).map(([one, amount]) => [day(one), parseDecimal(amount)] as const);
  return new Map([...usual, ...changed]);
}
const cost = (to: string, changes: Record<string, string> = {}): DailyCost => ({
  completeTo: day(to),
  usage: steady(to, changes),
  subscriptions: [],
});
const term = (
  from: string,
  to: string,
  amount: string,
  subscription: string | null = 's',
): SubscriptionLine => ({
  subscription,
  day: day(from),
  end: day(to),
  amount: parseDecimal(amount),
});
/** Of March 2026: 22 working days and 9 others. */
const march = '2560';

test('a cost that repeats itself week by week is forecast to the digit, with no error and no margin', () => {
  for (const to of ['2026-03-01', '2026-03-18', '2026-03-31']) {
    const forecast = forecastMonth(cost(to), month('2026-03'));
    expect(forecast).toMatchObject({ low: march, expected: march, high: march });
    expect(summarize([forecast?.backtest ?? []])).toEqual({
      months: expect.any(Number),
      medianError: '0.0000',
      coverageOfInterval: '1.0000',
    });
  }
});

test('a month that is complete is what it came to, whatever its history', () => {
  const known: DailyCost = {
    ...cost('2026-04-01'),
    usage: new Map([[day('2026-03-05'), '3.10' as Decimal]]),
  };
  expect(forecastMonth(known, month('2026-03'))).toMatchObject({
    expected: '3.1',
    known: '3.1',
    low: '3.1',
    high: '3.1',
    backtest: [],
  });
});

test('a day that is still being filled is not taken for a low one, and counts as it is where it is high already', () => {
  const filling = (amount: string): DailyCost => ({
    ...cost('2026-03-18'),
    usage: steady('2026-03-18', { '2026-03-18': amount }),
  });
  expect(forecastMonth(filling('3.00'), month('2026-03'))?.expected).toBe(march);
  expect(forecastMonth(filling('150.00'), month('2026-03'))?.expected).toBe('2610');
});

test('what is known is told apart from what is expected', () => {
  const forecast = forecastMonth(cost('2026-03-18'), month('2026-03'));
  expect(forecast?.known).toBe('1400');
  expect(forecast?.days.filter(({ day: one }) => one >= '2026-03-28')).toEqual([
    { day: '2026-03-28', amount: '40' },
    { day: '2026-03-29', amount: '40' },
    { day: '2026-03-30', amount: '100' },
    { day: '2026-03-31', amount: '100' },
  ]);
});

test('of a cost with fewer than eight weeks and three months to judge by, nothing is foretold', () => {
  const since = (from: string): DailyCost => ({
    ...cost('2026-03-18'),
    usage: new Map([...steady('2026-03-18')].filter(([one]) => one >= from)),
  });
  expect(forecastMonth(since('2026-02-01'), month('2026-03'))).toBeNull();
  expect(forecastMonth(since('2025-11-01'), month('2026-03'))).toBeNull();
  expect(forecastMonth(since('2025-10-01'), month('2026-03'))?.backtest).toHaveLength(3);
});

test('the margin is what the same method was wrong by at the same day of earlier months', () => {
  // One month had a day nobody expected, after the 18th; one had it before, which was known by then.
  const known = cost('2026-03-18', { '2025-12-23': '356.00', '2026-02-10': '999.00' });
  const forecast = forecastMonth(known, month('2026-03'));
  expect(forecast?.expected).toBe(march);
  const december = forecast?.backtest.find((one) => one.month === '2025-12');
  expect(december).toEqual({ month: '2025-12', expected: '2620', actual: '2876' });
  expect(costOf(known, month('2025-12'))).toBe('2876.00');
  // 256 of 2620, of 2560.
  expect(Number(forecast?.high)).toBeCloseTo(2560 + (256 * 2560) / 2620, 6);
  expect(Number(forecast?.low)).toBeCloseTo(2560 - (256 * 2560) / 2620, 6);
  const summary = summarize([forecast?.backtest ?? []]);
  // Of the months that were forecast, that one lay outside of what the others gave.
  expect(summary?.medianError).toBe('0.0000');
  expect(Number(summary?.coverageOfInterval)).toBeCloseTo(1 - 1 / (summary?.months ?? 0), 3);
});

test('a month is not expected to end below what has been charged of it, unless money was given back before', () => {
  // Days that nobody expected make a wide margin; all but one day of March has been charged.
  const wide = (lines: readonly SubscriptionLine[] = [], days: Record<string, string> = {}): DailyCost => ({
    ...cost('2026-03-31', {
      '2025-11-30': '1500.00',
      '2025-12-31': '2500.00',
      '2026-01-31': '900.00',
      ...days,
    }),
    subscriptions: lines,
  });
  const forecast = forecastMonth(wide(), month('2026-03'));
  expect(forecast).toMatchObject({ expected: march, low: '2460' });
  expect(costOf(wide(), month('2026-03'))).toBe('2460.00');
  // Of the day that runs what is known counts as well.
  expect(forecastMonth(wide([], { '2026-03-31': '75.5' }), month('2026-03'))?.low).toBe('2535.5');
  // 300 were given back in January, 200 in February: the most of a month may come again.
  const refunds = [
    term('2026-01-12', '2026-01-13', '-100', null),
    term('2026-02-10', '2026-02-11', '-200', null),
  ];
  const given = wide(refunds, { '2026-01-20': '-200.00' });
  expect(costOf(given, month('2026-03'))).toBe('2460.00');
  expect(forecastMonth(given, month('2026-03'))?.low).toBe('2160');
});

test('what was not known on the day does not help a back-test', () => {
  const lines = ['2025-11', '2025-12', '2026-01', '2026-02'].map((one) =>
    term(`${one}-25`, `${one}-26`, '500', null),
  );
  const forecast = forecastMonth({ ...cost('2026-03-18'), subscriptions: lines }, month('2026-03'));
  expect(
    forecast?.backtest.slice(0, 4).map(({ expected, actual }) => Number(actual) - Number(expected)),
  ).toEqual([500, 500, 500, 500]);
});

test('a subscription counts on the day on which it renews, and not where it has lapsed', () => {
  const lines = [term('2026-01-20', '2026-02-20', '300'), term('2026-02-20', '2026-03-20', '330.50')];
  const forecast = forecastMonth({ ...cost('2026-03-18'), subscriptions: lines }, month('2026-03'));
  expect(forecast?.expected).toBe('2890.5');
  expect(forecast?.days.find(({ day: one }) => one === '2026-03-20')?.amount).toBe('430.5');
  const lapsed = { ...cost('2026-03-25'), subscriptions: lines };
  expect(forecastMonth(lapsed, month('2026-03'))?.expected).toBe(march);
  const paidAhead = [...lines, term('2026-03-20', '2026-04-20', '300')];
  expect(forecastMonth({ ...cost('2026-03-18'), subscriptions: paidAhead }, month('2026-03'))).toMatchObject({
    expected: '2860',
    known: '1700',
  });
});

test('renewals follow the term: by months, by weeks, both of two alike, and never a refund', () => {
  const range = { from: day('2026-03-10'), to: day('2026-04-01') };
  expect(renewalsIn([term('2026-03-02', '2026-03-09', '1')], range)).toEqual([]);
  expect(renewalsIn([term('2026-03-05', '2026-03-12', '1')], range).map((one) => one.day)).toEqual([
    '2026-03-12',
    '2026-03-19',
    '2026-03-26',
  ]);
  expect(renewalsIn([term('2025-03-31', '2026-03-31', '9')], range)).toEqual([
    { day: '2026-03-31', amount: '9' },
  ]);
  const alike = term('2026-02-15', '2026-03-15', '2.5');
  expect(renewalsIn([alike, alike], range)).toEqual([{ day: '2026-03-15', amount: '5.0' }]);
  // An upgrade within the term is paid until its end: the next term costs both.
  const upgrade = term('2026-03-01', '2026-03-15', '0.5');
  expect(renewalsIn([alike, upgrade], range)).toEqual([{ day: '2026-03-15', amount: '3.0' }]);
  expect(renewalsIn([term('2026-02-15', '2026-03-15', '-1', null)], range)).toEqual([]);
});

test('an estimate has as many digits as it can mean something by', () => {
  const rounded = ['1234.5678', '-0.5', '0.123456', '0.000123456', '0', '12'].map((text) =>
    roundEstimate(parseDecimal(text)),
  );
  expect(rounded).toEqual(['1234.57', '-0.500', '0.123', '0.000123', '0.00', '12.00']);
});
