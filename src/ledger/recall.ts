/** Which segments a provider would have to be asked for: those that no tier of the cache has. */

import type { Cache } from './cache.ts';
import type { Entry } from './memory-tier.ts';
import type { SegmentRef } from './source.ts';

/** Segments that are looked at together. */
const atOnce = 8;

/** The segments of which no tier has a usable entry. Their rows are let go again: together they may exceed memory. */
export async function findMissing(
  refs: readonly SegmentRef[],
  cache: Cache,
  isUsable: (entry: Entry) => boolean,
): Promise<readonly SegmentRef[]> {
  const missing: SegmentRef[] = [];
  for (let start = 0; start < refs.length; start += atOnce) {
    const some = refs.slice(start, start + atOnce);
    const found = await Promise.all(some.map((ref) => cache.find(ref)));
    some.forEach((ref, index) => {
      const entry = found[index]?.entry;
      if (entry === undefined || !isUsable(entry)) missing.push(ref);
    });
  }
  return missing;
}
