/** Several ledgers on one Redis read each segment once, also when the store falters while they do. */

import { expect, onTestFinished, test } from 'vitest';

import { instantOf, toCalendarDate, type CalendarDate, type DateRange } from '../../src/domain/calendar.ts';
import { GatewayError } from '../../src/domain/errors.ts';
import { createMeter, total } from '../../src/domain/meter.ts';
import type { InvoiceRow } from '../../src/domain/rows.ts';
import { segmentsOf, type Call } from '../../src/domain/segments.ts';
import { schemaVersion } from '../../src/ledger/entry-codec.ts';
import { createLedger, type Ledger } from '../../src/ledger/ledger.ts';
import { startScheduler } from '../../src/ledger/scheduler.ts';
import type { SegmentRef, Source } from '../../src/ledger/source.ts';
import { connectRedisStore } from '../../src/stores/redis/redis-store.ts';
import { createRedisEntries } from '../../src/stores/redis/redis-entries.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { account, grid } from '../support/ledger-account.ts';

const start = Date.parse('2026-03-01T09:00:00Z');
const date = (text: string) => toCalendarDate(text) as CalendarDate;

interface Vendor {
  readonly reads: string[];
  /** How one reading goes. */
  answer: (day: string, call: Call) => Promise<readonly InvoiceRow[]>;
}

/** So many replicas, each with a ledger, and a clock in common. */
async function startReplicas(count: number, redis: RedisServer, timeoutMs = 5000) {
  const vendor: Vendor = { reads: [], answer: async () => [] };
  const clock = { now: start };
  const source: Source<'INVOICE'> = {
    account,
    fingerprint: 'f',
    kind: 'INVOICE',
    grid,
    freshness: { openSeconds: 300, closedSeconds: 1800, finalSeconds: 2_592_000, staleSeconds: 86_400 },
    paceMs: () => 0,
    concurrent: 1,
    historyMonths: 0,
    read: async ({ dates }, call) => {
      vendor.reads.push(dates?.from ?? '');
      call.onBegun?.();
      return { rows: await vendor.answer(dates?.from ?? '', call), notices: [] };
    },
  };
  const replicas = await Promise.all(
    Array.from({ length: count }, async () => {
      const up = Promise.withResolvers<void>();
      const meter = createMeter();
      const shared = connectRedisStore(
        { url: [redis.url], cluster: false, prefix: 'test', replicas: count, timeoutMs },
        { meter, onStatus: (status) => (status === 'UP' ? up.resolve() : undefined), onUnheard() {} },
      );
      onTestFinished(() => shared.close());
      await up.promise;
      const now = () => instantOf(clock.now);
      const onBug = (): void => {};
      const ledger = createLedger({
        memoryBytes: 10_000_000,
        flightSeconds: 60,
        shared,
        entries: createRedisEntries(shared),
        now,
        meter,
        onBug,
      });
      const scheduler = startScheduler({
        sources: () => [source],
        keepWarm: () => false,
        ledger,
        shared,
        meter,
        tickMs: 3_600_000,
        monotonicMs: () => clock.now,
        onBug,
      });
      onTestFinished(() => scheduler.stop());
      return { ledger, meter, scheduler, shared };
    }),
  );
  const refsOf = (dates: DateRange): SegmentRef[] =>
    segmentsOf(grid, ['all'], dates, date('2026-03-01')).map((segment) => ({ source, segment }));
  const read = (ledger: Ledger | undefined, from: string, to: string) =>
    Promise.all(
      ledger?.read(refsOf({ from: date(from), to: date(to) }), {
        signal: new AbortController().signal,
        deadlineMs: performance.now() + 60_000,
      }) ?? [],
    );
  const refOf = (from: string, to: string): SegmentRef => {
    const [ref] = refsOf({ from: date(from), to: date(to) });
    if (ref === undefined) throw new RangeError('no such day');
    return ref;
  };
  /** Waits until a replica waits for what another reads. */
  const wishes: string[] = [];
  replicas[0]?.shared.listen((message) => message.startsWith('! ') && void wishes.push(message));
  const untilOneWaits = async (): Promise<void> => {
    await expect.poll(() => wishes.length).toBeGreaterThan(0);
  };
  return { replicas, vendor, clock, read, refOf, untilOneWaits };
}

/** Of the reading of 2026-02-10. */
const lease = `test:v${schemaVersion}:{a.f}:INVOICE:all:2026-02-10:lease`;
const leaseMs = 4000;

async function untilLeased(redis: RedisServer): Promise<void> {
  await expect.poll(() => redis.call('EXISTS', lease)).toBe(1);
}

/** By the clock of the store, which ends leases. */
async function storeMs(redis: RedisServer): Promise<number> {
  const [seconds, micros] = String(await redis.call('TIME')).split(',');
  return Number(seconds) * 1000 + Number(micros) / 1000;
}

