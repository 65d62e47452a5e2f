/** A date is what the vendor's zone says it is, whatever zone this machine is in. */

import { spawnSync } from 'node:child_process';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  addDays,
  addMonths,
  dateIn,
  datesOf,
  daysBetween,
  eachDate,
  instantOf,
  monthsBetween,
  periodOf,
  printInstant,
  rangeBefore,
  startOfDay,
  timeOfDay,
  toCalendarDate,
  toInstant,
  toTimeZone,
  toYearMonth,
  zoneDifferences,
  type CalendarDate,
  type TimeZone,
  type YearMonth,
} from '../../src/domain/calendar.ts';

const date = (text: string) => toCalendarDate(text) as CalendarDate;
const month = (text: string) => toYearMonth(text) as YearMonth;
const zone = (text: string) => toTimeZone(text) as TimeZone;
const at = (text: string) => instantOf(Date.parse(text));

describe('text that is no date', () => {
  test.each([
    '2026-02-30',
    '2026-2-1',
    '2026-13-01',
    '2026-00-10',
    '20260201',
    '2026-02-01T00:00:00Z',
    '',
    '+002026-02-01',
  ])('%s', (text) => {
    expect(toCalendarDate(text)).toBeNull();
  });
  test.each(['2026-13', '2026-00', '2026-1', '2026', '2026-02-01'])('%s is no month', (text) => {
    expect(toYearMonth(text)).toBeNull();
  });
  test.each([
    '2026-02-01',
    '2026-02-30T00:00:00Z',
    '2026-02-01T25:00:00Z',
    '2026-02-01T00:00:00',
    'yesterday',
  ])('%s is no instant', (text) => {
    expect(toInstant(text)).toBeNull();
  });
});

test('a day at +08:00 starts eight hours before the same day in UTC', () => {
  expect(startOfDay(date('2026-06-15'), zone('Asia/Shanghai'))).toBe(1_781_452_800_000);
  expect(startOfDay(date('2026-06-15'), zone('UTC'))).toBe(1_781_481_600_000);
  expect(dateIn(instantOf(1_781_452_800_000), zone('Asia/Shanghai'))).toBe('2026-06-15');
  expect(dateIn(instantOf(1_781_452_799_999), zone('Asia/Shanghai'))).toBe('2026-06-14');
});

test('days of 23 and 25 hours are whole days', () => {
  const newYork = zone('America/New_York');
  const hours = (from: string, to: string): number => {
    const { start, end } = periodOf({ from: date(from), to: date(to) }, newYork);
    return (end - start) / 3_600_000;
  };
  expect(hours('2026-03-08', '2026-03-09')).toBe(23);
  expect(hours('2026-11-01', '2026-11-02')).toBe(25);
  expect(dateIn(at('2026-11-01T04:59:59Z'), newYork)).toBe('2026-11-01');
});

test('months and leap days', () => {
  expect(datesOf(month('2024-02'))).toEqual({ from: '2024-02-01', to: '2024-03-01' });
  expect(datesOf(month('2026-12'))).toEqual({ from: '2026-12-01', to: '2027-01-01' });
  expect(addMonths(month('2026-01'), -1)).toBe('2025-12');
  expect(addDays(date('2024-02-28'), 1)).toBe('2024-02-29');
  expect(addDays(date('2026-01-01'), -1)).toBe('2025-12-31');
  expect(daysBetween(date('2026-02-01'), date('2026-03-01'))).toBe(28);
});

test.each([
  ['a month', '2026-03-01', '2026-04-01', '2026-02-01'],
  ['a month after a leap day', '2024-03-01', '2024-04-01', '2024-02-01'],
  ['January', '2026-01-01', '2026-02-01', '2025-12-01'],
  ['a quarter', '2026-01-01', '2026-04-01', '2025-10-01'],
  ['a year', '2026-01-01', '2027-01-01', '2025-01-01'],
  ['a day', '2026-03-01', '2026-03-02', '2026-02-28'],
  ['a day after a leap day', '2024-03-01', '2024-03-02', '2024-02-29'],
  ['a week across the year', '2026-01-03', '2026-01-10', '2025-12-27'],
  ['days from the first of a month', '2026-02-01', '2026-02-15', '2026-01-18'],
  ['days to the first of a month', '2026-02-15', '2026-03-01', '2026-02-01'],
  ['nothing', '2026-02-15', '2026-02-15', '2026-02-15'],
])('what %s is compared with ends where it begins and is as long', (_name, from, to, before) => {
  expect(rangeBefore({ from: date(from), to: date(to) })).toEqual({ from: before, to: from });
});

test('whole months between firsts, forwards and backwards', () => {
  expect(monthsBetween(date('2026-01-01'), date('2026-01-01'))).toBe(0);
  expect(monthsBetween(date('2025-12-01'), date('2026-01-01'))).toBe(1);
  expect(monthsBetween(date('2024-02-01'), date('2026-02-01'))).toBe(24);
  expect(monthsBetween(date('2026-03-01'), date('2026-01-01'))).toBe(-2);
});

