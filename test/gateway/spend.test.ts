/** What was spent, by whatever it is grouped: the vendors' own charges, each counted once, to the last digit. */

import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import type { TestGateway } from '../support/gateway.ts';
import { startGateway } from '../support/gateway.ts';
import { units, type Range } from '../support/oracle.ts';
import { toTrueTotals, type Totals } from '../support/reading.ts';
import {
  groupTruth,
  datesOf,
  sumTruth,
  tokensOf,
  trueCharges,
  trueKeyCharges,
  type Dimension,
  type TrueSums,
} from '../support/spend-oracle.ts';
import {
  askSpend,
  keyOf,
  readSpend,
  spendQuery,
  startShared,
  toTrueGroups,
  totalsFields,
  type Report,
} from '../support/spend.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
/** Thirteen months, the running one included, and a month ahead: a renewal may be paid before it starts. */
const all: Range = { from: '2025-03-01', to: '2026-05-01' };
const keyed: Range = { from: '2026-01-01', to: '2026-05-01' };

const shared: { gateway: TestGateway | null } = { gateway: null };
/** Read once: every test after it is answered from memory. */
const warm = (): TestGateway => {
  if (shared.gateway === null) throw new Error('not started');
  return shared.gateway;
};
beforeAll(async () => {
  shared.gateway = await startShared();
  await readSpend(shared.gateway, { range: all, groupBy: [] });
});

/** Sums of sums, currency by currency. */
function merge(parts: readonly (readonly TrueSums[])[]): TrueSums[] {
  const sum = (rows: readonly TrueSums[], of: (row: TrueSums) => bigint | null): bigint | null =>
    rows.reduce<bigint | null>((total, row) => {
      const value = of(row);
      return total === null || value === null ? null : total + value;
    }, 0n);
  return [...Map.groupBy(parts.flat(), ({ currency }) => currency)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, rows]) => ({
      currency,
      rowCount: rows.reduce((count, row) => count + row.rowCount, 0),
      billed: sum(rows, (row) => row.billed) ?? 0n,
      list: sum(rows, (row) => row.list),
      voucher: sum(rows, (row) => row.voucher),
      cash: sum(rows, (row) => row.cash),
    }));
}

const toSums = (totals: readonly Totals[]): TrueSums[] =>
  toTrueTotals(totals).map((sums) => ({ ...sums, billed: sums.billed ?? 0n }));

const cost: Dimension[][] = [
  ['PROVIDER'],
  ['ACCOUNT'],
  ['PRODUCT'],
  ['CATEGORY'],
  ['PROJECT'],
  ['DAY'],
  ['MONTH'],
  ['BILLING_METHOD'],
  ['WEEK'],
  ['FEE_ITEM'],
  ['RESOURCE'],
  ['SUB_ACCOUNT'],
  [],
  ['PROVIDER', 'PRODUCT_ID'],
  ['PROJECT', 'FEE_ITEM', 'WEEK'],
  ['RESOURCE', 'PRODUCT', 'MONTH'],
  ['PROVIDER', 'SUB_ACCOUNT', 'PRODUCT_ID', 'DAY'],
  ['PROVIDER', 'MONTH'],
  ['ACCOUNT', 'CATEGORY', 'DAY'],
  ['PROJECT', 'MONTH'],
  ['PRODUCT', 'BILLING_METHOD'],
  ['DAY', 'BILLING_METHOD', 'PROVIDER'],
  ['MONTH', 'PRODUCT', 'ACCOUNT', 'PROJECT'],
];

const byKey: Dimension[][] = [
  ['API_KEY'],
  ['API_KEY', 'PRODUCT'],
  ['DAY', 'API_KEY'],
  ['WEEK', 'API_KEY', 'PROVIDER', 'PRODUCT_ID'],
  ['CATEGORY', 'API_KEY', 'MONTH'],
  ['ACCOUNT', 'API_KEY', 'BILLING_METHOD', 'PROJECT'],
];

