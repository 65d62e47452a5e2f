/** What a table is made of, and the order that its rows stand in. */

import type { ComponentChildren } from 'preact';

import type { CsvCell } from '../format/csv-text.ts';
import { orderRows, type OrderKey, type TableOrder } from './row-order.ts';

export interface Column<Row> {
  readonly key: string;
  readonly header: string;
  /** A currency or a unit behind the heading. */
  readonly unit?: string | undefined;
  /** Figures stand at the right, and their digits below each other. */
  readonly isFigure?: boolean;
  /** Short words that stay on one line. */
  readonly isTight?: boolean;
  /** Absent: it is a column of the CSV alone. */
  readonly cell?: (row: Row) => ComponentChildren;
  /** Absent: rows cannot be ordered by it. */
  readonly order?: (row: Row) => OrderKey;
  /** Absent: it is no column of the CSV. */
  readonly csv?: (row: Row) => CsvCell;
}

export interface Line<Row> {
  readonly id: string;
  readonly row: Row;
  /** Of a group: what it consists of, one step in. */
  readonly parts?: readonly Line<Row>[];
  /**
   * What is no group among others stands behind them, in whatever order they stand. `unstated`: it says nothing there.
   * `unallocated`: it is nobody's, and stands out.
   */
  readonly kind?: 'unstated' | 'unallocated';
}

export interface FootLine<Row> {
  readonly id: string;
  readonly row: Row;
  readonly kind: 'rest' | 'total';
}

export interface TableRows<Row> {
  readonly columns: readonly Column<Row>[];
  readonly lines: readonly Line<Row>[];
  readonly foot?: readonly FootLine<Row>[];
  /** Null: as the server has ordered them. */
  readonly order: TableOrder | null;
}

/** Whether a column is seen. */
export function isShown<Row>({ cell }: Column<Row>): boolean {
  return cell !== undefined;
}

/** The lines, and what they consist of, in the order of a column. */
export function orderLines<Row>(
  lines: readonly Line<Row>[],
  columns: readonly Column<Row>[],
  order: TableOrder | null,
  locale: string,
): readonly Line<Row>[] {
  const keyOf = columns.find(({ key }) => key === order?.column)?.order;
  const ordered = (all: readonly Line<Row>[]): readonly Line<Row>[] => {
    const others = all.filter(({ kind }) => kind === undefined);
    const inOrder =
      order === null || keyOf === undefined
        ? others
        : orderRows(others, ({ row }): OrderKey => keyOf(row), order.direction, locale);
    return [...inOrder, ...all.filter(({ kind }) => kind !== undefined)];
  };
  return ordered(lines).map((line) =>
    line.parts === undefined ? line : { ...line, parts: ordered(line.parts) },
  );
}
