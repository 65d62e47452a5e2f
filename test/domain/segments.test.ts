/** Segments lie on the provider's grid: they cover every period asked for, and overlapping questions share them. */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { addDays, toCalendarDate, type CalendarDate } from '../../src/domain/calendar.ts';
import {
  countSegments,
  gridOf,
  hourlyOf,
  segmentsOf,
  type Grid,
  type Step,
} from '../../src/domain/segments.ts';
import { providers } from '../../src/providers/registry.ts';

const date = (text: string) => toCalendarDate(text) as CalendarDate;
const today = date('2026-03-18');
const anchor = date('2020-01-01');
const day = fc.nat(3000).map((days) => addDays(anchor, days));
const range = fc
  .tuple(day, fc.integer({ min: 1, max: 500 }))
  .map(([from, days]) => ({ from, to: addDays(from, days) }));
const step = fc.constantFrom<Step>('day', 'week', 'month', 'fourWeeks');

test('the segments of a period cover it without gap or overlap, and none lies wholly outside', () => {
  fc.assert(
    fc.property(range, step, (dates, name) => {
      const segments = segmentsOf({ variants: { all: name }, future: true }, ['all'], dates, today);
      const pieces = segments.map((segment) => segment.dates ?? { from: '', to: '' });
      expect((pieces[0]?.from ?? '') <= dates.from).toBe(true);
      expect((pieces[0]?.to ?? '') > dates.from).toBe(true);
      expect((pieces.at(-1)?.from ?? '') < dates.to).toBe(true);
      expect((pieces.at(-1)?.to ?? '') >= dates.to).toBe(true);
      pieces.slice(1).forEach((piece, index) => expect(piece.from).toBe(pieces[index]?.to));
    }),
  );
});

test('two periods that share a day share its segment', () => {
  fc.assert(
    fc.property(range, range, step, (a, b, name) => {
      const keys = (dates: typeof a) =>
        segmentsOf({ variants: { all: name }, future: true }, ['all'], dates, today).map(({ key }) => key);
      const shared = new Set(keys(a)).intersection(new Set(keys(b)));
      if (a.from < b.to && b.from < a.to) expect(shared.size).toBeGreaterThan(0);
    }),
  );
});

test('no segment is longer than the 31 days that vendors allow', () => {
  fc.assert(
    fc.property(day, step, (from, name) => {
      const [segment] = segmentsOf(
        { variants: { all: name }, future: true },
        ['all'],
        { from, to: addDays(from, 1) },
        today,
      );
      const dates = segment?.dates ?? { from, to: from };
      expect(addDays(dates.from, 31) >= dates.to).toBe(true);
    }),
  );
});

test('four-week segments begin on Mondays, so no week is cut in two', () => {
  const [segment] = segmentsOf(
    { variants: { WEEK: 'fourWeeks' }, future: true },
    ['WEEK'],
    { from: today, to: addDays(today, 1) },
    today,
  );
  expect(new Date(`${segment?.dates?.from}T00:00:00Z`).getUTCDay()).toBe(1);
});

const usage: Grid = { variants: { DAY: 'month' }, floor: date('2026-01-01'), future: false };

test('what lies before the list begins or has not come is not asked for', () => {
  const keys = (from: string, to: string) =>
    segmentsOf(usage, ['DAY'], { from: date(from), to: date(to) }, today).map(({ key }) => key);
  expect(keys('2025-06-01', '2026-02-01')).toEqual(['DAY:2026-01-01']);
  expect(keys('2026-03-01', '2026-09-01')).toEqual(['DAY:2026-03-01']);
  expect(keys('2025-06-01', '2025-07-01')).toEqual([]);
});

test('a list without dates is one segment, and a list with dates is never read whole', () => {
  expect(segmentsOf({ variants: { all: 'whole' }, future: true }, ['all'], null, today)).toEqual([
    { key: 'all', variant: 'all', dates: null },
  ]);
  expect(() => segmentsOf(usage, ['DAY'], null, today)).toThrow(RangeError);
});

