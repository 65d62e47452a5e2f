/** A year is there when it is asked for: it has been read ahead, once, and stays. */

import { expect, test } from 'vitest';

import { graphiqlOptions } from '../../src/server/graphql/graphiql.ts';
import { startGateway, type Settings, type TestGateway } from '../support/gateway.ts';

const vendors = ['ppio', 'novita', 'aione', 'streamlake'] as const;
const callsOf = (gateway: TestGateway): number =>
  vendors.reduce((sum, vendor) => sum + gateway.calls(vendor), 0);

const months = (count: number, only?: string) => (settings: Settings) => ({
  ...settings,
  accounts: settings.accounts.map((account) => ({
    ...account,
    history: { months: only === undefined || account.id === only ? count : 0 },
  })),
});

const historyQuery =
  '{ accounts { id history { status from heldFrom segmentsHeld segmentsPlanned estimatedCompleteAt error { code } } } }';

interface Histories {
  readonly accounts: readonly {
    readonly id: string;
    readonly history: {
      readonly status: string;
      readonly from: string;
      readonly heldFrom: string | null;
      readonly segmentsHeld: number;
      readonly segmentsPlanned: number;
      readonly estimatedCompleteAt: string | null;
      readonly error: { readonly code: string } | null;
    };
  }[];
}

async function historiesOf(gateway: TestGateway) {
  const { data } = await gateway.query<Histories>(historyQuery);
  return new Map(data?.accounts.map(({ id, history }) => [id, history]));
}

/** A year and its months, by what people ask for. */
const yearOf = (groupBy: string): string =>
  `{ spend(period: { dates: { from: "2025-04-01", to: "2026-03-31" } }, groupBy: [${groupBy}]) { groupCount totals { billedCost { amount currency } } coverage { complete sources { kind status error { code } } } } }`;

test('once it has been read ahead, no question over the year asks a vendor, and each segment was asked for once', async () => {
  const gateway = await startGateway({ settings: months(13) });
  await gateway.app.history.tick();
  const histories = await historiesOf(gateway);
  for (const { status, from, heldFrom, segmentsHeld, segmentsPlanned } of histories.values()) {
    expect({ status, from, heldFrom, missing: segmentsPlanned - segmentsHeld }).toEqual({
      status: 'COMPLETE',
      from: '2025-03',
      heldFrom: '2025-03',
      missing: 0,
    });
  }
  const asked = vendors.flatMap((vendor) =>
    gateway.sandbox.vendors[vendor].calls.map(
      ({ endpoint, requestText: question }) => `${vendor} ${endpoint} ${question}`,
    ),
  );
  expect(asked.length).toBe(new Set(asked).size);
  const before = callsOf(gateway);
  for (const groupBy of ['MONTH', 'PRODUCT', 'API_KEY', 'ACCOUNT, MONTH, CATEGORY']) {
    const answer = await gateway.query<{ spend: { groupCount: number } }>(yearOf(groupBy));
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.spend.groupCount).toBeGreaterThan(0);
  }
  for (const { query } of graphiqlOptions('2026-02').defaultTabs ?? []) {
    expect((await gateway.query(query ?? '')).data).not.toBeNull();
  }
  expect(callsOf(gateway)).toBe(before);
});

/** One request at a time, so that the order in which they were asked for is that in which they arrive. */
const inTurn = (settings: Settings): Settings => ({
  ...settings,
  accounts: settings.accounts.map((one) => ({ ...one, quota: { requestsPerSecond: 10_000, concurrent: 1 } })),
});

const slowly = (settings: Settings): Settings => ({
  ...settings,
  accounts: settings.accounts.map((one) => ({ ...one, quota: { requestsPerSecond: 20, concurrent: 1 } })),
});

test('what makes up cost is read before keys and statements, of each the newest first', async () => {
  const gateway = await startGateway({ settings: (settings) => months(4, 'ppio-main')(inTurn(settings)) });
  await gateway.app.history.tick();
  const calls = gateway.sandbox.vendors.ppio.calls.map(({ endpoint, requestText: question }) => {
    const from = new URLSearchParams(question).get('startTime');
    return { isCost: !/apikey|monthly\/bill/.test(endpoint), from: from === null ? null : Number(from) };
  });
  const lastCost = calls.findLastIndex(({ isCost }) => isCost);
  expect(lastCost).toBe(calls.filter(({ isCost }) => isCost).length - 1);
  expect(lastCost).toBeLessThan(calls.length - 1);
  const days = calls.slice(0, lastCost + 1).flatMap(({ from }) => from ?? []);
  expect(days).toEqual(days.toSorted((a, b) => b - a));
});

