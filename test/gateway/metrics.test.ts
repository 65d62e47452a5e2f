/** What is counted is what happened. */

import { expect, onTestFinished, test } from 'vitest';

import { amplification, total } from '../../src/domain/meter.ts';
import { startGateway } from '../support/gateway.ts';
import { startRedis } from '../support/redis.ts';

const march = '{ bills(period: { month: "2026-03" }, filter: { accounts: ["ppio-main"] }) { totalCount } }';
const categories = 6;

test('calls, what saved them, flights that were shared and stale answers are counted, by tier and by account', async () => {
  const redis = { url: (await startRedis({ onTestFinished })).url, timeoutMs: 2000 };
  const gateway = await startGateway({ settings: (settings) => ({ ...settings, redis }) });
  const other = await gateway.startReplica();
  const { meter } = gateway.app;
  await Promise.all([gateway.query(march), gateway.query(march)]);
  const ppio = { provider: 'ppio', account: 'ppio-main' };
  expect(total(meter, 'upstream_calls', { ...ppio, outcome: 'OK' })).toBe(gateway.calls('ppio'));
  expect(total(meter, 'segment_readings', { ...ppio, outcome: 'LANDED' })).toBe(categories);
  expect(amplification(meter)).toBe(1);
  expect(total(meter, 'calls_saved', { by: 'flight' })).toBe(categories);
  expect(total(meter, 'cache_misses', { account: 'ppio-main' })).toBe(2 * categories);
  // The same again is answered as it was; another question reads the same rows.
  await gateway.query(march);
  await gateway.query(march.replace('totalCount', 'totals { rowCount }'));
  expect(total(meter, 'calls_saved', { by: 'memory' })).toBe(categories);
  await other.query(march);
  expect(total(other.app.meter, 'calls_saved', { by: 'redis' })).toBe(categories);
  expect(total(other.app.meter, 'upstream_calls')).toBe(0);
  expect(total(meter, 'shared_calls', { outcome: 'OK' })).toBeGreaterThan(0);
  expect(total(meter, 'shared_calls') - total(meter, 'shared_calls', { outcome: 'OK' })).toBe(0);
  gateway.sandbox.vendors.ppio.fault = { name: 'unauthorized' };
  gateway.clock.nowMs += 3_600_000;
  await gateway.query(march);
  expect(total(meter, 'stale_answers', ppio)).toBe(categories);
  expect(total(meter, 'segment_readings', { ...ppio, outcome: 'FAILED' })).toBe(categories);
  expect(
    total(meter, 'upstream_calls', { ...ppio, outcome: 'PROVIDER_CREDENTIAL_REJECTED' }),
  ).toBeGreaterThan(0);
});

test('waiting for the quota, refusals for want of time, and slots given out alone are counted', async () => {
  const redis = await startRedis({ onTestFinished });
  const gateway = await startGateway({
    settings: (settings) => ({
      ...settings,
      redis: { url: redis.url, timeoutMs: 2000, replicas: 1 },
      limits: { deadlineSeconds: 2 },
      accounts: settings.accounts.map((account) => ({
        ...account,
        quota: { requestsPerSecond: 5, concurrent: 2 },
      })),
    }),
  });
  const { meter } = gateway.app;
  const year = '{ bills(period: { dates: { from: "2025-08-01", to: "2026-03-01" } }) { totalCount } }';
  await gateway.query(year);
  const account = 'ppio-main';
  await expect.poll(() => total(meter, 'quota_waits', { account })).toBeGreaterThan(0);
  expect(total(meter, 'quota_wait_seconds', { account })).toBeGreaterThan(0);
  expect(total(meter, 'quota_refusals', { account })).toBeGreaterThan(0);
  expect(total(meter, 'quota_alone')).toBe(0);
  // It is not gone, which would be known without a call: it does not answer.
  redis.signal('SIGSTOP');
  await expect
    .poll(async () => {
      await gateway.query(march);
      return total(meter, 'quota_alone', { account });
    })
    .toBeGreaterThan(0);
  expect(total(meter, 'shared_calls', { outcome: 'AWAY' })).toBeGreaterThan(0);
});

test('a value that cannot be decoded is counted, removed and read again', async () => {
  const redis = await startRedis({ onTestFinished });
  const gateway = await startGateway({
    settings: (settings) => ({ ...settings, redis: { url: redis.url, timeoutMs: 2000 } }),
  });
  await gateway.query(march);
  const keys = await redis.call('KEYS', '*:BILL:*');
  for (const key of Array.isArray(keys) ? keys : []) await redis.call('SET', String(key), 'Bz garbage');
  const other = await gateway.startReplica();
  const before = gateway.calls('ppio');
  const dataOf = async (one: Pick<typeof gateway, 'query'>) => (await one.query(march)).data;
  expect(await dataOf(other)).toEqual(await dataOf(gateway));
  expect(total(other.app.meter, 'cache_corrupt', { account: 'ppio-main' })).toBe(categories);
  expect(gateway.calls('ppio')).toBe(before + categories);
});