test('a reading that outlasts the lease is done once, though the store forgot the lease meanwhile', async () => {
  const redis = await startRedis({ onTestFinished });
  const { replicas, vendor, read } = await startReplicas(3, redis);
  const done = Promise.withResolvers<readonly InvoiceRow[]>();
  vendor.answer = () => done.promise;
  const early = [0, 1].map((index) => read(replicas[index]?.ledger, '2026-02-10', '2026-02-11'));
  await expect.poll(() => vendor.reads.length).toBe(1);
  await redis.call('FLUSHALL');
  // Renewed: one who has not waited finds the lease, too.
  await untilLeased(redis);
  const endMs = (await storeMs(redis)) + 1.5 * leaseMs;
  const late = read(replicas[2]?.ledger, '2026-02-10', '2026-02-11');
  await expect.poll(() => storeMs(redis)).toBeGreaterThan(endMs);
  done.resolve([]);
  const outcomes = (await Promise.all([...early, late])).flat();
  expect(outcomes.map(({ status }) => status)).toEqual(['FRESH', 'FRESH', 'FRESH']);
  expect(vendor.reads).toEqual(['2026-02-10']);
});

test('one who waits does not take over what the store forgot between two renewals', async () => {
  const redis = await startRedis({ onTestFinished });
  const { replicas, vendor, read, untilOneWaits } = await startReplicas(2, redis);
  const done = Promise.withResolvers<readonly InvoiceRow[]>();
  vendor.answer = () => done.promise;
  const first = read(replicas[0]?.ledger, '2026-02-10', '2026-02-11');
  await expect.poll(() => vendor.reads.length).toBe(1);
  const second = read(replicas[1]?.ledger, '2026-02-10', '2026-02-11');
  await untilOneWaits();
  // The second asks again once a second, and so often is the lease renewed.
  for (let count = 0; count < 3; count += 1) {
    await redis.call('FLUSHALL');
    await untilLeased(redis);
  }
  done.resolve([]);
  await Promise.all([first, second]);
  expect(vendor.reads).toHaveLength(1);
});

test('a store that is late now and then does not have anything read twice', async () => {
  const redis = await startRedis({ onTestFinished });
  const { replicas, vendor, read } = await startReplicas(2, redis, 300);
  const done = Promise.withResolvers<readonly InvoiceRow[]>();
  vendor.answer = () => done.promise;
  const answers = replicas.map(({ ledger }) => read(ledger, '2026-02-01', '2026-02-28'));
  await untilLeased(redis);
  for (let count = 0; count < 4; count += 1) {
    await redis.call('CLIENT', 'PAUSE', 450, 'ALL');
    // Answered when the pause is over.
    const end = Number(await redis.call('PEXPIRETIME', lease));
    await expect.poll(() => redis.call('PEXPIRETIME', lease)).toBeGreaterThan(end);
  }
  done.resolve([]);
  const outcomes = (await Promise.all(answers)).flat();
  expect(outcomes.every(({ status }) => status === 'FRESH')).toBe(true);
  expect(vendor.reads).toHaveLength(27);
});

test('rows that cannot be stored do not keep the others waiting', async () => {
  const redis = await startRedis({ onTestFinished });
  const { replicas, vendor, read } = await startReplicas(2, redis);
  const unstorable = JSON.parse('{"id":"1","raw":""}');
  vendor.answer = async () => [
    { ...unstorable, date: date('2026-02-10'), billingPeriod: '2026-02', total: 1n },
  ];
  await read(replicas[0]?.ledger, '2026-02-10', '2026-02-11');
  const [outcome] = await read(replicas[1]?.ledger, '2026-02-10', '2026-02-11');
  expect(outcome?.status).toBe('FRESH');
  expect(vendor.reads).toHaveLength(2);
});

test('a lease that no replica could have written keeps nobody waiting', async () => {
  const redis = await startRedis({ onTestFinished });
  const { replicas, vendor, read } = await startReplicas(1, redis);
  await redis.call('SET', lease, `h${'0'.repeat(36)}`, 'PX', 3_600_000);
  const [outcome] = await read(replicas[0]?.ledger, '2026-02-10', '2026-02-11');
  expect(outcome?.status).toBe('FRESH');
  expect(vendor.reads).toHaveLength(1);
});