describe('thirteen months of charges are the truth, digit for digit, and each is counted once', () => {
  test.each(cost.map((groupBy) => [groupBy.join(', ') || 'nothing', groupBy] as const))(
    'by %s',
    async (_name, groupBy) => {
      const truth = trueCharges(nowMs, all);
      expect(truth.length).toBeGreaterThan(15_000);
      const report = await readSpend(warm(), { range: all, groupBy });
      expect(toTrueGroups(report.groups)).toEqual(groupTruth(truth, groupBy));
      expect(toTrueTotals(report.totals)).toEqual(sumTruth(truth));
      expect(report.groups.reduce((count, { rowCount }) => count + rowCount, 0)).toBe(truth.length);
      expect(report.coverage.sources.reduce((count, { rowCount }) => count + rowCount, 0)).toBe(truth.length);
      for (const { key } of report.groups) expect(key.map(({ dimension }) => dimension)).toEqual(groupBy);
    },
  );

  test.each(byKey.map((groupBy) => [groupBy.join(', '), groupBy] as const))(
    'of keys, by %s',
    async (_name, groupBy) => {
      const truth = trueKeyCharges(nowMs, keyed);
      const report = await readSpend(warm(), { range: keyed, groupBy });
      expect(toTrueGroups(report.groups)).toEqual(groupTruth(truth, groupBy));
      expect(toTrueTotals(report.totals)).toEqual(sumTruth(truth));
    },
  );

  test('by nothing is one group, and by key adds no other list', async () => {
    const { groups } = await readSpend(warm(), { range: all, groupBy: [] });
    expect(groups.map(({ key }) => key)).toEqual([[]]);
    const { coverage } = await readSpend(warm(), { range: keyed, groupBy: ['API_KEY'] });
    expect(new Set(coverage.sources.map(({ kind }) => kind))).toEqual(new Set(['API_KEY_USAGE', null]));
  });

  test('the groups come with the most cost first, currency by currency, or in the order of their keys', async () => {
    const { groups } = await readSpend(warm(), { range: all, groupBy: ['PRODUCT', 'MONTH'] });
    const costIn = ({ totals }: Report['groups'][number], code: string): bigint | null => {
      const sums = totals.find(({ currency }) => currency === code);
      return sums === undefined ? null : units(sums.billedCost.amount);
    };
    const yuan = groups.map((group) => costIn(group, 'CNY'));
    const dollars = groups.filter((_, index) => yuan[index] === null).map((group) => costIn(group, 'USD'));
    const descending = (a: bigint | null, b: bigint | null): number => ((a ?? 0n) < (b ?? 0n) ? 1 : -1);
    const some = yuan.filter((value) => value !== null);
    expect(some).toEqual(some.toSorted(descending));
    expect(yuan.slice(some.length).every((value) => value === null)).toBe(true);
    expect(dollars).toEqual(dollars.toSorted(descending));
    const byKeys = await readSpend(warm(), {
      range: all,
      groupBy: ['MONTH', 'PRODUCT'],
      args: ', orderBy: KEY',
    });
    const keys = byKeys.groups.map(({ key }) => key.map(({ value }) => value).join(' '));
    expect(keys).toEqual(keys.toSorted());
  });

  test('a row at the edge of a month, a year or a day is in one of the two', async () => {
    const days = ['2025-12-31', '2026-01-01', '2026-01-31', '2026-02-01', '2026-02-28', '2026-03-18'];
    for (const day of days) {
      const [, next = ''] = datesOf({ from: day, to: '2026-04-01' });
      const range = { from: day, to: next };
      const report = await readSpend(warm(), { range, groupBy: ['ACCOUNT', 'PRODUCT'] });
      expect(toTrueGroups(report.groups)).toEqual(
        groupTruth(trueCharges(nowMs, range), ['ACCOUNT', 'PRODUCT']),
      );
    }
  });

  test('filters narrow what is added up, and what lacks a field does not match it', async () => {
    const truth = trueCharges(nowMs, all);
    const cases = [
      ['projects: ["P900001ads"]', ({ PROJECT }) => PROJECT === 'P900001ads'],
      ['categories: ["gpu", "llm"]', ({ CATEGORY }) => CATEGORY === 'gpu' || CATEGORY === 'llm'],
      ['billingMethods: [REFUND, SPOT]', ({ BILLING_METHOD: it }) => it === 'REFUND' || it === 'SPOT'],
      ['feeItems: ["DeepSeek-V3-在线推理"]', ({ FEE_ITEM }) => FEE_ITEM === 'DeepSeek-V3-在线推理'],
      ['subAccounts: ["m-1", "m-3"]', ({ SUB_ACCOUNT: it }) => it === 'm-1' || it === 'm-3'],
      ['productIds: ["prd-store"]', ({ PRODUCT_ID }) => PRODUCT_ID === 'prd-store'],
      ['productName: "ＲＴＸ"', ({ PRODUCT }) => PRODUCT?.includes('RTX') === true],
      ['productName: "RTX"', ({ PRODUCT }) => PRODUCT?.includes('RTX') === true],
      [
        'providers: ["novita", "ppio"], categories: ["gpu"], productName: "h100"',
        ({ PRODUCT }) => PRODUCT === 'H100 SXM 80GB',
      ],
    ] as const satisfies [string, (values: (typeof truth)[number]['values']) => boolean][];
    for (const [filter, matches] of cases) {
      const report = await readSpend(warm(), {
        range: all,
        groupBy: ['MONTH', 'PRODUCT'],
        args: `, filter: { ${filter} }`,
      });
      const expected = truth.filter(({ values }) => matches(values));
      expect(expected.length).toBeGreaterThan(0);
      expect(toTrueGroups(report.groups)).toEqual(groupTruth(expected, ['MONTH', 'PRODUCT']));
    }
  });

  test('a filter on keys reads usage by key, grouped by whatever is asked', async () => {
    const truth = trueKeyCharges(nowMs, keyed).filter(({ values }) => values.API_KEY === 'key_novita_0');
    const report = await readSpend(warm(), {
      range: keyed,
      groupBy: ['PRODUCT'],
      args: ', filter: { apiKeys: ["key_novita_0"] }',
    });
    expect(toTrueGroups(report.groups)).toEqual(groupTruth(truth, ['PRODUCT']));
  });
});

