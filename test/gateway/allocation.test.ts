/**
 * Allocation through HTTP, judged by the truth behind the vendors: whose cost it is by the rules as they are written,
 * and that all of it together is the cost.
 */

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { parseConfig } from '../../src/config/config.ts';
import { dateText } from '../../src/sandbox/days.ts';
import { keyDaysOf } from '../../src/sandbox/ppio-novita-truth.ts';
import { partsOf, weightsOf, type OracleCharge, type OracleRule } from '../support/allocation-oracle.ts';
import { patient, startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { seed, units, type Range } from '../support/oracle.ts';
import { toTrueTotals } from '../support/reading.ts';
import { sumTruth, trueCharges, trueKeyCharges, type TrueCharge } from '../support/spend-oracle.ts';
import { readSpend, startShared, wide, type Report } from '../support/spend.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const quarter: Range = { from: '2026-01-01', to: '2026-04-01' };
const february: Range = { from: '2026-02-01', to: '2026-03-01' };
const keyed = new Set(['llm', 'gen_api', 'web_search']);

/** Settings with one allocation, as they stand in a file. */
let settings: Settings | null = null;
const withRules = (rules: readonly OracleRule[]) => {
  if (settings === null) throw new Error('not started');
  const allocations = [
    { id: 'team', rules },
    { id: 'customer', rules: [{ when: { providers: ['novita'] }, to: 'acme' }] },
  ];
  return patient({ ...settings, limits: wide, allocations });
};

const shared: { gateway: TestGateway | null } = { gateway: null };
const warm = (rules: readonly OracleRule[]): TestGateway => {
  if (shared.gateway === null) throw new Error('not started');
  shared.gateway.app.reload(parseConfig(JSON.stringify(withRules(rules)), {}));
  return shared.gateway;
};
beforeAll(async () => {
  shared.gateway = await startShared({
    settings: (given) => {
      settings = given;
      return { ...given, limits: wide };
    },
  });
});

const names = new Map(
  (['ppio', 'novita'] as const).flatMap((brand) =>
    keyDaysOf(seed, brand, nowMs).map(({ keyId, keyName }) => [keyId, keyName] as const),
  ),
);

/** The last digit of a vendor's amounts: PPIO sends steps of 0.0001, the others ten digits. */
const grain = (vendor: string | null): bigint => (vendor === 'ppio' ? 1_000_000n : 1n);

function toCharge({ values, currency, billed }: TrueCharge): OracleCharge {
  return {
    fields: {
      account: values.ACCOUNT,
      accounts: values.ACCOUNT,
      providers: values.PROVIDER,
      apiKeys: values.API_KEY,
      apiKeyNames: values.API_KEY === null ? null : (names.get(values.API_KEY) ?? null),
      projects: values.PROJECT,
      resources: values.RESOURCE,
      products: values.PRODUCT,
      productIds: values.PRODUCT_ID,
      categories: values.CATEGORY,
      subAccounts: values.SUB_ACCOUNT,
    },
    day: values.DAY ?? '',
    currency,
    amounts: { billed: billed / grain(values.PROVIDER) },
  };
}

/** Whether a rule looks at the keys of a vendor on a day. */
function looksAtKeys(rules: readonly OracleRule[], { values }: TrueCharge): boolean {
  const day = values.DAY ?? '';
  return rules.some(
    ({ when = {}, from = '', until = '9' }) =>
      (when['apiKeys'] !== undefined || when['apiKeyNames'] !== undefined) &&
      (when['accounts']?.includes(values.ACCOUNT ?? '') ?? true) &&
      (when['providers']?.includes(values.PROVIDER ?? '') ?? true) &&
      day >= from &&
      day <= until,
  );
}

/** What each value has by account, month and currency. In the sandbox usage by key and by product are the same money. */
function truthOf(rules: readonly OracleRule[], range: Range): Map<string, bigint> {
  const whole = { from: `${range.from.slice(0, 7)}-01`, to: quarter.to };
  const isByKey = (charge: TrueCharge): boolean =>
    charge.values.PROVIDER !== 'streamlake' &&
    keyed.has(charge.values.CATEGORY ?? '') &&
    charge.kind !== 'BILL' &&
    looksAtKeys(rules, charge);
  const lines = [
    ...trueCharges(nowMs, whole).filter((charge) => !isByKey(charge)),
    ...trueKeyCharges(nowMs, whole).filter((charge) => isByKey(charge)),
  ].map((charge) => toCharge(charge));
  const weights = weightsOf(rules, lines);
  const sums = new Map<string, bigint>();
  for (const line of lines) {
    if (line.day < range.from || line.day >= range.to) continue;
    for (const { value, amounts } of partsOf(rules, line, weights)) {
      const { account = null, providers = null } = line.fields;
      const key = JSON.stringify([value, account, line.day.slice(0, 7), line.currency]);
      sums.set(key, (sums.get(key) ?? 0n) + (amounts['billed'] ?? 0n) * grain(providers));
    }
  }
  return sums;
}

function sumsOf(report: Report): Map<string, bigint> {
  return new Map(
    report.groups.flatMap(({ key, totals, rowCount }) =>
      // A difference in another amount than the billed one is shown, too.
      totals
        .filter(({ billedCost }) => rowCount > 0 || units(billedCost.amount) !== 0n)
        .map(({ currency, billedCost }) => [
          JSON.stringify([...key.map(({ value }) => value), currency]),
          units(billedCost.amount),
        ]),
    ),
  );
}

const ask = { groupBy: ['ALLOCATION', 'ACCOUNT', 'MONTH'], args: ', allocation: "team"' } as const;

const text = (words: readonly string[]) =>
  fc.uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 2 });
