/** A period up to now has the right days at each vendor, at every moment, and an answer says which days those are. */

import { describe, expect, test } from 'vitest';

import { startGateway, type TestGateway } from '../support/gateway.ts';
import type { Range } from '../support/oracle.ts';
import { toTrueTotals } from '../support/reading.ts';
import { datesOf, groupTruth, sumTruth, trueCharges, usualAccounts } from '../support/spend-oracle.ts';
import {
  askSpend,
  readSpend,
  toTrueGroups,
  totalsFields,
  type Coverage,
  type Report,
} from '../support/spend.ts';

const only = ', filter: { providers: ["ppio", "novita", "streamlake"] }';
const shown =
  'period { from to } coverage { sources { account { id } period { from to } } } previous { from to comparison { isPartial ' +
  `${totalsFields} changes { ratio } } coverage { sources { account { id } period { from to } } } }`;

interface Dated {
  readonly sources: readonly { readonly account: { readonly id: string }; readonly period: Range }[];
}

/** The dates that each account was asked for. */
const periodsOf = (coverage: Coverage | undefined): Record<string, Range> =>
  Object.fromEntries(
    (coverage as unknown as Dated).sources.map(({ account, period }) => [account.id, period]),
  );

const ask = (gateway: TestGateway, period: string, args = only): Promise<Report> =>
  readSpend(gateway, { period, groupBy: ['DAY'], args, report: shown });

/** Charges of each account over dates of its own. */
const trueIn = (nowMs: number, periods: Record<string, Range>) =>
  usualAccounts.flatMap((account) => {
    const range = periods[account.id];
    return range === undefined ? [] : trueCharges(nowMs, range, [account]);
  });

const evening = Date.parse('2026-03-17T18:00:00Z');
const r = (from: string, to: string): Range => ({ from, to });

describe('between the midnights of Shanghai and of Greenwich each vendor has its own days', () => {
  // It is the 18th at PPIO and StreamLake, and the 17th at Novita.
  test.each<[string, Range, Range, Range, Range]>([
    [
      'last: { days: 7 }',
      r('2026-03-11', '2026-03-18'),
      r('2026-03-10', '2026-03-17'),
      r('2026-03-04', '2026-03-11'),
      r('2026-03-03', '2026-03-10'),
    ],
    [
      'last: { days: 1, includeCurrent: true }',
      r('2026-03-18', '2026-03-19'),
      r('2026-03-17', '2026-03-18'),
      r('2026-03-17', '2026-03-18'),
      r('2026-03-16', '2026-03-17'),
    ],
    [
      'last: { months: 2 }',
      r('2026-01-01', '2026-03-01'),
      r('2026-01-01', '2026-03-01'),
      r('2025-11-01', '2026-01-01'),
      r('2025-11-01', '2026-01-01'),
    ],
    [
      'last: { months: 1, includeCurrent: true }',
      r('2026-03-01', '2026-04-01'),
      r('2026-03-01', '2026-04-01'),
      r('2026-02-01', '2026-02-19'),
      r('2026-02-01', '2026-02-18'),
    ],
    [
      'month: "2026-03"',
      r('2026-03-01', '2026-04-01'),
      r('2026-03-01', '2026-04-01'),
      r('2026-02-01', '2026-02-19'),
      r('2026-02-01', '2026-02-18'),
    ],
    [
      'toDate: "2026-03"',
      r('2026-03-01', '2026-03-18'),
      r('2026-03-01', '2026-03-17'),
      r('2026-02-01', '2026-02-18'),
      r('2026-02-01', '2026-02-17'),
    ],
    [
      'toDate: "2026-02"',
      r('2026-02-01', '2026-03-01'),
      r('2026-02-01', '2026-03-01'),
      r('2026-01-01', '2026-02-01'),
      r('2026-01-01', '2026-02-01'),
    ],
  ])('%s', async (period, ahead, behind, aheadBefore, behindBefore) => {
    const gateway = await startGateway({ nowMs: evening });
    const report = await ask(gateway, period);
    const periods = { 'ppio-main': ahead, 'novita-us': behind, 'streamlake-prod': ahead };
    const before = { 'ppio-main': aheadBefore, 'novita-us': behindBefore, 'streamlake-prod': aheadBefore };
    expect(periodsOf(report.coverage)).toEqual(periods);
    expect(report.period).toEqual({ from: behind.from, to: ahead.to });
    expect(toTrueGroups(report.groups)).toEqual(groupTruth(trueIn(evening, periods), ['DAY']));
    expect(periodsOf(report.previous?.coverage)).toEqual(before);
    expect(toTrueTotals(report.previous?.comparison.totals ?? [])).toEqual(sumTruth(trueIn(evening, before)));
    expect([report.previous?.from, report.previous?.to]).toEqual([
      behindBefore.from,
      datesOf(aheadBefore).at(-1),
    ]);
    const runs = period.includes('month: "2026-03"') || period.includes('includeCurrent');
    expect(report.previous?.comparison.isPartial).toBe(runs);
  });

  test('in the zone of a report all have its days', async () => {
    const gateway = await startGateway({ nowMs: evening });
    const filter = ', timeZone: "Asia/Shanghai", filter: { providers: ["ppio", "novita"] }';
    const report = await ask(gateway, 'last: { days: 2 }', filter);
    const range = r('2026-03-16', '2026-03-18');
    expect(periodsOf(report.coverage)).toEqual({ 'ppio-main': range, 'novita-us': range });
    expect(report.period).toEqual(range);
  });
});

