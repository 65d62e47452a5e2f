/** Budgets of keys and the dashboard as they are on the wire: nothing of a person is taken, and what is not told is unknown. */

import { describe, expect, test } from 'vitest';

import { aione } from '../../src/providers/aione/adapter.ts';
import { novita, ppio } from '../../src/providers/ppio-novita/adapter.ts';
import { connected, instant } from '../support/connected.ts';

describe('budgets of keys at PPIO and Novita', () => {
  const budget = {
    key_id: 'k1',
    key_name: 'prod',
    budget_type: 'Recurring(Monthly)',
    budget_limit: 1_000_000,
    used: '1234567',
    remaining: -234_567,
    cycle: 'monthly',
    period_start: 1_769_904_000,
    period_end: '2026-03-01T00:00:00Z',
    creator_email: 'li.wei@people.example',
    phone: '13800000000',
    remark_name: 'Li Wei',
  };
  const read = async (body: unknown) => connected(novita, () => JSON.stringify(body)).readBudgets();

  test('are read to the digit, and nothing that is not named is taken', async () => {
    const { budgets } = await read({ key_budgets: [budget] });
    expect(budgets).toEqual([
      {
        keyId: 'k1',
        keyName: 'prod',
        type: 'RECURRING',
        providerType: 'Recurring(Monthly)',
        limit: '100.0000',
        used: '123.4567',
        remaining: '-23.4567',
        cycle: 'monthly',
        periodStart: instant('2026-02-01T00:00:00Z'),
        periodEnd: instant('2026-03-01T00:00:00Z'),
      },
    ]);
    expect(JSON.stringify(budgets)).not.toMatch(/people|1380|Li Wei/);
  });

  test('of a key without one nothing is known, and it is not 0', async () => {
    const unlimited = { key_id: 'k2', budget_type: 'Unlimited', budget_limit: 0, used: 0, remaining: 0 };
    expect((await read({ key_budgets: [unlimited] })).budgets).toMatchObject([
      { type: 'UNLIMITED', limit: null, used: null, remaining: null, periodStart: null },
    ]);
  });

  test.each([
    ['One-time', 'ONE_TIME'],
    ['one_time', 'ONE_TIME'],
    ['Recurring', 'RECURRING'],
    ['Weekly', 'OTHER'],
    [null, 'OTHER'],
  ])('%s is %s, and its word is kept', async (word, type) => {
    expect((await read({ key_budgets: [{ ...budget, budget_type: word }] })).budgets).toMatchObject([
      { type, providerType: word },
    ]);
  });

  test('an empty list is accepted, anything else in its place is refused', async () => {
    expect((await read({ key_budgets: null })).budgets).toEqual([]);
    expect((await read({})).budgets).toEqual([]);
    await expect(read({ budgets: [] })).rejects.toThrow();
    await expect(read({ key_budgets: [{ ...budget, used: '1,5' }] })).rejects.toThrow();
  });
});

describe("AIone's dashboard", () => {
  const read = (body: unknown) => connected(aione, () => JSON.stringify(body)).readSummary('7');
  const unknown = {
    cost: null,
    totalTokens: null,
    inputTokens: null,
    outputTokens: null,
    requests: null,
    models: null,
    teams: null,
  };

  test('is one call for so many days, and its amounts are RMB whatever the invoices are in', async () => {
    const vendor = connected(
      aione,
      () => '{"tech":{"total_cost_rmb":"12.340","total_tokens":12345678901234567890}}',
    );
    expect(await vendor.readSummary('7')).toEqual({
      kind: 'SUMMARY',
      currency: 'CNY',
      ...unknown,
      cost: '12.340',
      totalTokens: '12345678901234567890',
    });
    expect(vendor.sent.map(({ path, query }) => [path, query])).toEqual([
      ['/api/v1/obs/dashboard', { range_days: '7' }],
    ]);
  });

  test('may be the view of business: teams, and no models', async () => {
    const team = { team_id: 't1', team_name: 'Search', cost_rmb: '1.5', conversations: 3, head: 'Li Wei' };
    expect(
      await read({ view_mode: 'business', tech: null, business: { team_cost_ranking: [team] } }),
    ).toMatchObject({
      ...unknown,
      teams: [{ teamId: 't1', teamName: 'Search', cost: '1.5', conversations: '3' }],
    });
  });

  test.each([
    '{}',
    '[]',
    'null',
    '{"tech":[]}',
    '{"tech":{"total_cost_rmb":"free"}}',
    '{"items":[{"key":"sk-1"}]}',
  ])('an invalid dashboard is refused: %s', async (text) => {
    await expect(connected(aione, () => text).readSummary('7')).rejects.toThrow();
  });

  test('of every field that is not told nothing is known', async () => {
    expect(await read({ tech: {} })).toMatchObject(unknown);
  });
});

test('a provider has no snapshot that its documents do not have', async () => {
  await expect(connected(aione, () => '{}').readBalance()).rejects.toThrow('no such snapshot');
  await expect(connected(ppio, () => '{}').readSummary('7')).rejects.toThrow('no such snapshot');
});
