/** Whatever happens to Redis: no question fails, every answer is right, no vendor is asked too often, and all share again when it is back. */

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { startFleet, type Fleet } from '../support/fleet.ts';
import { monthBefore } from '../support/questions.ts';
import { referenceOf, startLoad, type Load } from '../support/load.ts';
import {
  prepareRedis,
  startCluster,
  startRedis,
  startSentinels,
  type RedisServer,
} from '../support/redis.ts';

const atEnd = { onTestFinished };

/** What is started before all tests of a group, and stopped after them. */
function forAll() {
  const stops: (() => void | Promise<void>)[] = [];
  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop();
  });
  return { onTestFinished: (stop: () => void | Promise<void>) => void stops.push(stop) };
}

/** Rows that are fresh for a second, so that vendors are asked all the time; vendors that bear twice the quota. */
const settings = (defaults: { readonly accounts: readonly object[] }) => ({
  ...defaults,
  accounts: defaults.accounts.map((account) => ({
    ...account,
    quota: { requestsPerSecond: 25, concurrent: 4 },
    freshness: { openSeconds: 1, closedSeconds: 1, finalSeconds: 1 },
  })),
});

const sandbox = { requestsPerSecond: 50 };

let reference: readonly string[] = [];
const whole = forAll();
beforeAll(async () => {
  const alone = await startFleet({ replicas: 1, settings, sandbox }, whole);
  reference = await referenceOf(alone);
  alone.processes[0]?.child.kill('SIGKILL');
});

/** The replicas share again: what nobody has read yet costs one call for all of them. `months` back lies outside the load. */
async function expectShared(fleet: Fleet, months: number): Promise<void> {
  await fleet.untilRedis('up');
  expect((await fleet.readiness(0))['cache']).toBe('shared');
  const { calls } = fleet.sandbox.vendors.novita;
  const before = new Set(calls.map((call) => call.requestText));
  const question = `{ bills(period: { month: "${monthBefore(months)}" }, filter: { accounts: ["novita-us"], categories: ["image"] }) { totalCount } }`;
  const answers = await Promise.all([0, 1, 2].map((replica) => fleet.query(replica, question)));
  expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
  // What the load left behind may still be refreshed.
  expect(calls.filter((call) => !before.has(call.requestText))).toHaveLength(1);
}

/** What is done to Redis, while clients ask all the time. */
type Harm = (redis: RedisServer, fleet: Fleet, load: Load) => Promise<void>;

/** For how long a replica may read a segment without renewing its right to. */
const leaseMs = 4000;

const faults: [string, Harm][] = [
  [
    'killed, and started anew with nothing in memory',
    async (redis, fleet, load) => {
      await redis.kill();
      await fleet.untilRedis('away');
      expect((await fleet.readiness(1))['quota']).toBe('degraded: a share of one in 3');
      await load.more(30);
      await redis.start();
    },
  ],
  [
    'paused for longer than any lease lasts',
    async (redis, fleet, load) => {
      redis.signal('SIGSTOP');
      const endMs = performance.now() + 1.5 * leaseMs;
      await fleet.untilRedis('away');
      while (performance.now() < endMs) await load.more(1);
      redis.signal('SIGCONT');
    },
  ],
  [
    'flushed, again and again',
    async (redis, _fleet, load) => {
      for (let count = 0; count < 10; count += 1) {
        await redis.call('FLUSHALL');
        await load.more(5);
      }
    },
  ],
  [
    'made read-only',
    async (redis, fleet, load) => {
      await redis.call('REPLICAOF', '127.0.0.1', 1);
      await fleet.untilRedis('read-only');
      await load.more(30);
      await redis.call('REPLICAOF', 'NO', 'ONE');
    },
  ],
  [
    'out of memory',
    async (redis, fleet, load) => {
      await redis.call('CONFIG', 'SET', 'maxmemory', 1);
      await fleet.untilRedis('read-only');
      await load.more(30);
      await redis.call('CONFIG', 'SET', 'maxmemory', 0);
    },
  ],
  [
    'filled with garbage',
    async (redis, _fleet, load) => {
      const values = [
        'garbage',
        '',
        'Bz17000000000000000000garbage',
        '{"next":1e300,"replicas":[]}',
        'h'.repeat(37),
      ];
      for (let count = 0; count < 10; count += 1) {
        const keys = await redis.call('KEYS', '*');
        for (const [index, key] of (Array.isArray(keys) ? keys : []).entries()) {
          await redis.call('DEL', String(key));
          // Of another type, too; unless it has been written again by now.
          if (index % 7 === 6) await redis.call('RPUSH', String(key), 'garbage').catch(() => {});
          else await redis.call('SET', String(key), values[(index + count) % values.length] ?? '');
        }
        await load.more(5);
      }
    },
  ],
  [
    'rid of all clients, again and again',
    async (redis, _fleet, load) => {
      for (let count = 0; count < 10; count += 1) {
        await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
        await load.more(5);
      }
    },
  ],
];

