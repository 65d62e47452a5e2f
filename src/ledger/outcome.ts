/** The outcome of one segment: how the ledger got it, or why it failed. */

import type { SourceStatus } from '../domain/coverage.ts';
import type { GatewayError } from '../domain/errors.ts';
import type { ReadKind } from '../domain/snapshots.ts';
import type { Entry } from './memory-tier.ts';
import type { SegmentRef } from './source.ts';

/** How the ledger got a segment. `entry` is null exactly when it FAILED; `error` is null exactly when it is FRESH. */
export interface Outcome<K extends ReadKind = ReadKind> {
  readonly kind: K;
  readonly status: SourceStatus;
  /** Whether the cache answered, without a call to the provider. */
  readonly isCached: boolean;
  readonly entry: Entry<K> | null;
  readonly error: GatewayError | null;
}

/** Whether a caller can use an entry without its rows, which nobody may then look at. */
export type AcceptsHead = (ref: SegmentRef, head: Entry) => boolean;

/** How a caller does without rows, of which there may be more than memory holds. */
export interface WithoutRows {
  readonly accepts: AcceptsHead;
  /** Takes what the caller needs of an entry's rows, so that it accepts the head. Absent: it needs them together. */
  readonly digest?: (ref: SegmentRef, entry: Entry) => Promise<void>;
}

/** The outcome of a segment that was in the cache, or was read. */
export function fresh({ source: { kind } }: SegmentRef, entry: Entry, isCached: boolean): Outcome {
  return { kind, status: 'FRESH', isCached, entry, error: null };
}

/** The outcome of a segment that could not be read and for which no older entry stands in. */
export function failed<K extends ReadKind>(kind: K, error: GatewayError): Outcome<K> {
  return { kind, status: 'FAILED', isCached: false, entry: null, error };
}