/** The keys of the groups that are among the dearest so many in a currency. */
function topKeys(groups: Report['groups'], top: number): string[] {
  const costIn = ({ totals }: Report['groups'][number], code: string): bigint | null => {
    const sums = totals.find(({ currency }) => currency === code);
    return sums === undefined ? null : units(sums.billedCost.amount);
  };
  /** By cost, then by key: what is not said comes last. */
  const compare = (a: Report['groups'][number], b: Report['groups'][number], code: string): number => {
    const [left, right] = [costIn(a, code) ?? 0n, costIn(b, code) ?? 0n];
    if (left !== right) return left < right ? 1 : -1;
    for (const [index, { value }] of a.key.entries()) {
      const other = b.key[index]?.value ?? null;
      if (value !== other) return value === null || (other !== null && value > other) ? 1 : -1;
    }
    return 0;
  };
  const keys = ['CNY', 'USD'].flatMap((code) =>
    groups
      .filter((group) => costIn(group, code) !== null)
      .toSorted((a, b) => compare(a, b, code))
      .slice(0, top)
      .map((group) => keyOf(group)),
  );
  return [...new Set(keys)].toSorted();
}

describe('however a period is cut and grouped, it adds up to the same', () => {
  const dates = datesOf(all);
  const dimensions = ['PROVIDER', 'ACCOUNT', 'PRODUCT', 'CATEGORY', 'PROJECT', 'DAY', 'MONTH'] as const;
  const grouping = fc.uniqueArray(fc.constantFrom(...dimensions, 'BILLING_METHOD' as const), {
    maxLength: 3,
  });
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: dates.length - 1 }), { minLength: 1, maxLength: 4 });

  test('parts of a period are the whole', async () => {
    const whole = toSums((await readSpend(warm(), { range: all, groupBy: [] })).totals);
    await fc.assert(
      fc.asyncProperty(cuts, grouping, async (inner, groupBy) => {
        const edges = [0, ...inner.toSorted((a, b) => a - b)].map((index) => dates[index] ?? '');
        const parts = edges.map((from, index) => ({ from, to: edges[index + 1] ?? all.to }));
        const reports = await Promise.all(
          parts.map((range) => readSpend(warm(), { range, groupBy: [...groupBy] })),
        );
        expect(merge(reports.map(({ totals }) => toSums(totals)))).toEqual(whole);
        expect(merge(reports.flatMap(({ groups }) => groups.map(({ totals }) => toSums(totals))))).toEqual(
          whole,
        );
      }),
      { numRuns: 12 },
    );
  });

  test('the top and the rest are the whole, whatever the top is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        grouping,
        fc.constantFrom('COST', 'KEY'),
        async (top, groupBy, order) => {
          const range = { from: '2025-11-10', to: '2026-03-19' };
          const report = await readSpend(warm(), {
            range,
            groupBy,
            args: `, top: ${top}, orderBy: ${order}`,
            report: `rest { groupCount rowCount ${totalsFields} }`,
          });
          const full = await readSpend(warm(), { range, groupBy });
          const { groups, rest } = report;
          expect(groups.map((group) => keyOf(group)).toSorted()).toEqual(topKeys(full.groups, top));
          expect(rest?.groupCount ?? 0).toBe(full.groups.length - groups.length);
          const parts = [...groups.map(({ totals }) => toSums(totals)), toSums(rest?.totals ?? [])];
          expect(merge(parts)).toEqual(toSums(full.totals));
          expect(toSums(report.totals)).toEqual(toSums(full.totals));
        },
      ),
      { numRuns: 15 },
    );
  });

  const filters = fc.record({
    accounts: fc.subarray(['ppio-main', 'novita-us', 'streamlake-prod'], { minLength: 1 }),
    categories: fc.option(fc.subarray(['gpu', 'llm', 'cloud_storage', 'image'], { minLength: 1 })),
    productName: fc.option(fc.constantFrom('a', 'H100', 'deep', '万擎', 'storage', '__proto__')),
    billingMethods: fc.option(fc.subarray(['PAY_AS_YOU_GO', 'SUBSCRIPTION', 'REFUND'], { minLength: 1 })),
    currencies: fc.option(fc.subarray(['CNY', 'USD', 'EUR'], { minLength: 1 })),
    resources: fc.option(fc.constantFrom(['gpu-ppio-1', 'od-ppio-0', 'store-novita'], ['gpu-novita-2'])),
    from: fc.integer({ min: 0, max: 390 }),
    days: fc.integer({ min: 1, max: 90 }),
  });
  const listText = (name: string, values: readonly string[] | null, isEnum = false): string =>
    values === null ? '' : `${name}: ${isEnum ? `[${values.join()}]` : JSON.stringify(values)}, `;

  test('spend is the sum of bills and daily details under any filter', async () => {
    await fc.assert(
      fc.asyncProperty(filters, grouping, async (filter, groupBy) => {
        const range = { from: dates[filter.from] ?? '', to: dates[filter.from + filter.days] ?? all.to };
        const name = filter.productName;
        const common = [
          listText('categories', filter.categories),
          name === null ? '' : `productName: "${name}", `,
          listText('billingMethods', filter.billingMethods, true),
          listText('currencies', filter.currencies),
          listText('resources', filter.resources),
        ].join('');
        const ask = async (list: string, accounts: readonly string[]): Promise<TrueSums[]> => {
          if (accounts.length === 0) return [];
          const { data, errors } = await warm().query<{ list: { totals: Totals[] } }>(
            `{ list: ${list}(period: { dates: { from: "${range.from}", to: "${range.to}" } }, first: 0,
              filter: { ${common} accounts: ${JSON.stringify(accounts)} }) { ${totalsFields} } }`,
          );
          expect(errors).toBeUndefined();
          return toSums(data.list.totals);
        };
        const report = await readSpend(warm(), {
          range,
          groupBy,
          args: `, filter: { ${common} accounts: ${JSON.stringify(filter.accounts)} }`,
        });
        const withBills = filter.accounts.filter((account) => account !== 'streamlake-prod');
        const lists = [await ask('bills', withBills), await ask('dailyDetails', filter.accounts)];
        expect(toSums(report.totals)).toEqual(merge(lists));
        expect(merge(report.groups.map(({ totals }) => toSums(totals)))).toEqual(merge(lists));
      }),
      { numRuns: 40 },
    );
  });

  test('spend by key is the sum of usage by key under any filter', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.option(fc.subarray(['key_ppio_0', 'key_ppio_3', 'key_novita_1'], { minLength: 1 })),
        fc.option(fc.subarray(['llm', 'gen_api', 'web_search'], { minLength: 1 })),
        fc.integer({ min: 0, max: 60 }),
        grouping,
        async (keys, categories, from, groupBy) => {
          const [start = ''] = datesOf(keyed).slice(from);
          const filter = `filter: { ${listText('apiKeys', keys)} ${listText('categories', categories)} }`;
          const range = { from: start, to: '2026-03-19' };
          const { data } = await warm().query<{ list: { totals: Totals[] } }>(
            `{ list: apiKeyUsage(period: { dates: { from: "${start}", to: "2026-03-19" } }, first: 0, ${filter}) { ${totalsFields} } }`,
          );
          const report = await readSpend(warm(), {
            range,
            groupBy: [...groupBy, 'API_KEY'],
            args: `, ${filter}`,
          });
          expect(toSums(report.totals)).toEqual(toSums(data.list.totals));
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('whatever vendors send, each charge is counted once and as it is', () => {
  const february: Range = { from: '2026-02-01', to: '2026-03-01' };

  test.each([
    ['within a month', { from: '2026-02-05', to: '2026-02-20' }],
    ['a month', february],
    ['over a new year', { from: '2025-12-20', to: '2026-03-10' }],
  ])('rows that come with the windows before and after as well: %s', async (_name, range) => {
    const gateway = await startGateway();
    for (const vendor of ['ppio', 'novita'] as const)
      gateway.sandbox.vendors[vendor].quirks = { wideWindows: true };
    const groupBy = ['ACCOUNT', 'DAY'] as const;
    const report = await readSpend(gateway, { range, groupBy });
    expect(toTrueGroups(report.groups)).toEqual(groupTruth(trueCharges(nowMs, range), groupBy));
    const ofKeys = await readSpend(gateway, { range, groupBy: ['API_KEY', 'DAY'] });
    expect(toTrueGroups(ofKeys.groups)).toEqual(groupTruth(trueKeyCharges(nowMs, range), ['API_KEY', 'DAY']));
  });

  test('products named as no product should be, or alike at two providers', async () => {
    const names = new Map([
      ['cloud_storage on demand', '__proto__'],
      ['RTX 4090 24GB', 'constructor'],
      ['H100 SXM 80GB', 'alike'],
      ['web-search-basic', 'alike'],
      ['search', '","'],
    ]);
    const gateway = await startGateway();
    const edits = [...names].map(([from, to]) => ({
      list: 'bill/list',
      where: { productName: from },
      set: { productName: to },
    }));
    for (const vendor of ['ppio', 'novita'] as const) gateway.sandbox.vendors[vendor].quirks = { edits };
    const truth = trueCharges(nowMs, february).map((charge) => {
      const name = charge.values.PRODUCT ?? '';
      const renamed = charge.kind === 'DAILY_DETAIL' ? (names.get(name) ?? name) : name;
      return { ...charge, values: { ...charge.values, PRODUCT: renamed } };
    });
    const report = await readSpend(gateway, { range: february, groupBy: ['PRODUCT', 'MONTH'] });
    expect(toTrueGroups(report.groups)).toEqual(groupTruth(truth, ['PRODUCT', 'MONTH']));
    const alike = report.groups.find(({ key }) => key[0]?.value === 'alike');
    expect(alike?.totals.map(({ currency }) => currency)).toEqual(['CNY', 'USD']);
    const found = await readSpend(gateway, {
      range: february,
      groupBy: ['PRODUCT'],
      args: ', filter: { productName: "__PROTO__" }',
    });
    const meant = truth.filter(({ values }) => values.PRODUCT === '__proto__');
    expect(toTrueGroups(found.groups)).toEqual(groupTruth(meant, ['PRODUCT']));
  });

  test('amounts longer than any number of a computer, and methods that no document names', async () => {
    const gateway = await startGateway();
    const amount = '123456789012345678901234567890.0123456789';
    gateway.sandbox.vendors.novita.quirks = {
      edits: [
        {
          list: 'bill/list',
          where: { productName: 'search' },
          set: { amountDecimal: amount, billingMethod: 99 },
        },
      ],
    };
    const truth = trueCharges(nowMs, february)
      .filter(({ values }) => values.PROVIDER === 'novita')
      .map((charge) =>
        charge.values.PRODUCT === 'search'
          ? { ...charge, billed: units(amount), values: { ...charge.values, BILLING_METHOD: 'OTHER' } }
          : charge,
      );
    const report = await readSpend(gateway, {
      range: february,
      groupBy: ['BILLING_METHOD'],
      args: ', filter: { providers: ["novita"] }',
    });
    expect(report.groups[0]?.key[0]?.value).toBe('OTHER');
    expect(toTrueGroups(report.groups)).toEqual(groupTruth(truth, ['BILLING_METHOD']));
  });

  test('a key that was renamed is one group, under its latest name', async () => {
    const gateway = await startGateway();
    const lastDay = String(Date.parse('2026-02-27T16:00:00Z') / 1000);
    gateway.sandbox.vendors.ppio.quirks = {
      edits: [
        {
          list: 'apikey/bill/list',
          where: { ownerID: 'key_ppio_0', startTime: lastDay },
          set: { apikeyName: 'renamed' },
        },
      ],
    };
    const report = await readSpend(gateway, { range: february, groupBy: ['API_KEY'] });
    expect(toTrueGroups(report.groups)).toEqual(groupTruth(trueKeyCharges(nowMs, february), ['API_KEY']));
    const key = report.groups.flatMap((group) => group.key).find(({ value }) => value === 'key_ppio_0');
    expect(key?.label).toBe('renamed');
  });
});

describe('tokens', () => {
  const tokenFields = 'tokens { input output total effectivePricePerMillion { amount currency } }';
  const toUnits = (text: string | null | undefined): bigint | null => (text == null ? null : units(text));
  const tokensIn = ({ groups }: Report) =>
    groups
      .map(({ key, tokens }) => {
        const counts = tokens && {
          input: toUnits(tokens.input),
          output: toUnits(tokens.output),
          total: units(tokens.total),
          price: toUnits(tokens.effectivePricePerMillion?.amount),
        };
        return [keyOf({ key }), counts] as const;
      })
      .toSorted(([a], [b]) => (a < b ? -1 : 1));

  test.each([
    ['of keys, where input includes what was cached', ['PRODUCT', 'API_KEY'], true, '', [true, false]],
    ['of products, null where they are none', ['PRODUCT'], false, '', [true, false]],
    ['of categories, null where currencies are mixed', ['CATEGORY'], false, '', [true]],
    ['of categories in one currency', ['CATEGORY'], false, 'USD', [true, false]],
    ['of all, null where others are mixed in', [], false, 'CNY', [true]],
    ['of a vendor that counts in thousands', ['PROVIDER', 'PROJECT', 'MONTH'], false, 'CNY', [true, false]],
  ] as const)('%s are the truth, and so is the price of a million', async (...row) => {
    const [, groupBy, isKeyed, code, nulls] = row;
    const charges = isKeyed ? trueKeyCharges(nowMs, keyed) : trueCharges(nowMs, keyed);
    const truth = charges.filter(({ currency }) => code === '' || currency === code);
    const expected = [
      ...Map.groupBy(truth, ({ values }) => JSON.stringify(groupBy.map((name) => values[name]))),
    ]
      .map(([key, rows]) => [key, tokensOf(rows)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    const report = await readSpend(warm(), {
      range: keyed,
      groupBy,
      group: tokenFields,
      args: code === '' ? '' : `, filter: { currencies: ["${code}"] }`,
    });
    expect(tokensIn(report)).toEqual(expected);
    expect(new Set(expected.map(([, tokens]) => tokens === null))).toEqual(new Set(nulls));
  });
});

describe('an account counts whole or not at all, and is named where it does not', () => {
  test('a provider without a list of charges is named, and the others are there', async () => {
    const { coverage, totals } = await readSpend(warm(), { month: '2026-02', groupBy: [] });
    const aione = coverage.sources.filter(({ account }) => account.id === 'aione-hq');
    expect(coverage.complete).toBe(false);
    expect(aione).toMatchObject([
      {
        status: 'FAILED',
        kind: null,
        rowCount: 0,
        asOf: null,
        error: { code: 'UNSUPPORTED_BY_PROVIDER', retryable: false },
      },
    ]);
    expect(toTrueTotals(totals)).toEqual(
      sumTruth(trueCharges(nowMs, { from: '2026-02-01', to: '2026-03-01' })),
    );
    const others = await readSpend(warm(), {
      month: '2026-02',
      groupBy: [],
      args: ', filter: { providers: ["ppio", "novita", "streamlake"] }',
    });
    expect(others.coverage.complete).toBe(true);
    expect(others.totals).toEqual(totals);
  });

  test('asked alone it is an error that says what the provider has', async () => {
    for (const groupBy of [[], ['API_KEY']]) {
      const { data, errors } = await askSpend(warm(), {
        month: '2026-02',
        groupBy,
        args: ', filter: { accounts: ["aione-hq"] }',
      });
      expect(data.spend).toBe(null);
      expect(errors).toMatchObject([
        {
          message: expect.stringContaining('INVOICE'),
          extensions: { code: 'UNSUPPORTED_BY_PROVIDER', account: 'aione-hq' },
        },
      ]);
    }
  });

  test.each(['bills', 'dailyDetails'])(
    'with one of its two lists missing it is left out whole, and the others stay as they are: only %s was read',
    async (list) => {
      const gateway = await startGateway();
      const month = { from: '2026-02-01', to: '2026-03-01' };
      await gateway.query(`{ ${list}(period: { month: "2026-02" }) { totalCount } }`);
      gateway.sandbox.vendors.ppio.fault = { name: 'unauthorized' };
      const { groups, totals, coverage } = await readSpend(gateway, { range: month, groupBy: ['ACCOUNT'] });
      const truth = trueCharges(nowMs, month).filter(({ values }) => values.ACCOUNT !== 'ppio-main');
      expect(toTrueGroups(groups)).toEqual(groupTruth(truth, ['ACCOUNT']));
      expect(toTrueTotals(totals)).toEqual(sumTruth(truth));
      expect(coverage.complete).toBe(false);
      expect(coverage.sources.map(({ account, kind, status }) => [account.id, kind, status])).toEqual([
        ['ppio-main', 'BILL', 'FAILED'],
        ['ppio-main', 'DAILY_DETAIL', 'FAILED'],
        ['novita-us', 'BILL', 'FRESH'],
        ['novita-us', 'DAILY_DETAIL', 'FRESH'],
        ['aione-hq', null, 'FAILED'],
        ['streamlake-prod', 'DAILY_DETAIL', 'FRESH'],
      ]);
      const ppio = coverage.sources.filter(({ account }) => account.id === 'ppio-main');
      expect(ppio.map(({ error, rowCount }) => [error?.code, rowCount])).toEqual([
        ['PROVIDER_CREDENTIAL_REJECTED', 0],
        ['PROVIDER_CREDENTIAL_REJECTED', 0],
      ]);
    },
  );

  test('what was read of an account that is left out does not age the answer, nor is its fault told twice', async () => {
    const gateway = await startGateway();
    await gateway.query(
      '{ bills(period: { month: "2026-02" }, filter: { accounts: ["ppio-main"] }) { totalCount } }',
    );
    gateway.clock.nowMs += 600_000;
    gateway.sandbox.vendors.ppio.fault = { name: 'unauthorized' };
    const { coverage } = await readSpend(gateway, { month: '2026-02', groupBy: [] });
    expect(coverage.asOf).toBe('2026-03-18T09:40:00Z');
    const asOfs = coverage.sources.filter(({ status }) => status === 'FAILED').map(({ asOf }) => asOf);
    expect(asOfs).toEqual([null, null, null]);
    const { errors } = await askSpend(gateway, {
      month: '2026-02',
      groupBy: [],
      args: ', filter: { accounts: ["ppio-main"] }',
    });
    expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_CREDENTIAL_REJECTED' } }]);
  });

  test('a client sees and costs its own accounts alone', async () => {
    const token = 'token-of-a-client-of-novita';
    const gateway = await startGateway({
      settings: (settings) => ({
        ...settings,
        clients: [{ id: 'one', tokens: [token], accounts: ['novita-us'] }],
      }),
    });
    const response = await fetch(`${gateway.app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: spendQuery({ month: '2026-02', groupBy: ['ACCOUNT'] }) }),
    });
    expect(await response.json()).toMatchObject({
      data: {
        spend: { groups: [{ key: [{ value: 'novita-us' }] }], coverage: { complete: true } },
      },
    });
    expect([gateway.calls('ppio'), gateway.calls('streamlake')]).toEqual([0, 0]);
  });

  test('a label is the name that people know, a value is what filters take', async () => {
    const labelsBy = async (dimension: string, args = ''): Promise<[string | null, string][]> => {
      const { groups } = await readSpend(warm(), { month: '2026-02', groupBy: [dimension], args });
      return groups.flatMap(({ key }) =>
        key.map(({ value, label }): [string | null, string] => [value, label]),
      );
    };
    expect(await labelsBy('ACCOUNT')).toContainEqual(['ppio-main', 'PPIO production']);
    expect(await labelsBy('PROVIDER')).toContainEqual(['novita', 'Novita AI']);
    expect(await labelsBy('API_KEY')).toContainEqual(['key_ppio_3', '客服机器人']);
    expect(await labelsBy('PROJECT')).toContainEqual([null, 'not said']);
  });
});

describe('a question that cannot be answered is refused with a word on what is right', () => {
  const bad: [string, Parameters<typeof askSpend>[1], string, RegExp][] = [
    ['a dimension twice', { month: '2026-02', groupBy: ['DAY', 'PRODUCT', 'DAY'] }, 'BAD_USER_INPUT', /DAY/],
    ['top 0', { month: '2026-02', groupBy: [], args: ', top: 0' }, 'BAD_USER_INPUT', /1 to 1000/],
    ['top 1001', { month: '2026-02', groupBy: [], args: ', top: 1001' }, 'BAD_USER_INPUT', /1 to 1000/],
    ['a negative top', { month: '2026-02', groupBy: [], args: ', top: -1' }, 'BAD_USER_INPUT', /1 to 1000/],
    [
      'an empty period',
      { range: { from: '2026-02-01', to: '2026-02-01' }, groupBy: [] },
      'INVALID_PERIOD',
      /from is included and to is not/,
    ],
    [
      'a period that runs backwards',
      { range: { from: '2026-02-02', to: '2026-02-01' }, groupBy: [] },
      'INVALID_PERIOD',
      /from is included and to is not/,
    ],
    [
      'an unknown account',
      { month: '2026-02', groupBy: [], args: ', filter: { accounts: ["nope"] }' },
      'BAD_USER_INPUT',
      /ppio-main, novita-us/,
    ],
    [
      'an unknown provider',
      { month: '2026-02', groupBy: [], args: ', filter: { providers: ["nope"] }' },
      'BAD_USER_INPUT',
      /ppio, novita/,
    ],
    ...['', 'Mars/Olympus', 'Asia/Shanghai\\u0000', '+25:00', 'x'.repeat(65), '2026-01-01'].map(
      (zone): (typeof bad)[number] => [
        `the zone "${zone.slice(0, 20)}"`,
        { month: '2026-02', groupBy: [], args: `, timeZone: "${zone}"` },
        'BAD_USER_INPUT',
        /Europe\/Berlin/,
      ],
    ),
  ];
  test.each(bad)('%s', async (_name, question, code, message) => {
    const { data, errors } = await askSpend(warm(), question);
    expect(data.spend).toBe(null);
    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code } }]);
  });

  test.each(['', ', timeZone: "America/New_York"', ', timeZone: "Asia/Singapore"'])(
    'ten years, before a vendor is asked for anything%s',
    async (args) => {
      const gateway = await startGateway();
      const range = { from: '2016-04-01', to: '2026-04-01' };
      const { errors } = await askSpend(gateway, { range, groupBy: ['MONTH'], args });
      expect(errors).toMatchObject([
        { extensions: { code: 'QUERY_TOO_EXPENSIVE', limit: 500, cost: expect.any(Number) } },
      ]);
      expect(Object.values(gateway.sandbox.vendors).flatMap(({ calls }) => calls)).toEqual([]);
    },
  );
});
