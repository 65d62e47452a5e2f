/**
 * The two tiers of the cache: this process's memory in front of the store that outlives it. Memory answers while its
 * entry is fresh and, where replicas share the store, trusted. Otherwise we ask the store for a newer entry, for all
 * segments of a tick at once. When the store is unavailable, memory alone answers.
 */

import DataLoader from 'dataloader';

import { after, instantOf, type Clock, type Instant } from '../domain/calendar.ts';
import type { Meter } from '../domain/meter.ts';
import type { EntryStore } from '../domain/entry-store.ts';
import { decode, headerBytes, versionIn, versionOf, type ReadSegment } from './entry-codec.ts';
import { freshnessOf, isFinal } from './freshness.ts';
import { createMemoryTier, type Entry, type MemoryEntry } from './memory-tier.ts';
import { headOf } from './out-of-window.ts';
import { keyOf, sourceIn, type SegmentRef } from './source.ts';

export interface Cache {
  /** The entry in memory, however old. */
  peek(ref: SegmentRef): Entry | undefined;
  /** The head (all but the rows) of an entry whose rows memory had to drop. */
  peekHead(ref: SegmentRef): Entry | undefined;
  /**
   * The newest entry of both tiers, however old; memory alone answers when its entry is fresh and trusted. Never
   * rejects.
   */
  find(ref: SegmentRef): Promise<Found>;
  /** Puts a reading into memory and returns the newest entry that memory then has. */
  keep(ref: SegmentRef, read: ReadSegment): Entry;
  /**
   * Decodes a value of the shared tier, or returns a newer entry. Removes and counts a value that it cannot decode:
   * null.
   */
  open(ref: SegmentRef, value: Buffer): Promise<Entry | null>;
  /** Until when memory answers with this very entry; a past moment when it no longer does. */
  goodUntil(ref: SegmentRef, entry: Entry): Instant;
  /** When segments were last read, in order, by any tier; null: never, an Error: we do not know. */
  readAts(refs: readonly SegmentRef[]): Promise<readonly (Instant | Error | null)[]>;
  /**
   * The segments that the store could answer, by when they were read: asks for no row. Which of their rows become final
   * later than the segment is not known without them, so it may be one too many.
   */
  heldInStore(refs: readonly SegmentRef[]): Promise<StoreHoldings>;
  /** By source: when the oldest entry in memory that may still change was read. */
  oldestOpen(): ReadonlyMap<string, Instant>;
  /** A refresh behind this entry failed: from now on requests wait for the provider, unless the entry is final. */
  demote(ref: SegmentRef, entry: Entry): void;
  /** Another replica has read a segment: we stop trusting older entries. */
  supersede(key: string, readAt: Instant): void;
}

export interface StoreHoldings {
  readonly held: readonly SegmentRef[];
  /** How many the store could not tell of, because it did not answer. */
  readonly untold: number;
}

export interface Found {
  readonly entry: Entry | undefined;
  readonly tier: 'memory' | EntryStore['kind'];
}

export interface CacheSettings {
  readonly memoryBytes: number;
  /** The store that outlives the process; null when there is no such store. */
  readonly store: EntryStore | null;
  readonly now: Clock;
  readonly meter: Meter;
  /** Called with the key of a segment whose entry was replaced, or is no longer trusted. */
  readonly onChanged: (key: string) => void;
}

/** How far another replica's clock may run ahead. A reading from later than that comes from a wrong clock. */
const maxSkewMs = 2000;

