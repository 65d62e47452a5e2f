/** However many replicas there are, a vendor sees one careful client. */

import { describe, expect, onTestFinished, test } from 'vitest';

import { vendorIds } from '../../src/sandbox/vendors.ts';
import { startFleet, type Fleet } from '../support/fleet.ts';
import { monthBefore, questionOf } from '../support/questions.ts';
import { startCluster, startRedis } from '../support/redis.ts';

const atEnd = { onTestFinished };
// Redis shares two cores with all that runs here: it is not away for being late.
const patient = { timeoutMs: 2000 };

const forms: [string, () => Promise<object>][] = [
  ['one Redis', async () => ({ url: (await startRedis(atEnd)).url, ...patient })],
  ['a Redis Cluster', async () => ({ url: (await startCluster(atEnd)).map(({ url }) => url), ...patient })],
];

function askAll(fleet: Fleet, count: number) {
  return Promise.all(Array.from({ length: count }, (_, index) => fleet.query(index, questionOf(index))));
}

describe.each(forms)('with %s', (_form, startStore) => {
  test.each([1, 3])(
    '200 cold questions that overlap, asked at once of %i replicas, cost one call for each piece',
    async (replicas) => {
      const fleet = await startFleet({ replicas, redis: await startStore() }, atEnd);
      await fleet.untilRedis('up');
      const answers = await askAll(fleet, 200);
      expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
      for (const vendor of vendorIds) {
        expect([vendor, fleet.calls(vendor)]).toEqual([vendor, fleet.distinct(vendor)]);
        expect(fleet.calls(vendor)).toBeGreaterThan(0);
      }
      // Every replica gives the same answer.
      const [first, ...others] = await Promise.all(
        Array.from({ length: replicas }, (_, replica) => fleet.query(replica, questionOf(0))),
      );
      for (const other of others) expect(other.data).toEqual(first?.data);
    },
  );

  test('a replica that starts later reads what the others have read, and asks no vendor', async () => {
    const redis = await startStore();
    const fleet = await startFleet({ replicas: 2, redis }, atEnd);
    await fleet.untilRedis('up');
    const first = await fleet.query(0, questionOf(0));
    const before = vendorIds.map((id) => fleet.calls(id));
    expect((await fleet.query(1, questionOf(0))).data).toEqual(first?.data);
    expect(vendorIds.map((id) => fleet.calls(id))).toEqual(before);
  });
});

test('a balance that all replicas are asked for at once costs one call', async () => {
  const fleet = await startFleet({ redis: { url: (await startRedis(atEnd)).url, ...patient } }, atEnd);
  await fleet.untilRedis('up');
  const query = '{ account(id: "ppio-main") { balance { available { amount } asOf status } } }';
  const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => fleet.query(index, query)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer.data))).size).toBe(1);
  expect(answers[0]?.data).toMatchObject({ account: { balance: { status: 'FRESH' } } });
  expect(fleet.calls('ppio')).toBe(1);
});

test('a vendor that bears five requests a second is never asked too often by 300 cold questions on three replicas, and none fails', async () => {
  const redis = { url: (await startRedis(atEnd)).url, ...patient };
  const fleet = await startFleet(
    {
      redis,
      sandbox: { requestsPerSecond: 5 },
      settings: (settings) => ({
        ...settings,
        accounts: settings.accounts.map((account) => ({
          ...account,
          // A busy machine may deliver late what left evenly.
          quota: { requestsPerSecond: 3, concurrent: 2 },
        })),
      }),
    },
    atEnd,
  );
  await fleet.untilRedis('up');
  const answers = await askAll(fleet, 300);
  expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
  expect(fleet.refusals()).toBe(0);
  for (const vendor of vendorIds) expect(fleet.calls(vendor)).toBe(fleet.distinct(vendor));
});

test('a replica that is killed while it reads a segment is replaced: the others finish, for one more call at most', async () => {
  const redis = { url: (await startRedis(atEnd)).url, ...patient };
  const fleet = await startFleet({ redis }, atEnd);
  await fleet.untilRedis('up');
  const { streamlake } = fleet.sandbox.vendors;
  streamlake.fault = { name: 'hang', times: 1 };
  const day = `{ dailyDetails(period: { dates: { from: "${monthBefore(1)}-10", to: "${monthBefore(1)}-11" } }, filter: { providers: ["streamlake"] }) { totalCount } }`;
  const doomed = fleet.query(0, day).catch((error: unknown) => error);
  await expect.poll(() => fleet.calls('streamlake')).toBe(1);
  const others = [fleet.query(1, day), fleet.query(2, day), fleet.query(2, day)];
  fleet.processes[0]?.child.kill('SIGKILL');
  expect(await doomed).toBeInstanceOf(Error);
  const answers = await Promise.all(others);
  expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
  expect(answers[0]).toMatchObject({ data: { dailyDetails: { totalCount: expect.any(Number) } } });
  // Of two identical ones in one replica, one is answered with what the other computed, which costs less.
  expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
  expect(fleet.calls('streamlake')).toBeLessThanOrEqual(2);
});

test('a failure is shared by all who wait for it, in whichever replica', async () => {
  const redis = { url: (await startRedis(atEnd)).url, ...patient };
  const fleet = await startFleet({ redis }, atEnd);
  await fleet.untilRedis('up');
  const { streamlake } = fleet.sandbox.vendors;
  // The first answer is slow and good for nothing; requests that come meanwhile wait for it.
  streamlake.quirks = { missingRequired: true };
  streamlake.fault = { name: 'slow', times: 2 };
  const day = `{ dailyDetails(period: { dates: { from: "${monthBefore(1)}-10", to: "${monthBefore(1)}-11" } }, filter: { providers: ["streamlake"] }) { totalCount } }`;
  const asked = [fleet.query(0, day)];
  await expect.poll(() => fleet.calls('streamlake')).toBe(1);
  asked.push(fleet.query(1, day), fleet.query(2, day));
  const answers = await Promise.all(asked);
  expect(answers.map(({ errors }) => errors?.[0]?.extensions.code)).toEqual(
    Array.from({ length: 3 }, () => 'PROVIDER_RESPONSE_INVALID'),
  );
  // One attempt, and the one that an unreadable answer is worth.
  expect(fleet.calls('streamlake')).toBe(2);
});

test('two tenants with an account of the same id never see each other’s rows, though they share a Redis', async () => {
  const redis = { url: (await startRedis(atEnd)).url, ...patient };
  const [ours, theirs] = [
    await startFleet({ replicas: 1, redis, sandbox: { seed: 1 } }, atEnd),
    await startFleet({ replicas: 1, redis, sandbox: { seed: 2 } }, atEnd),
  ];
  const question = `{ bills(period: { month: "${monthBefore(1)}" }, filter: { accounts: ["ppio-main"] }) { totals { billedCost { amount } } nodes { id resourceId } } }`;
  const dataOf = async (fleet: typeof ours) => (await fleet.query(0, question)).data;
  const [our, their] = [await dataOf(ours), await dataOf(theirs)];
  expect(our).not.toEqual(their);
  for (const fleet of [ours, theirs]) {
    await fleet.untilRedis('up');
    expect(fleet.calls('ppio')).toBe(fleet.distinct('ppio'));
    expect(fleet.calls('ppio')).toBeGreaterThan(0);
  }
  expect([await dataOf(ours), await dataOf(theirs)]).toEqual([our, their]);
});
