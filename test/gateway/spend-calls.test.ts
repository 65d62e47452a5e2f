/** A year of spend over six accounts costs no call more than the vendors' own bounds demand, and is then there for all. */

import { expect, onTestFinished, test } from 'vitest';

import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { sandboxCredentials } from '../../src/sandbox/vendors.ts';
import { startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { type Range } from '../support/oracle.ts';
import { toTrueTotals } from '../support/reading.ts';
import { startRelay } from '../support/relay.ts';
import {
  datesOf,
  groupTruth,
  streamlakeRowsOn,
  sumTruth,
  trueCharges,
  trueKeyCharges,
  usualAccounts,
  type TrueAccount,
} from '../support/spend-oracle.ts';
import { readSpend, spendQuery, toTrueGroups, wide } from '../support/spend.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
/** The day after the running one, at +08:00 as in UTC. */
const tomorrow = '2026-03-19';
const year: Range = { from: '2025-04-01', to: '2026-04-01' };

const brands = ['ppio', 'novita'] as const;
const otherSeed = 20_260_318;
const accounts: readonly TrueAccount[] = [
  ...usualAccounts,
  ...brands.map((vendor) => ({ id: `${vendor}-second`, vendor, seed: otherSeed })),
];

/** The categories that the vendors' documents name as common values. */
const subscriptionCategories = 6;
const usageCategories = 9;
/** The most days that one call to PPIO or Novita may span. */
const callDays = 31;
/** The most rows that one call to StreamLake may give. */
const pageRows = 100;

const daysIn = (range: Range): number => datesOf(range).length;

/** The least calls that a year takes: what a call may span is published. */
function leastCalls(range: Range) {
  const past = { from: range.from, to: range.to < tomorrow ? range.to : tomorrow };
  const pages = datesOf(past).map((date) => Math.max(1, Math.ceil(streamlakeRowsOn(date, nowMs) / pageRows)));
  return {
    platform:
      Math.ceil(daysIn(range) / callDays) * subscriptionCategories +
      Math.ceil(daysIn(past) / callDays) * usageCategories,
    streamlake: pages.reduce((sum, count) => sum + count, 0),
  };
}

async function startSix(limits: object): Promise<{ gateway: TestGateway; second: Sandbox }> {
  const second = await startSandbox({ seed: otherSeed, requestsPerSecond: 100_000, nowMs: () => nowMs });
  onTestFinished(() => second.stop());
  const relays = await Promise.all(
    brands.map(async (vendor) => {
      const key = { from: `sk_second_of_${vendor}`, to: sandboxCredentials[vendor].apiKey };
      const relay = await startRelay(second.vendors[vendor].url, key);
      onTestFinished(() => relay.stop());
      return { vendor, url: relay.url, apiKey: key.from };
    }),
  );
  const settings = (usual: Settings) => ({
    ...usual,
    limits,
    accounts: [
      ...usual.accounts,
      ...relays.map(({ vendor, url, apiKey }) => ({
        id: `${vendor}-second`,
        provider: vendor,
        credential: { apiKey },
        baseUrl: url,
        quota: { requestsPerSecond: 10_000, concurrent: 8 },
      })),
    ],
  });
  return { gateway: await startGateway({ nowMs, settings }), second };
}

const callsOf = ({ vendors }: Sandbox) => ({
  ppio: vendors.ppio.calls.length,
  novita: vendors.novita.calls.length,
  streamlake: vendors.streamlake.calls.length,
  aione: vendors.aione.calls.length,
});

test('a cold year of six accounts takes the least calls there can be, and whatever is asked of it after that takes none', async () => {
  const { gateway, second } = await startSix(wide);
  const groupBy = ['ACCOUNT', 'MONTH', 'PRODUCT'] as const;
  const { groups, totals, coverage } = await readSpend(gateway, { range: year, groupBy });
  const truth = trueCharges(nowMs, year, accounts);
  expect(toTrueGroups(groups)).toEqual(groupTruth(truth, groupBy));
  expect(toTrueTotals(totals)).toEqual(sumTruth(truth));
  expect(coverage.sources.filter(({ status }) => status !== 'FRESH')).toMatchObject([
    { account: { id: 'aione-hq' }, kind: null },
  ]);

  const { platform, streamlake } = leastCalls(year);
  const cold = [
    { ppio: platform, novita: platform, streamlake, aione: 0 },
    { ppio: platform, novita: platform, streamlake: 0, aione: 0 },
  ];
  expect([callsOf(gateway.sandbox), callsOf(second)]).toEqual(cold);
  // At least one day of the year has more rows than a page.
  expect(streamlake).toBeGreaterThan(daysIn({ from: year.from, to: tomorrow }));

  const questions = [
    spendQuery({ range: year, groupBy: ['DAY', 'BILLING_METHOD'] }),
    spendQuery({ range: { from: '2025-08-17', to: '2026-01-03' }, groupBy: ['PROJECT'], args: ', top: 1' }),
    spendQuery({ month: '2025-11', groupBy: ['PRODUCT'], group: 'previous { changes { ratio } }' }),
    spendQuery({ range: year, groupBy: [], args: ', filter: { categories: ["gpu"], currencies: ["USD"] }' }),
    spendQuery({
      month: '2026-02',
      groupBy: ['DAY'],
      args: ', timeZone: "Asia/Shanghai", filter: { providers: ["ppio", "streamlake"] }',
    }),
    '{ bills(period: { month: "2025-12" }) { totalCount } dailyDetails(period: { month: "2025-12" }) { totalCount } }',
  ];
  for (const question of questions) {
    const { errors } = await gateway.query(question);
    expect(errors).toBeUndefined();
  }
  expect([callsOf(gateway.sandbox), callsOf(second)]).toEqual(cold);
});

test('what fifty dashboards ask of a cold quarter at once is read once', async () => {
  const { gateway, second } = await startSix(wide);
  const quarter = { from: '2025-10-01', to: '2026-01-01' };
  const dimensions = ['ACCOUNT', 'PRODUCT', 'CATEGORY', 'DAY', 'PROJECT', 'MONTH'];
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      readSpend(gateway, {
        range: quarter,
        groupBy: [dimensions[index % 6] ?? '', dimensions[(index + 1 + (index % 4)) % 6] ?? ''],
      }),
    ),
  );
  expect(new Set(answers.map(({ totals }) => JSON.stringify(totals))).size).toBe(1);
  // A month is never longer than a call may be.
  const platform = 3 * (subscriptionCategories + usageCategories);
  const { streamlake } = leastCalls(quarter);
  expect([callsOf(gateway.sandbox), callsOf(second)]).toEqual([
    { ppio: platform, novita: platform, streamlake, aione: 0 },
    { ppio: platform, novita: platform, streamlake: 0, aione: 0 },
  ]);
});

