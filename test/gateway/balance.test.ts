/** What is left on each account is the vendor's to the last digit; what is not known is never 0, and a fault there harms nothing else. */

import { describe, expect, test } from 'vitest';

import type { Fault, FaultName } from '../../src/sandbox/faults.ts';
import { balanceOf } from '../../src/sandbox/ppio-novita-balance.ts';
import { ask, tokens, withClients } from '../support/ask.ts';
import { startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { seed, units } from '../support/oracle.ts';

interface Amount {
  readonly amount: string;
  readonly currency: string;
}

interface Balance {
  readonly source: string;
  readonly available: Amount | null;
  readonly cash: Amount | null;
  readonly creditLimit: Amount | null;
  readonly pending: Amount | null;
  readonly outstanding: Amount | null;
  readonly asOf: string;
  readonly status: string;
  readonly error: { readonly code: string; readonly message: string } | null;
}

const amounts = ['available', 'cash', 'creditLimit', 'pending', 'outstanding']
  .map((name) => `${name} { amount currency }`)
  .join(' ');
const balance = `balance { source ${amounts} asOf status error { code message } }`;

const read = async (gateway: Pick<TestGateway, 'query'>, account: string) => {
  const query = `{ account(id: "${account}") { ${balance} } }`;
  const { data, errors = [] } = await gateway.query<{ account: { balance: Balance | null } }>(query);
  return { balance: data.account.balance, errors };
};

/** 1/10000, as the vendor cuts it. */
const told = (value: bigint, currency: string) => {
  const cut = value / 1_000_000n;
  const digits = String(cut < 0n ? -cut : cut).padStart(5, '0');
  return { amount: `${cut < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`, currency };
};

describe('a balance that the provider tells', () => {
  test.each(['2026-03-05T03:00:00Z', '2026-03-11T00:59:59Z', '2026-03-11T01:00:00Z', '2026-03-31T15:59:00Z'])(
    'at %s it is the truth, be it topped up or negative, and what the account has none of is null',
    async (at) => {
      const nowMs = Date.parse(at);
      const gateway = await startGateway({ nowMs });
      for (const [brand, account, currency] of [
        ['ppio', 'ppio-main', 'CNY'],
        ['novita', 'novita-us', 'USD'],
      ] as const) {
        const { cash, creditLimit, outstanding } = balanceOf(seed, brand, nowMs);
        expect(await read(gateway, account)).toEqual({
          errors: [],
          balance: {
            source: 'PROVIDER',
            available: told(cash + (creditLimit ?? 0n), currency),
            cash: told(cash, currency),
            creditLimit: creditLimit && told(creditLimit, currency),
            pending: told(0n, currency),
            outstanding: told(outstanding, currency),
            asOf: new Date(nowMs).toISOString().replace('.000', ''),
            status: 'FRESH',
            error: null,
          },
        });
      }
    },
  );

  test('the sandbox has one that is negative and one that is topped up', () => {
    const before = balanceOf(seed, 'ppio', Date.parse('2026-03-11T00:59:59Z')).cash;
    const later = balanceOf(seed, 'ppio', Date.parse('2026-03-11T01:00:00Z')).cash;
    expect(later - before).toBeGreaterThan(units('5000'));
    const { cash, creditLimit } = balanceOf(seed, 'novita', Date.parse('2026-03-18T09:30:00Z'));
    expect(cash + (creditLimit ?? 0n)).toBeLessThan(0n);
  });

  test.each([
    { missingOptional: true },
    { stringsAsNumbers: true },
    { extraFields: true },
    { wrappedBalance: true },
  ])('however it is written, no digit changes: %j', async (quirks) => {
    const gateway = await startGateway();
    gateway.sandbox.vendors.novita.quirks = quirks;
    const { cash, creditLimit } = balanceOf(seed, 'novita', gateway.clock.nowMs);
    const isLeftOut = 'missingOptional' in quirks;
    expect((await read(gateway, 'novita-us')).balance).toMatchObject({
      available: told(cash + (creditLimit ?? 0n), 'USD'),
      cash: isLeftOut ? null : told(cash, 'USD'),
      creditLimit: isLeftOut ? null : told(creditLimit ?? 0n, 'USD'),
    });
  });

  test('it costs one call, which all share for a minute; queryCost says so beforehand', async () => {
    const gateway = await startGateway();
    const query = '{ accounts { balance { available { amount } } } }';
    const price = async () =>
      (
        await gateway.query<{ queryCost: object }>(
          `query ($query: String!) { queryCost(query: $query) { requested upstream } }`,
          { query },
        )
      ).data.queryCost;
    expect(await price()).toEqual({ requested: 2, upstream: 2 });
    expect([gateway.calls('ppio'), gateway.calls('novita')]).toEqual([0, 0]);
    await Promise.all(Array.from({ length: 20 }, () => gateway.query(query)));
    gateway.clock.nowMs += 59_000;
    await gateway.query(query);
    expect([gateway.calls('ppio'), gateway.calls('novita')]).toEqual([1, 1]);
    expect([gateway.calls('aione'), gateway.calls('streamlake')]).toEqual([0, 0]);
    expect(await price()).toEqual({ requested: 2, upstream: 0 });
  });

  test('a client that may not see the account sees no balance, and no trace of it', async () => {
    const gateway = await startGateway({ settings: withClients() });
    const all = await ask(gateway, `{ accounts { id ${balance} } }`, tokens.all);
    expect(all.text).toContain('USD');
    const one = await ask(
      gateway,
      `{ accounts { id ${balance} } account(id: "novita-us") { ${balance} } }`,
      tokens.one,
    );
    expect(one.data).toMatchObject({ accounts: [{ id: 'ppio-main' }], account: null });
    expect(one.text).not.toMatch(/USD|novita/i);
  });

  test('of an account for which neither provider nor settings tell one it is null, and nothing is asked', async () => {
    const gateway = await startGateway();
    expect(await read(gateway, 'aione-hq')).toEqual({ balance: null, errors: [] });
    expect(await read(gateway, 'streamlake-prod')).toEqual({ balance: null, errors: [] });
    expect([gateway.calls('aione'), gateway.calls('streamlake')]).toEqual([0, 0]);
  });
});

/** What each fault is to a client. */
const faults: Partial<Record<FaultName, string>> = {
  unauthorized: 'PROVIDER_CREDENTIAL_REJECTED',
  rateLimited: 'PROVIDER_RATE_LIMITED',
  broken: 'PROVIDER_UNAVAILABLE',
  unavailable: 'PROVIDER_UNAVAILABLE',
  hang: 'PROVIDER_TIMEOUT',
  reset: 'PROVIDER_UNAVAILABLE',
  truncated: 'PROVIDER_RESPONSE_INVALID',
  notJson: 'PROVIDER_RESPONSE_INVALID',
  wrongType: 'PROVIDER_RESPONSE_INVALID',
};

/** Nobody waits long for a provider that hangs; the answers of the others have all their time. */
const patience = (name: string) => (settings: Settings) =>
  name === 'hang'
    ? { ...settings, accounts: settings.accounts.map((account) => ({ ...account, timeoutSeconds: 3 })) }
    : settings;
const bills =
  '{ bills(period: { month: "2026-02" }, filter: { accounts: ["ppio-main"] }, first: 0) { totalCount totals { billedCost { amount } } coverage { complete } } }';

describe.each(Object.entries(faults))(
  'where the balance answers with the fault %s while lists answer',
  (name, code) => {
    const fault: Fault = { name: name as FaultName, only: 'balance/detail' };

    test.concurrent('lists are as before, the last balance stands in with its time, and none is ever 0', async (context) => {
      const gateway = await startGateway({ settings: patience(name) }, context);
      const { balance: before } = await read(gateway, 'ppio-main');
      gateway.sandbox.vendors.ppio.fault = fault;
      gateway.clock.nowMs += 600_000;
      const { balance: stale, errors } = await read(gateway, 'ppio-main');
      expect(errors).toEqual([]);
      expect(stale).toEqual({
        ...before,
        status: 'STALE',
        error: { code, message: expect.any(String) as string },
      });
      const { data, errors: ofBills } = await gateway.query<{ bills: { coverage: object } }>(bills);
      expect(ofBills).toBeUndefined();
      expect(data.bills.coverage).toEqual({ complete: true });
      gateway.sandbox.vendors.ppio.fault = null;
      gateway.clock.nowMs += 60_000;
      expect((await read(gateway, 'ppio-main')).balance).toMatchObject({ status: 'FRESH', error: null });
    });

    test.concurrent('a balance that was never read is an error of its field, and lists answer beside it', async (context) => {
      const gateway = await startGateway({ settings: patience(name) }, context);
      gateway.sandbox.vendors.ppio.fault = fault;
      const cold = await read(gateway, 'ppio-main');
      expect(cold).toMatchObject({
        balance: null,
        errors: [
          { path: ['account', 'balance'], extensions: { code, account: 'ppio-main', provider: 'ppio' } },
        ],
      });
      expect(await gateway.query(bills)).toMatchObject({ data: { bills: { coverage: { complete: true } } } });
      expect((await read(gateway, 'novita-us')).balance).toMatchObject({ status: 'FRESH' });
    });
  },
);

test('where the key may read lists alone, the balance says that its owner lacks the role', async () => {
  const gateway = await startGateway();
  gateway.sandbox.vendors.ppio.quirks = { noBillingRole: true };
  expect(await gateway.query(bills)).toMatchObject({ data: { bills: { coverage: { complete: true } } } });
  const { balance: none, errors } = await read(gateway, 'ppio-main');
  expect(none).toBeNull();
  expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_CREDENTIAL_REJECTED' } }]);
  expect(errors[0]?.message).toContain('lacks the role');
});
