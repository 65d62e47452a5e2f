/** The record of restatements cannot be read from a vendor again: nothing that is in it, or has been found, is lost. */

import { expect, onTestFinished, test } from 'vitest';

import { instantOf, type Instant } from '../../src/domain/calendar.ts';
import { createMeter } from '../../src/domain/meter.ts';
import type { InvoiceRow, RowKind, RowOf } from '../../src/domain/rows.ts';
import { StoreUnavailable, type SharedStore } from '../../src/domain/shared-store.ts';
import { createRestatements, type Restatements } from '../../src/ledger/restatements.ts';
import type { SegmentRef, Source } from '../../src/ledger/source.ts';
import type { Entry } from '../../src/ledger/memory-tier.ts';
import { freshnessOf } from '../../src/ledger/freshness.ts';
import { connectRedisStore } from '../../src/stores/redis/redis-store.ts';
import { createRedisEntries } from '../../src/stores/redis/redis-entries.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { account, grid } from '../support/ledger-account.ts';

type Row = RowOf[RowKind];

const at = (text: string): Instant => instantOf(Date.parse(text));

const source: Source<'INVOICE'> = {
  account,
  fingerprint: 'f',
  kind: 'INVOICE',
  grid: { ...grid, variants: { all: 'whole' } },
  freshness: { openSeconds: 300, closedSeconds: 1800, finalSeconds: 9999, staleSeconds: 9999 },
  paceMs: () => 0,
  concurrent: 1,
  historyMonths: 0,
  read: async () => ({ rows: [], notices: [] }),
};
const ref: SegmentRef<'INVOICE'> = { source, segment: { key: 'all', variant: 'all', dates: null } };

/** January, which is final since 1 February, with this total. */
function invoice(total: string, raw = '{}'): InvoiceRow {
  const row = {
    kind: 'INVOICE',
    id: 'january',
    date: '2026-01-01',
    billingPeriod: '2026-01',
    periodEnd: '2026-01-31',
  };
  return { ...row, total, voucherAmount: null, currency: 'CNY', raw } as unknown as InvoiceRow;
}

/** The list as it was read on a day of February. */
function reading(day: number, total: string, raw?: string): Entry {
  const readAt = at(`2026-02-${String(day).padStart(2, '0')}T12:00:00Z`);
  const read = { rows: [invoice(total, raw)], notices: [] };
  return { ...read, readAt, ...freshnessOf(source.freshness, account, ref.segment, read, readAt) };
}

/** Notes that on one day the total was this, and on a later one that. */
function note(record: Restatements, from: [number, string], to: [number, string, string?]): Promise<void> {
  return record.note(ref, reading(...from), reading(...to));
}

/** What a record holds: day and total before, day and total after. */
async function held(record: Restatements): Promise<string[]> {
  const [comparisons = []] = await record.of([ref]);
  const day = (instant: Instant): number => new Date(instant).getUTCDate();
  const totalOf = (row: Row | null): string => (row !== null && row.kind === 'INVOICE' ? row.total : 'none');
  return comparisons.flatMap(({ beforeReadAt, afterReadAt, restatements }) =>
    restatements.map(
      ({ before, after }) =>
        `${day(beforeReadAt)}: ${totalOf(before)}, ${day(afterReadAt)}: ${totalOf(after)}`,
    ),
  );
}

/** A replica's record. */
async function join(redis: RedisServer): Promise<{ record: Restatements; shared: SharedStore }> {
  const up = Promise.withResolvers<void>();
  const shared = connectRedisStore(
    { url: [redis.url], cluster: false, prefix: 'test', replicas: 2, timeoutMs: 300 },
    { meter: createMeter(), onStatus: (status) => status === 'UP' && up.resolve(), onUnheard() {} },
  );
  onTestFinished(() => shared.close());
  await up.promise;
  return { record: createRestatements(createRedisEntries(shared)), shared };
}

const away = async (redis: RedisServer, ...replicas: { shared: SharedStore }[]): Promise<void> => {
  redis.signal('SIGSTOP');
  for (const { shared } of replicas) await expect.poll(shared.status).toBe('AWAY');
};
const back = async (redis: RedisServer, ...replicas: { shared: SharedStore }[]): Promise<void> => {
  redis.signal('SIGCONT');
  for (const { shared } of replicas) await expect.poll(shared.status).toBe('UP');
};

async function keyIn(redis: RedisServer): Promise<string> {
  const keys = await redis.call('KEYS', 'test:r*');
  if (!Array.isArray(keys) || typeof keys[0] !== 'string') throw new RangeError('no record');
  return keys[0];
}

test('what is found while the store is away is stored when it is back, for all replicas', async () => {
  const redis = await startRedis({ onTestFinished });
  const [first, second] = [await join(redis), await join(redis)];
  await note(first.record, [2, '1'], [3, '2']);
  await away(redis, first, second);
  await note(first.record, [3, '2'], [4, '3']);
  await note(first.record, [4, '3'], [5, '4']);
  // Meanwhile it is known here, at least.
  expect(await held(first.record)).toEqual(['3: 2, 4: 3', '4: 3, 5: 4']);
  expect(await held(second.record)).toEqual([]);
  await back(redis, first, second);
  await first.record.flush();
  const all = ['2: 1, 3: 2', '3: 2, 4: 3', '4: 3, 5: 4'];
  expect(await held(second.record)).toEqual(all);
  // A gateway that starts now finds it, too.
  expect(await held((await join(redis)).record)).toEqual(all);
  const bytes = await redis.bytes(await keyIn(redis));
  await first.record.flush();
  expect(await redis.bytes(await keyIn(redis))).toEqual(bytes);
});

