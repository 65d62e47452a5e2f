/** A runway's day is that of the median day of the truth; a declared balance falls by what was charged since, and by nothing that is not known. */

import { describe, expect, test } from 'vitest';

import { balanceOf } from '../../src/sandbox/ppio-novita-balance.ts';
import { invoicesOf } from '../../src/sandbox/aione.ts';
import { dateText, dayOf } from '../../src/sandbox/days.ts';
import { startGateway, type Settings } from '../support/gateway.ts';
import { seed, units } from '../support/oracle.ts';
import { datesOf, trueCharges } from '../support/spend-oracle.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const before = (date: string, days: number): string => dateText(dayOf(date) - days);

/** The median of what days cost in cash, doubled: so it is a whole number of units. */
function twiceTheMedian(account: string, currency: string, range: { from: string; to: string }): bigint {
  const charges = trueCharges(nowMs, range).filter(
    (charge) => charge.values['ACCOUNT'] === account && charge.currency === currency,
  );
  const costs = datesOf(range)
    .map((date) =>
      charges.filter(({ values }) => values['DAY'] === date).reduce((sum, { cash }) => sum + cash, 0n),
    )
    .toSorted((a, b) => (a < b ? -1 : 1));
  const middle = costs.length / 2;
  return (costs[middle - 1] ?? 0n) + (costs[middle] ?? 0n);
}

const runway = 'runway { days exhaustedOn dailyCash { amount currency } basedOnDays }';
const queryOf = (account: string) =>
  `{ account(id: "${account}") { balance { source available { amount currency } cash { amount } asOf status error { code } ${runway} } } }`;

interface Told {
  readonly account: {
    readonly balance: {
      readonly source: string;
      readonly available: { readonly amount: string; readonly currency: string };
      readonly cash: object | null;
      readonly asOf: string;
      readonly status: string;
      readonly error: object | null;
      readonly runway: {
        readonly days: number;
        readonly exhaustedOn: string;
        readonly dailyCash: { readonly amount: string };
        readonly basedOnDays: number;
      } | null;
    } | null;
  };
}

/** Settings in which an account declares what it had. */
const declaring = (id: string, balance: object) => (settings: Settings) => ({
  ...settings,
  accounts: settings.accounts.map((account) => (account.id === id ? { ...account, balance } : account)),
});

describe('the runway', () => {
  test('of a balance that the provider tells goes by the 14 days before those that may still grow', async () => {
    const gateway = await startGateway({ nowMs });
    const { data, errors } = await gateway.query<Told>(queryOf('ppio-main'));
    expect(errors).toBeUndefined();
    // 17:30 at +08:00: of the day before, usage may still be coming in.
    const median2 = twiceTheMedian('ppio-main', 'CNY', { from: before('2026-03-17', 14), to: '2026-03-17' });
    const { cash } = balanceOf(seed, 'ppio', nowMs);
    const left = (cash / 1_000_000n) * 1_000_000n;
    const days = Number((2n * left) / median2);
    expect(data.account.balance?.runway).toMatchObject({
      days,
      exhaustedOn: before('2026-03-18', -days),
      dailyCash: { currency: 'CNY' },
      basedOnDays: 14,
    });
    expect(2n * units(data.account.balance?.runway?.dailyCash.amount ?? '')).toBe(median2);
    expect(days).toBeGreaterThan(3);
  });

  test('of a negative balance is no day', async () => {
    const gateway = await startGateway({ nowMs });
    const { data } = await gateway.query<Told>(queryOf('novita-us'));
    expect(data.account.balance?.runway).toMatchObject({ days: 0, exhaustedOn: '2026-03-18' });
  });

  test('is unknown, and said why, where a day cannot be read; the balance is there', async () => {
    const gateway = await startGateway({ nowMs });
    gateway.sandbox.vendors.ppio.fault = { name: 'broken', only: 'bill/list' };
    const { data, errors } = await gateway.query<Told>(queryOf('ppio-main'));
    expect(data.account.balance).toMatchObject({ status: 'FRESH', runway: null });
    expect(errors).toMatchObject([
      { path: ['account', 'balance', 'runway'], extensions: { code: 'PROVIDER_UNAVAILABLE' } },
    ]);
  });

  test('is priced beforehand', async () => {
    const gateway = await startGateway({ nowMs });
    const price = `query ($query: String!) { queryCost(query: $query) { requested upstream } }`;
    const priced = await gateway.query<{ queryCost: { upstream: number } }>(price, {
      query: queryOf('ppio-main'),
    });
    expect(gateway.calls('ppio')).toBe(0);
    await gateway.query(queryOf('ppio-main'));
    expect(gateway.calls('ppio')).toBe(priced.data.queryCost.upstream);
    expect(gateway.calls('ppio')).toBeGreaterThan(1);
  });
});

