/** A forecast is told from what vendors charged, says how wrong it may be, and is never taken for money. */

import { beforeAll, expect, test } from 'vitest';

import { startGateway, type TestGateway } from '../support/gateway.ts';
import { units, type Range } from '../support/oracle.ts';
import { add, sumTruth, trueCharges, type TrueCharge } from '../support/spend-oracle.ts';
import { startShared, wide } from '../support/spend.ts';

interface Amount {
  readonly amount: string;
  readonly currency: string;
}
interface Part {
  readonly totals: readonly { readonly low: Amount; readonly expected: Amount; readonly high: Amount }[];
  readonly spent: readonly Amount[];
  readonly settledShare: string | null;
  readonly backtest: {
    readonly months: number;
    readonly medianError: string;
    readonly coverageOfInterval: string;
  } | null;
}
interface Report extends Part {
  readonly month: string;
  readonly groups: readonly (Part & { readonly key: readonly { readonly value: string | null }[] })[];
  readonly groupCount: number;
  readonly notices: readonly { readonly code: string; readonly message: string }[];
  readonly coverage: { readonly complete: boolean };
}

const amount = '{ amount currency }';
const part = `totals { low ${amount} expected ${amount} high ${amount} } spent ${amount} settledShare
  backtest { months medianError coverageOfInterval }`;
const fields = `{ month ${part} groupCount groups { key { value label } ${part} } notices { code message } coverage { complete } }`;
const text = (args: string): string => `{ forecast${args} ${fields} }`;

async function ask(gateway: Pick<TestGateway, 'query'>, args = ''): Promise<Report> {
  const { data, errors } = await gateway.query<{ forecast: Report }>(text(args));
  expect(errors).toBeUndefined();
  return data.forecast;
}

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const shared: { gateway: TestGateway | null } = { gateway: null };
const warm = (): TestGateway => {
  if (shared.gateway === null) throw new Error('not started');
  return shared.gateway;
};
beforeAll(async () => {
  shared.gateway = await startShared({ nowMs });
});

const isOf = (vendor: string) => (charge: TrueCharge) => charge.values.PROVIDER === vendor;
const monthRange = (month: string): Range => {
  const next = new Date(`${month}-01T00:00:00Z`);
  next.setUTCMonth(next.getUTCMonth() + 1);
  return { from: `${month}-01`, to: next.toISOString().slice(0, 10) };
};
/** Rounded to two digits, in units of 1e-10. */
const cents = (value: bigint): bigint => ((value + 50_000_000n) / 100_000_000n) * 100_000_000n;

test('what has been spent is that of the truth, and a month that is complete is what it came to', async () => {
  for (const month of ['2026-02', '2026-03']) {
    const report = await ask(warm(), `(month: "${month}")`);
    const truth = sumTruth(trueCharges(nowMs, monthRange(month)));
    expect(report.spent.map(({ currency, amount: text }) => [currency, units(text)])).toEqual(
      truth.map(({ currency, billed }) => [currency, billed]),
    );
    if (month === '2026-02') {
      expect(
        report.totals.map(({ low, expected, high }) => [low, expected, high].map((one) => units(one.amount))),
      ).toEqual(truth.map(({ billed }) => [cents(billed), cents(billed), cents(billed)]));
      expect(report).toMatchObject({ backtest: null, settledShare: null });
    }
  }
});

test('days left are the median of their weekday over eight weeks, and what is known of a day where that is more', async () => {
  const { totals, month, backtest } = await ask(
    warm(),
    '(filter: { providers: ["streamlake"], currencies: ["CNY"] })',
  );
  const charges = trueCharges(nowMs, { from: '2025-03-01', to: '2026-04-01' }).filter(
    (charge) => isOf('streamlake')(charge) && charge.currency === 'CNY',
  );
  const on = (day: string): bigint =>
    add(charges.filter(({ values }) => values.DAY === day).map(({ billed }) => billed));
  const dayAfter = (day: string, days: number): string =>
    new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
  const usual = (day: string): bigint => {
    const before = Array.from({ length: 56 }, (_, index) => dayAfter('2026-03-18', -1 - index));
    const alike = before.filter((one) => new Date(one).getUTCDay() === new Date(day).getUTCDay()).map(on);
    const sorted = alike.toSorted((a, b) => (a < b ? -1 : 1));
    return ((sorted[3] ?? 0n) + (sorted[4] ?? 0n)) / 2n;
  };
  const days = Array.from({ length: 31 }, (_, index) => dayAfter('2026-03-01', index));
  const expected = days.map((day) => {
    const [known, likely] = [on(day), day < '2026-03-18' ? 0n : usual(day)];
    return known > likely ? known : likely;
  });
  expect(month).toBe('2026-03');
  expect(totals.map((one) => units(one.expected.amount))).toEqual([cents(add(expected))]);
  expect(backtest?.months).toBeGreaterThanOrEqual(9);
  expect(Number(backtest?.medianError)).toBeLessThan(0.1);
});

