/**
 * How long the store keeps a reading, and what becomes of readings that it did not take: they are written later, while
 * memory holds them. Otherwise nobody but this process would ever have them, and the history would have a gap.
 */

import type { Clock } from '../domain/calendar.ts';
import type { EntryStore } from '../domain/entry-store.ts';
import type { Cache } from './cache.ts';
import { encode, versionOf } from './entry-codec.ts';
import { finalReadingDueAt } from './freshness.ts';
import type { Entry } from './memory-tier.ts';
import { keyOf, type SegmentRef } from './source.ts';

export interface LateWrites {
  /** The store did not take the reading of this segment. */
  add(ref: SegmentRef): void;
  /** Writes what is still in memory, until the store refuses again. Never rejects. */
  flush(): Promise<void>;
}

/** So many segments at most are written later; the oldest are given up first. */
const maxSegments = 10_000;
/** What may still change is kept until it has surely been read as final, so that the two can be compared. */
const keptPastFinalMs = 7 * 86_400_000;
/** However short its freshness, those who wait for a reading in other replicas must find it. */
const keptAtLeastMs = 10_000;
const longestMonthMs = 31 * 86_400_000;

/** For how long the store keeps a reading, in milliseconds. It keeps a final one as long as the history reaches. */
export function timeToLiveMs(ref: SegmentRef, entry: Entry, nowMs: number): number {
  return Math.max(keptAtLeastMs, keptUntil(ref, entry) - nowMs);
}

function keptUntil({ source, segment }: SegmentRef, entry: Entry): number {
  const { freshness, historyMonths, account } = source;
  const { readAt, finalAt, freshUntil } = entry;
  const staleUntil = freshUntil + freshness.staleSeconds * 1000;
  const dueAt = finalReadingDueAt(account, segment, entry);
  if (dueAt !== null) return Math.max(staleUntil, dueAt + keptPastFinalMs);
  if (finalAt === null) return staleUntil;
  return Math.max(staleUntil + freshness.finalSeconds * 1000, readAt + (historyMonths + 1) * longestMonthMs);
}

/** `entries` null: nothing outlives this process, so nothing is late. */
export function createLateWrites(entries: EntryStore | null, cache: Cache, now: Clock): LateWrites {
  const late = new Map<string, SegmentRef>();
  let flushing: Promise<void> | null = null;

  async function write(): Promise<void> {
    for (const [key, ref] of late) {
      const entry = cache.peek(ref);
      if (entry !== undefined) {
        const about = { version: versionOf(entry.readAt), ttlMs: timeToLiveMs(ref, entry, now()) };
        await entries?.put(key, await encode(key, entry), about);
      }
      if (late.get(key) === ref) late.delete(key);
    }
  }

  return {
    add(ref) {
      if (entries === null) return;
      const [oldest] = late.keys();
      if (late.size >= maxSegments && oldest !== undefined) late.delete(oldest);
      late.set(keyOf(ref), ref);
    },
    flush() {
      if (late.size === 0) return Promise.resolve();
      // The store is asked again with the next tick.
      flushing ??= write()
        .catch(() => {})
        .finally(() => {
          flushing = null;
        });
      return flushing;
    },
  };
}