const value = fc.constantFrom('search', 'research', 'platform');
const day = fc.integer({ min: 0, max: 89 }).map((offset) => dateText(20_454 + offset));
const rule: fc.Arbitrary<OracleRule> = fc
  .record({
    when: fc.record(
      {
        accounts: text(['ppio-main', 'novita-us', 'streamlake-prod']),
        providers: text(['ppio', 'novita', 'streamlake']),
        apiKeyNames: text(['prod*', '*-team', 'eval', '客服*', '*']),
        projects: text(['*', '*a*']),
        products: text(['*H100*', 'deepseek/*', 'RTX*', '快手*']),
        categories: text(['llm', 'gpu', 'cloud_*', 'web_search']),
        resources: text(['od-*', '*-1']),
      },
      { requiredKeys: [] },
    ),
    target: fc.oneof(
      value.map((to) => ({ to })),
      fc
        .integer({ min: 1, max: 99 })
        .map((percent) => ({ split: { search: percent, research: 100 - percent } })),
      fc.uniqueArray(value, { minLength: 2 }).map((even) => ({ split: { even } })),
      fc.uniqueArray(value, { minLength: 2 }).map((proportional) => ({ split: { proportional } })),
    ),
    dates: fc.oneof(
      fc.constant({}),
      day.map((from) => ({ from })),
      day.map((until) => ({ until })),
    ),
  })
  .map(({ when, target, dates }) => ({ when, ...target, ...dates }));

test('whatever the rules are, each value has what they give it, and all together are the cost', async () => {
  const cost = sumTruth(trueCharges(nowMs, quarter));
  await fc.assert(
    fc.asyncProperty(fc.array(rule, { minLength: 1, maxLength: 5 }), async (rules) => {
      const report = await readSpend(warm(rules), { range: quarter, ...ask });
      expect(toTrueTotals(report.totals)).toEqual(cost);
      const found = sumsOf(report);
      const truth = truthOf(rules, quarter);
      const keys = new Set([...found.keys(), ...truth.keys()]);
      for (const key of keys) expect([key, found.get(key) ?? 0n]).toEqual([key, truth.get(key) ?? 0n]);
    }),
    { numRuns: 12 },
  );
});

const toSearch: OracleRule[] = [
  { when: { apiKeyNames: ['prod-*'] }, to: 'search' },
  { when: { categories: ['gpu'] }, split: { proportional: ['search', 'research'] } },
  { when: { apiKeyNames: ['data-*'] }, to: 'research' },
];

