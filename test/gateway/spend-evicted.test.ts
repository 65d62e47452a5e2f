/** What was spent is told without its rows once they had to leave memory: the same answer, at no call, for as long as it is fresh. */

import { expect, onTestFinished, test } from 'vitest';

import { startGateway, type TestGateway } from '../support/gateway.ts';
import type { Range } from '../support/oracle.ts';
import { toTrueTotals } from '../support/reading.ts';
import { startRedis } from '../support/redis.ts';
import { groupTruth, sumTruth, trueCharges, trueKeyCharges } from '../support/spend-oracle.ts';
import {
  changeFields,
  coverageFields,
  spendQuery,
  toTrueGroups,
  totalsFields,
  wide,
  type Report,
} from '../support/spend.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
/** Across a year, and the running month. */
const months: Range = { from: '2025-11-01', to: '2026-04-01' };
const keyed: Range = { from: '2026-01-01', to: '2026-04-01' };
/** Less than the rows of a month take. */
const tight = { ...wide, memoryCacheBytes: 20_000 };

const start = (limits: object, others: object = {}): Promise<TestGateway> =>
  startGateway({ nowMs, settings: (settings) => ({ ...settings, ...others, limits }) });

const callsOf = (gateway: TestGateway) =>
  (['ppio', 'novita', 'streamlake', 'aione'] as const).map((vendor) => gateway.calls(vendor));

interface Whole {
  readonly data: { readonly spend: Report };
  readonly extensions: { readonly cost: object };
}

let asked = 0;
/** Asked under another name each time, so that no answer is given for its bytes. */
async function ask(gateway: TestGateway, query: string): Promise<Whole> {
  asked += 1;
  const answer = (await gateway.query(`query Q${asked} ${query}`)) as unknown as Whole;
  expect(answer).not.toHaveProperty('errors');
  return answer;
}

const earlier = `previous { from to comparison { ${totalsFields} ${changeFields} } ${coverageFields} }`;
const questions = [
  spendQuery({ range: months, groupBy: ['MONTH', 'PRODUCT'], group: 'tokens { input output total }' }),
  spendQuery({ range: months, groupBy: ['DAY'], args: ', filter: { categories: ["llm"] }' }),
  spendQuery({ month: '2026-02', groupBy: ['ACCOUNT', 'CATEGORY'], report: earlier }),
  spendQuery({ range: keyed, groupBy: ['API_KEY', 'MONTH'] }),
];

test('every answer without rows is that of a gateway which holds them, coverage, notices and cost as well', async () => {
  const [roomy, small] = await Promise.all([start(wide), start(tight)]);
  for (const query of questions) {
    await ask(roomy, query);
    await ask(small, query);
  }
  const [callsOfRoomy, callsOfSmall] = [callsOf(roomy), callsOf(small)];
  for (const query of [...questions, ...questions.toReversed()]) {
    expect(await ask(small, query)).toEqual(await ask(roomy, query));
  }
  expect(callsOf(small)).toEqual(callsOfSmall);
  expect(callsOf(roomy)).toEqual(callsOfRoomy);
  // Its price is told as it is.
  const [query = ''] = questions;
  const price = 'query ($q: String!) { queryCost(query: $q) { requested cached upstream } }';
  const priced = await small.query(price, { q: query });
  expect(priced).toMatchObject({ data: { queryCost: { upstream: 0 } } });
  expect((await roomy.query(price, { q: query })).data).toEqual(priced.data);
});

