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

/** A row holds its raw text and some thirty fields; measured on V8, about a kilobyte beside the text. */
function estimateBytes(entry: Entry): number {
  return entry.rows.reduce((bytes, row) => bytes + row.raw.length + 1024, 512);
}
