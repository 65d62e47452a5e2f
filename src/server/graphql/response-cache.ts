/**
 * Cached responses, as bytes, in front of all execution. A response lives exactly as long as everything that it was
 * made from is fresh: it ends with the first of its segments, and at once when any replica has read one of them again.
 * We find it by what its client may see, never by who the client is.
 */

import { createHash } from 'node:crypto';

import { LRUCache } from 'lru-cache';

import type { Clock, Instant } from '../../domain/calendar.ts';
import type { Validity } from '../../query/validity.ts';
import { encode, type Encoded, type ResponseFormat } from '../http/answer.ts';

/** A cached response. */
export interface CachedResponse {
  /** The body in each encoding that clients have asked for. */
  readonly encoded: Map<ResponseFormat['encoding'], Encoded>;
  /** In a buffer of its own, so that it takes no more memory than its length. */
  readonly body: Buffer;
  readonly etag: string;
  /** The name of its operation; null when it has none. */
  readonly operation: string | null;
  /** The accounts whose rows it was made from. */
  readonly accounts: readonly string[];
  /** When it was made. Before that moment it is not right: the clock has jumped back. */
  readonly since: Instant;
  /** Until when it is right; a past moment once it no longer is. */
  until: Instant;
}

export interface ResponseCache {
  /** Finds a response by the exact bytes of a request, or by its normal form. */
  find(key: string): CachedResponse | null;
  /** Caches a response; null when it has already ended. */
  keep(key: string, operation: string | null, body: string, validity: Validity): CachedResponse | null;
  /** From now on, a request with these bytes finds this response. */
  alias(bytes: string, answer: CachedResponse): void;
  /** A segment was read again: ends all responses that were made from it. */
  end(segment: string): void;
}

/** A longer request is only looked up by its normal form. */
const maxAliasBytes = 8192;
/** The memory besides the bytes, by estimate: per response, per alias, and per segment that it was made from. */
const answerBytes = 1000;
const aliasBytes = 200;
const segmentBytes = 150;

/** A cache of at most `maxBytes`, by estimate. */
export function createResponseCache(maxBytes: number, now: Clock): ResponseCache {
  const bySegment = new Map<string, Set<CachedResponse>>();
  const segmentsOf = new WeakMap<CachedResponse, readonly string[]>();
  const aliasesOf = new WeakMap<CachedResponse, Set<string>>();
  const maxBytesOfAliases = Math.ceil(maxBytes / 8);
  const byKey = new LRUCache<string, CachedResponse>({
    maxSize: Math.max(1, maxBytes - maxBytesOfAliases),
    sizeCalculation: (answer, key) =>
      // Its two compressed forms together take at most twice as much again.
      answerBytes +
      3 * answer.body.length +
      2 * key.length +
      segmentBytes * (segmentsOf.get(answer)?.length ?? 0),
    dispose: (answer) => forget(answer),
  });
  const byBytes = new LRUCache<string, CachedResponse>({
    maxSize: maxBytesOfAliases,
    sizeCalculation: (_answer, bytes) => aliasBytes + bytes.length,
    dispose: (answer, bytes) => void aliasesOf.get(answer)?.delete(bytes),
  });

  function forget(answer: CachedResponse): void {
    answer.until = 0 as Instant;
    // Removes everything that points to it.
    for (const bytes of aliasesOf.get(answer) ?? []) byBytes.delete(bytes);
    for (const segment of segmentsOf.get(answer) ?? []) {
      const answers = bySegment.get(segment);
      answers?.delete(answer);
      if (answers?.size === 0) bySegment.delete(segment);
    }
  }

  return {
    find(key) {
      const answer = byBytes.get(key) ?? byKey.get(key);
      return answer !== undefined && isRight(answer, now()) ? answer : null;
    },
    keep(key, operation, body, validity) {
      const until = validity.until();
      const since = now();
      if (since >= until) return null;
      const cached = Buffer.allocUnsafeSlow(Buffer.byteLength(body));
      cached.write(body);
      const etag = `W/"${createHash('sha256').update(cached).digest('base64url').slice(0, 22)}"`;
      const accounts = validity.accounts();
      const answer: CachedResponse = {
        encoded: new Map(),
        body: cached,
        etag,
        since,
        until,
        operation,
        accounts,
      };
      const segments = validity.segments();
      segmentsOf.set(answer, segments);
      aliasesOf.set(answer, new Set());
      byKey.set(key, answer);
      // The cache refuses a response that is too large.
      if (byKey.peek(key) !== answer) return null;
      for (const segment of segments) {
        const answers = bySegment.get(segment) ?? new Set();
        bySegment.set(segment, answers.add(answer));
      }
      return answer;
    },
    alias(bytes, answer) {
      if (bytes.length > maxAliasBytes || now() >= answer.until) return;
      byBytes.set(bytes, answer);
      aliasesOf.get(answer)?.add(bytes);
    },
    end(segment) {
      for (const answer of bySegment.get(segment) ?? []) answer.until = 0 as Instant;
    },
  };
}

/** Whether a response is right at this moment. */
export function isRight({ since, until }: CachedResponse, now: Instant): boolean {
  return since <= now && now < until;
}

/** A response in the encoding that a client accepts; compressed once. */
export function encodedAs(
  answer: CachedResponse,
  responseFormat: ResponseFormat,
): Encoded | Promise<Encoded> {
  const known = answer.encoded.get(responseFormat.encoding);
  if (known !== undefined) return known;
  return encode(answer.body, responseFormat).then((encoded) => {
    // A compressor's output lies in a larger buffer, which would stay in memory.
    const body = encoded.encoding === null ? answer.body : copied(encoded.body);
    answer.encoded.set(responseFormat.encoding, { ...encoded, body });
    return encoded;
  });
}

function copied(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