/** A cache whose memory is still empty. */
export function createCache({ memoryBytes, store, now, meter, onChanged }: CacheSettings): Cache {
  const memory = createMemoryTier(memoryBytes);
  // Caches within one tick only: the next tick must ask the store again.
  const values = new DataLoader<string, Buffer | null>(
    async (keys) => (store === null ? keys.map(() => null) : await store.read(keys)),
    { cache: false, maxBatchSize: 500 },
  );

  /** Ignores an entry from the future, which a wrong clock has written. */
  function unlessFromFuture(memoryEntry: MemoryEntry | undefined): Entry | undefined {
    return memoryEntry === undefined || isFromFuture(memoryEntry.entry) ? undefined : memoryEntry.entry;
  }

  function heldOf(ref: SegmentRef): Entry | undefined {
    return unlessFromFuture(memory.get(keyOf(ref)));
  }

  function isFromFuture({ readAt }: ReadSegment): boolean {
    return readAt > now() + maxSkewMs;
  }

  function set(ref: SegmentRef, entry: Entry): void {
    const trustedUntil = after(now(), ref.source.freshness.openSeconds * 1000);
    const key = keyOf(ref);
    const before = memory.get(key)?.entry;
    const isBack = before === undefined && memory.head(key)?.entry.readAt === entry.readAt;
    memory.set(key, {
      entry,
      trustedUntil,
      toHead: () => headOf({ entry, segment: ref.segment }, ref.source.grid),
    });
    if (before !== entry && !isBack) onChanged(key);
  }

  /** Requests for the same segment share one lookup and one decoding. */
  const finding = new Map<string, Promise<Found>>();

  async function ask(ref: SegmentRef): Promise<Found> {
    try {
      const value = await values.load(keyOf(ref));
      const known = heldOf(ref);
      const version = value === null ? '' : (versionIn(value) ?? 'none');
      const isNewer = known === undefined || version > versionOf(known.readAt);
      const found = isNewer && value !== null ? await cache.open(ref, value) : null;
      if (found !== null) return { entry: found, tier: store?.kind ?? 'memory' };
      if (known !== undefined) set(ref, known);
    } catch {
      // We answer from memory now and ask the store again next time.
    }
    return { entry: heldOf(ref), tier: 'memory' };
  }

  async function storedAts(refs: readonly SegmentRef[]): Promise<(Instant | Error | null)[]> {
    if (store === null || refs.length === 0) return refs.map(() => null);
    const keys = refs.map((ref) => keyOf(ref));
    const stored = await readHeads(store, keys);
    return keys.map((key) => stored.get(key) ?? null);
  }

  const cache: Cache = {
    peek: heldOf,
    peekHead: (ref) => unlessFromFuture(memory.head(keyOf(ref))),

    find(ref) {
      const key = keyOf(ref);
      const known = heldOf(ref);
      const trustedUntil = memory.get(key)?.trustedUntil ?? 0;
      const isTrusted =
        known !== undefined && (store?.isShared !== true || now() < Math.min(trustedUntil, known.freshUntil));
      if (store === null || isTrusted) return Promise.resolve({ entry: known, tier: 'memory' });
      const looking = finding.get(key) ?? ask(ref).finally(() => finding.delete(key));
      finding.set(key, looking);
      return looking;
    },

    keep(ref, read) {
      const { source, segment } = ref;
      const freshness = freshnessOf(source.freshness, source.account, segment, read, read.readAt);
      const entry: Entry = { ...read, ...freshness };
      const known = heldOf(ref);
      if (known !== undefined && known.readAt > entry.readAt) return known;
      set(ref, entry);
      return entry;
    },

    async open(ref, value) {
      const key = keyOf(ref);
      const read = await decode(key, value);
      if (read !== null && !isFromFuture(read)) return cache.keep(ref, read);
      meter.add('cache_corrupt', { account: ref.source.account.id });
      await store?.discard(key, value).catch(() => {});
      return null;
    },

    goodUntil(ref, entry) {
      const memoryEntry = memory.get(keyOf(ref)) ?? memory.head(keyOf(ref));
      if (memoryEntry?.entry.readAt !== entry.readAt || isFromFuture(entry)) return instantOf(0);
      return store?.isShared === true
        ? instantOf(Math.min(entry.freshUntil, memoryEntry.trustedUntil))
        : entry.freshUntil;
    },

    async readAts(refs) {
      const own = refs.map((ref) => heldOf(ref)?.readAt ?? null);
      const missing = refs.filter((_ref, index) => own[index] === null);
      const stored = (await storedAts(missing)).values();
      return own.map((readAt) => readAt ?? stored.next().value ?? null);
    },

    async heldInStore(refs) {
      const readAts = await storedAts(refs);
      const held = refs.filter(({ source: { freshness, account }, segment }, index) => {
        const readAt = readAts[index] ?? null;
        if (readAt === null || readAt instanceof Error) return false;
        const unread = { rows: [], notices: [] };
        return now() < freshnessOf(freshness, account, segment, unread, readAt).revalidateUntil;
      });
      return { held, untold: readAts.filter((readAt) => readAt instanceof Error).length };
    },

    oldestOpen() {
      const oldest = new Map<string, Instant>();
      for (const [key, { entry }] of memory.entries()) {
        const { readAt } = entry;
        if (entry.finalAt === null || isFinal(entry)) continue;
        const scope = sourceIn(key);
        const known = oldest.get(scope);
        if (known === undefined || readAt < known) oldest.set(scope, readAt);
      }
      return oldest;
    },

    demote(ref, entry) {
      const key = keyOf(ref);
      const memoryEntry = memory.get(key);
      if (memoryEntry?.entry !== entry) return;
      // A final entry stays as good as it was; we check it again after a while.
      const restMs = ref.source.freshness.closedSeconds * 1000;
      const changed = isFinal(entry)
        ? { freshUntil: after(now(), restMs) }
        : { revalidateUntil: entry.freshUntil };
      memory.set(key, { ...memoryEntry, entry: { ...entry, ...changed } });
    },

    supersede(key, readAt) {
      const memoryEntry = memory.get(key);
      if (((memoryEntry ?? memory.head(key))?.entry.readAt ?? -1) >= readAt) return;
      memory.dropHead(key);
      if (memoryEntry !== undefined) memory.set(key, { ...memoryEntry, trustedUntil: now() });
      onChanged(key);
    },
  };
  return cache;
}

/** When the values of these keys were read; an Error for a key for which we do not know. */
async function readHeads(
  store: EntryStore,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Instant | Error | null>> {
  try {
    const heads = await store.readHeads(keys, headerBytes);
    return new Map(keys.map((key, index) => [key, readAtIn(heads[index] ?? null)]));
  } catch (error) {
    const cause = error instanceof Error ? error : new Error('unknown');
    return new Map(keys.map((key) => [key, cause]));
  }
}

function readAtIn(head: Buffer | Error | null): Instant | Error | null {
  if (!Buffer.isBuffer(head)) return head;
  const version = versionIn(head);
  return version === null ? null : instantOf(Number(version));
}
