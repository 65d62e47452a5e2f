/** How a snapshot of an account is read: one segment, by the way that all segments are read. */

import type { Account } from '../domain/account.ts';
import type { Instant } from '../domain/calendar.ts';
import { GatewayError } from '../domain/errors.ts';
import type { SnapshotKind, SnapshotOf } from '../domain/snapshots.ts';
import type { Source } from '../ledger/source.ts';
import type { GatewayContext } from './context.ts';

/** What a provider said, and when. */
export interface Snapshot<K extends SnapshotKind> {
  /** Null where a question is only priced: nothing is read then. */
  readonly reported: SnapshotOf[K] | null;
  readonly asOf: Instant;
  /** STALE: the provider failed, and what it said last stands in. */
  readonly status: 'FRESH' | 'STALE';
  /** Set when STALE. */
  readonly error: GatewayError | null;
}

/** Null: the provider of the account has no such snapshot. @throws GatewayError when nothing is known and nothing can be read */
export async function readSnapshot<K extends SnapshotKind>(
  account: Account,
  kind: K,
  context: GatewayContext,
  variant = 'now',
): Promise<Snapshot<K> | null> {
  const source = context.visibility.snapshots.find(
    (one): one is Source<K> => one.account === account && one.kind === kind,
  );
  if (source === undefined) return null;
  const segment = { key: variant, variant, dates: null, isSnapshot: true };
  const [outcome] = await context.segments.load([{ source, segment }]);
  const error = outcome?.error == null ? null : explain(outcome.error, account, context);
  if (outcome?.entry == null) throw error ?? new TypeError(`nothing was read of ${kind}`);
  const { entry, status } = outcome;
  const reported = entry.rows.at(0) ?? null;
  return { reported, asOf: entry.readAt, status: status === 'FRESH' ? 'FRESH' : 'STALE', error };
}

/** A credential that opens the lists is good: it lacks a role. */
function explain(
  error: GatewayError,
  account: Account,
  { visibility, ledger }: GatewayContext,
): GatewayError {
  const lists = visibility.sources.filter((source) => source.account === account);
  const isGood = lists.some((source) => ledger.lastReading(source)?.state === 'OK');
  if (error.code !== 'PROVIDER_CREDENTIAL_REJECTED' || !isGood) return error;
  const { retryAfterSeconds, account: id, provider, cause } = error;
  const message =
    "the provider lets this key read lists, and refuses this: the key's owner lacks the role for billing there";
  return new GatewayError(error.code, message, { retryAfterSeconds, account: id, provider, cause });
}
