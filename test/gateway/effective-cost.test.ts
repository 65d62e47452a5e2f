/** What days cost: spend spreads a subscription over its term, to the last digit as the FOCUS export does. */

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Edit } from '../../src/sandbox/vendor.ts';
import { download, readCsv, type TextLine } from '../support/export-readers.ts';
import { startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { units } from '../support/oracle.ts';

/** All months that the history keeps on 2026-03-18. */
const months = { from: '2025-03', to: '2026-04' };
const dates = '{ from: "2025-03-01", to: "2026-04-01" }';

/** The zones in which the accounts' days begin. */
const hours: Readonly<Record<string, number>> = { 'ppio-main': 8, 'streamlake-prod': 8, 'novita-us': 0 };

interface Sums {
  readonly currency: string;
  readonly rowCount: number;
  readonly billedCost: { readonly amount: string };
  readonly effectiveCost: { readonly amount: string } | null;
}
interface Converted {
  readonly effectiveCost: { readonly amount: string };
}
interface Report {
  readonly totals: readonly Sums[];
  readonly rest: { readonly totals: readonly Sums[] } | null;
  readonly groups: readonly {
    readonly key: readonly { readonly value: string | null }[];
    readonly totals: readonly Sums[];
  }[];
  readonly coverage: {
    readonly sources: readonly {
      readonly account: { readonly id: string };
      readonly kind: string;
      readonly effectiveCostSince: string | null;
      readonly notices: readonly { readonly code: string }[];
    }[];
  };
}

const sums = 'totals { currency rowCount billedCost { amount } effectiveCost { amount } }';

async function spend(gateway: TestGateway, args: string): Promise<Report> {
  const { data, errors } = await gateway.query<{ spend: Report }>(
    `{ spend(${args}) { ${sums} rest { ${sums} } groups { key { value } ${sums} }
      coverage { sources { account { id } kind effectiveCostSince notices { code } } } } }`,
  );
  expect(errors).toBeUndefined();
  return data.spend;
}

/** Effective costs of groups by their key and currency, in units of 1e-10; without those that are 0. */
function effectiveBy({ groups }: Report): Record<string, bigint> {
  const all = groups.flatMap(({ key, totals }) =>
    totals.map(
      (one) =>
        [
          [...key.map(({ value }) => value), one.currency].join(' '),
          units(one.effectiveCost?.amount ?? 'null'),
        ] as const,
    ),
  );
  return Object.fromEntries(all.filter(([, amount]) => amount !== 0n));
}

function sumsByCurrency(totals: readonly Sums[]): Record<string, bigint> {
  const found: Record<string, bigint> = {};
  for (const { currency, effectiveCost } of totals) {
    found[currency] = (found[currency] ?? 0n) + units(effectiveCost?.amount ?? 'null');
  }
  return found;
}

/** EffectiveCost of lines by account, the month in which they begin there, and currency. */
function exportedBy(lines: readonly TextLine[]): Record<string, bigint> {
  const found: Record<string, bigint> = {};
  for (const line of lines) {
    const account = line['x_AccountId'] ?? '';
    const startMs = Date.parse(line['ChargePeriodStart'] ?? '') + (hours[account] ?? NaN) * 3_600_000;
    const key = [account, new Date(startMs).toISOString().slice(0, 7), line['BillingCurrency']].join(' ');
    found[key] = (found[key] ?? 0n) + units(line['EffectiveCost'] ?? '0');
  }
  return Object.fromEntries(Object.entries(found).filter(([, amount]) => amount !== 0n));
}

/** PPIO sells a subscription of July 2025 for a year, and one of August for so long that it is no term. */
async function sellYears(gateway: TestGateway): Promise<void> {
  const { data } = await gateway.query<{ bills: { nodes: { raw: Record<string, string> }[] } }>(
    '{ bills(period: { dates: { from: "2025-07-01", to: "2025-09-01" } }, filter: { providers: ["ppio"], categories: ["bare_metal"] }) { nodes { raw } } }',
  );
  const [august = {}, july = {}] = data.bills.nodes.map(({ raw }) => raw);
  const until = ({ ownerID, startTime }: Record<string, string>, days: number): Edit => ({
    list: 'bill/monthly/list',
    where: { ownerID: ownerID ?? '', startTime: startTime ?? '' },
    set: { endTime: String(Number(startTime) + days * 86_400 - 1) },
  });
  gateway.sandbox.vendors.ppio.quirks = { edits: [until(july, 365), until(august, 36_500)] };
  await gateway.restart();
}

let gateway: TestGateway;

beforeAll(async () => {
  const onTestFinished = (stop: () => Promise<void>): void => {
    afterAll(stop);
  };
  const rules = [{ when: { products: ['*standard'] }, split: { research: 33, search: 33, ads: 34 } }];
  const settings = (all: Settings) => ({
    ...all,
    accounts: all.accounts.map((account) => ({ ...account, history: { months: 13 } })),
    allocations: [{ id: 'team', rules }],
    exchangeRates: [
      { from: 'USD', to: 'CNY', rate: '7', date: '2025-01-01', source: 'a' },
      { from: 'USD', to: 'CNY', rate: '8', date: '2026-02-10', source: 'b' },
    ],
    limits: { maxUpstreamCalls: 10_000, deadlineSeconds: 600 },
  });
  gateway = await startGateway({ settings }, { onTestFinished });
  await sellYears(gateway);
});

test('by month and account it is the EffectiveCost of the export, to the last digit', async () => {
  const lines = readCsv(await download(gateway, `/export/focus.csv?from=${months.from}&to=${months.to}`));
  const exported = exportedBy(lines);
  const inRange = Object.entries(exported).filter(([key]) => /202(5-(0[3-9]|1\d)|6-0[1-3]) /.test(key));
  // The year's payment reaches months behind the report.
  expect(Object.keys(exported).length).toBeGreaterThan(inRange.length + 2);
  const report = await spend(gateway, `period: { dates: ${dates} }, groupBy: [ACCOUNT, MONTH]`);
  expect(effectiveBy(report)).toEqual(Object.fromEntries(inRange));
  // A month alone has what earlier payments bought for it.
  for (const month of ['2025-03', '2026-02', '2026-03']) {
    const alone = await spend(gateway, `period: { month: "${month}" }, groupBy: [ACCOUNT, MONTH]`);
    expect(effectiveBy(alone)).toEqual(
      Object.fromEntries(inRange.filter(([key]) => key.includes(` ${month} `))),
    );
  }
});

test('however it is cut, by days, by whose it is, or not at all, it comes to the same', async () => {
  const period = 'period: { month: "2026-02" }';
  const whole = await spend(gateway, `${period}, groupBy: []`);
  const expected = sumsByCurrency(whole.totals);
  expect(Object.keys(expected)).toEqual(['CNY', 'USD']);
  for (const by of [
    'groupBy: []',
    'groupBy: [DAY]',
    'groupBy: [WEEK, PRODUCT]',
    'groupBy: [ALLOCATION], allocation: "team"',
    'groupBy: [ALLOCATION, DAY], allocation: "team"',
    'groupBy: [PRODUCT_ID, MONTH], top: 3',
  ]) {
    const report = await spend(gateway, `${period}, ${by}`);
    expect(sumsByCurrency(report.totals)).toEqual(expected);
    const parts = [...report.groups, ...(report.rest === null ? [] : [report.rest])];
    expect(sumsByCurrency(parts.flatMap(({ totals }) => totals))).toEqual(expected);
  }
  // Values have the same by day as by month.
  const [byMonth, byDay] = await Promise.all(
    ['', ', DAY'].map((more) =>
      spend(gateway, `${period}, groupBy: [ALLOCATION${more}], allocation: "team"`),
    ),
  );
  const ofValue = (report: Report | undefined) =>
    Object.groupBy(report?.groups ?? [], ({ key: [first] }) => String(first?.value));
  const values = Object.entries(ofValue(byMonth));
  expect(values.length).toBeGreaterThan(3);
  for (const [value, groups = []] of values) {
    const days = ofValue(byDay)[value] ?? [];
    expect(sumsByCurrency(days.flatMap(({ totals }) => totals))).toEqual(
      sumsByCurrency(groups.flatMap(({ totals }) => totals)),
    );
  }
  // Each day has a part of each term, and a year's payment stands on no day.
  const days = await spend(gateway, `${period}, groupBy: [DAY], filter: { categories: ["bare_metal"] }`);
  expect(days.groups.length).toBe(28);
  expect(
    days.groups.filter(({ totals }) => totals.every(({ rowCount }) => rowCount === 0)).length,
  ).toBeGreaterThan(20);
});

test('what is filtered is filtered of earlier subscriptions too, and other days and currencies add up as well', async () => {
  const period = 'period: { month: "2026-02" }';
  const all = sumsByCurrency((await spend(gateway, `${period}, groupBy: []`)).totals);
  const parts = await Promise.all(
    ['gpu', 'bare_metal', 'image', 'serverless', 'local_storage', 'cloud_storage'].map((category) =>
      spend(gateway, `${period}, groupBy: [], filter: { providers: ["ppio"], categories: ["${category}"] }`),
    ),
  );
  const ppio = await spend(gateway, `${period}, groupBy: [CATEGORY], filter: { providers: ["ppio"] }`);
  for (const [index, category] of ['gpu', 'bare_metal', 'image'].entries()) {
    const group = ppio.groups.find(({ key: [first] }) => first?.value === category);
    expect(sumsByCurrency(parts[index]?.totals ?? [])).toEqual(sumsByCurrency(group?.totals ?? []));
  }
  const { data } = await gateway.query<{
    spend: { converted: Converted; groups: { converted: Converted }[] };
  }>(
    `{ spend(${period}, groupBy: [DAY], convertTo: "CNY") { converted { effectiveCost { amount } } groups { converted { effectiveCost { amount } } } } }`,
  );
  const converted = units(data.spend.converted.effectiveCost.amount);
  const ofGroups = data.spend.groups.map((group) => units(group.converted.effectiveCost.amount));
  expect(ofGroups.reduce((sum, one) => sum + one, 0n)).toBe(converted);
  // Between the two rates: a term is converted at the rate of the day on which it was charged.
  const [cny, usd] = [all['CNY'] ?? 0n, all['USD'] ?? 0n];
  expect(converted).toBeGreaterThan(cny + usd * 7n);
  expect(converted).toBeLessThan(cny + usd * 8n);
  const previous = await gateway.query<{ spend: { previous: { comparison: { totals: Sums[] } } } }>(
    '{ spend(period: { month: "2026-02" }, groupBy: []) { previous { comparison { totals { currency rowCount billedCost { amount } effectiveCost { amount } } } } } }',
  );
  expect(sumsByCurrency(previous.data.spend.previous.comparison.totals)).toEqual(
    sumsByCurrency((await spend(gateway, 'period: { month: "2026-01" }, groupBy: []')).totals),
  );
});

test('since when subscriptions are known is told, they are read only if somebody asks, and all or none of an account counts', async () => {
  const told = await spend(gateway, 'period: { month: "2026-02" }, groupBy: []');
  const since = told.coverage.sources.map(({ account, kind, effectiveCostSince, notices }) => [
    account.id,
    kind,
    effectiveCostSince,
    notices.some(({ code }) => code === 'EFFECTIVE_COST_SINCE'),
  ]);
  expect(since).toEqual(
    expect.arrayContaining([
      [expect.stringContaining(''), 'BILL', '2025-03-01', true],
      [expect.stringContaining(''), 'DAILY_DETAIL', null, false],
    ]),
  );
  // Bills of May cannot be read: that is nothing to who does not ask for it, and else the account is left out.
  const { vendors } = gateway.sandbox;
  vendors.ppio.quirks = {
    edits: [{ list: 'bill/monthly/list', where: { cycle: '2025-05' }, set: { amount: 'much' } }],
  };
  await gateway.restart();
  const answer = async (amount: string) => {
    const { data } = await gateway.query<{ spend: Report & { coverage: { complete: boolean } } }>(
      `{ spend(period: { month: "2026-02" }, groupBy: [], filter: { accounts: ["ppio-main", "novita-us"] }) {
        totals { currency ${amount} { amount } } coverage { complete } } }`,
    );
    return [data.spend.coverage.complete, data.spend.totals.map(({ currency }) => currency)];
  };
  expect(await answer('billedCost')).toEqual([true, ['CNY', 'USD']]);
  expect(await answer('effectiveCost')).toEqual([false, ['USD']]);
});
