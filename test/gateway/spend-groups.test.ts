/** Groups: many of them are no error, the dearest are those of each currency, and what is not named is one group. */

import { beforeAll, describe, expect, test } from 'vitest';

import { startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { units, type Range } from '../support/oracle.ts';
import { toTrueTotals } from '../support/reading.ts';
import { groupTruth, sumTruth, trueCharges, trueKeyCharges } from '../support/spend-oracle.ts';
import {
  askSpend,
  changeFields,
  keyOf,
  readSpend,
  startShared,
  toTrueGroups,
  totalsFields,
  type SpendQuery,
  type Report,
} from '../support/spend.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const february: Range = { from: '2026-02-01', to: '2026-03-01' };
const restFields = `rest { groupCount rowCount ${totalsFields} } groupCount`;
const rate = { from: 'USD', to: 'CNY', rate: '7.1065', date: '2026-02-27', source: 'central parity' };

const few =
  (maxGroups: number) =>
  (settings: Settings): object => ({ ...settings, limits: { maxGroups }, exchangeRates: [rate] });

const shared: { gateway: TestGateway | null } = { gateway: null };
const warm = (): TestGateway => {
  if (shared.gateway === null) throw new Error('not started');
  return shared.gateway;
};
beforeAll(async () => {
  shared.gateway = await startShared({ settings: few(40) });
});

/** All groups, page by page. */
async function readPages(question: SpendQuery, first: number): Promise<Report['groups']> {
  const groups: Report['groups'][number][] = [];
  for (let after: string | undefined; ;) {
    const page = after === undefined ? `(first: ${first})` : `(first: ${first}, after: "${after}")`;
    const report = await readSpend(warm(), { ...question, page, group: 'cursor' });
    groups.push(...report.groups);
    after = report.groups.at(-1)?.cursor;
    if (report.groups.length < first) return groups;
  }
}

describe('more groups than an answer may hold', () => {
  const groupBy = ['DAY', 'PRODUCT', 'PROJECT'] as const;
  const truth = trueCharges(nowMs, february);

  test('are no error: those that fit and the rest are the whole', async () => {
    for (const args of ['', ', orderBy: KEY', ', convertTo: "CNY"', ', top: 1000']) {
      const report = await readSpend(warm(), { range: february, groupBy, args, report: restFields });
      const all = groupTruth(truth, groupBy);
      expect(all.length).toBeGreaterThan(200);
      expect([report.groups.length, report.groupCount, report.rest?.groupCount]).toEqual([
        40,
        all.length,
        all.length - 40,
      ]);
      expect(toTrueTotals(report.totals)).toEqual(sumTruth(truth));
      const shown = new Set(report.groups.map((group) => keyOf(group)));
      const others = truth.filter(
        ({ values }) => !shown.has(JSON.stringify(groupBy.map((name) => values[name]))),
      );
      expect(toTrueTotals(report.rest?.totals ?? [])).toEqual(sumTruth(others));
    }
  });

  test.each(['', ', orderBy: KEY', ', convertTo: "CNY"', ', top: 70'])(
    'can be read page by page, each once and in order%s',
    async (args) => {
      for (const first of [7, 40]) {
        const question = { range: february, groupBy, args };
        const groups = await readPages(question, first);
        if (!args.includes('top')) expect(toTrueGroups(groups)).toEqual(groupTruth(truth, groupBy));
        const begin = await readSpend(warm(), question);
        expect(groups.slice(0, 40).map((group) => keyOf(group))).toEqual(
          begin.groups.map((group) => keyOf(group)),
        );
        expect(new Set(groups.map((group) => keyOf(group))).size).toBe(groups.length);
      }
    },
  );

  test('several reports in one request share what it may hold, and none of them fails for it', async () => {
    const report = `spend(period: { month: "2026-02" }, groupBy: [DAY]) { groups { key { value } } rest { groupCount } groupCount }`;
    const { data, errors } = await warm().query<Record<'a' | 'b' | 'c', Report>>(
      `{ a: ${report} b: ${report} c: ${report} }`,
    );
    expect(errors).toBeUndefined();
    const counts = Object.values(data).map(({ groups, rest }) => [groups.length, rest?.groupCount ?? 0]);
    expect(counts).toEqual([
      [28, 0],
      [12, 16],
      [0, 28],
    ]);
  });

  test('that vanished come page by page too', async () => {
    const ask = (args: string) =>
      readSpend(warm(), {
        range: { from: '2026-04-01', to: '2026-05-01' },
        groupBy: ['DAY', 'PRODUCT'],
        page: '(first: 0)',
        report: `previous { vanishedCount vanished${args} { cursor key { dimension value label } ${totalsFields} } comparison { ${totalsFields} } }`,
      });
    const groups: Report['groups'][number][] = [];
    for (let after = ''; ; after = `, after: "${groups.at(-1)?.cursor}"`) {
      const { previous } = await ask(`(first: 30${after})`);
      groups.push(...(previous?.vanished ?? []));
      if ((previous?.vanished ?? []).length < 30) {
        expect(previous?.vanishedCount).toBe(groups.length);
        break;
      }
    }
    expect(new Set(groups.map((group) => keyOf(group))).size).toBe(groups.length);
    expect(groups.length).toBeGreaterThan(100);
    const { previous } = await ask('');
    expect(previous?.vanished).toHaveLength(40);
  });

  test('a cursor of another report, one that was edited and a page too large are refused', async () => {
    const question = { range: february, groupBy: ['DAY'] };
    const { groups } = await readSpend(warm(), { ...question, group: 'cursor' });
    const cursor = groups[3]?.cursor ?? '';
    const refused = async (changed: Partial<SpendQuery>): Promise<unknown> => {
      const { errors } = await askSpend(warm(), { ...question, ...changed });
      return errors?.[0]?.extensions.code;
    };
    const page = `(first: 2, after: "${cursor}")`;
    expect(await refused({ page })).toBeUndefined();
    expect(await refused({ page, groupBy: ['MONTH'] })).toBe('INVALID_CURSOR');
    expect(await refused({ page, args: ', orderBy: KEY' })).toBe('INVALID_CURSOR');
    expect(await refused({ page, args: ', top: 3' })).toBe('INVALID_CURSOR');
    expect(await refused({ page, range: { ...february, to: '2026-02-28' } })).toBe('INVALID_CURSOR');
    expect(await refused({ page, args: ', filter: { providers: ["ppio"] }' })).toBe('INVALID_CURSOR');
    expect(await refused({ page: `(after: "${cursor.slice(1)}")` })).toBe('INVALID_CURSOR');
    expect(await refused({ page: '(first: 41)' })).toBe('BAD_USER_INPUT');
    expect(await refused({ page: '(first: -1)' })).toBe('BAD_USER_INPUT');
  });

  test('a group whose cursor is held may go: the next page begins where it stood', async () => {
    const gateway = await startGateway();
    const question = { range: february, groupBy: ['PRODUCT'], args: ', filter: { providers: ["ppio"] }' };
    const before = await readSpend(gateway, { ...question, group: 'cursor' });
    const names = before.groups.map((group) => group.key[0]?.value ?? '');
    const edits = ['bill/list', 'monthly/list'].map((list) => ({
      list,
      where: { productName: names[2] },
      set: null,
    }));
    gateway.sandbox.vendors.ppio.quirks = { edits };
    gateway.clock.nowMs += 40 * 86_400_000;
    const after = await readSpend(gateway, { ...question, page: `(after: "${before.groups[2]?.cursor}")` });
    expect(after.groups.map((group) => group.key[0]?.value)).toEqual(names.slice(3));
  });
});

test('a yuan does not win over a million dollars: the top is that of each currency', async () => {
  for (const top of [1, 2, 5]) {
    const { groups, rest } = await readSpend(warm(), {
      range: february,
      groupBy: ['PROVIDER', 'PRODUCT'],
      args: `, top: ${top}`,
      report: restFields,
    });
    const all = groupTruth(trueCharges(nowMs, february), ['PROVIDER', 'PRODUCT']);
    for (const code of ['CNY', 'USD']) {
      const costs = all
        .flatMap(([key, sums]) => {
          const own = sums.find(({ currency }) => currency === code);
          return own === undefined ? [] : [{ key, billed: own.billed }];
        })
        .toSorted((a, b) => (a.billed < b.billed ? 1 : -1));
      for (const { key } of costs.slice(0, top)) expect(groups.map((group) => keyOf(group))).toContain(key);
    }
    expect(groups.length + (rest?.groupCount ?? 0)).toBe(all.length);
    expect(groups.length).toBeLessThanOrEqual(2 * top);
  }
});

describe('what the vendor leaves blank', () => {
  const blank = ['', ' ', '\u3000\t'];

  test.each(blank)('is one group without a value, named as other unknowns: "%s"', async (text) => {
    const gateway = await startGateway();
    const edits = [
      {
        list: 'apikey/bill/list',
        where: { ownerID: 'key_ppio_0' },
        set: { ownerID: text, apikeyName: text },
      },
      { list: 'apikey/bill/list', where: { ownerID: 'key_ppio_1' }, set: { apikeyName: text } },
      { list: 'bill/list', where: { productId: 'prd-store' }, set: { productName: text, productId: text } },
      { list: 'monthly/list', where: { memberId: 'm-1' }, set: { memberId: text } },
    ];
    gateway.sandbox.vendors.ppio.quirks = { edits };
    gateway.sandbox.vendors.streamlake.quirks = {
      edits: [
        {
          list: 'DescribeBillDayDetail',
          where: { ProjectId: 'P900001ads' },
          set: { ProjectId: text, FeeItemName: text },
        },
      ],
    };
    const only = 'filter: { providers: ["ppio", "streamlake"] }';
    const keysBy = async (dimension: string): Promise<[string | null, string][]> => {
      const { groups } = await readSpend(gateway, {
        range: february,
        groupBy: [dimension],
        args: `, ${only}`,
      });
      return groups.map(({ key: [one] }) => [one?.value ?? null, one?.label ?? '']);
    };
    for (const dimension of ['API_KEY', 'PRODUCT', 'PRODUCT_ID', 'SUB_ACCOUNT', 'PROJECT', 'FEE_ITEM']) {
      const keys = await keysBy(dimension);
      expect([dimension, keys.filter(([value]) => value === null)]).toEqual([
        dimension,
        [[null, 'not said']],
      ]);
      expect(keys.filter(([value, label]) => value?.trim() === '' || label.trim() === '')).toEqual([]);
    }
    // The id replaces a blank name.
    expect(await keysBy('API_KEY')).toContainEqual(['key_ppio_1', 'key_ppio_1']);
    const { data } = await gateway.query<{
      apiKeyUsage: { nodes: { apiKey: object; billedCost: object }[] };
    }>(
      '{ apiKeyUsage(period: { month: "2026-02" }, first: 1000, filter: { accounts: ["ppio-main"] }) { nodes { apiKey { keyId name } billedCost { amount } } } }',
    );
    const truth = trueKeyCharges(nowMs, february).filter(({ values }) => values.API_KEY === 'key_ppio_0');
    expect(data.apiKeyUsage.nodes.filter(({ apiKey }) => Object(apiKey).keyId === null)).toHaveLength(
      truth.length,
    );
  });
});

describe('one product that was renamed', () => {
  test('is one group by its id, under its latest name, whatever else it is grouped by', async () => {
    const gateway = await startGateway();
    const fromDay = Date.parse('2026-02-14T16:00:00Z') / 1000;
    const edits = Array.from({ length: 14 }, (_, index) => ({
      list: 'bill/list',
      where: { productId: 'prd-store', startTime: String(fromDay + index * 86_400) },
      set: { productName: 'aaa renamed' },
    }));
    gateway.sandbox.vendors.ppio.quirks = { edits };
    const args = ', filter: { providers: ["ppio"], productIds: ["prd-store"] }';
    const truth = trueCharges(nowMs, february).filter(
      ({ values }) => values.PRODUCT_ID === 'prd-store' && values.PROVIDER === 'ppio',
    );
    const report = await readSpend(gateway, { range: february, groupBy: ['PRODUCT_ID'], args });
    expect(toTrueGroups(report.groups)).toEqual(groupTruth(truth, ['PRODUCT_ID']));
    expect(report.groups.map(({ key: [one] }) => one?.label)).toEqual(['aaa renamed']);
    const byName = await readSpend(gateway, { range: february, groupBy: ['PRODUCT'], args });
    expect(byName.groups).toHaveLength(2);
    const byDay = await readSpend(gateway, { range: february, groupBy: ['DAY', 'PRODUCT_ID'], args });
    expect(new Set(byDay.groups.map(({ key }) => key[1]?.label))).toEqual(new Set(['aaa renamed']));
  });

  test('an id that two vendors use says the name that it has at each', async () => {
    const gateway = await startGateway();
    const edits = [{ list: 'bill/list', where: { productId: 'prd-store' }, set: { productName: 'another' } }];
    gateway.sandbox.vendors.novita.quirks = { edits };
    const args = ', filter: { productIds: ["prd-store"] }';
    const { groups } = await readSpend(gateway, { range: february, groupBy: ['PRODUCT_ID'], args });
    expect(groups.map(({ key: [one] }) => one?.label)).toEqual(['another / cloud_storage on demand']);
    const apart = await readSpend(gateway, { range: february, groupBy: ['PROVIDER', 'PRODUCT_ID'], args });
    expect(
      apart.groups
        .map(({ key }) => key.map(({ label }) => label).join(': '))
        .toSorted((a, b) => (a < b ? -1 : 1)),
    ).toEqual(['Novita AI: another', 'PPIO: cloud_storage on demand']);
  });
});

test('a week has its Monday as value and its ISO name as label, over a new year too', async () => {
  const range = { from: '2025-12-25', to: '2026-01-07' };
  const { groups } = await readSpend(warm(), { range, groupBy: ['WEEK'], args: ', orderBy: KEY' });
  expect(groups.map(({ key: [one] }) => [one?.value, one?.label])).toEqual([
    ['2025-12-22', '2025-W52'],
    ['2025-12-29', '2026-W01'],
    ['2026-01-05', '2026-W02'],
  ]);
  expect(toTrueGroups(groups)).toEqual(groupTruth(trueCharges(nowMs, range), ['WEEK']));
});

test('after a refund, a larger refund is a fall, and a charge is a rise', async () => {
  const gateway = await startGateway();
  const second = Date.parse('2026-01-31T16:00:00Z') / 1000;
  const redact = { list: 'monthly/list', where: { productCategory: 'gpu' }, set: null };
  const amountOn = (startTime: number, amountDecimal: string) => ({
    list: 'bill/list',
    where: { startTime: String(startTime), ownerID: 'store-ppio' },
    set: { amountDecimal, amount: `${Number(amountDecimal) * 10_000}`, voucherAmount: '0', payAmount: '0' },
  });
  const ratioFor = async (before: string, after: string): Promise<unknown> => {
    const edits = [redact, amountOn(second - 86_400, before), amountOn(second, after)];
    gateway.sandbox.vendors.ppio.quirks = { edits };
    await gateway.restart();
    const report = await readSpend(gateway, {
      range: { from: '2026-02-01', to: '2026-02-02' },
      groupBy: ['RESOURCE'],
      args: ', filter: { resources: ["store-ppio"] }',
      group: `previous { ${changeFields} } shares { ratio }`,
    });
    const change = report.groups[0]?.previous?.changes?.[0];
    const isAlike = change !== undefined && units(change.difference.amount) > 0n;
    // The sign of a ratio is that of its difference.
    if (change?.ratio != null && units(change.ratio) !== 0n) expect(units(change.ratio) > 0n).toBe(isAlike);
    expect(report.groups[0]?.shares).toEqual([{ ratio: '1.000000' }]);
    return change?.ratio;
  };
  expect(await ratioFor('-0.5', '-2')).toBe('-3.000000');
  expect(await ratioFor('-2', '-0.5')).toBe('0.750000');
  expect(await ratioFor('-2', '2')).toBe('2.000000');
  expect(await ratioFor('2', '-2')).toBe('-2.000000');
  expect(await ratioFor('-2', '-2')).toBe('0.000000');
});
