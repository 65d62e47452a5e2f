/** What an assistant is told is the vendors' truth, digit for digit, in the words and in the data; of every tool. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { balanceOf } from '../../src/sandbox/ppio-novita-balance.ts';
import { operationNames } from '../../src/server/mcp/tool-names.ts';
import { vendorCalls } from '../support/ask.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { connect, type Assistant, type Called } from '../support/mcp.ts';
import {
  seed,
  trueBills,
  trueDetails,
  trueInvoices,
  trueTotals,
  trueUsage,
  units,
} from '../support/oracle.ts';
import { add, groupTruth, sumTruth, trueCharges, type TrueCharge } from '../support/spend-oracle.ts';
import { startShared, wide } from '../support/spend.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const january = { from: '2026-01-01', to: '2026-02-01' };
const february = { from: '2026-02-01', to: '2026-03-01' };
const march = { from: '2026-03-01', to: '2026-04-01' };

interface Amount {
  readonly amount: string;
  readonly currency: string;
}
interface Billed {
  readonly billedCost: Amount;
}
interface Key {
  readonly value: string | null;
  readonly label: string;
}

const shared: { gateway: TestGateway | null; assistant: Assistant | null } = {
  gateway: null,
  assistant: null,
};
const told: Set<string> = new Set();

beforeAll(async () => {
  const budgets = [{ id: 'ppio', filter: { accounts: ['ppio-main'] }, amount: { CNY: '20000' } }];
  const settings = (defaults: object) => ({ ...defaults, limits: wide, budgets });
  shared.gateway = await startShared({ nowMs, settings });
  shared.assistant = await connect({ url: shared.gateway.app.url });
});
afterAll(() => shared.assistant?.close());

const gateway = (): TestGateway => {
  if (shared.gateway === null) throw new Error('not started');
  return shared.gateway;
};

interface Answered<Data> extends Called {
  readonly data: Data;
}

/** Calls a tool that is to answer. Whatever it answers is small, private, and the same in text and structure. */
async function ask<Data>(tool: string, args: Record<string, unknown> = {}): Promise<Answered<Data>> {
  if (shared.assistant === null) throw new Error('not connected');
  const called = await shared.assistant.call(tool, args);
  told.add(tool);
  expect(called).toMatchObject({ isError: false });
  expect(called.text.length).toBeLessThanOrEqual(25_000);
  expect(called.meta).toMatchObject({ cacheScope: 'private', ttlMs: expect.any(Number) });
  const { content } = JSON.parse(called.text) as { content: { text: string }[] };
  expect(JSON.parse(content[1]?.text ?? '')).toEqual(called.structured);
  return { ...called, data: called.data as Data };
}

const billedIn = (charges: readonly TrueCharge[], currency: string): bigint =>
  add(charges.filter((one) => one.currency === currency).map((one) => one.billed));

const amounts = (sums: readonly Billed[]) =>
  sums.map(({ billedCost }) => `${billedCost.currency} ${units(billedCost.amount)}`).toSorted();

const trueAmounts = (charges: readonly TrueCharge[]) =>
  sumTruth(charges).map(({ currency, billed }) => `${currency} ${billed}`);

interface Spend {
  readonly spend: {
    readonly totals: readonly Billed[];
    readonly groupCount: number;
    readonly groups: readonly { readonly key: readonly Key[]; readonly totals: readonly Billed[] }[];
    readonly rest: { readonly groupCount: number; readonly totals: readonly Billed[] } | null;
  };
}

/** Sums of several sums, by currency. */
function added(parts: readonly (readonly Billed[])[]) {
  const all = parts.flat().map(({ billedCost }) => billedCost);
  return [...Map.groupBy(all, ({ currency }) => currency)]
    .map(([currency, sums]) => `${currency} ${add(sums.map(({ amount }) => units(amount)))}`)
    .toSorted();
}

