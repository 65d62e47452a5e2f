/** What a provider says beside its lists is the truth to the digit, is told by one call, and shows nothing that is personal or secret. */

import { expect, test } from 'vitest';

import { dashboardOf } from '../../src/sandbox/aione-dashboard.ts';
import { keyBudgetsOf } from '../../src/sandbox/ppio-novita-budgets.ts';
import { startGateway } from '../support/gateway.ts';
import { seed, units } from '../support/oracle.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const money = 'amount currency';
const budgets = `vendorBudgets { asOf status error { code } budgets { keyId keyName type providerType
  limit { ${money} } used { ${money} } remaining { ${money} } cycle periodStart periodEnd } }`;
const summary = `days asOf status error { code } cost { ${money} } totalTokens inputTokens outputTokens requests
  byModel { model requests tokens } byTeam { teamId teamName cost { ${money} } conversations }`;

interface Budget {
  readonly keyId: string;
  readonly type: string;
  readonly limit: { readonly amount: string; readonly currency: string } | null;
  readonly used: { readonly amount: string } | null;
  readonly remaining: { readonly amount: string } | null;
}

test.each([
  ['ppio', 'ppio-main', 'CNY'],
  ['novita', 'novita-us', 'USD'],
] as const)(
  'budgets of keys at %s are the truth, one exceeded and one unlimited, and nothing of a person is shown',
  async (brand, account, currency) => {
    const gateway = await startGateway({ nowMs });
    const query = `{ account(id: "${account}") { ${budgets} } }`;
    const { data, errors } = await gateway.query<{
      account: { vendorBudgets: { status: string; budgets: Budget[] } };
    }>(query);
    expect(errors).toBeUndefined();
    const truth = keyBudgetsOf(seed, brand, nowMs);
    const { status, budgets: told } = data.account.vendorBudgets;
    expect(status).toBe('FRESH');
    expect(told.map(({ keyId }) => keyId)).toEqual(truth.map(({ keyId }) => keyId));
    for (const [index, { type, limit, used }] of truth.entries()) {
      const budget = told[index];
      if (type === 'Unlimited') {
        expect(budget).toMatchObject({ type: 'UNLIMITED', limit: null, used: null, remaining: null });
        continue;
      }
      expect(budget?.limit?.currency).toBe(currency);
      expect(units(budget?.limit?.amount ?? '')).toBe(limit * 1_000_000n);
      expect(units(budget?.used?.amount ?? '')).toBe(used * 1_000_000n);
      expect(units(budget?.remaining?.amount ?? '')).toBe((limit - used) * 1_000_000n);
    }
    expect(told.some(({ remaining }) => remaining?.amount.startsWith('-'))).toBe(true);
    await gateway.query(query);
    expect(gateway.calls(brand)).toBe(1);
    expect(gateway.sent.join() + gateway.log.join()).not.toMatch(/people\.example|Li Wei/);
  },
);

test("AIone's dashboard is the truth of so many days, in CNY by default, by the view that the caller gets", async () => {
  const gateway = await startGateway({
    nowMs,
    settings: (settings) => ({
      ...settings,
      accounts: settings.accounts.map((account) =>
        account.provider === 'aione' ? { ...account, currency: undefined } : account,
      ),
    }),
  });
  const query = `{ account(id: "aione-hq") { currency month: summary { ${summary} } week: summary(days: 7) { ${summary} } vendorBudgets { asOf } } }`;
  const { data, errors } = await gateway.query<{ account: Record<string, { cost: { amount: string } }> }>(
    query,
  );
  expect(errors).toBeUndefined();
  expect(gateway.calls('aione')).toBe(2);
  for (const [name, days] of [
    ['month', 30],
    ['week', 7],
  ] as const) {
    const truth = dashboardOf(seed, nowMs, days);
    expect(data.account[name]).toMatchObject({
      days,
      asOf: '2026-03-18T09:30:00Z',
      status: 'FRESH',
      cost: { currency: 'CNY' },
      totalTokens: String(truth.inputTokens + truth.outputTokens),
      inputTokens: String(truth.inputTokens),
      outputTokens: String(truth.outputTokens),
      byModel: truth.models.map(({ model, requests, tokens }) => ({
        model,
        requests: String(requests),
        tokens: String(tokens),
      })),
      byTeam: null,
    });
    expect(units(data.account[name]?.cost.amount ?? '')).toBe(truth.cost * 1_000_000n);
  }
  expect(data.account).toMatchObject({ currency: 'CNY', vendorBudgets: null });
  gateway.sandbox.vendors.aione.quirks = { view: 'business' };
  gateway.clock.nowMs += 600_000;
  const business = await gateway.query<{ account: { summary: object } }>(
    `{ account(id: "aione-hq") { summary(days: 7) { ${summary} } } }`,
  );
  const { teams } = dashboardOf(seed, gateway.clock.nowMs, 7);
  expect(business.data.account.summary).toMatchObject({
    totalTokens: null,
    byModel: null,
    byTeam: teams.map(({ id, name }) => ({ teamId: id, teamName: name, cost: { currency: 'CNY' } })),
  });
});

test('a fault of the dashboard harms no invoice; the last one stands in, and one of no days is refused unasked', async () => {
  const gateway = await startGateway({ nowMs });
  const query = `{ account(id: "aione-hq") { summary { ${summary} } invoices(first: 1) { totalCount } } }`;
  interface Told {
    readonly account: { readonly summary: object | null; readonly invoices: { readonly totalCount: number } };
  }
  const before = await gateway.query<Told>(query);
  gateway.sandbox.vendors.aione.fault = { name: 'unauthorized', only: 'obs/dashboard' };
  gateway.clock.nowMs += 600_000;
  const after = await gateway.query<Told>(query);
  expect(after.errors).toBeUndefined();
  expect(after.data.account).toEqual({
    invoices: before.data.account.invoices,
    summary: {
      ...before.data.account.summary,
      status: 'STALE',
      error: { code: 'PROVIDER_CREDENTIAL_REJECTED' },
    },
  });
  const calls = gateway.calls('aione');
  for (const days of [0, 91, -1]) {
    const { errors } = await gateway.query(`{ account(id: "aione-hq") { summary(days: ${days}) { days } } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  }
  expect(gateway.calls('aione')).toBe(calls);
});
