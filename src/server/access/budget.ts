/**
 * Budgets of clients: a number per minute, counted over all replicas in a bucket that fills evenly. A replica takes
 * small handfuls from the common bucket in advance, so that most requests do not wait; near the limit it takes one at a
 * time, so that no more get through than allowed. Without the shared store each replica has its part.
 */

import type { Script, SharedStore } from '../../domain/shared-store.ts';

/** Consumes `count`, all or nothing; gives back when `count` is negative. */
export type ConsumeBudget = (key: string, perMinute: number, count: number) => Promise<Taken> | Taken;

export interface Taken {
  readonly isAllowed: boolean;
  /** How many are left, as far as we know. */
  readonly remaining: number;
  /** Whole seconds until as many are available; 0 when they were taken. */
  readonly retryAfterSeconds: number;
  /** Whole seconds until the bucket is full again. */
  readonly resetSeconds: number;
}

/**
 * KEYS: bucket. ARGV: capacity, least and most to take. Answers: granted, left, milliseconds until the least is there.
 */
const takeScript: Script = {
  name: 'take-from-budget',
  lua: `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local capacity, least, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local perMs = capacity / 60000
local tokens, at = capacity, now
local held = redis.pcall('GET', KEYS[1])
if type(held) == 'string' then
  local left, since = string.match(held, '^([%d.]+) (%d+)$')
  if left then tokens, at = tonumber(left) or capacity, math.min(now, tonumber(since)) end
end
tokens = math.min(capacity, tokens + (now - at) * perMs)
local granted = 0
if tokens >= least then granted = math.min(most, math.floor(tokens)) end
tokens = tokens - granted
redis.call('SET', KEYS[1], string.format('%.3f', tokens) .. ' ' .. now, 'PX', 120000)
local wait = 0
if granted < least then wait = math.ceil((least - tokens) / perMs) end
return {granted, math.floor(tokens), wait}`,
};

interface Bucket {
  /** What this process may still give away. */
  tokens: number;
  /** When `tokens` was last right, on a clock that never jumps. */
  atMs: number;
  /** How many were left in the common bucket; null: this process is on its own. */
  common: number | null;
  isFetching: boolean;
}

/** After this long, unused tokens of a replica expire: the common bucket has filled up again meanwhile. */
const keptMs = 60_000;

/** `shared` null: this process is alone. */
export function createBudgets(
  shared: SharedStore | null,
  monotonicMs: () => number = () => performance.now(),
): ConsumeBudget {
  const buckets = new Map<string, Bucket>();

  function bucketOf(key: string): Bucket {
    const known = buckets.get(key);
    if (known !== undefined) return known;
    if (buckets.size > 10_000) buckets.clear();
    // Empty a minute ago means full now.
    const bucket = { tokens: 0, atMs: monotonicMs() - 60_000, common: null, isFetching: false };
    buckets.set(key, bucket);
    return bucket;
  }

  /** One of `of` replicas takes its part of new tokens, and of those left when the store was last available. */
  function takeAlone(bucket: Bucket, perMinute: number, count: number, of = 1): Taken {
    const now = monotonicMs();
    const capacity = perMinute / of;
    const held = bucket.tokens + (bucket.common ?? 0) / of;
    const tokens = Math.min(capacity, held + ((now - bucket.atMs) * capacity) / 60_000);
    const isAllowed = tokens >= count;
    const left = isAllowed ? Math.min(capacity, tokens - count) : tokens;
    Object.assign(bucket, { tokens: left, atMs: now, common: null });
    return toTaken(
      capacity,
      Math.floor(bucket.tokens),
      isAllowed ? 0 : ((count - tokens) / capacity) * 60_000,
    );
  }

  async function takeShared(
    store: SharedStore,
    bucket: Bucket,
    { key, perMinute, count, ahead }: { key: string; perMinute: number; count: number; ahead: number },
  ): Promise<Taken> {
    // Taken at once, so that no other request counts on them.
    const own = bucket.common === null || count < 0 ? 0 : Math.min(bucket.tokens, count);
    bucket.tokens -= own;
    const least = count - own;
    try {
      const reply = await store.run(takeScript, [`{budget.${key}}`], [perMinute, least, least + ahead]);
      const [granted = 0, left = 0, waitMs = 0] = Array.isArray(reply) ? reply.map(Number) : [];
      const isAllowed = granted >= least;
      const surplus = isAllowed ? granted - least : own + granted;
      // Tokens that this process filled on its own are not part of the common bucket.
      const tokens = (bucket.common === null ? 0 : bucket.tokens) + surplus;
      Object.assign(bucket, { tokens, atMs: monotonicMs(), common: left });
      return toTaken(perMinute, left + tokens, isAllowed ? 0 : Math.max(waitMs, 1));
    } catch {
      bucket.tokens += own;
      return takeAlone(bucket, perMinute, count, store.membership().of);
    }
  }

  return (key, perMinute, count) => {
    const bucket = bucketOf(key);
    if (shared === null) return takeAlone(bucket, perMinute, count);
    if (bucket.common !== null && monotonicMs() - bucket.atMs > keptMs) bucket.tokens = 0;
    const isNear = bucket.common === null || bucket.common < perMinute / 4;
    const handful = isNear ? 0 : Math.floor(perMinute / 20 / shared.membership().of);
    // Returned tokens belong to all, so they go into the common bucket.
    if (bucket.common === null || bucket.tokens < count || count < 0) {
      return takeShared(shared, bucket, { key, perMinute, count, ahead: count < 0 ? 0 : handful });
    }
    bucket.tokens -= count;
    if (bucket.tokens < handful / 2 && !bucket.isFetching) {
      bucket.isFetching = true;
      void takeShared(shared, bucket, { key, perMinute, count: 0, ahead: handful }).finally(() => {
        bucket.isFetching = false;
      });
    }
    return toTaken(perMinute, bucket.common + bucket.tokens, 0);
  };
}

function toTaken(capacity: number, remaining: number, waitMs: number): Taken {
  return {
    isAllowed: waitMs === 0,
    remaining,
    retryAfterSeconds: Math.ceil(waitMs / 1000),
    resetSeconds: Math.max(0, Math.ceil(((capacity - remaining) / capacity) * 60)),
  };
}
