/** All replicas together keep to the quota of a credential, also while their store forgets, fails and comes back. */

import { setTimeout as sleep } from 'node:timers/promises';

import { expect, onTestFinished, test } from 'vitest';

import { createMeter } from '../../src/domain/meter.ts';
import { connectRedisStore } from '../../src/stores/redis/redis-store.ts';
import type { Pacer, QuotaSettings } from '../../src/upstream/pacer.ts';
import { createQuota, type Quota } from '../../src/upstream/quota.ts';
import { createSharedPacer } from '../../src/upstream/shared-pacer.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';

const signal = new AbortController().signal;

interface Replica {
  readonly quota: Quota;
  readonly close: () => Promise<void>;
  /** Slots that it gave out alone. */
  readonly alone: () => number;
  /** How often it was told to wait. */
  readonly refused: () => number;
}

interface Run {
  /** The request lasts as long; by default it ends at once. */
  readonly until?: Promise<void>;
  readonly isBackground?: boolean;
}

/** Replicas that share a Redis and a credential. Starts are noted in milliseconds since the first. */
async function startReplicas(count: number, settings: QuotaSettings, redis: RedisServer) {
  const starts: { atMs: number; replica: number; name: string }[] = [];
  const replicas: Replica[] = [];
  for (let number = 0; number < count; number += 1) {
    let [alone, refused] = [0, 0];
    const up = Promise.withResolvers<void>();
    const shared = connectRedisStore(
      { url: [redis.url], cluster: false, prefix: 'test', replicas: count, timeoutMs: 300 },
      {
        meter: createMeter(),
        onStatus: (status) => (status === 'UP' ? up.resolve() : undefined),
        onUnheard() {},
      },
    );
    onTestFinished(() => shared.close());
    await up.promise;
    const pacer = createSharedPacer({
      quota: settings,
      shared,
      key: '{q}',
      onAlone: () => void (alone += 1),
    });
    const ask: Pacer['ask'] = async (line) => {
      const turn = await pacer.ask(line);
      if (!turn.granted) refused += 1;
      return turn;
    };
    const quota = createQuota({ ...pacer, ask });
    replicas.push({ quota, close: () => shared.close(), alone: () => alone, refused: () => refused });
  }
  const quotaOf = (replica: number): Quota => {
    const found = replicas[replica]?.quota;
    if (found === undefined) throw new RangeError(`there is no replica ${replica}`);
    return found;
  };
  const run = (replica: number, name: string, { until, isBackground = false }: Run = {}) =>
    quotaOf(replica).run(
      async () => {
        starts.push({ atMs: performance.now(), replica, name });
        await until;
      },
      { signal, isBackground: () => isBackground },
    );
  /** The most that started within any second. */
  const maxInASecond = () =>
    Math.max(
      ...starts.map(
        ({ atMs }) => starts.filter((other) => other.atMs >= atMs && other.atMs < atMs + 1000).length,
      ),
    );
  /** Waits until all have been told to wait once more. */
  const untilAllRefused = async () => {
    const before = replicas.map(({ refused }) => refused());
    await expect
      .poll(() => replicas.every(({ refused }, replica) => refused() > (before[replica] ?? 0)))
      .toBe(true);
  };
  return { replicas, quotaOf, run, starts, maxInASecond, untilAllRefused };
}

/** Requests that last until the test ends them. */
function createRequests() {
  const open: (() => void)[] = [];
  let max = 0;
  return {
    send: () =>
      new Promise<void>((resolve) => {
        open.push(resolve);
        max = Math.max(max, open.length);
      }),
    running: () => open.length,
    /** The most that ran at a time. */
    max: () => max,
    endOldest: () => open.shift()?.(),
  };
}

interface State {
  readonly slow: number;
  readonly paused: number;
  readonly replicas: Readonly<Record<string, { readonly running: number; readonly seen: number }>>;
}

/** What the store knows, and its time. */
async function readState(redis: RedisServer): Promise<{ readonly state: State; readonly nowMs: number }> {
  const state = JSON.parse(String(await redis.call('GET', 'test:{q}'))) as State;
  const [seconds, micros] = String(await redis.call('TIME')).split(',');
  return { state, nowMs: Number(seconds) * 1000 + Number(micros) / 1000 };
}

test('three replicas that all want everything at once get the rate of one, and each its turn', async () => {
  const { run, starts, maxInASecond } = await startReplicas(
    3,
    { requestsPerSecond: 20, concurrent: 10 },
    await startRedis({ onTestFinished }),
  );
  await Promise.all(Array.from({ length: 60 }, (_, index) => run(index % 3, String(index))));
  expect(maxInASecond()).toBeLessThanOrEqual(21);
  // Nobody is starved: of the first thirty, each replica has about a third.
  for (const replica of [0, 1, 2]) {
    const early = starts.slice(0, 30).filter((start) => start.replica === replica);
    expect(early.length).toBeGreaterThanOrEqual(8);
  }
  // Within a replica, in the order in which they were asked for.
  for (const replica of [0, 1, 2]) {
    const names = starts.filter((start) => start.replica === replica).map(({ name }) => Number(name));
    expect(names).toEqual(names.toSorted((a, b) => a - b));
  }
});

