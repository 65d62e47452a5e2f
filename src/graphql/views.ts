/**
 * Views: the rows of one segment as a question wants them. In each order they are put once for a reading of the segment,
 * and added up day by day; both lie beside the reading for as long as it does. A period that holds a part of the segment
 * is a slice of it, and its sums are sums of days; a filter takes rows away and leaves the others in their order.
 */

import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises';

import type { Account } from '../domain/account.ts';
import type { CalendarDate, DateRange, Instant } from '../domain/calendar.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { ReadPart } from '../ledger/reading.ts';
import { createTotals, type RunningTotals } from '../reports/totals.ts';
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
  /** Worked out when asked for. */
  readonly totals: () => RunningTotals;
}

export interface ViewSettings<K extends RowKind> {
  /** Null: all match. */
  readonly matches: ((row: RowOf[K]) => boolean) | null;
  readonly order: Order<Sourced<K>>;
  readonly allowance: Allowance;
}

/** All rows of a segment in an order. */
interface Ordered<K extends RowKind> extends View<K> {
  /** Whether in each run the dates only rise, or only fall. */
  readonly direction: 'ASC' | 'DESC' | null;
  readonly days: () => ReadonlyMap<CalendarDate, RunningTotals>;
}

/** Rows are put in order in pieces of so many, between which others have a turn. */
const rowsPerRun = 2000;

/** Of each reading, by the name of the order: there are few. */
const known = new WeakMap<object, Map<string, Promise<unknown>>>();

/** The view of a segment, or of the part of it that lies in a period. @throws GatewayError QUERY_TOO_EXPENSIVE */
export async function viewOf<K extends RowKind>(
  { entry, dates }: ReadPart<K>,
  account: Account,
  { matches, order, allowance }: ViewSettings<K>,
): Promise<View<K>> {
  const views = known.get(entry) ?? new Map<string, Promise<unknown>>();
  known.set(entry, views);
  const found = views.get(order.name) as Promise<Ordered<K>> | undefined;
  // Whoever makes it pays for it; then it is there for all.
  if (found === undefined || matches !== null) allowance.visitRows(entry.rows.length);
  const making = found ?? createOrdered(entry.rows, { account, readAt: entry.readAt }, order);
  views.set(order.name, making);
  const ordered = await making;
  const view = dates === null ? ordered : slice(ordered, dates);
  return matches === null ? view : filter(view, matches);
}

async function createOrdered<K extends RowKind>(
  rows: readonly RowOf[K][],
  source: Pick<Run<K>, 'account' | 'readAt'>,
  order: Order<Sourced<K>>,
): Promise<Ordered<K>> {
  const runs: Run<K>[] = [];
  for (let from = 0; from < rows.length; from += rowsPerRun) {
    if (from > 0) await turnOfTheEventLoop();
    const piece = rows.slice(from, from + rowsPerRun).map((row) => ({ row, ...source }));
    const sorted = order.sort(piece).map(({ row }) => row);
    runs.push({ rows: sorted, start: 0, end: sorted.length, ...source });
  }
  let days: Map<CalendarDate, RunningTotals> | null = null;
  let totals: RunningTotals | null = null;
  const daysOf = (): Map<CalendarDate, RunningTotals> => (days ??= addUpByDay(rows));
  return {
    runs,
    direction: directionOf(runs),
    rowCount: rows.length,
    days: daysOf,
    totals: () => (totals ??= addUp(daysOf().values())),
  };
}

function addUpByDay(rows: readonly RowOf[RowKind][]): Map<CalendarDate, RunningTotals> {
  const days = new Map<CalendarDate, RunningTotals>();
  for (const row of rows) {
    let sums = days.get(row.date);
    if (sums === undefined) {
      sums = createTotals();
      days.set(row.date, sums);
    }
    sums.add(row);
  }
  return days;
}

/** The sum of sums. */
export function addUp(parts: Iterable<RunningTotals>): RunningTotals {
  const sum = createTotals();
  for (const part of parts) sum.merge(part);
  return sum;
}

function directionOf<K extends RowKind>(runs: readonly Run<K>[]): 'ASC' | 'DESC' | null {
  const is = (holds: (before: string, after: string) => boolean): boolean =>
    runs.every(({ rows }) =>
      rows.every((row, index) => index === 0 || holds(rows[index - 1]?.date ?? '', row.date)),
    );
  if (is((before, after) => before >= after)) return 'DESC';
  return is((before, after) => before <= after) ? 'ASC' : null;
}

function slice<K extends RowKind>({ runs, direction, days }: Ordered<K>, { from, to }: DateRange): View<K> {
  const isIn = (date: string): boolean => date >= from && date < to;
  const hasBegun = (date: string): boolean => (direction === 'ASC' ? date >= from : date < to);
  const isPast = (date: string): boolean => (direction === 'ASC' ? date >= to : date < from);
  const sliced = runs.map((run): Run<K> => {
    if (direction === null) return only(run, ({ date }) => isIn(date));
    const start = firstIndex(run.rows, run.start, run.end, ({ date }) => hasBegun(date));
    return { ...run, start, end: firstIndex(run.rows, start, run.end, ({ date }) => isPast(date)) };
  });
  const totals = (): RunningTotals =>
    addUp([...days()].flatMap(([date, sums]) => (isIn(date) ? [sums] : [])));
  return { runs: sliced, rowCount: count(sliced), totals };
}

function filter<K extends RowKind>({ runs }: View<K>, matches: (row: RowOf[K]) => boolean): View<K> {
  const matching = runs.map((run) => only(run, matches));
  const totals = (): RunningTotals => {
    const sums = createTotals();
    for (const { rows } of matching) for (const row of rows) sums.add(row);
    return sums;
  };
  return { runs: matching, rowCount: count(matching), totals };
}

function only<K extends RowKind>(run: Run<K>, matches: (row: RowOf[K]) => boolean): Run<K> {
  const { rows, start, end } = run;
  const kept: RowOf[K][] = [];
  for (let index = start; index < end; index += 1) {
    const row = rows[index];
    if (row !== undefined && matches(row)) kept.push(row);
  }
  return { ...run, rows: kept, start: 0, end: kept.length };
}

function count<K extends RowKind>(runs: readonly Run<K>[]): number {
  return runs.reduce((sum, { start, end }) => sum + end - start, 0);
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
