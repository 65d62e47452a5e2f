/** What the history says and does where something changes: settings, the provider, or who reads it. */

import { expect, onTestFinished, test } from 'vitest';

import { parseConfig } from '../../src/config/config.ts';
import { patient, startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { startRedis } from '../support/redis.ts';

type Account = Settings['accounts'][number];

/** One account alone, one request at a time. */
const alone = (id: string, change: object = {}, more: object = {}) => {
  const changed = (settings: Settings) => ({
    ...settings,
    ...more,
    accounts: settings.accounts.flatMap((one: Account) =>
      one.id === id
        ? [{ ...one, quota: { requestsPerSecond: 10_000, concurrent: 1 }, history: { months: 2 }, ...change }]
        : [],
    ),
  });
  return changed;
};

interface History {
  readonly status: string;
  readonly heldFrom: string | null;
  readonly segmentsHeld: number;
  readonly error: { readonly code: string } | null;
}

async function historyOf({ query }: Pick<TestGateway, 'query'>): Promise<History | undefined> {
  const { data } = await query<{ accounts: { history: History }[] }>(
    '{ accounts { history { status heldFrom segmentsHeld error { code } } } }',
  );
  return data.accounts[0]?.history;
}

const spend = (period: string): string =>
  `{ spend(period: ${period}, groupBy: [MONTH]) { totals { billedCost { amount } } } }`;

test.each(['staleSeconds', 'finalSeconds'])(
  'an account whose %s is 0 is read ahead once, not without an end',
  async (name) => {
    const gateway = await startGateway({
      settings: alone('streamlake-prod', { freshness: { [name]: 0 } }),
    });
    await gateway.app.history.tick();
    const calls = gateway.calls('streamlake');
    await gateway.app.history.tick();
    expect([(await historyOf(gateway))?.status, gateway.calls('streamlake')]).toEqual(['COMPLETE', calls]);
  },
);

/** Changes how many months are read ahead. */
function setMonths(gateway: TestGateway, settings: object, months: number): void {
  const { accounts } = settings as Settings;
  const next = { ...settings, accounts: accounts.map((one) => ({ ...one, history: { months } })) };
  gateway.app.reload(parseConfig(JSON.stringify(patient(next)), {}));
}

test('what is being read stops when the settings turn it off', async () => {
  let settings: object = {};
  const gateway = await startGateway({
    settings: (defaults) => (settings = alone('streamlake-prod', { history: { months: 13 } })(defaults)),
  });
  const reading = gateway.app.history.tick();
  while (gateway.calls('streamlake') < 3) await new Promise(setImmediate);
  setMonths(gateway, settings, 0);
  await reading;
  expect((await historyOf(gateway))?.status).toBe('OFF');
  expect(gateway.calls('streamlake')).toBeLessThan(300);
});

test('what is held is still said to be held when the settings change, and is not read again', async () => {
  let settings: object = {};
  const gateway = await startGateway({
    settings: (defaults) => (settings = alone('streamlake-prod')(defaults)),
  });
  await gateway.app.history.tick();
  const calls = gateway.calls('streamlake');
  gateway.sandbox.vendors.streamlake.fault = { name: 'hang' };
  setMonths(gateway, settings, 3);
  expect(await historyOf(gateway)).toMatchObject({ heldFrom: '2026-02' });
  setMonths(gateway, settings, 1);
  await gateway.app.history.tick();
  expect(await historyOf(gateway)).toMatchObject({ status: 'COMPLETE', heldFrom: '2026-03' });
  expect(gateway.calls('streamlake')).toBeLessThanOrEqual(calls + 1);
});

test.each([
  ['the history reads', false],
  ['a client has read', true],
])(
  'a failure is said no longer once %s what had failed, though there is more to read',
  async (_, isByClient) => {
    const gateway = await startGateway({ settings: alone('streamlake-prod', { history: { months: 13 } }) });
    const { streamlake } = gateway.sandbox.vendors;
    streamlake.fault = { name: 'unavailable' };
    await gateway.app.history.tick();
    expect((await historyOf(gateway))?.error?.code).toBe('PROVIDER_UNAVAILABLE');
    streamlake.fault = null;
    gateway.clock.nowMs += 1_000_000;
    if (isByClient) {
      const { errors } = await gateway.query(spend('{ dates: { from: "2026-02-01", to: "2026-03-31" } }'));
      expect(errors).toBeUndefined();
    }
    const reading = gateway.app.history.tick();
    for (;;) {
      const { status, segmentsHeld = 0, error } = (await historyOf(gateway)) ?? {};
      if (segmentsHeld < 10) continue;
      expect([status === 'READING' || status === 'COMPLETE', error]).toEqual([true, null]);
      break;
    }
    await reading;
  },
);

test('a year is refused as pending, not as too expensive, when what is held of it has to be asked for again, too', async () => {
  const gateway = await startGateway({
    settings: alone(
      'streamlake-prod',
      { quota: { requestsPerSecond: 20, concurrent: 1 }, history: { months: 13 } },
      { limits: { maxUpstreamCalls: 60 } },
    ),
  });
  await gateway.query(spend('{ month: "2026-03" }'));
  gateway.sandbox.vendors.streamlake.fault = { name: 'hang' };
  // The running month was read, and is too old to be served.
  gateway.clock.nowMs += 7_200_000;
  const { errors } = await gateway.query(spend('{ dates: { from: "2025-04-01", to: "2026-03-31" } }'));
  expect(errors?.map(({ extensions }) => extensions)).toMatchObject([{ code: 'HISTORY_PENDING' }]);
});

test('a year that the store holds has to wait only for as long as the store does not answer', async () => {
  const redis = await startRedis({ onTestFinished });
  const gateway = await startGateway({
    settings: alone(
      'streamlake-prod',
      { history: { months: 13 } },
      { limits: { maxUpstreamCalls: 60, memoryCacheBytes: 1 }, redis: { url: redis.url, timeoutMs: 1000 } },
    ),
  });
  await gateway.app.history.tick();
  const calls = gateway.calls('streamlake');
  const untilRedisIs = async (state: string): Promise<void> => {
    await expect
      .poll(async () => (await (await fetch(`${gateway.app.url}/readyz`)).json()) as object)
      .toMatchObject({ redis: state });
  };
  redis.signal('SIGSTOP');
  await untilRedisIs('away');
  const year = spend('{ dates: { from: "2025-04-01", to: "2026-03-31" } }');
  const { errors } = await gateway.query(year);
  expect(errors?.map(({ extensions }) => extensions)).toMatchObject([
    { code: 'HISTORY_PENDING', retryable: true, retryAfterSeconds: 5 },
  ]);
  redis.signal('SIGCONT');
  await untilRedisIs('up');
  expect((await gateway.query(year)).errors).toBeUndefined();
  expect(gateway.calls('streamlake')).toBe(calls);
});

test('while the provider refuses the credential nobody is told to wait for the history', async () => {
  const gateway = await startGateway({
    settings: alone('streamlake-prod', { history: { months: 13 } }, { limits: { maxUpstreamCalls: 40 } }),
  });
  gateway.sandbox.vendors.streamlake.fault = { name: 'unauthorized' };
  await gateway.app.history.tick();
  const { errors } = await gateway.query(spend('{ dates: { from: "2025-04-01", to: "2026-03-31" } }'));
  expect(errors?.map(({ extensions }) => extensions)).toMatchObject([
    { code: 'PROVIDER_CREDENTIAL_REJECTED', retryable: false, account: 'streamlake-prod' },
  ]);
});

test('a replica with nothing to read leaves it to one that goes further back', async () => {
  const redis = await startRedis({ onTestFinished });
  const shared = { redis: { url: redis.url, timeoutMs: 5000 } };
  let settings: object = {};
  const gateway = await startGateway({
    settings: (defaults) => (settings = alone('streamlake-prod', {}, shared)(defaults)),
  });
  const other = await gateway.startReplica();
  await gateway.app.history.tick();
  // The lease ends, as it does after half a minute.
  const [lease] = (await redis.call('KEYS', '*:leader')) as string[];
  await redis.call('DEL', String(lease));
  await gateway.app.history.tick();
  setMonths({ ...gateway, app: other.app }, settings, 3);
  await other.app.history.tick();
  expect(await historyOf(other)).toMatchObject({ status: 'COMPLETE', heldFrom: '2026-01' });
});

test('what is asked for is read next, though another replica reads the history', async () => {
  const redis = await startRedis({ onTestFinished });
  const gateway = await startGateway({
    settings: alone(
      'streamlake-prod',
      { quota: { requestsPerSecond: 20, concurrent: 1 }, history: { months: 13 } },
      { redis: { url: redis.url, timeoutMs: 5000 }, limits: { maxUpstreamCalls: 20 } },
    ),
  });
  const { calls } = gateway.sandbox.vendors.streamlake;
  while (calls.length === 0) await new Promise(setImmediate);
  const other = await gateway.startReplica();
  const { errors } = await other.query(spend('{ month: "2025-04" }'));
  expect(errors?.map(({ extensions }) => extensions)).toMatchObject([{ code: 'HISTORY_PENDING' }]);
  const readAhead = () => calls.findIndex(({ requestText: question }) => question.includes('2025-04'));
  while (readAhead() < 0) await new Promise((resolve) => setTimeout(resolve, 20));
  // In its order it would come after ten months of days.
  expect(readAhead()).toBeLessThan(100);
});