describe('a balance that the settings declare', () => {
  test('falls by the cash part of what was charged since, in its currency, and has a runway', async () => {
    const balance = { amount: '300000.00', asOf: '2026-03-01', currency: 'CNY' };
    const gateway = await startGateway({ nowMs, settings: declaring('streamlake-prod', balance) });
    const { data, errors } = await gateway.query<Told>(queryOf('streamlake-prod'));
    expect(errors).toBeUndefined();
    const range = { from: '2026-03-01', to: '2026-03-19' };
    const charged = trueCharges(nowMs, range)
      .filter(({ values, currency }) => values['ACCOUNT'] === 'streamlake-prod' && currency === 'CNY')
      .reduce((sum, { cash }) => sum + cash, 0n);
    expect(charged).toBeGreaterThan(0n);
    const told = data.account.balance;
    expect(told).toMatchObject({
      source: 'DECLARED',
      available: { currency: 'CNY' },
      cash: null,
      asOf: '2026-03-18T09:30:00Z',
      status: 'FRESH',
      error: null,
      runway: { basedOnDays: 14 },
    });
    expect(units(told?.available.amount ?? '')).toBe(units('300000') - charged);
    const median2 = twiceTheMedian('streamlake-prod', 'CNY', {
      from: before('2026-03-18', 14),
      to: '2026-03-18',
    });
    const days = Number((2n * (units('300000') - charged)) / median2);
    expect(told?.runway).toMatchObject({ days, exhaustedOn: before('2026-03-18', -days) });
  });

  test('is not told where a day since cannot be read', async () => {
    const balance = { amount: '12000.00', asOf: '2026-03-15', currency: 'CNY' };
    const gateway = await startGateway({ nowMs, settings: declaring('streamlake-prod', balance) });
    gateway.sandbox.vendors.streamlake.fault = { name: 'broken' };
    const { data, errors } = await gateway.query<Told>(queryOf('streamlake-prod'));
    expect(data.account.balance).toBeNull();
    expect(errors).toMatchObject([
      { path: ['account', 'balance'], extensions: { code: 'PROVIDER_UNAVAILABLE' } },
    ]);
  });

  test('stands in with its time where the days since cannot be read any more', async () => {
    const balance = { amount: '12000.00', asOf: '2026-03-15', currency: 'CNY' };
    const gateway = await startGateway({ nowMs, settings: declaring('streamlake-prod', balance) });
    const good = await gateway.query<Told>(queryOf('streamlake-prod'));
    gateway.sandbox.vendors.streamlake.fault = { name: 'broken' };
    gateway.clock.nowMs += 7_200_000;
    const stale = await gateway.query<Told>(queryOf('streamlake-prod'));
    expect(stale.data.account.balance).toMatchObject({
      available: good.data.account.balance?.available,
      asOf: '2026-03-18T09:30:00Z',
      status: 'STALE',
      error: { code: 'PROVIDER_UNAVAILABLE' },
    });
  });

  test('falls by invoices where there is nothing else, and knows no runway', async () => {
    const balance = { amount: '900000', asOf: '2026-02-01' };
    const gateway = await startGateway({ nowMs, settings: declaring('aione-hq', balance) });
    const { data } = await gateway.query<Told>(queryOf('aione-hq'));
    const charged = invoicesOf(seed, nowMs)
      .filter(({ periodStart, status }) => periodStart >= '2026-02-01' && status !== 'void')
      .reduce((sum, { total }) => sum + total * 1_000_000n, 0n);
    const told = data.account.balance;
    expect(told).toMatchObject({ source: 'DECLARED', status: 'FRESH', error: null, runway: null });
    expect(units(told?.available.amount ?? '')).toBe(units('900000') - charged);
  });

  test('whose last invoice ends before today is that of then', async () => {
    const balance = { amount: '900000', asOf: '2026-02-01' };
    const gateway = await startGateway({ nowMs, settings: declaring('aione-hq', balance) });
    gateway.sandbox.vendors.aione.quirks = {
      edits: [{ list: 'billing/invoices', where: { period_start: '2026-03-01' }, set: null }],
    };
    const { data } = await gateway.query<Told>(queryOf('aione-hq'));
    expect(data.account.balance).toMatchObject({
      asOf: '2026-03-01T00:00:00Z',
      status: 'STALE',
      error: { code: 'UNSUPPORTED_BY_PROVIDER' },
    });
  });

  test('that begins within an invoice is not told', async () => {
    const balance = { amount: '900000', asOf: '2026-02-10' };
    const gateway = await startGateway({ nowMs, settings: declaring('aione-hq', balance) });
    const { data, errors } = await gateway.query<Told>(queryOf('aione-hq'));
    expect(data.account.balance).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'UNSUPPORTED_BY_PROVIDER' } }]);
  });
});