test('counting ahead is never more than reading', () => {
  fc.assert(
    fc.property(range, step, (dates, name) => {
      const grid: Grid = { variants: { a: name, b: name }, future: true };
      const read = segmentsOf(grid, ['a', 'b'], dates, today).length;
      expect(countSegments(grid, ['a', 'b'], dates)).toBeLessThanOrEqual(read * 1.2 + 2);
      expect(countSegments(grid, ['a', 'b'], dates)).toBeGreaterThanOrEqual(read - 4);
    }),
  );
});

const hourly: Grid = {
  variants: { gpu: 'month', llm: 'month' },
  hourly: { [hourlyOf('gpu')]: 'week', [hourlyOf('llm')]: 'week' },
  byCategory: true,
  future: false,
};
const keysOf = (grid: Grid, variant: string, from: string, to: string) =>
  segmentsOf(grid, [variant], { from: date(from), to: date(to) }, today).map(({ key }) => key);

test('named categories replace those of a grid by category, with the same steps, and leave every other grid as it is', () => {
  expect(gridOf(hourly, ['gpu', 'tpu'])).toEqual({
    ...hourly,
    variants: { gpu: 'month', tpu: 'month' },
    hourly: { [hourlyOf('gpu')]: 'week', [hourlyOf('tpu')]: 'week' },
  });
  const { hourly: _none, ...daily } = hourly;
  expect(gridOf(daily, ['tpu'])).toEqual({ ...daily, variants: { tpu: 'month' } });
  const whole: Grid = { variants: { all: 'whole' }, future: true };
  expect(gridOf(whole, ['tpu'])).toBe(whole);
  expect(gridOf(hourly, undefined)).toBe(hourly);
});

test('weeks begin on Mondays, in every year', () => {
  fc.assert(
    fc.property(day, (from) => {
      const dates = { from, to: addDays(from, 1) };
      const [segment] = segmentsOf({ variants: { all: 'week' }, future: true }, ['all'], dates, today);
      const { from: start, to: end } = segment?.dates ?? dates;
      expect(new Date(`${start}T00:00:00Z`).getUTCDay()).toBe(1);
      expect(addDays(start, 7)).toBe(end);
    }),
  );
});

test('a list by the hour is read week by week where it is named, and shares no segment with that by the day', () => {
  expect(keysOf(hourly, 'hour/gpu', '2026-03-01', '2026-03-03')).toEqual([
    'hour/gpu:2026-02-23',
    'hour/gpu:2026-03-02',
  ]);
  expect(keysOf(hourly, 'gpu', '2026-03-01', '2026-03-03')).toEqual(['gpu:2026-03-01']);
  expect(keysOf(hourly, 'hour/gpu', '2026-03-16', '2026-04-10')).toEqual(['hour/gpu:2026-03-16']);
  expect(
    countSegments(hourly, ['hour/gpu', 'llm'], { from: date('2026-02-01'), to: date('2026-03-01') }),
  ).toBe(5);
});

test('a list that a grid does not have is not read', () => {
  for (const variant of ['image', 'hour/image', 'hour/', '']) {
    expect(keysOf(hourly, variant, '2026-03-01', '2026-03-03')).toEqual([]);
    expect(countSegments(hourly, [variant], { from: date('2026-03-01'), to: date('2026-03-03') })).toBe(0);
  }
  expect(
    keysOf({ variants: { gpu: 'month' }, future: false }, 'hour/gpu', '2026-03-01', '2026-03-03'),
  ).toEqual([]);
});

test('who asks for all lists of a provider never gets the same rows by day and by hour', () => {
  for (const { grids } of providers) {
    for (const { variants, hourly: byHour = {} } of Object.values(grids)) {
      const names = Object.keys(variants);
      expect(names.filter((name) => name in byHour || name.startsWith(hourlyOf('')))).toEqual([]);
      expect(Object.keys(byHour)).toEqual(Object.keys(byHour).length === 0 ? [] : names.map(hourlyOf));
    }
  }
});