test('three replicas together have no more requests under way than the vendor bears', async () => {
  const { quotaOf, untilAllRefused } = await startReplicas(
    3,
    { requestsPerSecond: 1000, concurrent: 2 },
    await startRedis({ onTestFinished }),
  );
  const { send, running, max, endOldest } = createRequests();
  const all = Array.from({ length: 30 }, (_, index) => quotaOf(index % 3).run(send, { signal }));
  for (let ended = 0; ended < 30; ended += 1) {
    await expect.poll(running).toBe(Math.min(2, 30 - ended));
    if (ended === 0) await untilAllRefused();
    endOldest();
  }
  await Promise.all(all);
  expect(max()).toBe(2);
});

test('what clients wait for goes before the background, in whichever replica', async () => {
  const { run, starts } = await startReplicas(
    2,
    { requestsPerSecond: 10, concurrent: 10 },
    await startRedis({ onTestFinished }),
  );
  const background = Array.from({ length: 10 }, (_, index) =>
    run(0, `background-${index}`, { isBackground: true }),
  );
  await expect.poll(() => starts.length).toBeGreaterThan(0);
  const clients = Array.from({ length: 10 }, (_, index) => run(1, `client-${index}`));
  await Promise.all(clients);
  // Two may have had their turn before the first client was known.
  expect(starts.filter(({ name }) => name.startsWith('background')).length).toBeLessThanOrEqual(4);
  await Promise.all(background);
  expect(starts).toHaveLength(20);
});

test('a vendor’s pause holds for all replicas, and those who wait learn how long', async () => {
  const { replicas, starts } = await startReplicas(
    2,
    { requestsPerSecond: 100, concurrent: 10 },
    await startRedis({ onTestFinished }),
  );
  replicas[0]?.quota.pause(60_000);
  for (const replica of [0, 1]) {
    const leaving = new AbortController();
    let slotInMs = (): number => 0;
    const waiting = replicas[replica]?.quota.run(async () => {}, {
      signal: leaving.signal,
      onQueued: (queued) => void (slotInMs = queued.slotInMs),
    });
    await expect.poll(() => slotInMs()).toBeGreaterThan(50_000);
    leaving.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
  }
  expect(starts).toEqual([]);
});

test('what a replica held that died is free after some seconds', async () => {
  const redis = await startRedis({ onTestFinished });
  const { replicas, run, starts } = await startReplicas(2, { requestsPerSecond: 100, concurrent: 1 }, redis);
  void run(0, 'never ends', { until: new Promise(() => {}) });
  await expect.poll(() => starts.length).toBe(1);
  await replicas[0]?.close();
  await run(1, 'next');
  expect(starts.map(({ name }) => name)).toEqual(['never ends', 'next']);
});

test('a request that lasts long keeps its slot, and the line behind it its place', async () => {
  const redis = await startRedis({ onTestFinished });
  const { run, starts } = await startReplicas(2, { requestsPerSecond: 100, concurrent: 1 }, redis);
  const over = Promise.withResolvers<void>();
  const long = run(0, 'long', { until: over.promise });
  await expect.poll(() => starts.length).toBe(1);
  const next = run(1, 'next');
  const lastSignMs = async () => {
    const { state } = await readState(redis);
    return Object.values(state.replicas).find(({ running }) => running > 0)?.seen ?? 0;
  };
  // It lives on: a replica without a sign of life is dead after three seconds.
  const sinceMs = await lastSignMs();
  await expect.poll(async () => starts.length > 1 || (await lastSignMs()) > sinceMs + 3000).toBe(true);
  expect(starts).toHaveLength(1);
  over.resolve();
  await Promise.all([long, next]);
});

test('a replica whose requests last long does not keep the others from the slots that are free', async () => {
  const redis = await startRedis({ onTestFinished });
  const { run, starts } = await startReplicas(2, { requestsPerSecond: 10, concurrent: 8 }, redis);
  const over = Promise.withResolvers<void>();
  const long = [0, 1].map((index) => run(0, `long ${index}`, { until: over.promise }));
  await expect.poll(() => starts.length).toBe(2);
  await Promise.all([0, 1, 2, 3].map((index) => run(1, `short ${index}`)));
  over.resolve();
  await Promise.all(long);
});

