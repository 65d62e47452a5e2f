/** Where rows come from: one kind of row of one account, on its grid; and how its segments are named. */

import type { Account } from '../domain/account.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { Grid, Segment, SegmentReader } from '../domain/segments.ts';
import { schemaVersion } from './codec.ts';
import type { FreshnessPolicy } from './freshness.ts';

/** One kind of row of one account: where it is read, and on which grid. */
export interface Source<K extends RowKind = RowKind> {
  readonly account: Account;
  /** A digest of what decides on the account's rows: host, zone, currency, credential. Part of keys. */
  readonly fingerprint: string;
  readonly kind: K;
  readonly grid: Grid;
  readonly freshness: FreshnessPolicy;
  readonly read: SegmentReader<RowOf[K]>;
}

/** One segment of one source. */
export interface SegmentRef<K extends RowKind = RowKind> {
  readonly source: Source<K>;
  readonly segment: Segment;
}

/**
 * Names a segment among all accounts and kinds, and among all gateways that share a store. The keys of an account
 * have a tag in common: they lie together in a Redis Cluster.
 */
export function keyOf({ source, segment }: SegmentRef): string {
  return `v${schemaVersion}:${scopeOf(source)}:${segment.key}`;
}

/** The name of the source in the key of one of its segments. */
export function sourceIn(key: string): string {
  return /^v\d+:(\{.*?\}:[A-Z_]+):/.exec(key)?.[1] ?? '';
}

/** Names a source. */
export function scopeOf({ account, fingerprint, kind }: Source): string {
  return `{${account.id}.${fingerprint}}:${kind}`;
}