test('nothing in a record is overwritten: who compares the same reading again adds nothing to it', async () => {
  const redis = await startRedis({ onTestFinished });
  const [first, second] = [await join(redis), await join(redis)];
  await note(first.record, [2, '1'], [3, '2']);
  await note(second.record, [2, '1'], [4, '5']);
  expect(await held(first.record)).toEqual(['2: 1, 3: 2']);
  await away(redis, first);
  await note(first.record, [6, '7'], [7, '8']);
  await note(first.record, [6, '7'], [8, '9']);
  await back(redis, first, second);
  await note(second.record, [6, '7'], [9, '10']);
  await first.record.flush();
  for (const { record } of [first, second]) {
    expect(await held(record)).toEqual(['2: 1, 3: 2', '6: 7, 9: 10']);
  }
  const bytes = await redis.bytes(await keyIn(redis));
  await note(second.record, [9, '10'], [10, '11']);
  expect((await redis.bytes(await keyIn(redis))).subarray(0, bytes.length)).toEqual(bytes);
  expect(await redis.call('TTL', await keyIn(redis))).toBe(-1);
});

const garbage = [
  'garbage',
  '000000',
  '9999999999',
  '0000000005abcde',
  '0000000013abcdefghijklm',
  '0x00000020aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  '-000000010',
  '-000000099',
  '       nan',
  '1.50000000',
  '        20aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
];

test.each(garbage)('a tail that is no comparison is dropped, and the rest stays: %j', async (tail) => {
  const redis = await startRedis({ onTestFinished });
  const { record } = await join(redis);
  await note(record, [2, '1'], [3, '2']);
  await note(record, [3, '2'], [4, '3']);
  const key = await keyIn(redis);
  const whole = await redis.bytes(key);
  await redis.call('APPEND', key, tail);
  expect(await held(record)).toEqual(['2: 1, 3: 2', '3: 2, 4: 3']);
  await note(record, [4, '3'], [5, '4']);
  expect(await held(record)).toEqual(['2: 1, 3: 2', '3: 2, 4: 3', '4: 3, 5: 4']);
  expect((await redis.bytes(key)).subarray(0, whole.length)).toEqual(whole);
});

test('a comparison that was cut off, damaged, or of another kind costs no other', async () => {
  const redis = await startRedis({ onTestFinished });
  const { record } = await join(redis);
  await note(record, [2, '1'], [3, '2']);
  const key = await keyIn(redis);
  const first = await redis.bytes(key);
  await note(record, [3, '2'], [4, '3']);
  const length = Number(await redis.call('STRLEN', key));
  // The last character of the second: its length is right, and its checksum is not.
  await redis.call('SETRANGE', key, length - 1, '!');
  await note(record, [4, '3'], [5, '4']);
  expect(await held(record)).toEqual(['2: 1, 3: 2', '4: 3, 5: 4']);
  await redis.call('SET', key, String(await redis.call('GETRANGE', key, 0, first.length + 40)));
  expect(await held(record)).toEqual(['2: 1, 3: 2']);
  await note(record, [3, '2'], [4, '3']);
  expect(await held(record)).toEqual(['2: 1, 3: 2', '3: 2, 4: 3']);
  await redis.call('DEL', key);
  await redis.call('LPUSH', key, 'x');
  expect(await held(record)).toEqual([]);
  await note(record, [5, '4'], [6, '5']);
  expect(await held(record)).toEqual(['5: 4, 6: 5']);
});

test('a record of another version stays as it is', async () => {
  const redis = await startRedis({ onTestFinished });
  const { record } = await join(redis);
  await note(record, [2, '1'], [3, '2']);
  const key = await keyIn(redis);
  const older = key.replace(/:r\d+:/, ':r1:');
  expect(older).not.toBe(key);
  await redis.call('SET', older, 'Bj what an earlier release has written');
  await note(record, [3, '2'], [4, '3']);
  expect(String(await redis.bytes(older))).toBe('Bj what an earlier release has written');
});

test('a comparison that is larger than what a process may remember is stored all the same', async () => {
  const redis = await startRedis({ onTestFinished });
  const { record } = await join(redis);
  await note(record, [2, '1'], [3, '2', 'x'.repeat(20_000_000)]);
  expect(await held((await join(redis)).record)).toEqual(['2: 1, 3: 2']);
});

test('what is found while the store takes in older findings is not forgotten with them', async () => {
  let answer: () => Promise<null> = () => Promise.reject(new StoreUnavailable('away'));
  const shared: SharedStore = {
    status: () => 'UP',
    channel: 'c',
    membership: () => ({ rank: 0, of: 1 }),
    clockMs: Date.now,
    listen() {},
    read: async (keys) => keys.map(() => null),
    run: () => answer(),
  };
  const record = createRestatements(createRedisEntries(shared));
  await note(record, [2, '1'], [3, '2']);
  const taken = Promise.withResolvers<null>();
  const asked = Promise.withResolvers<void>();
  answer = () => {
    asked.resolve();
    return taken.promise;
  };
  const flushed = record.flush();
  await asked.promise;
  answer = () => Promise.reject(new StoreUnavailable('away again'));
  await note(record, [3, '2'], [4, '3']);
  taken.resolve(null);
  await flushed;
  expect(await held(record)).toContain('3: 2, 4: 3');
});