describe('spend', () => {
  test('its totals and groups are the truth, and words quote them digit for digit', async () => {
    const charges = trueCharges(nowMs, february);
    const { data, words, structured } = await ask<Spend>('spend', {
      period: { month: '2026-02' },
      groupBy: ['PRODUCT'],
    });
    expect(amounts(data.spend.totals)).toEqual(trueAmounts(charges));
    const groups = new Map(
      data.spend.groups.map((one) => [JSON.stringify(one.key.map(({ value }) => value)), one]),
    );
    const expected = groupTruth(charges, ['PRODUCT']);
    expect(groups.size).toBe(expected.length);
    for (const [key, sums] of expected) {
      expect([key, amounts(groups.get(key)?.totals ?? [])]).toEqual([
        key,
        sums.map(({ currency, billed }) => `${currency} ${billed}`),
      ]);
    }
    for (const { billedCost } of data.spend.totals)
      expect(words).toContain(`${billedCost.amount} ${billedCost.currency}`);
    expect(words).toContain('from 2026-02-01 to 2026-02-28, both included');
    expect(words).toContain('As of 2026-03-18T09:30:00Z');
    expect(words).toMatch(/MISSING.*aione-hq \(UNSUPPORTED_BY_PROVIDER/);
    expect(words).toContain('final');
    expect(structured['coverage']).toMatchObject({
      complete: false,
      asOf: '2026-03-18T09:30:00Z',
      missing: [{ account: 'aione-hq', code: 'UNSUPPORTED_BY_PROVIDER' }],
      provisional: [],
    });
  });

  test('top and rest are the whole, also where only a part of what was asked for fits', async () => {
    const charges = trueCharges(nowMs, february);
    for (const top of [3, 1000]) {
      const { data } = await ask<Spend>('spend', {
        period: { month: '2026-02' },
        groupBy: ['DAY', 'PRODUCT'],
        top,
      });
      const { groups, rest } = data.spend;
      expect(groups.length).toBeGreaterThan(2);
      expect(rest?.groupCount).toBe(groupTruth(charges, ['DAY', 'PRODUCT']).length - groups.length);
      expect(added([...groups.map(({ totals }) => totals), rest?.totals ?? []])).toEqual(
        trueAmounts(charges),
      );
    }
  });

  test('its pages, each as long as fits, are all groups, each once', async () => {
    const charges = trueCharges(nowMs, february);
    const found: Spend['spend']['groups'][number][] = [];
    let args: Record<string, unknown> = { first: 1000 };
    for (let page = 0; page < 100; page += 1) {
      const { data, structured } = await ask<Spend>('spend', {
        period: { month: '2026-02' },
        groupBy: ['DAY', 'PRODUCT'],
        ...args,
      });
      found.push(...data.spend.groups);
      if (structured['next'] === undefined) break;
      args = { ...args, ...(structured['next'] as object) };
    }
    expect(found.map(({ key }) => JSON.stringify(key.map(({ value }) => value))).toSorted()).toEqual(
      groupTruth(charges, ['DAY', 'PRODUCT']).map(([key]) => key),
    );
    expect(added(found.map(({ totals }) => totals))).toEqual(trueAmounts(charges));
  });

  test('what still may change is said to be provisional, and until when', async () => {
    const { words, structured, meta } = await ask('spend', { period: { toDate: '2026-03' }, groupBy: [] });
    expect(words).toMatch(/PROVISIONAL.*ppio-main .*2026-04-03T10:00:00Z/);
    expect(structured['coverage']).toMatchObject({
      provisional: expect.arrayContaining([
        { account: 'ppio-main', kind: 'BILL', finalAt: '2026-04-03T10:00:00Z' },
      ]),
    });
    // What changes within minutes is right for minutes; February is for days.
    expect(meta['ttlMs']).toBeGreaterThan(0);
    expect(meta['ttlMs']).toBeLessThanOrEqual(300_000);
    const final = await ask('spend', { period: { month: '2026-02' }, groupBy: [] });
    expect(final.meta['ttlMs']).toBeGreaterThan(86_400_000);
  });
});

interface Comparison {
  readonly changes: readonly {
    readonly currency: string;
    readonly before: Amount;
    readonly after: Amount;
    readonly difference: Amount;
    readonly contributions: readonly {
      readonly key: readonly Key[];
      readonly difference: Amount;
      readonly reason: string;
    }[];
    readonly rest: { readonly count: number; readonly difference: Amount } | null;
  }[];
}

test.each([{ top: 3 }, { top: 1000 }])(
  'compare_spend: differences are the truth, and the largest $top contributions and the rest add up to them',
  async ({ top }) => {
    const [before, after] = [trueCharges(nowMs, january), trueCharges(nowMs, february)];
    const { data, words } = await ask<Comparison>('compare_spend', {
      period: { month: '2026-02' },
      groupBy: ['PRODUCT', 'ACCOUNT'],
      top,
    });
    expect(data.changes.map(({ currency }) => currency)).toEqual(['CNY', 'USD']);
    for (const { currency, before: was, after: is, difference, contributions, rest } of data.changes) {
      expect(units(was.amount)).toBe(billedIn(before, currency));
      expect(units(is.amount)).toBe(billedIn(after, currency));
      expect(units(difference.amount)).toBe(billedIn(after, currency) - billedIn(before, currency));
      const parts = contributions.map((one) => units(one.difference.amount));
      expect(add(parts) + (rest === null ? 0n : units(rest.difference.amount))).toBe(
        units(difference.amount),
      );
      const sizes = parts.map((part) => (part < 0n ? -part : part));
      expect(sizes).toEqual(sizes.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0)));
      for (const { key, difference: own, reason } of contributions) {
        const isOf = ({ values, currency: code }: TrueCharge): boolean =>
          code === currency && values.PRODUCT === key[0]?.value && values.ACCOUNT === key[1]?.value;
        const [then, now] = [before.filter(isOf), after.filter(isOf)];
        expect(units(own.amount)).toBe(
          add(now.map((one) => one.billed)) - add(then.map((one) => one.billed)),
        );
        expect(['NEW', 'GONE'].includes(reason)).toBe(then.length === 0 || now.length === 0);
      }
      expect(words).toContain(`${is.amount} ${currency} after ${was.amount} ${currency}`);
    }
    expect(top === 3).toBe(data.changes.some(({ rest }) => rest !== null && rest.count > 0));
  },
);

