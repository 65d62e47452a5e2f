/**
 * The sums of segments by some dimensions. We compute them once per reading of a segment and keep them longer than its
 * rows, so a year is a sum over segments and needs no row. Limited in bytes; the least recently used go first.
 */

import { LRUCache } from 'lru-cache';

import type { Spend } from '../reports/spend.ts';

export interface SpendSums {
  /** The sums, if they are in the cache. */
  find(key: string): Spend | undefined;
  /** The sums from the cache, or computed now; concurrent requests share the computation. */
  get(key: string, addUp: () => Promise<Spend>): Promise<Spend>;
}

/** The limit for all sums, by estimate: some thirty thousand groups. */
const maxBytes = 67_108_864;

/** An empty cache of sums. */
export function createSpendSums(): SpendSums {
  const kept = new LRUCache<string, Spend>({
    maxSize: maxBytes,
    // A very large entry would push out many others.
    maxEntrySize: maxBytes / 8,
    sizeCalculation: (spend, key) => spend.bytes() + 2 * key.length,
  });
  const adding = new Map<string, Promise<Spend>>();
  return {
    find: (key) => kept.get(key),
    get(key, addUp) {
      const known = kept.get(key);
      if (known !== undefined) return Promise.resolve(known);
      const sum = adding.get(key) ?? addUp().finally(() => adding.delete(key));
      adding.set(key, sum);
      return sum.then((spend) => {
        if (kept.peek(key) !== spend) kept.set(key, spend);
        return spend;
      });
    },
  };
}
