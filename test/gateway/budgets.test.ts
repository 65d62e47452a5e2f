/** Budgets stand against what vendors charged, to the digit, and say only what is known. */

import { expect, test } from 'vitest';

import { startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { units } from '../support/oracle.ts';
import { add, trueCharges } from '../support/spend-oracle.ts';
import { wide } from '../support/spend.ts';

interface Amount {
  readonly amount: string;
  readonly currency: string;
}
interface Budget {
  readonly id: string;
  readonly budgetId: string;
  readonly month: string;
  readonly amount: Amount;
  readonly spent: Amount | null;
  readonly remaining: Amount | null;
  readonly ratio: string | null;
  readonly reachedThreshold: number | null;
  readonly forecast: Readonly<Record<'low' | 'expected' | 'high', Amount>> | null;
  readonly exceededOn: string | null;
  readonly state: string;
  readonly otherCurrencies: readonly Amount[];
  readonly error: { readonly code: string } | null;
  readonly coverage: { readonly complete: boolean };
}

const amount = '{ amount currency }';
const query = `{ budgets { id budgetId name month amount ${amount} thresholds spent ${amount} remaining ${amount} ratio reachedThreshold
  forecast { low ${amount} expected ${amount} high ${amount} } exceededOn state otherCurrencies ${amount} error { code } coverage { complete } } }`;

async function ask(gateway: Pick<TestGateway, 'query'>): Promise<readonly Budget[]> {
  const { data, errors } = await gateway.query<{ budgets: readonly Budget[] }>(query);
  expect(errors).toBeUndefined();
  return data.budgets;
}

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const withBudgets =
  (budgets: readonly object[], others: object = {}) =>
  (settings: Settings): object => ({ ...settings, limits: wide, budgets, ...others });
const march = { from: '2026-03-01', to: '2026-04-01' };
const charged = (vendor: string, currency: string, before = '9') =>
  add(
    trueCharges(nowMs, march)
      .filter(
        ({ values, currency: own }) =>
          values.PROVIDER === vendor && own === currency && (values.DAY ?? '') < before,
      )
      .map(({ billed }) => billed),
  );
/** Units of 1e-10 as text. */
const text = (value: bigint): string => {
  const digits = value.toString().padStart(11, '0');
  return `${digits.slice(0, -10)}.${digits.slice(-10)}`;
};
const ppio = { filter: { accounts: ['ppio-main'] } };

test('a budget stands against the truth at each threshold, to the digit', async () => {
  const spent = charged('ppio', 'CNY');
  const budgetOf = (id: string, value: bigint, thresholds = [50, 80, 100]) => ({
    id,
    ...ppio,
    amount: { CNY: text(value) },
    thresholds,
  });
  const gateway = await startGateway({
    nowMs,
    settings: withBudgets([
      budgetOf('ample', spent * 100n),
      budgetOf('half', spent * 2n),
      budgetOf('just', spent),
      budgetOf('passed', spent - 1n),
      budgetOf('above-half', spent * 2n + 2n, [50]),
    ]),
  });
  const [ample, half, just, passed, aboveHalf] = await ask(gateway);
  for (const one of [ample, half, just, passed]) {
    expect(units(one?.spent?.amount ?? '')).toBe(spent);
    expect(units(one?.remaining?.amount ?? '')).toBe(units(one?.amount.amount ?? '') - spent);
    expect(one).toMatchObject({
      month: '2026-03',
      error: null,
      otherCurrencies: [],
      coverage: { complete: true },
    });
  }
  expect(ample).toMatchObject({
    id: 'budget:ample:2026-03',
    budgetId: 'ample',
    ratio: '0.0100',
    state: 'OK',
    exceededOn: null,
  });
  expect(half).toMatchObject({ reachedThreshold: 50, ratio: '0.5000' });
  expect(just).toMatchObject({ reachedThreshold: 100, state: 'FORECAST_EXCEEDED', ratio: '1.0000' });
  expect((just?.exceededOn ?? '') >= '2026-03-17').toBe(true);
  expect(passed).toMatchObject({ reachedThreshold: 100, state: 'EXCEEDED' });
  expect((passed?.exceededOn ?? '9') <= '2026-03-31').toBe(true);
  expect(aboveHalf).toMatchObject({ reachedThreshold: null });
  expect(units(ample?.forecast?.expected.amount ?? '')).toBeGreaterThan(spent);
});

test('the day on which a budget was passed is that of the truth', async () => {
  const limit = charged('streamlake', 'CNY', '2026-03-11') - 1n;
  const filter = { providers: ['streamlake'] };
  const gateway = await startGateway({
    nowMs,
    settings: withBudgets([{ id: 'b', filter, amount: { CNY: text(limit) } }]),
  });
  const [budget] = await ask(gateway);
  expect(budget).toMatchObject({ state: 'EXCEEDED', exceededOn: '2026-03-10' });
  // It is charged in dollars too: told, and not added.
  expect(budget?.otherCurrencies.map(({ currency, amount: value }) => [currency, units(value)])).toEqual([
    ['USD', charged('streamlake', 'USD')],
  ]);
});

test('several currencies are one at the rate of each day, or the sum is not told', async () => {
  const budget = { filter: { providers: ['streamlake'] }, amount: { CNY: '100000' }, convertTo: 'CNY' };
  const rate = (date: string, value: string) => ({ from: 'USD', to: 'CNY', rate: value, date, source: 's' });
  const gateway = await startGateway({
    nowMs,
    settings: withBudgets([{ id: 'b', ...budget }], {
      exchangeRates: [rate('2026-02-27', '7'), rate('2026-03-10', '8')],
    }),
  });
  const [converted] = await ask(gateway);
  const early = charged('streamlake', 'USD', '2026-03-10');
  const late = charged('streamlake', 'USD') - early;
  expect(units(converted?.spent?.amount ?? '')).toBe(charged('streamlake', 'CNY') + 7n * early + 8n * late);
  expect(converted).toMatchObject({ otherCurrencies: [], error: null });
  expect(converted?.forecast?.expected.currency).toBe('CNY');
  const late1 = { exchangeRates: [rate('2026-03-10', '8'), rate('2026-03-12', '8')] };
  const without = await startGateway({ nowMs, settings: withBudgets([{ id: 'b', ...budget }], late1) });
  expect(await ask(without)).toMatchObject([
    {
      spent: null,
      remaining: null,
      ratio: null,
      forecast: null,
      state: 'UNKNOWN',
      error: { code: 'EXCHANGE_RATE_MISSING' },
    },
  ]);
});

test('while an account does not answer, a budget is exceeded or unknown, and never within', async () => {
  const scope = { filter: { providers: ['ppio', 'streamlake'] } };
  const gateway = await startGateway({
    nowMs,
    settings: withBudgets([
      { id: 'large', ...scope, amount: { CNY: '99999999' } },
      { id: 'small', ...scope, amount: { CNY: '1' } },
      { id: 'lost', ...ppio, amount: { CNY: '1' } },
    ]),
  });
  gateway.sandbox.vendors.ppio.fault = { name: 'unauthorized' };
  const [large, small, lost] = await ask(gateway);
  const nothing = { remaining: null, ratio: null, forecast: null, coverage: { complete: false } };
  expect(large).toMatchObject({ state: 'UNKNOWN', ...nothing });
  expect(small).toMatchObject({ state: 'EXCEEDED', exceededOn: '2026-03-01', ...nothing });
  expect(units(small?.spent?.amount ?? '')).toBe(charged('streamlake', 'CNY'));
  expect(lost).toMatchObject({ state: 'UNKNOWN', spent: null, ...nothing });
});

test('only a client that sees all accounts of a budget sees the budget', async () => {
  const token = (name: string): string => `token-of-${name}-0123456789abcdef`;
  const clients = [
    { id: 'all', tokens: [token('all')], accounts: ['*'] },
    { id: 'one', tokens: [token('one')], accounts: ['ppio-main'] },
  ];
  const gateway = await startGateway({
    nowMs,
    settings: withBudgets(
      [
        { id: 'own', ...ppio, amount: { CNY: '1' } },
        { id: 'both', filter: { accounts: ['ppio-main', 'novita-us'] }, amount: { CNY: '1' } },
        { id: 'everything', amount: { CNY: '1' } },
      ],
      { clients },
    ),
  });
  const seen = async (name: string): Promise<readonly string[]> => {
    const response = await fetch(`${gateway.app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token(name)}` },
      body: JSON.stringify({ query: '{ budgets { budgetId } }' }),
    });
    const { data } = (await response.json()) as { data: { budgets: { budgetId: string }[] } };
    return data.budgets.map(({ budgetId }) => budgetId);
  };
  expect(await seen('all')).toEqual(['own', 'both', 'everything']);
  expect(await seen('one')).toEqual(['own']);
  expect(gateway.calls('novita')).toBeGreaterThan(0);
});
