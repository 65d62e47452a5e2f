/** Bars of cost over time: what is billed ahead is drawn, what has not begun is not, and nothing unknown is nothing. */

import { expect, test } from 'vitest';

import {
  barsOf,
  gapsOf,
  seriesOf,
  type TimeAnswer,
  type TimeRequest,
} from '../../../src/page/cost/time-bars.ts';

const request: TimeRequest = {
  grain: 'DAY',
  currency: 'CNY',
  isConverted: false,
  tomorrow: '2026-03-19',
  locale: 'en-GB',
  nameOf: (key) => key?.value ?? 'none',
  explain: ({ account }) => account.name,
};

const key = (dimension: string, value: string | null) => ({ dimension, value, label: value ?? '' });
const sums = (amount: string, currency = 'CNY') => [{ currency, billedCost: { amount } }];
const source = (status: string, provisionalFrom: string | null = null) => ({
  status,
  kind: 'BILL',
  provisionalFrom,
  account: { id: 'a', name: 'Account A', timeZone: 'UTC' },
  error: null,
});

function answerOf(days: Readonly<Record<string, string>>, sources = [source('FRESH')]): TimeAnswer {
  const groups = Object.entries(days).map(([day, amount]) => ({
    key: [key('DAY', day)],
    totals: sums(amount),
  }));
  return {
    bars: {
      period: { from: '2026-03-01', to: '2026-04-01' },
      totals: [{ currency: 'CNY' }],
      groups,
      coverage: { sources },
    },
    series: { groups: [{ key: [key('PROVIDER', 'p')], totals: sums('5') }] },
    parts: { groups: [], rest: null },
  };
}

const barsFor = (answer: TimeAnswer) => barsOf(answer, seriesOf(answer, ['CNY'], request)[0] ?? [], request);

test('a month that runs has a bar for each day up to today, and for a later one that is billed already', () => {
  const bars = barsFor(answerOf({ '2026-03-02': '1.00', '2026-03-25': '4.00' }));
  expect(bars.map((bar) => [bar.key.slice(8), bar.total])).toEqual([
    ...Array.from({ length: 18 }, (_, index) => [
      String(index + 1).padStart(2, '0'),
      index === 1 ? '1.00' : '0',
    ]),
    ['25', '4.00'],
  ]);
});

test('where an account did not answer, days without charges are gaps, and days to come are not there', () => {
  const bars = barsFor(answerOf({ '2026-03-02': '1.00' }, [source('FAILED')]));
  expect(bars).toHaveLength(18);
  expect(bars.filter(({ total }) => total === null)).toHaveLength(17);
  expect(bars.every(({ missing }) => missing[0] === 'Account A')).toBe(true);
  const gaps = gapsOf('2026-03-01', '2026-04-01', ['why'], request);
  expect(gaps.map(({ total }) => total)).toEqual(Array.from({ length: 18 }, () => null));
});

test('a bar has a rest only where something in it is no series', () => {
  const answer = answerOf({ '2026-03-01': '3.00', '2026-03-02': '2.00', '2026-03-03': '1.00' });
  const part = (day: string, value: string, amount: string) => ({
    key: [key('DAY', day), key('PROVIDER', value)],
    totals: sums(amount),
  });
  const parts = {
    groups: [
      part('2026-03-01', 'p', '2.00'),
      part('2026-03-01', 'q', '1.00'),
      part('2026-03-02', 'p', '2.00'),
      part('2026-03-03', 'p', '1.00'),
      part('2026-03-03', 'q', '0.00'),
    ],
    rest: null,
  };
  expect(
    barsFor({ ...answer, parts })
      .slice(0, 4)
      .map(({ hasRest }) => hasRest),
  ).toEqual([true, false, false, false]);
  // Groups that did not fit into the answer may be in any bar.
  const cut = barsFor({ ...answer, parts: { ...parts, rest: { groupCount: 1 } } });
  expect(cut.every(({ hasRest }) => hasRest)).toBe(true);
});