test('each date of a range is there once, in order, and the end is not', () => {
  const dates = (from: string, to: string) => eachDate({ from: date(from), to: date(to) });
  expect(dates('2024-02-27', '2024-03-02')).toEqual(['2024-02-27', '2024-02-28', '2024-02-29', '2024-03-01']);
  expect(dates('2025-12-31', '2026-01-01')).toEqual(['2025-12-31']);
  expect(dates('2026-01-01', '2026-01-01')).toEqual([]);
  expect(dates('2026-01-02', '2026-01-01')).toEqual([]);
  expect(dates('2026-01-01', '2027-01-01')).toHaveLength(365);
});

test.each([
  ['Asia/Shanghai', 'UTC', '2026-01-01', '2027-01-01', [8]],
  ['UTC', 'Asia/Shanghai', '2026-01-01', '2027-01-01', [-8]],
  ['Asia/Shanghai', 'Asia/Singapore', '1990-01-01', '1990-02-01', [0]],
  ['Asia/Kolkata', 'UTC', '2026-01-01', '2026-02-01', [5.5]],
  ['Asia/Kathmandu', 'Asia/Kolkata', '2026-01-01', '2026-02-01', [0.25]],
  ['Europe/Berlin', 'UTC', '2026-02-01', '2026-03-29', [1]],
  ['Europe/Berlin', 'UTC', '2026-03-29', '2026-03-30', [1, 2]],
  ['Europe/Berlin', 'UTC', '2026-03-30', '2026-10-01', [2]],
  ['Europe/Berlin', 'Europe/Paris', '2026-01-01', '2027-01-01', [0]],
  ['America/New_York', 'Europe/Berlin', '2026-03-01', '2026-04-01', [-6, -5]],
  // Half an hour of summer time.
  ['Australia/Lord_Howe', 'UTC', '2026-01-01', '2027-01-01', [11, 10.5]],
])('the clocks of %s and %s differ from %s to %s by %j hours', (a, b, from, to, hours) => {
  const period = periodOf({ from: date(from), to: date(to) }, zone('UTC'));
  const differences = zoneDifferences(period, zone(a), zone(b));
  expect(differences).toEqual(new Set(hours.map((hour) => hour * 3_600_000)));
});

test('no difference of two zones that lasts an hour is missed', () => {
  const names = ['UTC', 'Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'];
  const name = fc.constantFrom(...names, 'Africa/Casablanca', 'America/St_Johns', 'Asia/Kathmandu').map(zone);
  const hourMs = 3_600_000;
  const clock = (instant: number, of: TimeZone): number =>
    Date.parse(
      `${Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(of).toPlainDateTime().toString()}Z`,
    );
  const from = fc.integer({ min: Date.UTC(2024, 0) / hourMs, max: Date.UTC(2028, 0) / hourMs });
  fc.assert(
    fc.property(name, name, from, fc.integer({ min: 1, max: 2000 }), (a, b, hour, hours) => {
      const moments = Array.from({ length: hours }, (_, index) => (hour + index) * hourMs);
      const period = { start: instantOf(hour * hourMs), end: instantOf((hour + hours) * hourMs) };
      const seen = new Set(moments.map((moment) => clock(moment, a) - clock(moment, b)));
      expect(zoneDifferences(period, a, b)).toEqual(seen);
    }),
    { numRuns: 40 },
  );
});

test('a time of day in a zone', () => {
  expect(printInstant(timeOfDay(date('2026-03-01'), '14:00', zone('Asia/Shanghai')))).toBe(
    '2026-03-01T06:00:00Z',
  );
});

test('instants are cut to the millisecond and printed in UTC', () => {
  expect(toInstant('2026-03-01T02:00:00.123456Z')).toBe(Date.parse('2026-03-01T02:00:00.123Z'));
  expect(toInstant('2026-03-01T10:00:00+08:00')).toBe(Date.parse('2026-03-01T02:00:00Z'));
  expect(printInstant(at('2026-03-01T02:00:00.500Z'))).toBe('2026-03-01T02:00:00.5Z');
});

test.each(['America/New_York', 'Pacific/Apia', 'Asia/Kathmandu'])(
  'a machine in %s gives the same dates, segments and settlements as one in UTC',
  (name) => {
    const script = `
      import { dateIn, startOfDay, datesOf } from './src/domain/calendar.ts';
      import { finalAtOf } from './src/domain/settlement.ts';
      import { segmentsOf } from './src/domain/segments.ts';
      const days = ['2026-03-08', '2026-11-01', '2024-02-29', '2026-12-31'];
      const zones = ['UTC', 'Asia/Shanghai'];
      const rule = { kind: 'nextMonth', day: 1, time: '14:00', zone: 'Asia/Shanghai' };
      console.log(JSON.stringify([
        zones.map((zone) => days.map((day) => [startOfDay(day, zone), dateIn(startOfDay(day, zone) - 1, zone)])),
        days.map((day) => finalAtOf(rule, day.slice(0, 7))),
        segmentsOf({ variants: { WEEK: 'fourWeeks', DAY: 'month', all: 'day' }, future: true }, ['WEEK', 'DAY', 'all'], datesOf('2026-03'), days[0]),
      ]));`;
    const run = (TZ: string) =>
      spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        env: { ...process.env, TZ },
        encoding: 'utf8',
      });
    const there = run(name);
    expect(there.stderr).toBe('');
    expect(there.stdout).toBe(run('UTC').stdout);
    expect(there.stdout.length).toBeGreaterThan(1000);
  },
);
