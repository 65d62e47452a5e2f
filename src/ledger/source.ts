/** Sources: one kind of row of one account, on its grid; and the keys of their segments. */

import type { Account } from '../domain/account.ts';
import type { RowKind } from '../domain/rows.ts';
import type { Grid, Segment, SegmentReader } from '../domain/segments.ts';
import type { ReadKind, ReadOf } from '../domain/snapshots.ts';
import { schemaVersion } from './entry-codec.ts';
import type { FreshnessPolicy } from './freshness.ts';

/** One kind of row of one account, and the grid on which we read it. */
export interface Source<K extends ReadKind = ReadKind> {
  readonly account: Account;
  /** A digest of what decides the account's rows: host, zone, currency, credential. Part of keys. */
  readonly fingerprint: string;
  readonly kind: K;
  readonly grid: Grid;
  readonly freshness: FreshnessPolicy;
  readonly read: SegmentReader<ReadOf[K]>;
  /** The time between two of the account's requests while several wait, in milliseconds. */
  readonly paceMs: () => number;
  /** How many of the account's requests may run at a time. */
  readonly concurrent: number;
  /** How many months the history covers, counting the current one; 0: none. */
  readonly historyMonths: number;
}

/** One kind of row of one account. */
export type RowSource = Source<RowKind>;

/** One segment of one source. */
export interface SegmentRef<K extends ReadKind = ReadKind> {
  readonly source: Source<K>;
  readonly segment: Segment;
}

/**
 * The key of a segment, unique among all accounts and kinds, and among all gateways that share a store. The keys of an
 * account share a hash tag, so a Redis Cluster keeps them in one slot.
 */
export function keyOf({ source, segment }: SegmentRef): string {
  return `v${schemaVersion}:${scopeOf(source)}:${segment.key}`;
}

/** The name of the source in the key of one of its segments. */
export function sourceIn(key: string): string {
  return /^v\d+:(\{.*?\}:[A-Z_]+):/.exec(key)?.[1] ?? '';
}

/** The name of a source. */
export function scopeOf({ account, fingerprint, kind }: Source): string {
  return `{${account.id}.${fingerprint}}:${kind}`;
}
