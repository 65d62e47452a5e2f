/** Rows with their account and reading time, and the ids by which clients find them again. */

import type { Account } from '../domain/account.ts';
import type { Instant } from '../domain/calendar.ts';
import { toRowId } from '../domain/public-ids.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { Sourced } from './sorted-segments.ts';

/** A row of some kind. */
export type SourcedRow = { [K in RowKind]: Sourced<K> }[RowKind];

/** What determines the id and the type of a row. */
export interface AnyRow extends Pick<SourcedRow, 'account' | 'readAt' | 'isSnapshot'> {
  readonly row: RowOf[RowKind];
}

const types = {
  BILL: 'Bill',
  INVOICE: 'Invoice',
  API_KEY_USAGE: 'ApiKeyUsage',
  DAILY_DETAIL: 'DailyDetail',
} as const satisfies Record<RowKind, string>;

/** The GraphQL type of a row. */
export function typeOfRow({ kind }: RowOf[RowKind]): (typeof types)[RowKind] {
  return types[kind];
}

/** The id of a row. A row as it was at one reading has an id of its own, because the current row may differ. */
export function idOfRow({ row, account, readAt, isSnapshot }: AnyRow): string {
  return toRowId(account.id, row, isSnapshot === true ? readAt : null);
}

/**
 * Adds account and reading time to a row. `isSnapshot`: the row as it was at that reading, which may have changed
 * since.
 */
export function toSourcedRow(
  row: RowOf[RowKind],
  account: Account,
  readAt: Instant,
  isSnapshot = false,
): SourcedRow {
  // TypeScript cannot see that account and row fit together: the kind of the row decides the type.
  return { row, account, readAt, isSnapshot } as SourcedRow;
}