describe('of some rules', () => {
  test('a part of a month, days and other zones of the same days have their part of the same split', async () => {
    const week = { from: '2026-02-09', to: '2026-02-16' };
    const report = await readSpend(warm(toSearch), { range: week, ...ask });
    expect(sumsOf(report)).toEqual(truthOf(toSearch, week));
    const byDay = await readSpend(warm(toSearch), {
      range: february,
      ...ask,
      groupBy: ['ALLOCATION', 'ACCOUNT', 'DAY'],
    });
    const sums = new Map<string, bigint>();
    for (const { key, totals } of byDay.groups) {
      for (const { currency, billedCost } of totals) {
        if (key[0]?.value === 'not-attributed-to-a-key' && units(billedCost.amount) === 0n) continue;
        const id = JSON.stringify([key[0]?.value, key[1]?.value, key[2]?.value?.slice(0, 7), currency]);
        sums.set(id, (sums.get(id) ?? 0n) + units(billedCost.amount));
      }
    }
    expect(sums).toEqual(truthOf(toSearch, february));
  });

  test('a filter narrows to some values, and what no rule matches is one of them', async () => {
    const truth = truthOf(toSearch, february);
    const of = (value: string | null): string[] =>
      [...truth]
        .filter(([key]) => JSON.parse(key)[0] === value)
        .map(([, sum]) => String(sum))
        .toSorted();
    for (const own of ['search', null] as const) {
      const args = `, filter: { allocations: [{ id: "team", values: [${JSON.stringify(own)}] }] }`;
      const report = await readSpend(warm(toSearch), { range: february, groupBy: ['ACCOUNT'], args });
      const found = report.groups.flatMap(({ totals }) =>
        totals.map(({ billedCost }) => String(units(billedCost.amount))),
      );
      expect(found.toSorted()).toEqual(of(own));
      const whole = report.totals.reduce((sum, { billedCost }) => sum + units(billedCost.amount), 0n);
      expect(whole).toBe(of(own).reduce((sum, part) => sum + BigInt(part), 0n));
    }
    const nobody =
      ', filter: { allocations: [{ id: "team", values: ["search"] }, { id: "team", values: ["research"] }] }';
    expect(
      (await readSpend(warm(toSearch), { range: february, groupBy: ['ACCOUNT'], args: nobody })).groups,
    ).toEqual([]);
    const both =
      ', filter: { allocations: [{ id: "team", values: ["search"] }, { id: "customer", values: ["acme"] }] }';
    const report = await readSpend(warm(toSearch), { range: february, groupBy: ['PROVIDER'], args: both });
    expect(report.groups.map(({ key }) => key[0]?.value)).toEqual(['novita']);
  });

  test('by key they have what spend by key has', async () => {
    const report = await readSpend(warm(toSearch), {
      range: february,
      groupBy: ['API_KEY', 'ALLOCATION'],
      args: ask.args,
    });
    expect(toTrueTotals(report.totals)).toEqual(sumTruth(trueKeyCharges(nowMs, february)));
    for (const { key } of report.groups) {
      const name = names.get(key[0]?.value ?? '') ?? '';
      const own = name.startsWith('prod-') ? 'search' : name.startsWith('data-') ? 'research' : null;
      expect([name, key[1]?.value]).toEqual([name, own]);
    }
  });

  test('top, rest and the period before add up as they do without', async () => {
    const question = {
      range: february,
      groupBy: ['ALLOCATION', 'PRODUCT'],
      args: `${ask.args}, top: 2`,
    } as const;
    const fields = 'previous { totals { currency billedCost { amount currency } } }';
    const report = await readSpend(warm(toSearch), {
      ...question,
      group: fields,
      report: `rest { rowCount totals { currency rowCount listCost { amount currency } billedCost { amount currency } voucherAmount { amount currency } cashAmount { amount currency } } } previous { comparison { totals { currency rowCount listCost { amount currency } billedCost { amount currency } voucherAmount { amount currency } cashAmount { amount currency } } } }`,
    });
    const shown = [...report.groups, ...(report.rest === null ? [] : [report.rest])];
    for (const { currency, billed } of sumTruth(trueCharges(nowMs, february))) {
      const own = shown.flatMap(({ totals }) => totals.filter((sums) => sums.currency === currency));
      expect(own.reduce((sum, { billedCost }) => sum + units(billedCost.amount), 0n)).toBe(billed);
    }
    const january = { from: '2026-01-01', to: '2026-02-01' };
    expect(toTrueTotals(report.previous?.comparison.totals ?? [])).toEqual(
      sumTruth(trueCharges(nowMs, january)),
    );
  });

  test('what is asked wrongly is told with what would be right', async () => {
    const gateway = warm(toSearch);
    const errorOf = async (query: string) => (await gateway.query(query)).errors?.[0];
    const month = 'period: { month: "2026-02" }';
    const missing = await errorOf(`{ spend(${month}, groupBy: [ALLOCATION]) { groupCount } }`);
    expect([missing?.extensions.code, missing?.message]).toEqual([
      'BAD_USER_INPUT',
      expect.stringContaining('argument allocation'),
    ]);
    const unknown = await errorOf(
      `{ spend(${month}, groupBy: [ALLOCATION], allocation: "squad") { groupCount } }`,
    );
    expect([unknown?.extensions.code, unknown?.message]).toEqual([
      'BAD_USER_INPUT',
      'there is no allocation "squad"; there are: team, customer',
    ]);
    const filter = await errorOf(
      `{ spend(${month}, groupBy: [], filter: { allocations: [{ id: "x", values: [null] }] }) { groupCount } }`,
    );
    expect(filter?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('budgets, forecast and anomalies are about whose cost it is', async () => {
    if (settings === null) throw new Error('not started');
    const budget = {
      id: 'search',
      amount: { USD: '1000000' },
      filter: { accounts: ['novita-us'], allocations: { customer: ['acme'] } },
    };
    const gateway = warm(toSearch);
    gateway.app.reload(parseConfig(JSON.stringify({ ...withRules(toSearch), budgets: [budget] }), {}));
    const { data, errors } = await gateway.query<{
      budgets: { spent: { amount: string } }[];
      forecast: {
        groups: {
          key: { value: string | null; label: string }[];
          spent: { amount: string; currency: string }[];
        }[];
      };
      anomalies: { anomalies: { key: { dimension: string; value: string | null }[] }[] };
    }>(`{ budgets(month: "2026-02") { spent { amount } }
      forecast(month: "2026-02", groupBy: [ALLOCATION, ACCOUNT], allocation: "team") { groups { key { value label } spent { amount currency } } }
      anomalies(period: { dates: { from: "2025-08-01", to: "2026-03-18" } }, allocation: "team") { anomalies { key { dimension value } } } }`);
    expect(errors).toBeUndefined();
    const novita = sumTruth(trueCharges(nowMs, february)).find(({ currency }) => currency === 'USD');
    expect(novita).toBeDefined();
    const truth = truthOf(toSearch, february);
    const usd = [...truth]
      .filter(([key]) => key.includes('"novita-us"'))
      .reduce((sum, [, own]) => sum + own, 0n);
    expect(units(data.budgets[0]?.spent.amount ?? '0')).toBe(usd);
    for (const { key, spent } of data.forecast.groups) {
      for (const { amount, currency } of spent) {
        const id = JSON.stringify([key[0]?.value, key[1]?.value, '2026-02', currency]);
        expect([id, units(amount)]).toEqual([id, truth.get(id) ?? 0n]);
      }
    }
    expect(data.anomalies.anomalies.length).toBeGreaterThan(0);
    for (const { key } of data.anomalies.anomalies)
      expect(key.map(({ dimension }) => dimension)).toEqual(['ALLOCATION']);
  });
});

describe('usage by key that is not usage by product', () => {
  const residuals = `residuals { right leftAmount { amount currency } difference { amount currency } }`;

  test('leaves a line of its own, which is what reconciliation says, whatever other rules match', async () => {
    const catchAll: OracleRule[] = [...toSearch, { to: 'platform' }];
    const gateway = await startGateway({
      settings: (given) => ({ ...given, limits: wide, allocations: [{ id: 'team', rules: catchAll }] }),
    });
    const key = keyDaysOf(seed, 'ppio', nowMs)[0]?.keyId ?? '';
    const start = String(Date.parse('2026-02-11T00:00:00Z') / 1000 - 8 * 3600);
    gateway.sandbox.vendors.ppio.quirks = {
      edits: [
        { list: 'apikey/bill/list', where: { ownerID: key }, set: null },
        { list: 'bill/list', where: { startTime: start, category: 'llm' }, set: null },
        // A category that nobody has said keys use.
        { list: 'apikey/bill/list', where: { productName: 'web-search-basic' }, set: { category: 'gpu' } },
      ],
    };
    for (const month of ['2026-01', '2026-02', '2026-03']) {
      const { data } = await gateway.query<{
        reconciliation: { residuals: { right: string; difference: { amount: string } }[] }[];
      }>(`{ reconciliation(month: "${month}", accounts: ["ppio-main"]) { ${residuals} } }`);
      const told = data.reconciliation[0]?.residuals.find(({ right }) => right === 'USAGE_BY_KEY');
      const filter = 'filter: { accounts: ["ppio-main"] }';
      const report = await readSpend(gateway, {
        month,
        groupBy: ['ALLOCATION'],
        args: `${ask.args}, ${filter}`,
      });
      const line = report.groups.find(({ key: [own] }) => own?.value === 'not-attributed-to-a-key');
      expect(line?.key[0]?.label).toBe('Not attributed to a key');
      expect(units(line?.totals[0]?.billedCost.amount ?? '0')).toBe(units(told?.difference.amount ?? ''));
      expect([line?.rowCount, line?.totals[0]?.rowCount]).toEqual([0, 0]);
      const cost = await readSpend(gateway, { month, groupBy: ['PRODUCT'], args: `, ${filter}` });
      expect(report.totals).toEqual(cost.totals);
      const sum = report.groups.reduce(
        (all, { totals }) => all + units(totals[0]?.billedCost.amount ?? '0'),
        0n,
      );
      expect(sum).toBe(units(cost.totals[0]?.billedCost.amount ?? ''));
      const byDay = { month, groupBy: ['DAY', 'ALLOCATION'], args: `${ask.args}, ${filter}` } as const;
      const days = Map.groupBy((await readSpend(gateway, byDay)).groups, (group) => group.key[0]?.value);
      for (const group of (await readSpend(gateway, { ...byDay, groupBy: ['DAY'], args: `, ${filter}` }))
        .groups) {
        const own = days.get(group.key[0]?.value) ?? [];
        const ofDay = own.reduce((all, { totals }) => all + units(totals[0]?.billedCost.amount ?? '0'), 0n);
        expect([group.key[0]?.value, ofDay]).toEqual([
          group.key[0]?.value,
          units(group.totals[0]?.billedCost.amount ?? ''),
        ]);
      }
    }
  });

  test('an account whose usage by key cannot be read counts as failed, and not as if nobody had used it', async () => {
    const gateway = await startGateway({
      settings: (given) => ({ ...given, limits: wide, allocations: [{ id: 'team', rules: toSearch }] }),
    });
    gateway.sandbox.vendors.ppio.quirks = {
      edits: [{ list: 'apikey/bill/list', where: {}, set: { amount: 'x' } }],
    };
    const report = await readSpend(gateway, {
      month: '2026-02',
      groupBy: ['ALLOCATION', 'PROVIDER'],
      args: ask.args,
    });
    expect(new Set(report.groups.map(({ key }) => key[1]?.value))).toEqual(new Set(['novita', 'streamlake']));
    expect(report.coverage.complete).toBe(false);
    const failed = report.coverage.sources
      .filter(({ status }) => status === 'FAILED')
      .map(({ account, error }) => [account.id, error?.code]);
    expect(failed.filter(([id]) => id === 'ppio-main').length).toBe(3);
    expect(new Set(failed.filter(([id]) => id === 'ppio-main').map(([, code]) => code))).toEqual(
      new Set(['PROVIDER_RESPONSE_INVALID']),
    );
  });

  test('a key that is gone keeps its last name, also where its usage is read again without it', async () => {
    const rules: OracleRule[] = [{ when: { apiKeyNames: ['staging'] }, to: 'search' }];
    const gateway = await startGateway({
      settings: (given) => ({ ...given, limits: wide, allocations: [{ id: 'team', rules }] }),
    });
    const filter = 'filter: { accounts: ["ppio-main"] }';
    const own = async (month: string): Promise<string | undefined> => {
      const report = await readSpend(gateway, {
        month,
        groupBy: ['ALLOCATION'],
        args: `${ask.args}, ${filter}`,
      });
      return report.groups.find(({ key }) => key[0]?.value === 'search')?.totals[0]?.billedCost.amount;
    };
    await own('2026-02');
    const named = await own('2026-03');
    expect(named).toBeDefined();
    gateway.sandbox.vendors.ppio.quirks = {
      edits: [{ list: 'apikey/bill/list', where: { apikeyName: 'staging' }, set: { apikeyName: '' } }],
    };
    // The running month is read again; February is held as it was.
    gateway.clock.nowMs += 600_000;
    const before = gateway.calls('ppio');
    expect(await own('2026-03')).toBe(named);
    expect(gateway.calls('ppio')).toBeGreaterThan(before);
  });
});

test('new rules count at once, and sums by the old ones are not used', async () => {
  const one = await readSpend(warm([{ when: { categories: ['gpu'] }, to: 'search' }]), {
    range: february,
    ...ask,
  });
  const other = await readSpend(warm([{ when: { categories: ['gpu'] }, to: 'research' }]), {
    range: february,
    ...ask,
  });
  const of = (report: Report, value: string) =>
    report.groups.filter(({ key }) => key[0]?.value === value).map(({ totals }) => totals);
  expect(of(one, 'search')).toEqual(of(other, 'research'));
  expect(of(other, 'search')).toEqual([]);
});

test('a check tells what matches nothing and what nothing matches, with the line that would catch it', async () => {
  const rules: OracleRule[] = [
    { when: { apiKeyNames: ['prod-*'] }, to: 'search' },
    { when: { apiKeyNames: ['nobody'] }, to: 'search' },
    { when: { categories: ['gpu'] }, to: 'research', until: '2026-01-31' },
  ];
  interface Check {
    readonly rules: readonly { number: number; rowCount: number; isInForce: boolean }[];
    readonly unmatched: readonly {
      kind: string;
      value: string;
      label: string;
      account: { id: string };
      yaml: string;
      totals: { currency: string; billedCost: { amount: string } }[];
    }[];
    readonly unallocated: readonly { currency: string; billedCost: { amount: string } }[];
  }
  const totals = 'totals { currency billedCost { amount } }';
  const query = `{ allocationCheck(id: "team", month: "2026-02") { rules { number rowCount isInForce } unmatched { kind value label account { id } yaml ${totals} } unallocated { currency billedCost { amount } } } }`;
  const check = async (own: readonly OracleRule[]): Promise<Check> => {
    const { data, errors } = await warm(own).query<{ allocationCheck: Check }>(query);
    expect(errors).toBeUndefined();
    return data.allocationCheck;
  };
  const found = await check(rules);
  expect(found.rules.map(({ rowCount, isInForce }) => [rowCount > 0, isInForce])).toEqual([
    [true, true],
    [false, true],
    [false, false],
  ]);
  const keys = found.unmatched.filter(({ kind }) => kind === 'API_KEY');
  const used = new Set(trueKeyCharges(nowMs, february).map(({ values }) => values.API_KEY ?? ''));
  const missed = [...used].filter((key) => names.get(key)?.startsWith('prod-') === false);
  expect(new Set(keys.map(({ value }) => value))).toEqual(new Set(missed));
  for (const {
    value,
    label,
    account,
    totals: [sums],
  } of keys) {
    const own = trueKeyCharges(nowMs, february).filter(
      ({ values }) => values.API_KEY === value && values.ACCOUNT === account.id,
    );
    expect([label, units(sums?.billedCost.amount ?? '')]).toEqual([
      names.get(value),
      sumTruth(own)[0]?.billed,
    ]);
  }
  expect(new Set(found.unmatched.filter(({ kind }) => kind === 'PROJECT').map(({ value }) => value))).toEqual(
    new Set(trueCharges(nowMs, february).flatMap(({ values }) => values.PROJECT ?? [])),
  );
  expect(found.unmatched.some(({ kind, value }) => kind === 'CATEGORY' && value === 'gpu')).toBe(true);

  // The lines that it gives catch what they are for.
  const { parse } = await import('yaml');
  const lines = found.unmatched.map(({ yaml }) => yaml.replace('CHANGE-ME', 'platform')).join('\n');
  const caught = await check([...rules, ...(parse(lines) as OracleRule[])]);
  expect(caught.unmatched.filter(({ kind }) => kind !== 'CATEGORY')).toEqual([]);
  expect(caught.rules.slice(3).every(({ rowCount }) => rowCount > 0)).toBe(true);
  const none = await check([{ when: { apiKeyNames: ['nobody'] }, to: 'search' }]);
  const cost = sumTruth(trueCharges(nowMs, february));
  expect(none.unallocated.map(({ billedCost }) => units(billedCost.amount))).toEqual(
    cost.map(({ billed }) => billed),
  );
});
