/**
 * Answers kept as bytes, in front of all execution. An answer lives exactly as long as everything it was made of is
 * fresh: it ends with the first of its segments that does, and at once when one of them has been read again, by
 * whichever replica. It is found by what its client may see, never by who it is.
 */

import { createHash } from 'node:crypto';

import { LRUCache } from 'lru-cache';

import type { Clock, Instant } from '../domain/calendar.ts';
import type { Lifetime } from '../graphql/lifetime.ts';
import { encode, type Encoded, type Manner } from './answer.ts';

/** An answer that is kept. */
export interface KeptAnswer {
  /** In each encoding in which it has been asked for. */
  readonly encoded: Map<Manner['encoding'], Encoded>;
  readonly body: Buffer;
  readonly etag: string;
  /** What the operation that it answers is called; null: it has no name. */
  readonly operation: string | null;
  /** Whose rows it was made of. */
  readonly accounts: readonly string[];
  /** Until when it is right; the past, once it is not any more. */
  until: Instant;
}

export interface ResponseCache {
  /** An answer to a request with these very bytes, or to this question however it was written. */
  find(key: string): KeptAnswer | null;
  /** Keeps an answer for a question; not one that is over already. */
  keep(key: string, operation: string | null, body: Buffer, lifetime: Lifetime): KeptAnswer | null;
  /** From now on a request with these bytes is that question. */
  alias(bytes: string, answer: KeptAnswer): void;
  /** A segment has been read again: what was made of it is over. */
  end(segment: string): void;
}

/** A request of more bytes than this is looked up by its question alone. */
const mostAliasBytes = 8192;
const mostAliases = 5000;
/** What is kept beside the bytes, by estimate: for each answer, and for each segment that it was made of. */
const answerBytes = 1000;
const segmentBytes = 150;

/** A cache of at most `maxBytes`, by estimate. */
export function createResponseCache(maxBytes: number, now: Clock): ResponseCache {
  const bySegment = new Map<string, Set<KeptAnswer>>();
  const segmentsOf = new WeakMap<KeptAnswer, readonly string[]>();
  const byQuestion = new LRUCache<string, KeptAnswer>({
    maxSize: maxBytes,
    sizeCalculation: (answer, key) =>
      // Compressed once more, it takes no more than as much again.
      answerBytes +
      2 * (answer.body.length + key.length) +
      segmentBytes * (segmentsOf.get(answer)?.length ?? 0),
    dispose: (answer) => forget(answer),
  });
  const byBytes = new LRUCache<string, KeptAnswer>({ max: mostAliases });

  function forget(answer: KeptAnswer): void {
    answer.until = 0 as Instant;
    for (const segment of segmentsOf.get(answer) ?? []) {
      const answers = bySegment.get(segment);
      answers?.delete(answer);
      if (answers?.size === 0) bySegment.delete(segment);
    }
  }

  return {
    find(key) {
      const answer = byBytes.get(key) ?? byQuestion.get(key);
      return answer !== undefined && now() < answer.until ? answer : null;
    },
    keep(key, operation, body, lifetime) {
      const until = lifetime.until();
      if (now() >= until) return null;
      const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
      const accounts = lifetime.accounts();
      const answer: KeptAnswer = { encoded: new Map(), body, etag, until, operation, accounts };
      const segments = lifetime.segments();
      segmentsOf.set(answer, segments);
      byQuestion.set(key, answer);
      // One that is too large was not taken.
      if (byQuestion.peek(key) !== answer) return null;
      for (const segment of segments) {
        const answers = bySegment.get(segment) ?? new Set();
        bySegment.set(segment, answers.add(answer));
      }
      return answer;
    },
    alias(bytes, answer) {
      if (bytes.length <= mostAliasBytes) byBytes.set(bytes, answer);
    },
    end(segment) {
      for (const answer of bySegment.get(segment) ?? []) answer.until = 0 as Instant;
    },
  };
}

/** An answer in the encoding that a client takes; encoded once. */
export function encodedAs(answer: KeptAnswer, manner: Manner): Encoded | Promise<Encoded> {
  const known = answer.encoded.get(manner.encoding);
  if (known !== undefined) return known;
  return encode(answer.body, manner).then((encoded) => {
    answer.encoded.set(manner.encoding, encoded);
    return encoded;
  });
}
