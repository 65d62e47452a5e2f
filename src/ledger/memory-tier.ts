/**
 * The memory tier: read segments, limited in bytes; the least recently used go first. We keep the heads of entries that
 * had to go, limited as well, because their sums may be known without their rows.
 */

import { LRUCache } from 'lru-cache';

import type { Instant } from '../domain/calendar.ts';
import type { ReadKind } from '../domain/snapshots.ts';
import type { ReadSegment } from './entry-codec.ts';
import type { Freshness } from './freshness.ts';

/** The rows read of one segment, and its freshness. */
export type Entry<K extends ReadKind = ReadKind> = ReadSegment<K> & Freshness;

export interface MemoryTier {
  get(key: string): MemoryEntry | undefined;
  /** The head of an entry that had to go: all but its rows. */
  head(key: string): MemoryEntry | undefined;
  set(key: string, memoryEntry: MemoryEntry): void;
  dropHead(key: string): void;
  entries(): Iterable<[string, MemoryEntry]>;
}

/** An entry, and until when we need not ask the shared tier for a newer one. */
export interface MemoryEntry {
  readonly entry: Entry;
  readonly trustedUntil: Instant;
  /** The entry without its rows, computed when it has to go; null when nothing can be said without them. */
  readonly toHead: () => Entry | null;
}

/**
 * All heads together may take an eighth of what entries may, by estimate, but at least as much as some twenty thousand
 * take. An answer is kept only while each of its segments has an entry or a head, and a year of 200 accounts has 40,000.
 */
const headsShare = 8;
const leastHeadBytes = 16_777_216;

/** A memory tier of at most `maxBytes`, by estimate; a segment larger than that is not kept. */
export function createMemoryTier(maxBytes: number): MemoryTier {
  const heads = new LRUCache<string, MemoryEntry>({
    maxSize: Math.max(leastHeadBytes, Math.floor(maxBytes / headsShare)),
    sizeCalculation: ({ entry: { notices } }, key) => 800 + 2 * (key.length + JSON.stringify(notices).length),
  });
  const keepHead = (key: string, memoryEntry: MemoryEntry): void => {
    const entry = memoryEntry.toHead();
    // A new function: the entry's own one keeps the rows in memory.
    if (entry !== null)
      heads.set(key, { entry, trustedUntil: memoryEntry.trustedUntil, toHead: () => entry });
  };
  const cache = new LRUCache<string, MemoryEntry>({
    maxSize: maxBytes,
    sizeCalculation: ({ entry }) => estimateBytes(entry),
    dispose: (memoryEntry, key, reason) => {
      if (reason === 'evict') keepHead(key, memoryEntry);
    },
  });
  return {
    get: (key) => cache.get(key),
    head: (key) => heads.get(key),
    dropHead: (key) => void heads.delete(key),
    entries: () => cache.entries(),
    set: (key, memoryEntry) => {
      heads.delete(key);
      cache.set(key, memoryEntry);
      if (!cache.has(key)) keepHead(key, memoryEntry);
    },
  };
}

/**
 * Rows of a large answer are columns, which know their size. Any other row has its raw text, at two bytes a character
 * unless all are Latin, and some thirty fields, which take up to 1100 bytes on V8. The raw texts of a small answer are
 * slices of the answer, which stays in memory as long as one of its rows: a MiB at most, nearly all of it rows. The
 * estimate is rather too high than too low.
 */
function estimateBytes({ rows }: Entry): number {
  const known = rows.bytes?.();
  if (known !== undefined) return known;
  let bytes = 512;
  for (const row of rows) bytes += 'raw' in row ? 2 * row.raw.length + 1200 : JSON.stringify(row).length * 4;
  return bytes;
}