test('compare_spend says so where two periods cannot be compared', async () => {
  const alone = await startGateway();
  const assistant = await connect({ url: alone.app.url });
  await assistant.call('spend', { period: { month: '2026-02' } });
  alone.sandbox.vendors.novita.fault = { name: 'broken' };
  const { words, structured, isError } = await assistant.call('compare_spend', {
    period: { month: '2026-02' },
  });
  expect(isError).toBe(false);
  expect(words).toContain('cannot be compared');
  expect(words).toContain('novita-us');
  expect(structured['data']).toMatchObject({ changes: null });
  await assistant.close();
});

test('balances are the truth; what is not told is null', async () => {
  const { data, words } = await ask<{
    accounts: { id: string; balance: { cash: Amount | null; creditLimit: Amount | null } | null }[];
  }>('balances');
  const of = (id: string) => data.accounts.find((one) => one.id === id)?.balance;
  const { cash } = balanceOf(seed, 'ppio', nowMs);
  // The vendor tells 1/10000 and cuts the rest.
  expect(units(of('ppio-main')?.cash?.amount ?? '')).toBe((cash / 1_000_000n) * 1_000_000n);
  expect(of('ppio-main')?.creditLimit).toBeNull();
  expect(of('aione-hq')).toBeNull();
  expect(words).toContain('No balance is known of aione-hq and streamlake-prod');
  expect(words).toContain('as of 2026-03-18T09:30:00Z');
});

test('budgets stand against the truth', async () => {
  const spent = billedIn(
    trueCharges(nowMs, march).filter(({ values }) => values.ACCOUNT === 'ppio-main'),
    'CNY',
  );
  const { data, words } = await ask<{ budgets: { spent: Amount; remaining: Amount; state: string }[] }>(
    'budgets',
    {
      month: '2026-03',
    },
  );
  const [budget] = data.budgets;
  expect(units(budget?.spent.amount ?? '')).toBe(spent);
  expect(units(budget?.remaining.amount ?? '')).toBe(units('20000') - spent);
  expect(words).toContain(`${budget?.spent.amount} CNY of 20000 CNY`);
  expect(words).toContain(String(budget?.state));
});

