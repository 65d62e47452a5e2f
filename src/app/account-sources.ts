/** What can be read of an account: a source for each kind of row, and for each snapshot. */

import type { AccountConfig } from '../config/settings.ts';
import { rowKinds, type RowKind } from '../domain/rows.ts';
import { gridOf, type Call, type Segment } from '../domain/segments.ts';
import type { ReadKind, ReadOf, SnapshotKind } from '../domain/snapshots.ts';
import type { RowSource, Source } from '../ledger/source.ts';
import type { AnyProvider, Connection } from '../providers/provider.ts';

type Common = Omit<Source, 'kind' | 'grid' | 'read'>;

/** The sources of an account. They have all in common but what they read. */
export function sourcesOf(
  settings: AccountConfig,
  provider: AnyProvider,
  connection: Connection<unknown>,
  common: Common,
): { readonly sources: readonly RowSource[]; readonly snapshots: readonly Source<SnapshotKind>[] } {
  return {
    sources: rowSourcesOf(settings, provider, connection, common),
    snapshots: snapshotSourcesOf(provider, connection, common),
  };
}

function rowSourcesOf(
  { billCategories, usageCategories }: AccountConfig,
  provider: AnyProvider,
  connection: Connection<unknown>,
  common: Common,
): RowSource[] {
  const readers = provider.connect(connection);
  const categoriesOf: Partial<Record<RowKind, readonly string[] | undefined>> = {
    BILL: billCategories,
    DAILY_DETAIL: usageCategories,
  };
  return rowKinds.flatMap((kind) => {
    const ofProvider = provider.grids[kind];
    if (ofProvider === undefined) return [];
    return toSource({ ...common, kind, grid: gridOf(ofProvider, categoriesOf[kind]) }, readers[kind]);
  });
}

/** A snapshot is fresh for a minute, so that all clients together cause one call a minute. */
const snapshotSeconds = 60;

function snapshotSourcesOf(
  { snapshots }: AnyProvider,
  connection: Connection<unknown>,
  common: Common,
): Source<SnapshotKind>[] {
  const openSeconds = Math.min(snapshotSeconds, common.freshness.openSeconds);
  const freshness = { ...common.freshness, openSeconds };
  const grid = { variants: {}, future: false };
  const sourceOf = <K extends SnapshotKind>(
    kind: K,
    ask: ((connection: Connection<unknown>, call: Call, variant: string) => Promise<ReadOf[K]>) | undefined,
  ): Source<K>[] => {
    const read =
      ask &&
      (async ({ variant }: Segment, call: Call) => ({
        rows: [await ask(connection, call, variant)],
        notices: [],
      }));
    return toSource<K>({ ...common, freshness, kind, grid }, read);
  };
  return [
    ...sourceOf('BALANCE', snapshots.BALANCE),
    ...sourceOf('VENDOR_BUDGETS', snapshots.VENDOR_BUDGETS),
    ...sourceOf('SUMMARY', snapshots.SUMMARY),
  ];
}

function toSource<K extends ReadKind>(
  source: Omit<Source<K>, 'read'>,
  read: Source<K>['read'] | undefined,
): Source<K>[] {
  return read === undefined ? [] : [{ ...source, read }];
}
