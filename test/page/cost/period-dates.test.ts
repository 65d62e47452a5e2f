/** A heading says the dates that were asked for, in each zone where they differ, and never more days than a period has. */

import { expect, test } from 'vitest';

import { showAskedDates, showAskedMonths, showBefore } from '../../../src/page/cost/period-dates.ts';

/** ICU writes thin spaces around a dash. */
const plain = (text: string): string => text.replaceAll(/\s/g, ' ');
const i18n = { locale: 'en-GB', t: (key: string) => key };
const source = (timeZone: string, from: string, to: string) => ({
  period: { from, to },
  account: { timeZone },
});
const whole = { from: '2026-03-10', to: '2026-03-18' };

test('where all days are the same they are said once, whatever the zones', () => {
  const sources = [
    source('Asia/Shanghai', '2026-03-11', '2026-03-18'),
    source('UTC', '2026-03-11', '2026-03-18'),
  ];
  expect(plain(showAskedDates(sources, whole, i18n))).toBe('11 – 17 Mar 2026');
});

test('where a day begins earlier each zone has its seven days', () => {
  const sources = [
    source('Asia/Shanghai', '2026-03-11', '2026-03-18'),
    source('UTC', '2026-03-10', '2026-03-17'),
    source('Asia/Shanghai', '2026-03-11', '2026-03-18'),
    { period: null, account: { timeZone: 'Asia/Tokyo' } },
  ];
  expect(plain(showAskedDates(sources, whole, i18n))).toBe(
    '10 – 16 Mar 2026 (UTC) · 11 – 17 Mar 2026 (Asia/Shanghai)',
  );
  expect(plain(showBefore({ from: '2026-03-10', to: '2026-03-17', coverage: { sources } }, i18n))).toBe(
    '10 – 16 Mar 2026 (UTC) · 11 – 17 Mar 2026 (Asia/Shanghai)',
  );
  expect(plain(showBefore({ from: '2026-02-01', to: '2026-02-18', coverage: { sources: [] } }, i18n))).toBe(
    '1 – 18 Feb 2026',
  );
});

test('a period without a complete day has no date', () => {
  expect(showAskedDates([source('UTC', '2026-03-01', '2026-03-01')], whole, i18n)).toBe('cost.noDay');
});

test('in the last hours of a month it is the next one elsewhere', () => {
  const sources = [
    source('Asia/Shanghai', '2026-04-01', '2026-05-01'),
    source('UTC', '2026-03-01', '2026-04-01'),
  ];
  expect(showAskedMonths(sources, whole, 'en-GB')).toBe('March 2026 (UTC) · April 2026 (Asia/Shanghai)');
});
