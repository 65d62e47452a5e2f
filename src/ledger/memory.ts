/** The memory tier: read segments, bounded in bytes, the least recently used go first. */

import { LRUCache } from 'lru-cache';

import type { Instant } from '../domain/calendar.ts';
import { packedBytes } from '../domain/packed-rows.ts';
import type { RowKind } from '../domain/rows.ts';
import type { ReadSegment } from './codec.ts';
import type { Freshness } from './freshness.ts';

/** What was read of one segment, and until when it is what. */
export type Entry<K extends RowKind = RowKind> = ReadSegment<K> & Freshness;

export interface MemoryTier {
  get(key: string): Held | undefined;
  set(key: string, held: Held): void;
  entries(): Iterable<[string, Held]>;
}

/** An entry, and until when the shared tier need not be asked whether it has a newer one. */
export interface Held {
  readonly entry: Entry;
  readonly trustedUntil: Instant;
}

/** A memory tier of at most `maxBytes`, by estimate; a segment larger than that is not kept. */
export function createMemoryTier(maxBytes: number): MemoryTier {
  const cache = new LRUCache<string, Held>({
    maxSize: maxBytes,
    sizeCalculation: ({ entry }) => estimateBytes(entry),
  });
  return {
    get: (key) => cache.get(key),
    entries: () => cache.entries(),
    set: (key, held) => {
      cache.set(key, held);
    },
  };
}

/**
 * Rows of a large answer are packed, and know what they take. Any other holds its raw text, at two bytes a character
 * where that is not all Latin, and some thirty fields, which take up to 1100 bytes on V8; of a small answer the raw texts
 * are pieces of its text, which stays for as long as one of its rows does: a MiB at most, of which the rows are nearly
 * all. Rather too much than too little.
 */
function estimateBytes({ rows }: Entry): number {
  const packed = packedBytes(rows);
  if (packed !== null) return packed;
  let bytes = 512;
  for (const { raw } of rows) bytes += 2 * raw.length + 1200;
  return bytes;
}