test('while the store forgets everything again and again, no more leave than the rate allows', async () => {
  const redis = await startRedis({ onTestFinished });
  const { run, starts, maxInASecond } = await startReplicas(
    3,
    { requestsPerSecond: 20, concurrent: 10 },
    redis,
  );
  const all = Array.from({ length: 60 }, (_, index) => run(index % 3, String(index)));
  for (let before = 0; before < 50; before = starts.length) {
    await redis.call('FLUSHALL');
    await expect.poll(() => starts.length, { interval: 10 }).toBeGreaterThan(before);
  }
  await Promise.all(all);
  expect(maxInASecond()).toBeLessThanOrEqual(21);
});

test('while the store is away each keeps to its share, and together they keep to the rate, through the change and back', async () => {
  const redis = await startRedis({ onTestFinished });
  const { replicas, run, maxInASecond } = await startReplicas(
    3,
    { requestsPerSecond: 20, concurrent: 60 },
    redis,
  );
  const all = Array.from({ length: 130 }, (_, index) => run(index % 3, String(index)));
  redis.signal('SIGSTOP');
  await expect.poll(() => Math.min(...replicas.map(({ alone }) => alone()))).toBeGreaterThan(25);
  redis.signal('SIGCONT');
  await Promise.all(all);
  // Two more than the rate: where one way of pacing gives over to the other, and by the grain of timers.
  expect(maxInASecond()).toBeLessThanOrEqual(22);
});

test('while the store is away, too, no more are under way than the vendor bears', async () => {
  const redis = await startRedis({ onTestFinished });
  const { replicas, quotaOf, untilAllRefused } = await startReplicas(
    3,
    { requestsPerSecond: 100, concurrent: 6 },
    redis,
  );
  redis.signal('SIGSTOP');
  const { send, running, max, endOldest } = createRequests();
  const all = Array.from({ length: 24 }, (_, index) => quotaOf(index % 3).run(send, { signal }));
  await expect.poll(running).toBe(6);
  await untilAllRefused();
  for (let ended = 0; ended < 24; ended += 1) {
    await expect.poll(running).toBeGreaterThan(0);
    endOldest();
  }
  await Promise.all(all);
  expect(Math.min(...replicas.map(({ alone }) => alone()))).toBe(8);
  expect(max()).toBe(6);
});

test('a store that has forgotten everything gives no slot before an interval has passed', async () => {
  const redis = await startRedis({ onTestFinished });
  const { run, starts } = await startReplicas(1, { requestsPerSecond: 0.2, concurrent: 10 }, redis);
  await run(0, 'first');
  await redis.call('FLUSHALL');
  const askedAtMs = performance.now();
  await run(0, 'second');
  expect((starts[1]?.atMs ?? 0) - askedAtMs).toBeGreaterThan(4000);
});

test('a vendor that refuses without saying for how long is asked less often, by all replicas', async () => {
  const redis = await startRedis({ onTestFinished });
  const { replicas, run, maxInASecond } = await startReplicas(
    2,
    { requestsPerSecond: 20, concurrent: 10 },
    redis,
  );
  for (let times = 0; times < 3; times += 1) {
    replicas[0]?.quota.pause(50, true);
    // Told of again while it lasts, it would count once.
    await expect
      .poll(async () => {
        const { state, nowMs } = await readState(redis);
        return state.slow === 2 ** (times + 1) && state.paused < nowMs;
      })
      .toBe(true);
  }
  await Promise.all(Array.from({ length: 6 }, (_, index) => run(index % 2, String(index))));
  // At an eighth of twenty a second, getting faster with each.
  expect(maxInASecond()).toBeLessThanOrEqual(4);
});

test.each([
  ['is silent', 'SIGSTOP'],
  ['breaks all connections', 'KILL'],
])('while the store %s twice a second, requests go on leaving, and never too fast', async (_how, fault) => {
  const redis = await startRedis({ onTestFinished });
  const { run, starts, maxInASecond } = await startReplicas(
    3,
    { requestsPerSecond: 10, concurrent: 30 },
    redis,
  );
  const all = Array.from({ length: 100 }, (_, index) => run(index % 3, String(index)));
  // The fault comes by the clock, whatever the replicas do.
  for (let faults = 0; faults < 120 && starts.length < 100; faults += 1) {
    if (fault === 'KILL') await redis.call('CLIENT', 'KILL', 'TYPE', 'normal');
    else {
      redis.signal('SIGSTOP');
      await sleep(250);
      redis.signal('SIGCONT');
    }
    await sleep(250);
  }
  // The pauses of those who come back do not add up: all have left before it came 120 times.
  expect(starts).toHaveLength(100);
  await Promise.all(all);
  expect(maxInASecond()).toBeLessThanOrEqual(12);
});
