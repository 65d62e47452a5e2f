/** What people mean by a period is the same dates for everybody, on any day of any month. */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { eachDate, toCalendarDate, toYearMonth, type CalendarDate } from '../../src/domain/calendar.ts';
import { datePeriod, previousDates, type PeriodMeaning } from '../../src/domain/relative-period.ts';

function date(text: string): CalendarDate {
  const found = toCalendarDate(text);
  if (found === null) throw new Error(text);
  return found;
}
const month = (text: string) => {
  const found = toYearMonth(text);
  if (found === null) throw new Error(text);
  return found;
};
const days = (count: number, includesCurrent = false): PeriodMeaning => ({
  kind: 'DAYS',
  count,
  includesCurrent,
});
const months = (count: number, includesCurrent = false): PeriodMeaning => ({
  kind: 'MONTHS',
  count,
  includesCurrent,
});
const toDate = (text: string): PeriodMeaning => ({ kind: 'TO_DATE', month: month(text) });
const range = (from: string, to: string): PeriodMeaning => ({
  kind: 'DATES',
  dates: { from: date(from), to: date(to) },
});

test.each<[string, PeriodMeaning, string, string, string, string, string]>([
  ['seven days', days(7), '2026-03-18', '2026-03-11', '2026-03-18', '2026-03-04', '2026-03-11'],
  [
    'seven days with today',
    days(7, true),
    '2026-03-18',
    '2026-03-12',
    '2026-03-19',
    '2026-03-05',
    '2026-03-12',
  ],
  ['yesterday, on the first', days(1), '2026-03-01', '2026-02-28', '2026-03-01', '2026-02-27', '2026-02-28'],
  ['the last month', months(1), '2026-03-18', '2026-02-01', '2026-03-01', '2026-01-01', '2026-02-01'],
  [
    'three months over a year',
    months(3),
    '2026-01-31',
    '2025-10-01',
    '2026-01-01',
    '2025-07-01',
    '2025-10-01',
  ],
  [
    'the running month',
    months(1, true),
    '2026-03-18',
    '2026-03-01',
    '2026-04-01',
    '2026-02-01',
    '2026-02-19',
  ],
  [
    'two months with it',
    months(2, true),
    '2026-03-18',
    '2026-02-01',
    '2026-04-01',
    '2025-12-01',
    '2026-01-19',
  ],
  [
    'a month that runs',
    range('2026-03-01', '2026-04-01'),
    '2026-03-30',
    '2026-03-01',
    '2026-04-01',
    '2026-02-01',
    '2026-03-01',
  ],
  [
    'a month that ended',
    range('2026-03-01', '2026-04-01'),
    '2026-04-01',
    '2026-03-01',
    '2026-04-01',
    '2026-02-01',
    '2026-03-01',
  ],
  [
    'a month to come',
    range('2026-03-01', '2026-04-01'),
    '2026-02-28',
    '2026-03-01',
    '2026-04-01',
    '2026-02-01',
    '2026-03-01',
  ],
  [
    'its last day',
    range('2026-02-01', '2026-03-01'),
    '2026-02-28',
    '2026-02-01',
    '2026-03-01',
    '2026-01-01',
    '2026-02-01',
  ],
  [
    'days that run',
    range('2026-03-10', '2026-03-20'),
    '2026-03-12',
    '2026-03-10',
    '2026-03-20',
    '2026-02-28',
    '2026-03-03',
  ],
  [
    'March up to yesterday',
    toDate('2026-03'),
    '2026-03-18',
    '2026-03-01',
    '2026-03-18',
    '2026-02-01',
    '2026-02-18',
  ],
  [
    'March up to the 30th',
    toDate('2026-03'),
    '2026-03-31',
    '2026-03-01',
    '2026-03-31',
    '2026-02-01',
    '2026-03-01',
  ],
  [
    'on its first day: nothing yet',
    toDate('2026-03'),
    '2026-03-01',
    '2026-03-01',
    '2026-03-01',
    '2026-02-01',
    '2026-02-01',
  ],
  [
    'before its first day',
    toDate('2026-03'),
    '2026-02-28',
    '2026-03-01',
    '2026-03-01',
    '2026-02-01',
    '2026-02-01',
  ],
  [
    'once it has ended',
    toDate('2026-02'),
    '2026-03-18',
    '2026-02-01',
    '2026-03-01',
    '2026-01-01',
    '2026-02-01',
  ],
])('%s', (_name, meaning, today, from, to, before, beforeTo) => {
  const dated = datePeriod(meaning, date(today));
  expect(dated.dates).toEqual({ from, to });
  expect(previousDates(dated, date(today))).toEqual({ from: before, to: beforeTo });
});

test('a period up to now never holds a day that has not begun, and what precedes it ends where it begins or before', () => {
  const day = fc
    .integer({ min: 0, max: 20_000 })
    .map((offset) => date(new Date(Date.UTC(2010, 0, 1) + offset * 86_400_000).toISOString().slice(0, 10)));
  const meanings = fc.oneof(
    fc.record({
      kind: fc.constant('DAYS' as const),
      count: fc.integer({ min: 1, max: 400 }),
      includesCurrent: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('MONTHS' as const),
      count: fc.integer({ min: 1, max: 30 }),
      includesCurrent: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(day, meanings, (today, meaning) => {
      const dated = datePeriod(meaning, today);
      const { from, to } = dated.dates;
      const isCurrent = from <= today && today < to;
      expect(isCurrent).toBe(meaning.includesCurrent);
      if (meaning.kind === 'DAYS') expect(eachDate({ from, to })).toHaveLength(meaning.count);
      const before = previousDates(dated, today);
      expect(before.from < before.to && before.to <= from).toBe(true);
    }),
  );
});