test('the first day of a month has no complete day yet: nothing was spent, which is no error and no partial figure', async () => {
  const nowMs = Date.parse('2026-02-28T20:00:00Z');
  const gateway = await startGateway({ nowMs });
  const report = await ask(gateway, 'toDate: "2026-03"');
  // At Novita the month has not even begun.
  const none = r('2026-03-01', '2026-03-01');
  expect(periodsOf(report.coverage)).toEqual({
    'ppio-main': none,
    'novita-us': none,
    'streamlake-prod': none,
  });
  expect(report.groups).toEqual([]);
  expect(report.previous?.comparison).toMatchObject({ isPartial: false, totals: [], changes: [] });
  for (const { calls } of Object.values(gateway.sandbox.vendors)) expect(calls).toEqual([]);
});

test('lists take periods up to now as reports do, and each source says its dates', async () => {
  const gateway = await startGateway({ nowMs: evening });
  const fields = 'totalCount coverage { period { from to } sources { account { id } period { from to } } }';
  const { data, errors } = await gateway.query<
    Record<
      'bills' | 'dailyDetails' | 'apiKeyUsage' | 'invoices',
      { totalCount: number; coverage: Coverage & { period: Range | null } }
    >
  >(`{
    bills(period: { last: { months: 1 } }) { ${fields} }
    dailyDetails(period: { last: { days: 3 } }) { ${fields} }
    apiKeyUsage(period: { toDate: "2026-03" }) { ${fields} }
    invoices { ${fields} }
    restatements(period: { last: { days: 3 } }) { sources { period { from to } } }
  }`);
  expect(errors).toBeUndefined();
  const details = periodsOf(data.dailyDetails.coverage);
  expect(details).toEqual({
    'ppio-main': r('2026-03-15', '2026-03-18'),
    'novita-us': r('2026-03-14', '2026-03-17'),
    'streamlake-prod': r('2026-03-15', '2026-03-18'),
  });
  expect(data.dailyDetails.totalCount).toBe(
    trueIn(evening, details).filter(({ kind }) => kind === 'DAILY_DETAIL').length,
  );
  expect(data.dailyDetails.coverage.period).toEqual(r('2026-03-14', '2026-03-18'));
  expect(data.bills.coverage.period).toEqual(r('2026-02-01', '2026-03-01'));
  expect(data.apiKeyUsage.coverage.period).toEqual(r('2026-03-01', '2026-03-18'));
  expect(data.invoices.coverage.period).toBe(null);
});

