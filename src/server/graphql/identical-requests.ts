/**
 * Identical requests that are under way at the same time: the first computes the answer, and the others wait for it.
 * Each of them has asked for its rows itself, so a request that leaves, fails or runs out of time affects no other.
 */

import type { CachedResponse, ResponseCache } from './response-cache.ts';

export interface IdenticalRequests {
  /** Joins the requests with this key. */
  join(key: string): Joined;
}

/** The part of one request. */
export interface Joined {
  /** Settles when the first request is done, with its answer if that may be sent to all; null: this is the first. */
  readonly first: Promise<CachedResponse | null> | null;
  /** Call this when the request is done, and its answer cached. */
  end(): void;
}

export function createIdenticalRequests(answers: Pick<ResponseCache, 'find'>): IdenticalRequests {
  const underWay = new Map<string, Promise<void>>();
  return {
    join(key) {
      const first = underWay.get(key);
      if (first !== undefined) return { first: first.then(() => answers.find(key)), end() {} };
      const done = Promise.withResolvers<void>();
      underWay.set(key, done.promise);
      return {
        first: null,
        end() {
          underWay.delete(key);
          done.resolve();
        },
      };
    },
  };
}

/** Resolves when a request must compute its own answer, because it cannot have that of the first; else never. */
export async function turnAfter(first: Promise<CachedResponse | null>): Promise<void> {
  if ((await first) !== null) await new Promise<never>(() => {});
}

/** The answer of the first request; never settles when there is none for all. */
export async function answerOf(first: Promise<CachedResponse | null>): Promise<CachedResponse> {
  return (await first) ?? new Promise<never>(() => {});
}