test('what a month came to lay within what was foretold in the middle of it, for each vendor and currency', async () => {
  const report = await ask(warm(), '(groupBy: [PROVIDER])');
  const truth = trueCharges(Date.parse('2026-04-10T00:00:00Z'), monthRange('2026-03'));
  expect(new Set(report.groups.map(({ key }) => key[0]?.value))).toEqual(
    new Set(['novita', 'ppio', 'streamlake']),
  );
  for (const { key, totals, spent } of report.groups) {
    for (const { low, expected, high } of totals) {
      const own = truth.filter(
        (charge) => charge.currency === expected.currency && isOf(key[0]?.value ?? '')(charge),
      );
      const billed = add(own.map((charge) => charge.billed));
      expect(units(low.amount) <= billed && billed <= units(high.amount)).toBe(true);
      const known = spent.find(({ currency }) => currency === expected.currency)?.amount ?? '';
      expect(units(known) < units(expected.amount)).toBe(true);
    }
  }
  expect(report.totals.map(({ expected }) => expected.currency)).toEqual(['CNY', 'USD']);
  expect(report.settledShare).toBeNull();
});

test('where too little is known nothing is foretold, and a notice says why', async () => {
  // Usage by key begins with this year.
  const report = await ask(warm(), '(groupBy: [API_KEY], filter: { providers: ["ppio"] })');
  expect(report.totals).toEqual([]);
  expect(report.groups.every(({ totals }) => totals.length === 0)).toBe(true);
  expect(report.groups.length).toBeGreaterThan(0);
  expect(report.notices).toEqual([
    { code: 'HISTORY_TOO_SHORT', message: expect.stringContaining('2026-03 will come to in CNY') },
  ]);
});

test('top bounds the groups and leaves the totals as they are', async () => {
  const all = await ask(warm(), '(groupBy: [PRODUCT])');
  const some = await ask(warm(), '(groupBy: [PRODUCT], top: 2)');
  expect(some.groups).toEqual(all.groups.slice(0, 2));
  expect(some.groupCount).toBe(all.groups.length);
  expect(some.totals).toEqual(all.totals);
});

test('a month that cannot be foretold, and groups by time, are refused', async () => {
  const codes = async (args: string) => {
    const { errors } = await warm().query(text(args));
    return errors?.map(({ extensions }) => extensions.code);
  };
  expect(await codes('(month: "2026-05")')).toEqual(['INVALID_PERIOD']);
  expect(await codes('(groupBy: [DAY])')).toEqual(['BAD_USER_INPUT']);
  expect(await codes('(groupBy: [PRODUCT, PRODUCT])')).toEqual(['BAD_USER_INPUT']);
  expect(await codes('(top: 0)')).toEqual(['BAD_USER_INPUT']);
  expect((await ask(warm(), '(month: "2026-04")')).totals).toHaveLength(2);
});

test('a forecast is priced before it is read, and costs nothing once its year has been read', async () => {
  const gateway = await startGateway({ nowMs, settings: (settings) => ({ ...settings, limits: wide }) });
  const calls = () => ['ppio', 'novita', 'streamlake'].map((vendor) => gateway.calls(vendor as 'ppio'));
  const price = async () => {
    const { data } = await gateway.query<{ queryCost: { requested: number; upstream: number } }>(
      'query ($query: String!) { queryCost(query: $query) { requested upstream } }',
      { query: text('') },
    );
    return data.queryCost;
  };
  const before = await price();
  expect(calls()).toEqual([0, 0, 0]);
  expect(before.upstream).toBeGreaterThan(300);
  await ask(gateway);
  expect(await price()).toEqual({ requested: before.requested, upstream: 0 });
  const read = calls();
  await ask(gateway, '(groupBy: [ACCOUNT])');
  expect(calls()).toEqual(read);
});

test('an account that fails is named, and what it will cost is not guessed', async () => {
  const gateway = await startGateway({ nowMs, settings: (settings) => ({ ...settings, limits: wide }) });
  gateway.sandbox.vendors.novita.fault = { name: 'unauthorized' };
  const report = await ask(gateway, '(filter: { providers: ["ppio", "novita"] })');
  expect(report.coverage.complete).toBe(false);
  expect(report.totals.map(({ expected }) => expected.currency)).toEqual(['CNY']);
});
