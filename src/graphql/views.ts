/**
 * Views: the rows of one segment as a question wants them, filtered, in order and added up. A view is worked out once
 * for a reading of the segment and lies beside it for as long as that; periods that hold a part of the segment are
 * slices of it, and their sums are sums of days.
 */

import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises';

import type { Account } from '../domain/account.ts';
import type { CalendarDate, DateRange, Instant } from '../domain/calendar.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { ReadPart } from '../ledger/reading.ts';
import { createTotals, mergeTotals, type RunningTotals, type Totals } from '../reports/totals.ts';
import type { Allowance } from './allowance.ts';
import type { Order } from './order.ts';

/** A row with what is known about it from outside: whose it is, and when it was read. */
export interface Sourced<K extends RowKind> {
  readonly row: RowOf[K];
  readonly account: Account;
  readonly readAt: Instant;
}

/** Rows in order, from `start` up to `end`: the array may hold more. */
export interface Run<K extends RowKind> {
  readonly rows: readonly RowOf[K][];
  readonly start: number;
  readonly end: number;
  readonly account: Account;
  readonly readAt: Instant;
}

/** What one segment contributes. */
export interface View<K extends RowKind> {
  readonly runs: readonly Run<K>[];
  readonly rowCount: number;
  readonly totals: () => readonly Totals[];
}

/** What decides on a view beside the segment. */
export interface ViewSettings<K extends RowKind> {
  /** Tells filter and order apart from all others of the kind. */
  readonly signature: string;
  readonly matches: (row: RowOf[K]) => boolean;
  readonly order: Order<Sourced<K>>;
  readonly allowance: Allowance;
}

/** The view of a whole segment. */
interface WholeView<K extends RowKind> extends View<K> {
  readonly dates: ReadonlyMap<CalendarDate, RunningTotals>;
  /** Whether in each run the dates only rise, or only fall. */
  readonly direction: 'ASC' | 'DESC' | null;
}

/** Rows are put in order in pieces of so many, between which others have a turn. */
const rowsPerRun = 2000;
/** Views of one reading: those that were asked for last. */
const mostViews = 8;

const known = new WeakMap<object, Map<string, Promise<WholeView<RowKind>>>>();

/** The view of a segment, or of the part of it that lies in a period. */
export async function viewOf<K extends RowKind>(
  { entry, dates }: ReadPart<K>,
  account: Account,
  settings: ViewSettings<K>,
): Promise<View<K>> {
  const views = known.get(entry) ?? new Map<string, Promise<WholeView<RowKind>>>();
  known.set(entry, views);
  const { signature } = settings;
  const found = views.get(signature) as Promise<WholeView<K>> | undefined;
  // Whoever makes it pays for it; then it is there for all.
  if (found === undefined) settings.allowance.visitRows(entry.rows.length);
  const making = found ?? createView(entry.rows, { account, readAt: entry.readAt }, settings);
  if (found === undefined) {
    views.set(signature, making);
    making.catch(() => views.delete(signature));
    for (const oldest of views.keys()) {
      if (views.size <= mostViews) break;
      views.delete(oldest);
    }
  }
  const whole = await making;
  return dates === null ? whole : slice(whole, dates);
}

async function createView<K extends RowKind>(
  rows: readonly RowOf[K][],
  source: Pick<Run<K>, 'account' | 'readAt'>,
  { matches, order }: ViewSettings<K>,
): Promise<WholeView<K>> {
  const runs: Run<K>[] = [];
  const dates = new Map<CalendarDate, RunningTotals>();
  for (let from = 0; from < rows.length; from += rowsPerRun) {
    if (from > 0) await turnOfTheEventLoop();
    const piece: Sourced<K>[] = [];
    for (const row of rows.slice(from, from + rowsPerRun)) {
      if (!matches(row)) continue;
      piece.push({ row, ...source });
      const sums = dates.get(row.date) ?? createTotals();
      sums.add(row);
      dates.set(row.date, sums);
    }
    const sorted = order.sort(piece).map(({ row }) => row);
    runs.push({ rows: sorted, start: 0, end: sorted.length, ...source });
  }
  let totals: readonly Totals[] | null = null;
  return {
    runs,
    dates,
    direction: directionOf(runs),
    rowCount: runs.reduce((count, { end }) => count + end, 0),
    totals: () => (totals ??= mergeTotals([...dates.values()].map((sums) => sums.totals()))),
  };
}

function directionOf<K extends RowKind>(runs: readonly Run<K>[]): 'ASC' | 'DESC' | null {
  const is = (holds: (before: string, after: string) => boolean): boolean =>
    runs.every(({ rows }) =>
      rows.every((row, index) => index === 0 || holds(rows[index - 1]?.date ?? '', row.date)),
    );
  if (is((before, after) => before >= after)) return 'DESC';
  return is((before, after) => before <= after) ? 'ASC' : null;
}

function slice<K extends RowKind>(whole: WholeView<K>, range: DateRange): View<K> {
  const isIn = (date: string): boolean => date >= range.from && date < range.to;
  const runs = whole.runs.map((run): Run<K> => {
    if (whole.direction === null) {
      const rows = run.rows.filter(({ date }) => isIn(date));
      return { ...run, rows, end: rows.length };
    }
    const isPast =
      whole.direction === 'ASC' ? (date: string) => date >= range.to : (date: string) => date < range.from;
    const hasBegun =
      whole.direction === 'ASC' ? (date: string) => date >= range.from : (date: string) => date < range.to;
    const start = firstIndex(run.rows, 0, run.end, ({ date }) => hasBegun(date));
    return { ...run, start, end: firstIndex(run.rows, start, run.end, ({ date }) => isPast(date)) };
  });
  return {
    runs,
    rowCount: runs.reduce((count, { start, end }) => count + end - start, 0),
    totals: () =>
      mergeTotals([...whole.dates].flatMap(([date, sums]) => (isIn(date) ? [sums.totals()] : []))),
  };
}

/** By halving: once `isAfter` holds, it holds for the rest. */
export function firstIndex<T>(
  sorted: readonly T[],
  start: number,
  end: number,
  isAfter: (item: T) => boolean,
): number {
  let low = start;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = sorted[middle];
    if (item !== undefined && isAfter(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
