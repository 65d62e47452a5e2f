/** /readyz tells everybody whether the gateway is ready, and how its accounts are those who may know it alone. */

import { expect, onTestFinished, test } from 'vitest';

import { startFleet } from '../support/fleet.ts';
import { startGateway } from '../support/gateway.ts';
import { bearer, operators, withOperators } from '../support/operators.ts';
import { startRedis } from '../support/redis.ts';

const accounts = ['ppio-main', 'novita-us', 'aione-hq', 'streamlake-prod'];

interface Told {
  readonly account: string;
  readonly status: string;
  readonly breaker: string;
  readonly credential: string;
  readonly lastSuccessAt: string | null;
  readonly nextFinalAt: string | null;
}

async function readiness(url: string, token: string | null) {
  const response = await fetch(`${url}/readyz`, { headers: bearer(token) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** What is told of one account. */
async function stateOf(url: string, account: string): Promise<Told | undefined> {
  const { body } = await readiness(url, operators.operator);
  return (body['accounts'] as Told[]).find((told) => told.account === account);
}

async function ask(url: string, query: string, token: string | null = operators.reader) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(token) },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as { data: { providers: { id: string; status: string }[] } };
}

const bills = (month: string, account: string): string =>
  `{ bills(period: { month: "${month}" }, filter: { accounts: ["${account}"] }) { totalCount } }`;

test('everybody is told whether it is ready and how Redis is; of the accounts nothing but to who may see all of them', async () => {
  const redis = await startRedis({ onTestFinished });
  const fleet = await startFleet(
    {
      replicas: 1,
      redis: { url: redis.url, timeoutMs: 2000 },
      settings: withOperators,
    },
    { onTestFinished },
  );
  await fleet.untilRedis('up');
  const [url = ''] = fleet.urls;
  const public_ = { status: 'ready', redis: 'up', cache: 'shared', quota: 'shared' };
  for (const token of [null, 'token-of-nobody-at-all-1', operators.reader, operators.partial]) {
    expect(await readiness(url, token)).toEqual({ status: 200, body: public_ });
  }
  const { body } = await readiness(url, operators.operator);
  expect(body).toMatchObject(public_);
  expect(body['accounts']).toEqual(
    accounts.map((account) => ({
      account,
      provider: expect.any(String),
      status: 'UNKNOWN',
      breaker: 'closed',
      credential: 'not rejected',
      waiting: 0,
      lastSuccessAt: null,
      nextFinalAt: account === 'aione-hq' ? null : expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      history: { status: 'off', heldFrom: null, segmentsHeld: 0, segmentsPlanned: 0 },
    })),
  );
  await redis.kill();
  await fleet.untilRedis('away');
  for (const token of [null, operators.operator]) {
    expect(await readiness(url, token)).toMatchObject({
      status: 200,
      body: { status: 'ready', redis: 'away', cache: 'degraded: in-process only' },
    });
  }
  expect((await readiness(url, null)).body).not.toHaveProperty('accounts');
  fleet.processes[0]?.child.kill('SIGTERM');
  await fleet.processes[0]?.until(/"event":"stopping"/);
  expect(await readiness(url, operators.operator)).toMatchObject({
    status: 503,
    body: { status: 'stopping', accounts: expect.any(Array) },
  });
  expect((await readiness(url, null)).body).not.toHaveProperty('accounts');
});

test('a vendor that is down: its breaker is open, the others’ are not; when it is back, it is closed', async () => {
  const { app, clock, sandbox } = await startGateway({ settings: withOperators });
  await ask(app.url, bills('2026-03', 'ppio-main'));
  const succeededAt = new Date(clock.nowMs).toISOString();
  const well = { status: 'OPERATIONAL', breaker: 'closed', credential: 'not rejected' };
  expect(await stateOf(app.url, 'ppio-main')).toMatchObject({ ...well, lastSuccessAt: succeededAt });
  sandbox.vendors.ppio.fault = { name: 'unavailable' };
  clock.nowMs += 3_600_000;
  await ask(app.url, bills('2026-03', 'ppio-main'));
  await expect
    .poll(() => stateOf(app.url, 'ppio-main'))
    .toMatchObject({
      status: 'FAILING',
      breaker: 'open',
      credential: 'not rejected',
      lastSuccessAt: succeededAt,
    });
  expect(await stateOf(app.url, 'novita-us')).toMatchObject({ status: 'UNKNOWN', breaker: 'closed' });
  sandbox.vendors.ppio.fault = null;
  clock.nowMs += 60_000;
  await ask(app.url, bills('2026-03', 'ppio-main'));
  const backAt = new Date(clock.nowMs).toISOString();
  expect(await stateOf(app.url, 'ppio-main')).toMatchObject({ ...well, lastSuccessAt: backAt });
});

test('a credential that is rejected is told as long as it is not offered again, and apart from a vendor that is down', async () => {
  const { app, clock, sandbox } = await startGateway({ settings: withOperators });
  sandbox.vendors.novita.fault = { name: 'unauthorized' };
  await ask(app.url, bills('2026-02', 'novita-us'));
  const rejected = { status: 'FAILING', breaker: 'closed', credential: 'rejected', lastSuccessAt: null };
  expect(await stateOf(app.url, 'novita-us')).toMatchObject(rejected);
  expect(await stateOf(app.url, 'ppio-main')).toMatchObject({ credential: 'not rejected' });
  sandbox.vendors.novita.fault = null;
  clock.nowMs += 60_000;
  await ask(app.url, bills('2026-02', 'novita-us'));
  expect(await stateOf(app.url, 'novita-us')).toMatchObject({
    status: 'OPERATIONAL',
    credential: 'not rejected',
  });
});

test('providers in GraphQL say the same as /readyz', async () => {
  const { app, sandbox } = await startGateway({ settings: withOperators });
  const both = async () => {
    const { data } = await ask(app.url, '{ providers { id status } }', operators.operator);
    const { body } = await readiness(app.url, operators.operator);
    const told = (body['accounts'] as (Told & { provider: string })[]).map(({ provider, status }) => ({
      id: provider,
      status,
    }));
    expect(data.providers).toEqual(told);
    return told.map(({ status }) => status);
  };
  expect(await both()).toEqual(['UNKNOWN', 'UNKNOWN', 'UNKNOWN', 'UNKNOWN']);
  await ask(app.url, bills('2026-02', 'ppio-main'));
  await ask(app.url, '{ invoices { totalCount } }');
  sandbox.vendors.streamlake.fault = { name: 'unauthorized' };
  sandbox.vendors.ppio.fault = { name: 'unauthorized' };
  await ask(app.url, '{ dailyDetails(period: { month: "2026-02" }) { totalCount } }');
  // PPIO: its bills went well, its daily details did not.
  expect(await both()).toEqual(['DEGRADED', 'OPERATIONAL', 'OPERATIONAL', 'FAILING']);
});
