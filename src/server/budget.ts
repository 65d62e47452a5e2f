/** How often a client may ask: a bucket per client that fills evenly. In this process alone. */

import type { Client } from './auth.ts';

/** Null: the request may go on. Otherwise whole seconds until the next may. */
export type Spend = (client: Client) => number | null;

/** A bucket holds a minute's requests; `monotonicMs` is a clock that never jumps. */
export function createBudget(monotonicMs: () => number = () => performance.now()): Spend {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return ({ id, requestsPerMinute }) => {
    if (requestsPerMinute === null) return null;
    const now = monotonicMs();
    const perMs = requestsPerMinute / 60_000;
    const bucket = buckets.get(id) ?? { tokens: requestsPerMinute, at: now };
    const tokens = Math.min(requestsPerMinute, bucket.tokens + (now - bucket.at) * perMs);
    const allowed = tokens >= 1;
    buckets.set(id, { tokens: allowed ? tokens - 1 : tokens, at: now });
    return allowed ? null : Math.max(1, Math.ceil((1 - tokens) / perMs / 1000));
  };
}
