/** Memory is trusted for a while, and then compared with what the others have read. */

import { expect, test } from 'vitest';

import { instantOf, toCalendarDate, type CalendarDate } from '../../src/domain/calendar.ts';
import { createMeter } from '../../src/domain/meter.ts';
import type { SharedStore } from '../../src/domain/shared-store.ts';
import { segmentsOf } from '../../src/domain/segments.ts';
import { createCache } from '../../src/ledger/cache.ts';
import { encode } from '../../src/ledger/entry-codec.ts';
import { keyOf, type SegmentRef, type Source } from '../../src/ledger/source.ts';
import { createRedisEntries } from '../../src/stores/redis/redis-entries.ts';
import { account, grid } from '../support/ledger-account.ts';

const date = (text: string) => toCalendarDate(text) as CalendarDate;
function setup(memoryBytes = 1_000_000) {
  const clock = { now: Date.parse('2026-02-20T00:00:00Z') };
  const stored = new Map<string, Buffer>();
  const shared: SharedStore = {
    status: () => 'UP',
    channel: 'c',
    membership: () => ({ rank: 0, of: 1 }),
    clockMs: Date.now,
    listen() {},
    read: async (keys) => keys.map((key) => stored.get(key) ?? null),
    run: async () => null,
  };
  const source: Source = {
    account,
    fingerprint: 'f',
    kind: 'INVOICE',
    grid,
    freshness: { openSeconds: 300, closedSeconds: 1800, finalSeconds: 9999, staleSeconds: 9999 },
    paceMs: () => 0,
    concurrent: 1,
    historyMonths: 0,
    read: async () => ({ rows: [], notices: [] }),
  };
  const [segment] = segmentsOf(
    grid,
    ['all'],
    { from: date('2026-02-10'), to: date('2026-02-11') },
    date('2026-02-20'),
  );
  if (segment === undefined) throw new RangeError('no such day');
  const ref: SegmentRef = { source, segment };
  const now = () => instantOf(clock.now);
  const cache = createCache({
    onChanged() {},
    memoryBytes,
    store: createRedisEntries(shared),
    now,
    meter: createMeter(),
  });
  const write = async () =>
    void stored.set(keyOf(ref), await encode(keyOf(ref), { rows: [], notices: [], readAt: now() }));
  return { clock, cache, ref, write, now };
}
test('memory is trusted for the open time, and then the store is asked for a newer reading', async () => {
  const { clock, cache, ref, write } = setup();
  await write();
  const first = clock.now;
  expect((await cache.find(ref)).entry?.readAt).toBe(first);
  clock.now += 1000;
  await write();
  clock.now = first + 299_999;
  expect((await cache.find(ref)).entry?.readAt).toBe(first);
  clock.now = first + 300_000;
  expect((await cache.find(ref)).entry?.readAt).toBe(first + 1000);
});
test('memory is not trusted any more when a message says that there is a newer reading', async () => {
  const { clock, cache, ref, write, now } = setup();
  await write();
  await cache.find(ref);
  clock.now += 1000;
  await write();
  cache.supersede(keyOf(ref), now());
  expect((await cache.find(ref)).entry?.readAt).toBe(clock.now);
});
test('what is left of an entry without room is not trusted any more when there is a newer reading', async () => {
  const { clock, cache, ref, write, now } = setup(1);
  await write();
  const first = await cache.find(ref);
  expect([cache.peek(ref), cache.peekHead(ref)?.readAt]).toEqual([undefined, first.entry?.readAt]);
  clock.now += 1000;
  expect(cache.peekHead(ref)).toBeDefined();
  cache.supersede(keyOf(ref), now());
  expect(cache.peekHead(ref)).toBeUndefined();
});
