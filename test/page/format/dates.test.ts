/** Days are the vendors' and never slip by the reader's zone; an address spells each period in one way. */

import { describe, expect, test } from 'vitest';

import { toCsv } from '../../../src/page/format/csv-text.ts';
import {
  addDays,
  addMonths,
  daysFrom,
  isDate,
  isMonth,
  monthsFrom,
  showAge,
  showDate,
  showDates,
  showDay,
  showLongDate,
  showMoment,
  showMonth,
  showShortMonth,
} from '../../../src/page/format/dates.ts';
import { parsePeriod, printPeriod } from '../../../src/page/format/periods.ts';

/** Intl writes thin and non-breaking spaces around dashes. */
const plain = (text: string): string => text.replaceAll(/[\u2009\u202f\u00a0]/g, ' ');

test('a day is the same day for every reader, in the reader’s words', () => {
  expect(showDate('2026-02-01', 'en-GB')).toBe('1 Feb 2026');
  expect(showDate('2026-02-01', 'zh-CN')).toBe('2026年2月1日');
  expect(showLongDate('2026-02-01', 'en-GB')).toBe('Sun, 1 Feb 2026');
  expect(showDay('2026-02-01', 'en-GB')).toBe('1 Feb');
  expect(showMonth('2026-02', 'en-GB')).toBe('February 2026');
  expect(showShortMonth('2026-02', 'zh-CN')).toBe('2月');
});

test('a stretch of days ends with its last day, not with the day after', () => {
  expect(plain(showDates('2026-02-01', '2026-03-01', 'en-GB'))).toBe('1 – 28 Feb 2026');
  expect(plain(showDates('2026-02-14', '2026-02-15', 'en-GB'))).toBe('14 Feb 2026');
  expect(plain(showDates('2026-02-14', '2026-02-14', 'en-GB'))).toBe('14 Feb 2026');
});

test('a moment says its zone, and how long ago it was', () => {
  expect(plain(showMoment('2026-03-18T09:30:00Z', 'en-GB', 'Asia/Shanghai'))).toBe(
    '18 Mar 2026, 17:30 GMT+8',
  );
  const now = Date.parse('2026-03-18T09:30:00Z');
  expect(showAge('2026-03-18T09:29:45Z', now, 'en')).toBe('now');
  expect(showAge('2026-03-18T09:27:00Z', now, 'en')).toBe('3 minutes ago');
  expect(showAge('2026-03-18T07:00:00Z', now, 'en')).toBe('2 hours ago');
  expect(showAge('2026-03-15T07:00:00Z', now, 'zh-CN')).toBe('3天前');
  expect(showAge('2026-03-18T11:30:00Z', now, 'en')).toBe('in 2 hours');
});

test('days and months are counted over the ends of months, years and February', () => {
  expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
  expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
  expect(addMonths('2025-12', 1)).toBe('2026-01');
  expect(addMonths('2026-01', -13)).toBe('2024-12');
  expect(daysFrom('2026-02-27', '2026-03-02')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
  expect(daysFrom('2026-02-27', '2026-02-27')).toEqual([]);
  expect(monthsFrom('2025-11-30', '2026-02-01')).toEqual(['2025-11', '2025-12', '2026-01']);
  expect(monthsFrom('2026-02-01', '2026-02-01')).toEqual([]);
  expect([isDate('2026-02-29'), isDate('2024-02-29'), isMonth('2026-13'), isMonth('2026-12')]).toEqual([
    false,
    true,
    false,
    true,
  ]);
});

describe('a period in the address', () => {
  test.each([
    ['2026-02', { month: '2026-02' }],
    ['2026-02-to-date', { toDate: '2026-02' }],
    ['2026-02-01..2026-02-14', { dates: { from: '2026-02-01', to: '2026-02-15' } }],
    ['last-7-days', { last: { days: 7, includeCurrent: false } }],
    ['last-12-months-and-now', { last: { months: 12, includeCurrent: true } }],
  ])('%s is read, and written again, as the same', (text, period) => {
    expect(parsePeriod(text)).toEqual(period);
    expect(parsePeriod(text) === null ? null : printPeriod(period)).toBe(text);
  });

  test.each([
    '',
    '2026-13',
    '2026-13-to-date',
    '2026-02-14..2026-02-01',
    '2026-02-30..2026-03-01',
    'last-0-days',
    'last-121-months',
    'yesterday',
    '2026-02-01',
  ])('%j is no date', (text) => {
    expect(parsePeriod(text)).toBeNull();
  });
});

test('CSV has names that no spreadsheet runs, and figures that it can add', () => {
  const rows = [
    ['Product', 'Cost'],
    ['=HYPERLINK("http://x")', { figure: '-12.3400' }],
    ['a, "b"', { figure: null }],
    [null, { figure: '0.0000000001' }],
  ];
  expect(toCsv(rows)).toBe(
    '\uFEFFProduct,Cost\r\n"\'=HYPERLINK(""http://x"")",-12.3400\r\n"a, ""b""",\r\n,0.0000000001\r\n',
  );
});
