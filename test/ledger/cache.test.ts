/** Memory is trusted for a while, and then compared with what the others have read. */

import { expect, test } from 'vitest';

import { instantOf, toCalendarDate, type CalendarDate } from '../../src/domain/calendar.ts';
import { createMeter } from '../../src/domain/meter.ts';
import type { Shared } from '../../src/domain/shared.ts';
import { segmentsOf } from '../../src/domain/segments.ts';
import { createCache } from '../../src/ledger/cache.ts';
import { encode } from '../../src/ledger/codec.ts';
import { keyOf, type SegmentRef, type Source } from '../../src/ledger/source.ts';
import { account, grid } from './account.ts';

const date = (text: string) => toCalendarDate(text) as CalendarDate;
function setup() {
  const clock = { now: Date.parse('2026-02-20T00:00:00Z') };
  const stored = new Map<string, Buffer>();
  const shared: Shared = {
    status: () => 'UP',
    channel: 'c',
    census: () => ({ rank: 0, of: 1 }),
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
  const cache = createCache({ onChanged() {}, memoryBytes: 1_000_000, shared, now, meter: createMeter() });
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