test('sums without rows are the truth, and so is what needs the rows again', async () => {
  const gateway = await start(tight);
  const groupBy = ['MONTH', 'PRODUCT'] as const;
  const truth = trueCharges(nowMs, months);
  for (const time of ['first', 'second']) {
    const { spend } = (await ask(gateway, spendQuery({ range: months, groupBy }))).data;
    expect([time, toTrueGroups(spend.groups)]).toEqual([time, groupTruth(truth, groupBy)]);
    expect(toTrueTotals(spend.totals)).toEqual(sumTruth(truth));
  }
  const before = callsOf(gateway);
  // By another dimension, in a part of a month, by key, and the rows themselves.
  const other = (await ask(gateway, spendQuery({ range: months, groupBy: ['PROJECT'] }))).data.spend;
  expect(toTrueGroups(other.groups)).toEqual(groupTruth(truth, ['PROJECT']));
  expect(callsOf(gateway)).not.toEqual(before);
  const part: Range = { from: '2025-11-09', to: '2026-02-11' };
  const ofPart = (await ask(gateway, spendQuery({ range: part, groupBy }))).data.spend;
  expect(toTrueGroups(ofPart.groups)).toEqual(groupTruth(trueCharges(nowMs, part), groupBy));
  const byKey = ['API_KEY', 'MONTH'] as const;
  const keys = (await ask(gateway, spendQuery({ range: keyed, groupBy: byKey }))).data.spend;
  expect(toTrueGroups(keys.groups)).toEqual(groupTruth(trueKeyCharges(nowMs, keyed), byKey));
  const list = `{ bills(period: { dates: { from: "${months.from}", to: "${months.to}" } }) { totalCount } }`;
  const { data } = await gateway.query<{ bills: { totalCount: number } }>(list);
  expect(data.bills.totalCount).toBe(truth.filter(({ kind }) => kind === 'BILL').length);
});

test('sums of rows that are not fresh any more are read again', async () => {
  const gateway = await start(tight);
  const query = spendQuery({ month: '2026-03', groupBy: ['PRODUCT'] });
  await ask(gateway, query);
  const before = callsOf(gateway);
  gateway.clock.nowMs += 299_000;
  expect(asOf(await ask(gateway, query))).toBe(nowMs);
  expect(callsOf(gateway)).toEqual(before);
  gateway.clock.nowMs += 1_502_000;
  const again = await ask(gateway, query);
  expect(asOf(again)).toBe(gateway.clock.nowMs);
  const march: Range = { from: '2026-03-01', to: '2026-04-01' };
  const truth = trueCharges(gateway.clock.nowMs, march);
  expect(toTrueGroups(again.data.spend.groups)).toEqual(groupTruth(truth, ['PRODUCT']));
});

function asOf({ data }: Whole): number {
  return Date.parse(data.spend.coverage.asOf ?? '');
}

test('with a full store the answer is that of rows, and needs neither vendor nor store once it was given', async () => {
  const redis = await startRedis({ onTestFinished });
  const gateway = await start(tight, { redis: { url: redis.url, timeoutMs: 5000 } });
  const [query = ''] = questions;
  const first = await ask(gateway, query);
  const calls = callsOf(gateway);
  await gateway.restart();
  const again = await ask(gateway, query);
  expect(again.data).toEqual(first.data);
  const commands = async (): Promise<number> =>
    Number(/cmdstat_mget:calls=(\d+)/.exec(String(await redis.call('INFO', 'commandstats')))?.[1]);
  const read = await commands();
  expect(read).toBeGreaterThan(0);
  expect(await ask(gateway, query)).toEqual(again);
  expect(await commands()).toBe(read);
  expect(callsOf(gateway)).toEqual(calls);
});

test('a year that the store holds is answered though memory holds little of it, and its segments are more than a request may read', async () => {
  const redis = await startRedis({ onTestFinished });
  const limits = { ...tight, maxUpstreamCalls: 150 };
  const gateway = await start(limits, { redis: { url: redis.url, timeoutMs: 5000 } });
  const year: Range = { from: '2025-04-01', to: '2026-04-01' };
  for (let month = 0; month < 12; month += 1) {
    const at = (later: number): string =>
      new Date(Date.UTC(2025, 3 + month + later, 1)).toISOString().slice(0, 10);
    await ask(gateway, spendQuery({ range: { from: at(0), to: at(1) }, groupBy: ['MONTH'] }));
  }
  const calls = callsOf(gateway);
  await gateway.restart();
  const { spend } = (await ask(gateway, spendQuery({ range: year, groupBy: ['MONTH', 'PRODUCT'] }))).data;
  expect(toTrueTotals(spend.totals)).toEqual(sumTruth(trueCharges(nowMs, year)));
  expect(callsOf(gateway)).toEqual(calls);
});