test('a forecast tells what was charged so far, and calls the rest an estimate', async () => {
  const { data, words } = await ask<{
    forecast: { spent: Amount[]; totals: { low: Amount; expected: Amount; high: Amount }[] };
  }>('forecast', { month: '2026-03' });
  // What has been charged: days up to now, and subscriptions of the month that are known.
  const known = trueCharges(nowMs, march);
  for (const { amount, currency } of data.forecast.spent)
    expect(units(amount)).toBe(billedIn(known, currency));
  expect(data.forecast.totals.length).toBe(2);
  for (const { low, expected, high } of data.forecast.totals) {
    expect(units(low.amount)).toBeLessThanOrEqual(units(expected.amount));
    expect(units(expected.amount)).toBeLessThanOrEqual(units(high.amount));
    expect(words).toContain(
      `${expected.amount} ${expected.currency} (likely ${low.amount} to ${high.amount})`,
    );
  }
  expect(words).toContain('an estimate');
});

test('anomalies are days of the truth, and their contributions add up', async () => {
  const { data } = await ask<{
    anomalies: {
      count: number;
      anomalies: {
        day: string;
        account: { id: string };
        key: (Key & { dimension: string })[];
        actual: Amount;
        difference: Amount;
        contributions: { difference: Amount }[];
      }[];
    };
  }>('anomalies', { period: { month: '2026-02' } });
  const charges = trueCharges(nowMs, february);
  const { anomalies } = data.anomalies;
  const byProduct = anomalies.filter(({ key }) => key[0]?.dimension === 'PRODUCT');
  expect(byProduct.length).toBeGreaterThan(0);
  for (const { day, account, key, actual } of byProduct) {
    const own = charges.filter(
      ({ values, kind, currency }) =>
        kind === 'DAILY_DETAIL' &&
        currency === actual.currency &&
        values.DAY === day &&
        values.ACCOUNT === account.id &&
        values.PRODUCT === key[0]?.value,
    );
    expect(units(actual.amount)).toBe(add(own.map(({ billed }) => billed)));
  }
  for (const { difference, contributions } of anomalies)
    expect(add(contributions.map((one) => units(one.difference.amount)))).toBe(units(difference.amount));
});

interface Page {
  readonly totalCount: number;
  readonly totals: readonly (Billed & { readonly currency: string; readonly rowCount: number })[];
  readonly nodes: readonly { readonly billedCost?: Amount; readonly total?: Amount; readonly id?: string }[];
}

/** All pages of a tool. */
async function pages(tool: string, args: Record<string, unknown>) {
  const nodes: Page['nodes'][number][] = [];
  let next: object = {};
  for (let page = 0; page < 200; page += 1) {
    const { data, structured } = await ask<Record<string, Page>>(tool, { ...args, ...next });
    const [list] = Object.values(data);
    if (list === undefined) throw new Error('no list');
    nodes.push(...list.nodes);
    if (structured['next'] === undefined) return { nodes, list };
    next = structured['next'] as object;
  }
  throw new Error('there is no end');
}

test.each([
  { kind: 'BILL', truth: trueBills(nowMs, february) },
  { kind: 'DAILY_DETAIL', truth: trueDetails(nowMs, { from: '2026-02-10', to: '2026-02-12' }) },
  { kind: 'API_KEY_USAGE', truth: trueUsage(nowMs, { from: '2026-02-10', to: '2026-02-12' }, 'Day') },
])('rows of $kind, page by page, are all rows of the truth', async ({ kind, truth }) => {
  const period = kind === 'BILL' ? { month: '2026-02' } : { dates: { from: '2026-02-10', to: '2026-02-12' } };
  // More than fits: each page is as long as it may be.
  const { nodes, list } = await pages('rows', { kind, period, first: 500 });
  expect(list.totalCount).toBe(truth.length);
  expect(nodes.length).toBe(truth.length);
  expect(new Set(nodes.map(({ id }) => id)).size).toBe(truth.length);
  expect(add(nodes.map(({ billedCost }) => units(billedCost?.amount ?? '')))).toBe(
    add(truth.map(({ billed }) => billed)),
  );
  expect(
    list.totals.map(({ currency, rowCount, billedCost }) => ({
      currency,
      rowCount,
      billed: units(billedCost.amount),
    })),
  ).toEqual(trueTotals(truth).map(({ currency, rowCount, billed }) => ({ currency, rowCount, billed })));
});

