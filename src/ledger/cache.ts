/**
 * The two tiers of the cache: the memory of this process in front of the store that all replicas share. Memory answers
 * while its entry is fresh and trusted; otherwise the shared tier is asked whether it has a newer one, for all segments
 * of a tick in one go. The shared tier may be away at any time; then memory is all there is.
 */

import DataLoader from 'dataloader';

import { after, instantOf, type Clock, type Instant } from '../domain/calendar.ts';
import type { Meter } from '../domain/meter.ts';
import type { Script, Shared } from '../domain/shared.ts';
import { decode, versionIn, versionOf, type ReadSegment } from './codec.ts';
import { freshnessOf } from './freshness.ts';
import { createMemoryTier, type Entry } from './memory.ts';
import { keyOf, sourceIn, type SegmentRef } from './source.ts';

export interface Cache {
  /** What memory holds, however old. */
  peek(ref: SegmentRef): Entry | undefined;
  /** The newest that either tier holds, however old; memory alone where that is fresh and trusted. Never rejects. */
  find(ref: SegmentRef): Promise<Found>;
  /** Takes a reading into memory, and gives back the newest that is there. */
  keep(ref: SegmentRef, read: ReadSegment): Entry;
  /** The entry of a value of the shared tier, or a newer one; null when it cannot be decoded: it is removed there, and counted. */
  open(ref: SegmentRef, value: Buffer): Promise<Entry | null>;
  /** Until when memory answers with this very entry; the past, when it does not any more. */
  goodUntil(ref: SegmentRef, entry: Entry): Instant;
  /** When the oldest of what memory holds and may still change was read, by what names its source. */
  oldestOpen(): ReadonlyMap<string, Instant>;
  /** From now on an entry is not served while a refresh runs behind it. */
  demote(ref: SegmentRef, entry: Entry): void;
  /** Another replica has read a segment: what is older is not trusted any more. */
  supersede(key: string, readAt: Instant): void;
}

export interface Found {
  readonly entry: Entry | undefined;
  readonly tier: 'memory' | 'redis';
}

export interface CacheSettings {
  readonly memoryBytes: number;
  /** Null: this process is alone. */
  readonly shared: Shared | null;
  readonly now: Clock;
  readonly meter: Meter;
  /** Told of the key of a segment whose entry is another one, or is not to be trusted any more. */
  readonly onChanged: (key: string) => void;
}

/** How far ahead another replica's clock may be: what was read later than that is none of ours. */
const mostSkewMs = 15 * 60_000;

/** Removes a value, unless it has been replaced meanwhile. */
const discardScript: Script = {
  name: 'discard',
  lua: `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`,
};

/** A cache that holds nothing yet in memory. */
export function createCache({ memoryBytes, shared, now, meter, onChanged }: CacheSettings): Cache {
  const memory = createMemoryTier(memoryBytes);
  // Of one tick, and of nothing else: what was asked before is not remembered here.
  const values = new DataLoader<string, Buffer | null>(
    async (keys) => (shared === null ? keys.map(() => null) : await shared.read(keys)),
    { cache: false, maxBatchSize: 500 },
  );

  /** An entry from the future is none: a clock was wrong. */
  function heldOf(ref: SegmentRef): Entry | undefined {
    const entry = memory.get(keyOf(ref))?.entry;
    return entry === undefined || isFromFuture(entry) ? undefined : entry;
  }

  function isFromFuture({ readAt }: ReadSegment): boolean {
    return readAt > now() + mostSkewMs;
  }

  function set(ref: SegmentRef, entry: Entry): void {
    const trustedUntil = after(now(), ref.source.freshness.openSeconds * 1000);
    const key = keyOf(ref);
    const before = memory.get(key)?.entry;
    memory.set(key, { entry, trustedUntil });
    if (before !== entry) onChanged(key);
  }

  /** However many look for the same segment, it is asked for and decoded once. */
  const finding = new Map<string, Promise<Found>>();

  async function ask(ref: SegmentRef): Promise<Found> {
    try {
      const value = await values.load(keyOf(ref));
      const known = heldOf(ref);
      const version = value === null ? '' : (versionIn(value) ?? 'none');
      const isNewer = known === undefined || version > versionOf(known.readAt);
      const found = isNewer && value !== null ? await cache.open(ref, value) : null;
      if (found !== null) return { entry: found, tier: 'redis' };
      if (known !== undefined) set(ref, known);
    } catch {
      // Memory it is, and the store is asked again the next time.
    }
    return { entry: heldOf(ref), tier: 'memory' };
  }

  const cache: Cache = {
    peek: heldOf,

    find(ref) {
      const key = keyOf(ref);
      const known = heldOf(ref);
      const trustedUntil = memory.get(key)?.trustedUntil ?? 0;
      if (shared === null || (known !== undefined && now() < Math.min(trustedUntil, known.freshUntil))) {
        return Promise.resolve({ entry: known, tier: 'memory' });
      }
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
      await shared?.run(discardScript, [key], [value]).catch(() => {});
      return null;
    },

    goodUntil(ref, entry) {
      const held = memory.get(keyOf(ref));
      if (held?.entry !== entry || isFromFuture(entry)) return instantOf(0);
      return shared === null ? entry.freshUntil : instantOf(Math.min(entry.freshUntil, held.trustedUntil));
    },

    oldestOpen() {
      const oldest = new Map<string, Instant>();
      for (const [key, { entry }] of memory.entries()) {
        const { readAt, finalAt } = entry;
        if (finalAt === null || readAt >= finalAt) continue;
        const scope = sourceIn(key);
        const known = oldest.get(scope);
        if (known === undefined || readAt < known) oldest.set(scope, readAt);
      }
      return oldest;
    },

    demote(ref, entry) {
      const key = keyOf(ref);
      const held = memory.get(key);
      if (held?.entry !== entry) return;
      memory.set(key, { ...held, entry: { ...entry, revalidateUntil: entry.freshUntil } });
    },

    supersede(key, readAt) {
      const held = memory.get(key);
      if (held !== undefined && held.entry.readAt >= readAt) return;
      if (held !== undefined) memory.set(key, { ...held, trustedUntil: now() });
      onChanged(key);
    },
  };
  return cache;
}
