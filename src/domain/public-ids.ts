/**
 * Ids as clients see them. Each is unique over providers, accounts and rows of every kind, whatever names vendors and
 * settings use: an account's id has no colon unless it equals a provider's, and a row's id begins with the word of its
 * kind.
 */

import { hash } from 'node:crypto';

import { toCalendarDate, type CalendarDate, type Instant } from './calendar.ts';
import { usageCycles, type RowKind, type RowOf, type UsageCycle } from './rows.ts';

/** Where to find a row, by its id. */
export interface RowAddress {
  readonly kind: RowKind;
  /** The cycle of usage by key; null for other kinds. */
  readonly cycle: UsageCycle | null;
  /** The account's id in the settings. */
  readonly account: string;
  readonly date: CalendarDate;
  /** The row's own id, within account and kind. */
  readonly row: string;
  /** The reading that has this version of the row; null: the latest. */
  readonly readAt: Instant | null;
}

/** The public id of an account. `providerIds`: the ids of all providers. */
export function toAccountId(id: string, providerIds: readonly string[]): string {
  return providerIds.includes(id) ? `account:${id}` : id;
}

/** The id of a row of an account; with `readAt`, of the row as it was at that reading. */
export function toRowId(account: string, row: RowOf[RowKind], readAt: Instant | null = null): string {
  const id = `${wordOf(row)}:${account}:${row.date}:${row.id}`;
  return readAt === null ? id : `${id}:${readAt}`;
}

/** The id of what was odd on a day of an account: the same for as long as it is, whatever it comes to. */
export function toAnomalyId(
  account: string,
  day: CalendarDate,
  identity: readonly (string | null)[],
): string {
  const digest = hash('sha256', JSON.stringify(identity), 'base64url').slice(0, 24);
  return `anomaly:${account}:${day}:${digest}`;
}

/** Where to find the row of an id; null when it is not the id of a row. */
export function parseRowId(id: string): RowAddress | null {
  const found = /^([a-z-]+):([a-z0-9-]+):([\d-]+):([\w-]+)(?::(\d{1,15}))?$/.exec(id);
  const [, word = '', account = '', day = '', row = '', readAt] = found ?? [];
  const list = lists.get(word);
  const date = toCalendarDate(day);
  if (list === undefined || date === null) return null;
  return { ...list, account, date, row, readAt: readAt === undefined ? null : (Number(readAt) as Instant) };
}

const lists: ReadonlyMap<string, Pick<RowAddress, 'kind' | 'cycle'>> = new Map<
  string,
  Pick<RowAddress, 'kind' | 'cycle'>
>([
  ['bill', { kind: 'BILL', cycle: null }],
  ['daily', { kind: 'DAILY_DETAIL', cycle: null }],
  ['invoice', { kind: 'INVOICE', cycle: null }],
  ...usageCycles.map((cycle) => [usageWord(cycle), { kind: 'API_KEY_USAGE', cycle }] as const),
]);

function wordOf(row: RowOf[RowKind]): string {
  if (row.kind === 'INVOICE') return 'invoice';
  if (row.kind === 'API_KEY_USAGE') return usageWord(row.cycle);
  return row.kind === 'BILL' ? 'bill' : 'daily';
}

function usageWord(cycle: UsageCycle): string {
  return `usage-${cycle.toLowerCase()}`;
}
