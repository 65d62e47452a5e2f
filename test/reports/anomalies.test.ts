/** What is odd is found and explained to the digit; what is usual, unfinished or new for a week is not odd. */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { addDays, eachDate, toCalendarDate, type CalendarDate } from '../../src/domain/calendar.ts';
import { parseDecimal, subtractDecimals, trimDecimal, type Decimal } from '../../src/domain/decimal.ts';
import { sumDecimals } from '../../src/domain/sums.ts';
import { findAnomalies, type Watched } from '../../src/reports/anomalies.ts';
import { contributionsTo, type DayParts, type PartCost } from '../../src/reports/contributions.ts';
import { weekdayOf } from '../../src/reports/forecast.ts';

function date(text: string): CalendarDate {
  const found = toCalendarDate(text);
  if (found === null) throw new Error(text);
  return found;
}
const decimal = (value: number | string): Decimal => parseDecimal(String(value));
const part = (cost: number | string, quantity: number | null = null, isRefund = false): PartCost => ({
  label: 'part',
  cost: decimal(cost),
  quantity: quantity === null ? null : decimal(quantity),
  isRefund,
});
const parts = (record: Record<string, PartCost>): DayParts =>
  new Map(Object.entries(record).map(([id, one]) => [id, { ...one, label: id }]));

const since = date('2026-01-01');
const march = { from: date('2026-03-01'), to: date('2026-04-01') };

/** A hundred units at a price of one on working days, forty on others. */
function watch(changes: Record<string, DayParts | null> = {}, completeTo = '2026-03-31'): Watched {
  const days = eachDate({ from: since, to: date('2026-04-01') }).map((day) => {
    const size = weekdayOf(day) > 5 ? 40 : 100;
    return [day, parts({ a: part(size * 0.75, size * 0.75), b: part(size * 0.25, size * 0.25) })] as const;
  });
  const changed = Object.entries(changes).map(([day, one]) => [date(day), one] as const);
  const all = new Map<CalendarDate, DayParts>(days);
  for (const [day, one] of changed) {
    if (one === null) all.delete(day);
    else all.set(day, one);
  }
  return { since, completeTo: date(completeTo), days: all, finer: null };
}
const explained = (watched: Watched) =>
  findAnomalies(watched, march).map(({ day, difference, contributions }) => [
    day,
    trimDecimal(difference),
    contributions.map((one) => `${one.label} ${one.reason} ${trimDecimal(one.difference)}`),
  ]);

test('a cost that repeats itself is never odd', () => {
  expect(explained(watch())).toEqual([]);
});

test('a part that is tripled, dearer, new or gone is named with what it makes of the difference', () => {
  const on = (day: DayParts | null) => explained(watch({ '2026-03-11': day }));
  expect(on(parts({ a: part(225, 225), b: part(25, 25) }))).toEqual([
    ['2026-03-11', '150', ['a QUANTITY 150']],
  ]);
  expect(on(parts({ a: part(150, 75), b: part(25, 25) }))).toEqual([['2026-03-11', '75', ['a PRICE 75']]]);
  expect(on(parts({ a: part(75, 75), b: part(25, 25), c: part(90, 9) }))).toEqual([
    ['2026-03-11', '90', ['c NEW 90']],
  ]);
  expect(on(parts({ b: part(25, 25) }))).toEqual([['2026-03-11', '-75', ['a GONE -75']]]);
  expect(on(null)).toEqual([['2026-03-11', '-100', ['a GONE -75', 'b GONE -25']]]);
  expect(on(parts({ a: part(75, 75), b: part(25, 25), r: part(-80, null, true) }))).toEqual([
    ['2026-03-11', '-80', ['r REFUND -80']],
  ]);
});

test('what is less than half, or less than a unit, is not told', () => {
  const on = (cost: number) => explained(watch({ '2026-03-11': parts({ a: part(cost) }) }));
  expect(on(149)).toEqual([]);
  expect(on(151)).toHaveLength(1);
  const small = watch();
  const days = new Map<CalendarDate, DayParts>(
    [...small.days].map(([day, own]) => [
      day,
      new Map(
        [...own].map(([id, one]) => [id, { ...one, cost: decimal(day === '2026-03-11' ? '0.9' : '0.01') }]),
      ),
    ]),
  );
  days.set(date('2026-03-11'), parts({ a: part('0.9') }));
  expect(explained({ ...small, days })).toEqual([]);
});

