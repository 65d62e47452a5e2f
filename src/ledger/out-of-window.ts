/** Out-of-window rows: rows outside their segment's dates or category, which another segment may contain too. */

import type { DateRange } from '../domain/calendar.ts';
import type { ChargeRow, Product, RowKind, RowOf } from '../domain/rows.ts';
import { distinctValues, type Rows } from '../domain/row-list.ts';
import { areRows, type ReadKind } from '../domain/snapshots.ts';
import { hourlyOf, type Grid, type Segment } from '../domain/segments.ts';
import type { Entry } from './memory-tier.ts';

/** A segment that was read. */
export interface Part<K extends ReadKind> {
  readonly entry: Entry<K>;
  readonly segment: Segment;
}

/** Rows of one entry that another segment may contain too. */
interface Misplaced {
  readonly outOfWindow: readonly RowOf[RowKind][];
  readonly miscategorized: readonly ChargeRow[];
}

const known = new WeakMap<Entry, Misplaced>();

/** Rows that another segment may contain too, by their date or category. Searched once per entry. */
export function misplacedRowsOf<K extends RowKind>(part: Part<K>, grid: Grid): readonly RowOf[K][] {
  const { outOfWindow, miscategorized } = misplacedIn(part, grid);
  return [...outOfWindow, ...miscategorized] as readonly RowOf[RowKind][] as readonly RowOf[K][];
}

/** Rows that a vendor lists within dates in which they do not start. */
export function outsideOwnDates<K extends RowKind>(part: Part<K>, grid: Grid): readonly RowOf[K][] {
  return misplacedIn(part, grid).outOfWindow as readonly RowOf[K][];
}

function misplacedIn({ entry, segment }: Part<RowKind>, { byCategory }: Grid): Misplaced {
  const found = known.get(entry);
  if (found !== undefined) return found;
  const { rows } = entry;
  const { dates, variant } = segment;
  const isElsewhere = ({ category }: Product): boolean =>
    variant !== category && variant !== hourlyOf(category ?? '');
  const misplaced = {
    outOfWindow: dates === null ? [] : rowsWhere(rows, 'date', (date) => !isWithin(date, dates)),
    miscategorized: byCategory === true ? rowsWhere(productsOf(rows), 'product', isElsewhere) : [],
  };
  known.set(entry, misplaced);
  return misplaced;
}

/**
 * The head of an entry: all but its rows. Null when some rows are misplaced, since then every question has to look at
 * them.
 */
export function headOf(part: Part<ReadKind>, grid: Grid): Entry | null {
  if (!isOfRows(part) || misplacedRowsOf(part, grid).length > 0) return null;
  const head = { ...part.entry, rows: createAbsentRows(part.entry.rows.length) };
  known.set(head, { outOfWindow: [], miscategorized: [] });
  return head;
}

function isOfRows(part: Part<ReadKind>): part is Part<RowKind> {
  return areRows(part.entry.rows);
}

/** Stands in for rows that are not in memory. To look at one is a bug: its reader did not ask for rows. */
function createAbsentRows(length: number): Rows<RowOf[RowKind]> {
  const refuse = (): never => {
    throw new TypeError('these rows are not in memory');
  };
  return { length, at: refuse, [Symbol.iterator]: refuse };
}

/** Invoices have no product. */
function productsOf(rows: Rows<RowOf[RowKind]>): Rows<ChargeRow> {
  const first = rows.at(0);
  return first !== undefined && first.kind !== 'INVOICE' ? (rows as Rows<ChargeRow>) : [];
}

/** The rows whose field passes a test. Usually there are none, and the few distinct values tell that sooner. */
function rowsWhere<One extends object, Name extends string & keyof One>(
  rows: Rows<One>,
  field: Name,
  isSo: (value: One[Name]) => boolean,
): readonly One[] {
  for (const value of distinctValues(rows, field)) {
    if (isSo(value)) return Array.from(rows).filter((row) => isSo(row[field]));
  }
  return [];
}

/** Whether a date lies in a range. */
export function isWithin(date: string, { from, to }: DateRange): boolean {
  return date >= from && date < to;
}