test('a year that is too much for one request can be read in parts, and the whole then costs nothing', async () => {
  const { gateway, second } = await startSix({});
  const edges = ['2025-04-01', '2025-07-01', '2025-10-01', '2026-01-01', '2026-04-01'];
  for (const [index, from] of edges.slice(0, -1).entries())
    await readSpend(gateway, { range: { from, to: edges[index + 1] ?? '' }, groupBy: [] });
  const { totals } = await readSpend(gateway, { range: year, groupBy: ['PROVIDER', 'MONTH'] });
  expect(toTrueTotals(totals)).toEqual(sumTruth(trueCharges(nowMs, year, accounts)));
  const { platform, streamlake } = leastCalls(year);
  expect([callsOf(gateway.sandbox), callsOf(second)]).toEqual([
    { ppio: platform, novita: platform, streamlake, aione: 0 },
    { ppio: platform, novita: platform, streamlake: 0, aione: 0 },
  ]);
});

test('usage by key takes one call a month, from the month in which the list begins', async () => {
  const { gateway, second } = await startSix(wide);
  const report = await readSpend(gateway, { range: year, groupBy: ['ACCOUNT', 'API_KEY'] });
  expect(toTrueGroups(report.groups)).toEqual(
    groupTruth(trueKeyCharges(nowMs, year, accounts), ['ACCOUNT', 'API_KEY']),
  );
  expect([callsOf(gateway.sandbox), callsOf(second)]).toEqual([
    { ppio: 3, novita: 3, streamlake: 0, aione: 0 },
    { ppio: 3, novita: 3, streamlake: 0, aione: 0 },
  ]);
});

test('a filter on accounts or categories leaves alone what it does not name', async () => {
  const { gateway, second } = await startSix(wide);
  await readSpend(gateway, {
    month: '2026-02',
    groupBy: ['PRODUCT'],
    args: ', filter: { accounts: ["ppio-second"], categories: ["gpu", "llm"] }',
  });
  expect([callsOf(gateway.sandbox), callsOf(second)]).toEqual([
    { ppio: 0, novita: 0, streamlake: 0, aione: 0 },
    // Subscriptions of gpu, and usage of both.
    { ppio: 3, novita: 0, streamlake: 0, aione: 0 },
  ]);
});

test('a filter on categories leaves alone a list whose rows name none: it is neither read nor looked at', async () => {
  const filter = 'filter: { categories: ["gpu"] }';
  const february = { from: '2026-02-01', to: '2026-03-01' };
  const truth = trueCharges(nowMs, february).filter(({ values }) => values.CATEGORY === 'gpu');
  const settings = (usual: Settings) => ({ ...usual, limits: { maxVisitedRows: truth.length } });
  const gateway = await startGateway({ nowMs, settings });
  // What is there already is not looked at either: more than so many rows of a request would be refused.
  for (const [from, to] of [
    ['2026-02-01', '2026-02-02'],
    ['2026-02-02', '2026-02-03'],
  ]) {
    const period = `period: { dates: { from: "${from}", to: "${to}" } }`;
    const day = `{ dailyDetails(${period}, filter: { providers: ["streamlake"] }) { totalCount } }`;
    expect((await gateway.query(day)).errors).toBeUndefined();
  }
  const calls = gateway.calls('streamlake');
  expect(calls).toBeGreaterThan(0);
  gateway.sandbox.vendors.streamlake.fault = { name: 'broken' };
  const report = await readSpend(gateway, { range: february, groupBy: ['PROVIDER'], args: `, ${filter}` });
  expect(toTrueTotals(report.totals)).toEqual(sumTruth(truth));
  const details = await gateway.query<{
    dailyDetails: { totalCount: number; coverage: typeof report.coverage };
  }>(
    `{ dailyDetails(period: { month: "2026-02" }, ${filter}) {
      totalCount coverage { complete sources { account { id } status asOf rowCount } } } }`,
  );
  expect(details.errors).toBeUndefined();
  expect(details.data.dailyDetails.totalCount).toBe(
    truth.filter(({ kind }) => kind === 'DAILY_DETAIL').length,
  );
  expect(details.data.dailyDetails.coverage.complete).toBe(true);
  for (const { sources } of [report.coverage, details.data.dailyDetails.coverage]) {
    expect(sources.filter(({ account }) => account.id === 'streamlake-prod')).toMatchObject([
      { status: 'FRESH', asOf: null, rowCount: 0 },
    ]);
  }
  expect(gateway.calls('streamlake')).toBe(calls);
});
