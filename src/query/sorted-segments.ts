/**
 * Sorted segments: the rows of one segment in a requested order. For each reading of a segment we sort its rows once
 * per order, and add them up once by day; both stay as long as the reading does. If a period covers a part of the
 * segment, its rows are a slice and its totals are sums of days. A filter removes rows and keeps the order of the
 * others.
 */

import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

import type { Account } from '../domain/account.ts';
import type { CalendarDate, DateRange, Instant } from '../domain/calendar.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import { rowsPerSlice, type Rows } from '../domain/row-list.ts';
import type { ReadPart } from '../ledger/reading.ts';
import { createTotals, type RunningTotals } from '../reports/totals.ts';
import type { Allowance } from './allowance.ts';
import type { Direction, Order } from './order.ts';

/** A row with its account and the time when it was read. */
export interface Sourced<K extends RowKind> {
  readonly row: RowOf[K];
  readonly account: Account;
  readonly readAt: Instant;
  /** Whether it shows the row as it was at that reading, which may have changed since. */
  readonly isSnapshot?: boolean;
}

/** Sorted rows from index `start` up to index `end`; there may be more rows outside. */
export interface Run<K extends RowKind> {
  readonly rows: Rows<RowOf[K]>;
  /** The index in `rows` of each row of the run. */
  readonly places: Uint32Array;
  readonly start: number;
  readonly end: number;
  readonly account: Account;
  readonly readAt: Instant;
}

/** What one segment contributes. */
export interface SortedSegment<K extends RowKind> {
  readonly runs: readonly Run<K>[];
  readonly rowCount: number;
  /** Computed when first requested. */
  readonly totals: () => Promise<RunningTotals>;
}

export interface SortSettings<K extends RowKind> {
  /** Null: all match. */
  readonly matches: ((row: RowOf[K]) => boolean) | null;
  readonly order: Order<Sourced<K>>;
  readonly allowance: Allowance;
}

/** All rows of a segment in an order. */
interface Ordered<K extends RowKind> extends SortedSegment<K> {
  /** The direction of the dates if they only rise, or only fall, in each run; otherwise null. */
  readonly direction: Direction | null;
  readonly days: () => Promise<Days>;
}

type Days = ReadonlyMap<CalendarDate, RunningTotals>;

/** Per reading, by the name of the order. There are few orders. */
const known = new WeakMap<object, Map<string, Promise<unknown>>>();

/** A sorted segment, or the part of it within a period. @throws GatewayError QUERY_TOO_EXPENSIVE */
export async function sortedSegmentOf<K extends RowKind>(
  { entry, dates }: ReadPart<K>,
  account: Account,
  { matches, order, allowance }: SortSettings<K>,
): Promise<SortedSegment<K>> {
  const sorted = known.get(entry) ?? new Map<string, Promise<unknown>>();
  known.set(entry, sorted);
  const found = sorted.get(order.name) as Promise<Ordered<K>> | undefined;
  // The first request to sort a segment pays for it; later ones share the result.
  if (found === undefined || matches !== null) allowance.visitRows(entry.rows.length);
  const making = found ?? createOrdered(entry.rows, { account, readAt: entry.readAt }, order);
  sorted.set(order.name, making);
  const ordered = await making;
  const segment = dates === null ? ordered : slice(ordered, dates);
  return matches === null ? segment : await filter(segment, matches);
}

async function createOrdered<K extends RowKind>(
  rows: Rows<RowOf[K]>,
  source: Pick<Run<K>, 'account' | 'readAt'>,
  order: Order<Sourced<K>>,
): Promise<Ordered<K>> {
  const runs: Run<K>[] = [];
  const directions = new Set<Direction>();
  const { account, readAt } = source;
  for (let from = 0; from < rows.length; from += rowsPerSlice) {
    if (from > 0) await yieldToEventLoop();
    const piece: Sourced<K>[] = [];
    for (let place = from; place < Math.min(from + rowsPerSlice, rows.length); place += 1) {
      const row = rows.at(place);
      if (row !== undefined) piece.push({ row, account, readAt });
    }
    const sorted = order.sort(piece);
    noteDirections(
      sorted.map((index) => piece[index]?.row.date ?? ''),
      directions,
    );
    const places = Uint32Array.from(sorted, (index) => from + index);
    runs.push({ rows, places, start: 0, end: places.length, account, readAt });
  }
  let totals: Promise<RunningTotals> | null = null;
  const days = (): Promise<Days> => daysOf(rows);
  return {
    runs,
    direction: directions.size === 2 ? null : directions.has('DESC') ? 'DESC' : 'ASC',
    rowCount: rows.length,
    days,
    totals: () => (totals ??= days().then((sums) => addUp(sums.values()))),
  };
}