describe('while one Redis is', () => {
  const group = forAll();
  let redis: RedisServer;
  let fleet: Fleet;
  beforeAll(async () => {
    redis = await startRedis(group);
    fleet = await startFleet({ redis: { url: redis.url }, settings, sandbox }, group);
  });

  test.for(faults)('%s', async ([, harm]) => {
    await fleet.untilRedis('up');
    const load = startLoad(fleet, reference);
    await load.more(30);
    await harm(redis, fleet, load);
    await fleet.untilRedis('up');
    await load.more(30);
    expect(await load.stop()).toEqual([]);
    await expectShared(fleet, 4 + faults.findIndex(([, other]) => other === harm));
    expect(fleet.refusals()).toBe(0);
  });
});

test('while Redis is not there at the start, and comes later', async () => {
  const redis = await prepareRedis(atEnd);
  const fleet = await startFleet({ redis: { url: redis.url }, settings, sandbox }, atEnd);
  const load = startLoad(fleet, reference);
  await fleet.untilRedis('away');
  await load.more(30);
  await redis.start();
  await fleet.untilRedis('up');
  await load.more(30);
  expect(await load.stop()).toEqual([]);
  await expectShared(fleet, 4);
  expect(fleet.refusals()).toBe(0);
});

test('while a master of a cluster is killed, and its replica takes over', async () => {
  const nodes = await startCluster(atEnd);
  const fleet = await startFleet({ redis: { url: nodes.map(({ url }) => url) }, settings, sandbox }, atEnd);
  const load = startLoad(fleet, reference);
  await load.more(30);
  await nodes[0]?.kill();
  await expect
    .poll(async () => String(await nodes[1]?.call('CLUSTER', 'NODES')))
    .toMatch(new RegExp(`${nodes[0]?.port}@\\d+ master,fail`));
  await expect
    .poll(async () => String(await nodes[1]?.call('CLUSTER', 'INFO')))
    .toContain('cluster_slots_fail:0');
  await fleet.untilRedis('up');
  await load.more(30);
  expect(await load.stop()).toEqual([]);
  await expectShared(fleet, 4);
  expect(fleet.refusals()).toBe(0);
});

test('while the primary behind sentinels is killed, and its replica takes over', async () => {
  const { primary, sentinels } = await startSentinels(atEnd);
  const redis = { url: sentinels.map(({ url }) => url), sentinel: { name: 'billing-redis' } };
  const fleet = await startFleet({ redis, settings, sandbox }, atEnd);
  await fleet.untilRedis('up');
  const load = startLoad(fleet, reference);
  await load.more(30);
  const timesAway = () =>
    fleet.processes.map(({ output }) => output().split('"event":"redis","status":"AWAY"').length - 1);
  const before = timesAway();
  await primary.kill();
  // It may be up again before all have been asked.
  await expect.poll(() => timesAway().every((times, index) => times > (before[index] ?? 0))).toBe(true);
  await fleet.untilRedis('up');
  await load.more(30);
  expect(await load.stop()).toEqual([]);
  await expectShared(fleet, 4);
  expect(fleet.refusals()).toBe(0);
});
