/** The memory tier: read segments, bounded in bytes, the least recently used go first. */

import { LRUCache } from 'lru-cache';

import type { Instant } from '../domain/calendar.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { SegmentRows } from '../domain/segments.ts';
import type { Freshness } from './freshness.ts';

/** What was read of one segment. Plain JSON. */
export interface Entry<K extends RowKind = RowKind> extends SegmentRows<RowOf[K]>, Freshness {
  readonly readAt: Instant;
}

export interface MemoryTier {
  get(key: string): Entry | undefined;
  set(key: string, entry: Entry): void;
}

/** A memory tier of at most `maxBytes`, by estimate; a segment larger than that is not kept. */
export function createMemoryTier(maxBytes: number): MemoryTier {
  const cache = new LRUCache<string, Entry>({ maxSize: maxBytes, sizeCalculation: estimateBytes });
  return {
    get: (key) => cache.get(key),
    set: (key, entry) => {
      cache.set(key, entry);
    },
  };
}

/**
 * A row holds its raw text, at two bytes a character where that is not all Latin, and some thirty fields, which take
 * 1100 bytes on V8. Rather too much than too little.
 */
function estimateBytes(entry: Entry): number {
  return entry.rows.reduce((bytes, row) => bytes + 2 * row.raw.length + 1200, 512);
}
