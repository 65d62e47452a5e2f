/**
 * Views: the rows of one segment as a question wants them. In each order they are put once for a reading of the segment,
 * and added up day by day; both lie beside the reading for as long as it does. A period that holds a part of the segment
 * is a slice of it, and its sums are sums of days; a filter takes rows away and leaves the others in their order.
 */

import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises';

import type { Account } from '../domain/account.ts';
import type { CalendarDate, DateRange, Instant } from '../domain/calendar.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { Rows } from '../domain/segments.ts';
import type { ReadPart } from '../ledger/reading.ts';
import { createTotals, type RunningTotals } from '../reports/totals.ts';
import type { Allowance } from './allowance.ts';
import type { Direction, Order } from './order.ts';

/** A row with what is known about it from outside: whose it is, and when it was read. */
export interface Sourced<K extends RowKind> {
  readonly row: RowOf[K];
  readonly account: Account;
  readonly readAt: Instant;
}

/** Rows in an order, from the one at `start` up to that at `end`: there may be more. */
export interface Run<K extends RowKind> {
  readonly rows: Rows<RowOf[K]>;
  /** Where each stands in `rows`. */
  readonly places: Uint32Array;
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
  readonly totals: () => Promise<RunningTotals>;
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
  readonly direction: Direction | null;
  readonly days: () => Promise<Days>;
}

type Days = ReadonlyMap<CalendarDate, RunningTotals>;

/** Rows are put in order, and added up, in pieces of so many, between which others have a turn. */
const rowsPerTurn = 1000;

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
  return matches === null ? view : await filter(view, matches);
}

async function createOrdered<K extends RowKind>(
  rows: Rows<RowOf[K]>,
  source: Pick<Run<K>, 'account' | 'readAt'>,
  order: Order<Sourced<K>>,
): Promise<Ordered<K>> {
  const runs: Run<K>[] = [];
  const directions = new Set<Direction>();
  const { account, readAt } = source;
  for (let from = 0; from < rows.length; from += rowsPerTurn) {
    if (from > 0) await turnOfTheEventLoop();
    const piece: Sourced<K>[] = [];
    for (let place = from; place < Math.min(from + rowsPerTurn, rows.length); place += 1) {
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

/** The sums of each day, worked out once. */
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
    if (added % rowsPerTurn === 0) await turnOfTheEventLoop();
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

/** Adds in which ways dates change. */
function noteDirections(dates: readonly string[], directions: Set<Direction>): void {
  for (const [index, date] of dates.entries()) {
    const before = dates[index - 1] ?? date;
    if (date !== before) directions.add(date > before ? 'ASC' : 'DESC');
  }
}

function slice<K extends RowKind>({ runs, direction, days }: Ordered<K>, { from, to }: DateRange): View<K> {
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
  { runs }: View<K>,
  matches: (row: RowOf[K]) => boolean,
): Promise<View<K>> {
  const matching: Run<K>[] = [];
  for (const run of runs) {
    if (matching.length > 0) await turnOfTheEventLoop();
    matching.push(only(run, matches));
  }
  const totals = async (): Promise<RunningTotals> => {
    const sums = createTotals();
    for (const [index, run] of matching.entries()) {
      if (index > 0) await turnOfTheEventLoop();
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

/** The row at a place of a run. */
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

/** By halving: once `isAfter` holds, it holds for the rest. */
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