test('a vendor that fails is left alone for a while, the others are read, and it goes on where it stopped', async () => {
  const gateway = await startGateway({ settings: (settings) => months(3)(inTurn(settings)) });
  await gateway.app.history.tick();
  const { vendors: simulated } = gateway.sandbox;
  simulated.novita.fault = { name: 'broken' };
  gateway.clock.nowMs += 45 * 86_400_000;
  await gateway.app.history.tick();
  const failing = await historiesOf(gateway);
  expect(failing.get('novita-us')).toMatchObject({
    status: 'PAUSED',
    estimatedCompleteAt: null,
    error: { code: 'PROVIDER_UNAVAILABLE' },
  });
  expect(failing.get('ppio-main')?.status).toBe('COMPLETE');
  const calls = gateway.calls('novita');
  await gateway.app.history.tick();
  expect(gateway.calls('novita')).toBe(calls);
  simulated.novita.fault = null;
  gateway.clock.nowMs += 1_000_000;
  await gateway.app.history.tick();
  expect((await historiesOf(gateway)).get('novita-us')).toMatchObject({ status: 'COMPLETE', error: null });
});

test('a credential that is refused is not offered for each segment', async () => {
  const gateway = await startGateway({
    settings: (settings) => months(3, 'streamlake-prod')(inTurn(settings)),
  });
  gateway.sandbox.vendors.streamlake.fault = { name: 'unauthorized' };
  await gateway.app.history.tick();
  const { status, error } = (await historiesOf(gateway)).get('streamlake-prod') ?? {};
  expect({ status, error }).toEqual({ status: 'PAUSED', error: { code: 'PROVIDER_CREDENTIAL_REJECTED' } });
  expect(gateway.calls('streamlake')).toBeLessThan(5);
});

test('a final month that its vendor changes later is checked behind the clients, once, and told as a restatement', async () => {
  const gateway = await startGateway({ settings: (settings) => months(3, 'ppio-main')(inTurn(settings)) });
  await gateway.app.history.tick();
  const february = 'period: { month: "2026-02" }';
  const { data } = await gateway.query<{ bills: { nodes: { raw: Record<string, string> }[] } }>(
    `{ bills(${february}, filter: { accounts: ["ppio-main"] }) { nodes { raw } } }`,
  );
  const { ownerID = '', createTime = '', amount = '0', payAmount = '0' } = data.bills.nodes[0]?.raw ?? {};
  const set = { amount: String(BigInt(amount) - 1n), payAmount: String(BigInt(payAmount) - 1n) };
  gateway.sandbox.vendors.ppio.quirks = {
    edits: [{ list: 'bill/monthly/list', where: { ownerID, createTime }, set }],
  };
  gateway.clock.nowMs += 31 * 86_400_000;
  // As soon as it is asked for it is served as it was, and checked.
  await gateway.app.history.tick();
  const before = gateway.calls('ppio');
  const answer = await gateway.query<{ restatements: { restatements: object[] } }>(
    `{ restatements(${february}, filter: { accounts: ["ppio-main"], kinds: [BILL] }) {
        restatements { change wasFinal difference { amount } } } }`,
  );
  expect(answer.data.restatements.restatements).toEqual([
    { change: 'CHANGED', wasFinal: true, difference: { amount: '-0.0001' } },
  ]);
  await gateway.app.history.tick();
  expect(gateway.calls('ppio')).toBe(before);
});

test('what the history has still to read is refused with when to ask again, month by month what is there is answered', async () => {
  const gateway = await startGateway({
    settings: (settings) => ({
      ...months(13, 'streamlake-prod')(slowly(settings)),
      limits: { maxUpstreamCalls: 29 },
    }),
  });
  const { vendors: simulated } = gateway.sandbox;
  // Nothing comes, so all of it is still to be read, but for what is asked for first.
  await gateway.query(
    '{ dailyDetails(period: { month: "2026-02" }, filter: { accounts: ["streamlake-prod"] }) { totalCount } }',
  );
  simulated.streamlake.fault = { name: 'hang' };
  const spend = (month: string): string =>
    `spend(groupBy: [MONTH], period: { month: "${month}" }, filter: { accounts: ["streamlake-prod"] }) { totals { billedCost { amount } } }`;
  const reading = gateway.query(
    `{ february: ${spend('2026-02')} june: ${spend('2025-06')} may: ${spend('2025-05')} }`,
  );
  const { data, errors } = await reading;
  expect(data).toMatchObject({ february: { totals: [{}, {}] }, june: null, may: null });
  expect(errors?.map(({ extensions }) => extensions)).toMatchObject(
    Array.from({ length: 2 }, () => ({
      code: 'HISTORY_PENDING',
      retryable: true,
      account: 'streamlake-prod',
    })),
  );
});