const knownDays = new WeakMap<object, Promise<Days>>();

/** The sums of each day, computed once. */
function daysOf(rows: Rows<RowOf[RowKind]>): Promise<Days> {
  const found = knownDays.get(rows) ?? addUpByDay(rows);
  knownDays.set(rows, found);
  return found;
}

async function addUpByDay(rows: Rows<RowOf[RowKind]>): Promise<Days> {
  const days = new Map<CalendarDate, RunningTotals>();
  let added = 0;
  for (const row of rows) {
    added += 1;
    if (added % rowsPerSlice === 0) await yieldToEventLoop();
    let sums = days.get(row.date);
    if (sums === undefined) {
      sums = createTotals();
      days.set(row.date, sums);
    }
    sums.add(row);
  }
  return days;
}

/** Adds up sums. */
export function addUp(parts: Iterable<RunningTotals>): RunningTotals {
  const sum = createTotals();
  for (const part of parts) sum.merge(part);
  return sum;
}

/** Adds the directions in which the dates change to `directions`. */
function noteDirections(dates: readonly string[], directions: Set<Direction>): void {
  for (const [index, date] of dates.entries()) {
    const before = dates[index - 1] ?? date;
    if (date !== before) directions.add(date > before ? 'ASC' : 'DESC');
  }
}

function slice<K extends RowKind>(
  { runs, direction, days }: Ordered<K>,
  { from, to }: DateRange,
): SortedSegment<K> {
  const isIn = (date: string): boolean => date >= from && date < to;
  const hasBegun = (date: string): boolean => (direction === 'ASC' ? date >= from : date < to);
  const isPast = (date: string): boolean => (direction === 'ASC' ? date >= to : date < from);
  const sliced = runs.map((run): Run<K> => {
    if (direction === null) return only(run, ({ date }) => isIn(date));
    const start = firstIndex(run.start, run.end, (index) => hasBegun(rowAt(run, index)?.date ?? ''));
    const end = firstIndex(start, run.end, (index) => isPast(rowAt(run, index)?.date ?? ''));
    return { ...run, start, end };
  });
  const totals = async (): Promise<RunningTotals> =>
    addUp([...(await days())].flatMap(([date, sums]) => (isIn(date) ? [sums] : [])));
  return { runs: sliced, rowCount: count(sliced), totals };
}

async function filter<K extends RowKind>(
  { runs }: SortedSegment<K>,
  matches: (row: RowOf[K]) => boolean,
): Promise<SortedSegment<K>> {
  const matching: Run<K>[] = [];
  for (const run of runs) {
    if (matching.length > 0) await yieldToEventLoop();
    matching.push(only(run, matches));
  }
  const totals = async (): Promise<RunningTotals> => {
    const sums = createTotals();
    for (const [index, run] of matching.entries()) {
      if (index > 0) await yieldToEventLoop();
      for (const row of rowsOf(run)) sums.add(row);
    }
    return sums;
  };
  return { runs: matching, rowCount: count(matching), totals };
}

function only<K extends RowKind>(run: Run<K>, matches: (row: RowOf[K]) => boolean): Run<K> {
  const places = run.places.subarray(run.start, run.end).filter((place) => {
    const row = run.rows.at(place);
    return row !== undefined && matches(row);
  });
  return { ...run, places, start: 0, end: places.length };
}

/** The row at an index of a run. */
export function rowAt<K extends RowKind>({ rows, places }: Run<K>, index: number): RowOf[K] | undefined {
  const place = places[index];
  return place === undefined ? undefined : rows.at(place);
}

function* rowsOf<K extends RowKind>(run: Run<K>): Iterable<RowOf[K]> {
  for (let index = run.start; index < run.end; index += 1) {
    const row = rowAt(run, index);
    if (row !== undefined) yield row;
  }
}

function count<K extends RowKind>(runs: readonly Run<K>[]): number {
  return runs.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** The first index for which `isAfter` is true, by binary search: it stays true from there on. */
export function firstIndex(start: number, end: number, isAfter: (index: number) => boolean): number {
  let low = start;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isAfter(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