test('a replica that stops in the middle of a reading leaves it to the others at once', async () => {
  const redis = await startRedis({ onTestFinished });
  const { replicas, vendor, read, untilOneWaits } = await startReplicas(2, redis);
  vendor.answer = (_day, { signal }) =>
    vendor.reads.length > 1
      ? Promise.resolve([])
      : new Promise((_resolve, reject) => {
          // As the way out does when it is closed.
          signal.addEventListener('abort', () => reject(new GatewayError('PROVIDER_UNAVAILABLE', 'closed')));
        });
  const first = read(replicas[0]?.ledger, '2026-02-10', '2026-02-11');
  await expect.poll(() => vendor.reads.length).toBe(1);
  const second = read(replicas[1]?.ledger, '2026-02-10', '2026-02-11');
  await untilOneWaits();
  await replicas[0]?.ledger.close();
  expect((await second)[0]?.status).toBe('FRESH');
  expect((await first)[0]?.status).toBe('FAILED');
  expect(await redis.call('EXISTS', lease)).toBe(0);
});

test('what two replicas read, each for itself, is counted as such', async () => {
  const redis = await startRedis({ onTestFinished });
  const { replicas, vendor, read, clock } = await startReplicas(2, redis);
  const answers = [
    Promise.withResolvers<readonly InvoiceRow[]>(),
    Promise.withResolvers<readonly InvoiceRow[]>(),
  ];
  vendor.answer = () => answers[vendor.reads.length - 1]?.promise ?? Promise.resolve([]);
  const [first, second] = replicas;
  const early = read(first?.ledger, '2026-02-10', '2026-02-11');
  await expect.poll(() => vendor.reads.length).toBe(1);
  // The second does not know of the first one's lease, as if the store had been away for a moment.
  await redis.call('DEL', lease);
  clock.now += 1;
  const late = read(second?.ledger, '2026-02-10', '2026-02-11');
  await expect.poll(() => vendor.reads.length).toBe(2);
  for (const [index, read] of [early, late].entries()) {
    answers[index]?.resolve([]);
    await read;
  }
  const sums = [first, second].map((replica) =>
    replica === undefined ? 0 : total(replica.meter, 'segment_readings', { outcome: 'REDUNDANT' }),
  );
  expect(sums).toEqual([0, 1]);
});

test('one day that cannot be read does not keep the scheduler from the others', async () => {
  const redis = await startRedis({ onTestFinished });
  const { replicas, vendor, read, clock } = await startReplicas(2, redis);
  await read(replicas[0]?.ledger, '2026-02-01', '2026-02-08');
  expect(vendor.reads).toHaveLength(7);
  clock.now += 3_600_000;
  vendor.answer = async (day) => {
    if (day === '2026-02-03') throw new GatewayError('PROVIDER_RESPONSE_INVALID', 'unreadable');
    return [];
  };
  for (const { scheduler } of replicas) await scheduler.tick();
  expect(vendor.reads.slice(7).toSorted()).toEqual(
    ['01', '02', '03', '04', '05', '06', '07'].map((day) => `2026-02-${day}`),
  );
});

test('what another replica has read anew is served at once everywhere, by its message', async () => {
  const redis = await startRedis({ onTestFinished });
  const { replicas, vendor, read, clock, refOf } = await startReplicas(2, redis);
  const [first, second] = replicas;
  await read(first?.ledger, '2026-02-10', '2026-02-11');
  const [old] = await read(second?.ledger, '2026-02-10', '2026-02-11');
  clock.now += 1000;
  await first?.ledger.refresh(refOf('2026-02-10', '2026-02-11'), old?.entry ?? undefined);
  await expect
    .poll(async () => (await read(second?.ledger, '2026-02-10', '2026-02-11'))[0]?.entry?.readAt)
    .toBe(clock.now);
  expect(vendor.reads).toHaveLength(2);
});

test('a value whose rows are garbage behind a whole version keeps nobody waiting', async () => {
  const redis = await startRedis({ onTestFinished });
  const { replicas, vendor, read } = await startReplicas(1, redis);
  const key = `test:v${schemaVersion}:{a.f}:INVOICE:all:2026-02-10`;
  await redis.call('SET', key, `Bj${start}00000000{}`);
  const [outcome] = await read(replicas[0]?.ledger, '2026-02-10', '2026-02-11');
  expect(outcome?.status).toBe('FRESH');
  expect(vendor.reads).toHaveLength(1);
  expect(String(await redis.bytes(key))).not.toContain('00000000{}');
});

test('a scheduled reading that a client of another replica waits for is no longer background', async () => {
  const redis = await startRedis({ onTestFinished });
  const { replicas, vendor, read, refOf } = await startReplicas(2, redis);
  const seen: (boolean | undefined)[] = [];
  vendor.answer = async (_day, { isBackground }: Call) => {
    seen.push(isBackground?.());
    await expect.poll(() => isBackground?.()).toBe(false);
    seen.push(isBackground?.());
    return [];
  };
  const behind = replicas[0]?.ledger.refresh(refOf('2026-02-10', '2026-02-11'), undefined);
  await expect.poll(() => vendor.reads.length).toBe(1);
  await Promise.all([behind, read(replicas[1]?.ledger, '2026-02-10', '2026-02-11')]);
  expect(seen).toEqual([true, false]);
});
