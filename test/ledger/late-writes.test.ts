/** What the store did not take when it was read is stored as soon as it takes something again. */

import { expect, test } from 'vitest';

import { instantOf, utc, type CalendarDate } from '../../src/domain/calendar.ts';
import type { EntryStore } from '../../src/domain/entry-store.ts';
import { createMeter } from '../../src/domain/meter.ts';
import { segmentsOf } from '../../src/domain/segments.ts';
import { StoreUnavailable } from '../../src/domain/shared-store.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import { keyOf, type SegmentRef, type Source } from '../../src/ledger/source.ts';
import { account, grid } from '../support/ledger-account.ts';

test('a reading that could not be stored is stored later, and no vendor is asked for it again', async () => {
  const nowMs = Date.parse('2026-02-20T00:00:00Z');
  const state = { isAway: true, reads: 0 };
  const stored = new Map<string, Buffer>();
  const entries: EntryStore = {
    kind: 'file',
    isShared: false,
    status: () => (state.isAway ? 'AWAY' : 'UP'),
    read: async (keys) => keys.map((key) => stored.get(key) ?? null),
    readHeads: async (keys, bytes) => keys.map((key) => stored.get(key)?.subarray(0, bytes) ?? null),
    async put(key, value) {
      if (state.isAway) throw new StoreUnavailable('gone');
      stored.set(key, value);
      return true;
    },
    replace: async () => false,
    discard: async () => {},
    append: async () => {},
  };
  const source: Source = {
    account: { ...account, timeZone: utc },
    fingerprint: 'f',
    kind: 'INVOICE',
    grid,
    freshness: { openSeconds: 300, closedSeconds: 1800, finalSeconds: 9999, staleSeconds: 9999 },
    paceMs: () => 0,
    concurrent: 1,
    historyMonths: 0,
    read: async () => {
      state.reads += 1;
      return { rows: [], notices: [] };
    },
  };
  const create = () =>
    createLedger({
      memoryBytes: 1_000_000,
      flightSeconds: 60,
      shared: null,
      entries,
      now: () => instantOf(nowMs),
      meter: createMeter(),
      onBug(error) {
        throw error;
      },
    });
  const dates = { from: '2026-02-10' as CalendarDate, to: '2026-02-12' as CalendarDate };
  const refs = segmentsOf(grid, ['all'], dates, '2026-02-20' as CalendarDate).map((segment): SegmentRef => ({
    source,
    segment,
  }));
  const call = () => ({ signal: new AbortController().signal, deadlineMs: Number.POSITIVE_INFINITY });
  const ledger = create();
  await Promise.all(ledger.read(refs, call()));
  await ledger.keepRecords();
  expect([stored.size, state.reads]).toEqual([0, refs.length]);
  state.isAway = false;
  await ledger.keepRecords();
  expect([...stored.keys()].toSorted()).toEqual(refs.map((ref) => keyOf(ref)).toSorted());
  const outcomes = await Promise.all(create().read(refs, call()));
  expect(outcomes.map(({ isCached }) => isCached)).toEqual(refs.map(() => true));
  expect(state.reads).toBe(refs.length);
});