test('invoices, page by page, are all invoices of the truth', async () => {
  const truth = trueInvoices(nowMs, null);
  const { nodes, list } = await pages('invoices', {});
  expect(list.totalCount).toBe(truth.length);
  expect(nodes.map(({ total }) => String(units(total?.amount ?? ''))).toSorted()).toEqual(
    truth.map(({ billed }) => String(billed)).toSorted(),
  );
});

test('reconcile: charges and statement of a month are the truth, and agree', async () => {
  const { data, words } = await ask<{
    reconciliation: {
      account: { id: string };
      isBalanced: boolean | null;
      charges: Billed[] | null;
      invoices: Billed[] | null;
    }[];
  }>('reconcile', { month: '2026-02', accounts: ['ppio-main'] });
  const charges = trueCharges(nowMs, february).filter(({ values }) => values.ACCOUNT === 'ppio-main');
  const invoices = trueInvoices(nowMs, february).filter(({ account }) => account === 'ppio-main');
  const [own] = data.reconciliation;
  expect(own?.isBalanced).toBe(true);
  expect(amounts(own?.charges ?? [])).toEqual(trueAmounts(charges));
  expect(amounts(own?.invoices ?? [])).toEqual([`CNY ${add(invoices.map(({ billed }) => billed))}`]);
  expect(words).toContain('ppio-main in 2026-02: all views agree');
});

test('query_cost reads nothing, and announces what a question then costs', async () => {
  const alone = await startGateway();
  const assistant = await connect({ url: alone.app.url });
  const args = { period: { month: '2026-02' }, groupBy: ['ACCOUNT'] };
  const { data } = await assistant.call('query_cost', { tool: 'spend', arguments: args });
  expect(vendorCalls(alone)).toBe(0);
  const { upstream, requested } = (data as { queryCost: { upstream: number; requested: number } }).queryCost;
  expect(upstream).toBeGreaterThan(10);
  const { structured } = await assistant.call('spend', args);
  expect(structured['cost']).toEqual({ requested, actual: upstream, cached: 0 });
  const again = await assistant.call('query_cost', { tool: 'spend', arguments: args });
  expect(again.data).toMatchObject({
    queryCost: { requested, cached: requested, upstream: 0, isAllowed: true },
  });
  const own = {
    query: 'query M($m: YearMonth!) { bills(period: { month: $m }) { totalCount } }',
    variables: { m: '2026-02' },
  };
  expect((await assistant.call('query_cost', own)).data).toMatchObject({ queryCost: { upstream: 0 } });
  await assistant.close();
});

test('check_access and graphql tell what GraphQL tells', async () => {
  const query = '{ accounts { id kinds currency } }';
  const { data } = await gateway().query<{ accounts: readonly object[] }>(query);
  const access = await ask<{ accounts: readonly object[] }>('check_access');
  expect(access.data.accounts).toMatchObject(data.accounts);
  expect(access.structured['client']).toMatchObject({
    id: 'local',
    permissions: expect.arrayContaining(['graphql']),
  });
  expect((await ask('graphql', { query })).data).toEqual(data);
  const priced = await ask('query_cost', { tool: 'spend', arguments: { period: { month: '2026-02' } } });
  expect(priced.words).toContain('0 would be read from providers');
});

test("the provider's own rows keep their digits", async () => {
  const query = `{ bills(period: { month: "2026-02" }, first: 1, filter: { accounts: ["ppio-main"] }) { nodes { raw } } }`;
  const { url } = gateway().app;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const sent = /"raw":(\{.*?\})\}\]/.exec(await response.text())?.[1] ?? '';
  const { data, words } = await ask<{ bills: { nodes: { raw: Record<string, unknown> }[] } }>('graphql', {
    query,
  });
  const raw = data.bills.nodes[0]?.raw ?? {};
  expect(Object.keys(raw).length).toBeGreaterThan(5);
  for (const [name, value] of Object.entries(raw))
    expect(sent).toContain(
      `"${name}":${typeof value === 'string' && !sent.includes(`"${name}":"`) ? value : JSON.stringify(value)}`,
    );
  expect(words).toContain('It did not ask for coverage');
});

test('every tool has been judged', () => {
  expect([...told].toSorted()).toEqual([...operationNames, 'graphql'].toSorted());
});