test('days that are not complete, and days without eight weeks before them, are not judged', () => {
  const empty = { '2026-03-30': null, '2026-03-31': null };
  expect(explained(watch(empty, '2026-03-30'))).toEqual([]);
  expect(explained(watch(empty, '2026-03-31')).map(([day]) => day)).toEqual(['2026-03-30']);
  const late = watch({ '2026-03-11': null });
  expect(explained({ ...late, since: date('2026-01-15') })).toEqual([]);
  expect(explained({ ...late, since: date('2026-01-14') })).toHaveLength(1);
});

test('a new level is told when it comes, and what is new until it has been there for a week', () => {
  const every = (of: (day: CalendarDate) => number): Record<string, DayParts> =>
    Object.fromEntries(
      eachDate({ from: date('2026-03-09'), to: date('2026-03-31') }).map((day) => [
        day,
        parts({ a: part(of(day)) }),
      ]),
    );
  const level = every((day) => (weekdayOf(day) > 5 ? 120 : 300));
  expect(explained(watch(level)).map(([day]) => day)).toEqual(['2026-03-09', '2026-03-10']);
  const fresh = {
    ...watch(),
    days: new Map(Object.entries(every(() => 5)).map(([day, own]) => [date(day), own])),
  };
  expect(explained(fresh)).toEqual(
    eachDate({ from: date('2026-03-09'), to: date('2026-03-16') }).map((day) => [day, '5', ['a NEW 5']]),
  );
});

test('one odd day does not hide another', () => {
  const odd = parts({ a: part(225, 225), b: part(25, 25) });
  expect(explained(watch({ '2026-03-04': odd, '2026-03-12': odd })).map(([day]) => day)).toEqual([
    '2026-03-04',
    '2026-03-12',
  ]);
});

test('contributions add up to the difference digit for digit, whatever happened', () => {
  const cost = fc
    .tuple(fc.bigInt(-100_000_000_000_000n, 100_000_000_000_000n), fc.integer({ min: 0, max: 10 }))
    .map(([value, scale]) => {
      const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
      const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
      return decimal(value < 0n ? `-${text}` : text);
    });
  const anyPart = fc
    .record({ cost, quantity: fc.option(fc.nat().map(decimal)), isRefund: fc.boolean() })
    .map((one) => ({ ...one, label: 'x', isRefund: one.isRefund || one.cost.startsWith('-') }));
  const day = fc
    .dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), anyPart, { maxKeys: 5 })
    .map((one) => parts(one));
  const many = fc.array(anyPart, { maxLength: 40 }).map((list) => parts(Object.fromEntries(list.entries())));
  fc.assert(
    fc.property(
      fc.oneof(day, many),
      fc.array(day, { minLength: 8, maxLength: 8 }),
      cost,
      (own, base, likely) => {
        const known = base.flatMap((one) => [...one.values()]).filter(({ isRefund }) => !isRefund);
        // Nothing is to be expected of what cost nothing.
        const isNothing = /^0(\.0+)?$/.test(sumDecimals(known.map((one) => one.cost)));
        const expected = isNothing || likely.startsWith('-') ? decimal(0) : likely;
        const actual = sumDecimals(own.values().map((one) => one.cost));
        const contributions = contributionsTo(own, base, expected);
        expect(trimDecimal(sumDecimals(contributions.map(({ difference }) => difference)))).toBe(
          trimDecimal(subtractDecimals(actual, expected)),
        );
        expect(contributions.length).toBeLessThanOrEqual(25);
      },
    ),
    { numRuns: 500 },
  );
});

test('finer parts are told only where all of the eight weeks have them', () => {
  const watched = watch({ '2026-03-11': parts({ a: part(225, 225), b: part(25, 25) }) });
  const byKey = new Map(
    [...watched.days].map(([day, own]) => [
      day,
      parts({ key: part(sumDecimals(own.values().map((one) => one.cost))) }),
    ]),
  );
  const labels = (from: CalendarDate) =>
    findAnomalies({ ...watched, finer: { since: from, days: byKey } }, march)[0]?.contributions.map(
      ({ label }) => label,
    );
  expect(labels(addDays(date('2026-03-11'), -56))).toEqual(['key']);
  expect(labels(addDays(date('2026-03-11'), -55))).toEqual(['a']);
});