test('a cached answer ends at the midnight of each vendor that it speaks of, and of the zone of the report', async () => {
  const hour = 3_600_000;
  const answers: [string, string, string][] = [
    ['last: { days: 2 }', ', filter: { providers: ["ppio"] }', '2026-03-17T16:00:00Z'],
    ['last: { days: 2 }', ', filter: { providers: ["novita"] }', '2026-03-18T00:00:00Z'],
    ['last: { days: 2 }', only, '2026-03-17T16:00:00Z'],
    ['last: { months: 1 }', ', filter: { providers: ["novita"] }', '2026-03-18T00:00:00Z'],
    ['toDate: "2026-03"', ', filter: { providers: ["novita"] }', '2026-03-18T00:00:00Z'],
    [
      'last: { days: 2 }',
      ', timeZone: "Asia/Tokyo", filter: { providers: ["ppio"] }',
      '2026-03-17T15:00:00Z',
    ],
  ];
  const settings = (usual: { accounts: readonly object[] }) => ({
    ...usual,
    accounts: usual.accounts.map((account) => ({
      ...account,
      freshness: { openSeconds: 1e6, closedSeconds: 1e6, finalSeconds: 1e7, staleSeconds: 1e7 },
    })),
  });
  for (const [period, args, midnight] of answers) {
    const gateway = await startGateway({ nowMs: Date.parse(midnight) - hour, settings });
    const maxAge = async (): Promise<number> => {
      const query = `{ spend(period: { ${period} }, groupBy: [] ${args}) { period { from to } } }`;
      const response = await fetch(`${gateway.app.url}/graphql?query=${encodeURIComponent(query)}`, {
        headers: { accept: 'application/json' },
      });
      const body = (await response.json()) as { data: { spend: { period: Range } } };
      gateway.sent.push(body.data.spend.period.to);
      return Number(/max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '')?.[1]);
    };
    expect([period, args, await maxAge()]).toEqual([period, args, 3600]);
    gateway.clock.nowMs = Date.parse(midnight) - 1;
    await maxAge();
    gateway.clock.nowMs = Date.parse(midnight);
    await maxAge();
    const [first = '', second = '', third = ''] = gateway.sent;
    expect(second).toBe(first);
    // Months and days that ended are the same, or a day later.
    if (!period.includes('months')) expect(third > first).toBe(true);
  }
});

test('a cursor of a period up to now is good until its days are others, and then refused', async () => {
  const gateway = await startGateway({ nowMs: evening });
  const list = (after: string): string =>
    `{ dailyDetails(period: { last: { days: 3 } }, filter: { accounts: ["novita-us"] }, first: 5 ${after}) { pageInfo { endCursor } nodes { id } } }`;
  interface Page {
    readonly dailyDetails: {
      readonly pageInfo: { readonly endCursor: string };
      readonly nodes: readonly object[];
    };
  }
  const first = await gateway.query<Page>(list(''));
  const after = `, after: "${first.data.dailyDetails.pageInfo.endCursor}"`;
  gateway.clock.nowMs += 5 * 3_600_000;
  expect((await gateway.query<Page>(list(after))).errors).toBeUndefined();
  gateway.clock.nowMs += 2 * 3_600_000;
  expect((await gateway.query<Page>(list(after))).errors).toMatchObject([
    { extensions: { code: 'INVALID_CURSOR' } },
  ]);
});

test('what a period up to now would cost is told beforehand, the period before included', async () => {
  const gateway = await startGateway({ nowMs: evening });
  const query = `{ spend(period: { last: { days: 7 } }, groupBy: [WEEK, FEE_ITEM], filter: { providers: ["streamlake"] }) { previous { from } groups(first: 3) { cursor } } }`;
  const { data } = await gateway.query<{ queryCost: { requested: number; upstream: number } }>(
    'query ($query: String!) { queryCost(query: $query) { requested upstream } }',
    { query },
  );
  expect(data.queryCost).toEqual({ requested: 14, upstream: 14 });
  expect(gateway.calls('streamlake')).toBe(0);
  const answered = (await gateway.query(query)) as unknown as { extensions: { cost: { requested: number } } };
  expect(answered.extensions.cost.requested).toBe(14);
});

test.each([
  ['last: { days: 0 }', /1 to 3660/],
  ['last: { days: -1 }', /1 to 3660/],
  ['last: { days: 3661 }', /1 to 3660/],
  ['last: { months: 0 }', /1 to 120/],
  ['last: { months: 121 }', /1 to 120/],
  ['last: { days: 1, months: 1 }', /one of the two/],
  ['last: {}', /days or months/],
  ['last: { includeCurrent: true }', /days or months/],
  ['toDate: "2026-04"', /has not begun/],
  ['toDate: "1999-12"', /2000 to 2099/],
])('%s is refused with a word on what is right', async (period, message) => {
  const gateway = await startGateway({ nowMs: evening });
  const { data, errors } = await askSpend(gateway, { period, groupBy: [] });
  expect(data.spend).toBe(null);
  expect(errors).toMatchObject([
    { message: expect.stringMatching(message), extensions: { code: 'INVALID_PERIOD' } },
  ]);
});
