/** What a request cost, as its client is told. */

import type { Cost } from './loaders.ts';

/**
 * A caller who sees the cost of some values alone is told what its question would cost if nothing had been read
 * before: what the caches hold tells what others have asked.
 */
export function reportedCost(cost: Cost, { bound }: { readonly bound: object | null }): Cost {
  return bound === null ? cost : { requested: cost.requested, actual: cost.requested, cached: 0 };
}
