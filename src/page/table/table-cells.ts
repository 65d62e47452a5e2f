/** What a table shows, as a file has it: the same columns, rows and order, with every digit. */

import type { CsvCell } from '../format/csv-text.ts';
import { orderLines, type Column, type TableRows } from './table-rows.ts';

/** The cells of the file, its headings first. */
export function tableCells<Row>(
  { columns, lines, foot = [], order }: TableRows<Row>,
  locale: string,
): readonly (readonly CsvCell[])[] {
  const written = columns.filter((column) => column.csv !== undefined);
  const header = written.map(({ header, unit }) => (unit === undefined ? header : `${header} ${unit}`));
  const rows = orderLines(lines, columns, order, locale).flatMap(({ row, parts }) =>
    [row, ...(parts ?? []).map((part) => part.row)].map((one) => cellsOf(written, one)),
  );
  return [header, ...rows, ...foot.map(({ row }) => cellsOf(written, row))];
}

function cellsOf<Row>(columns: readonly Column<Row>[], row: Row): readonly CsvCell[] {
  return columns.map(({ csv }) => csv?.(row) ?? null);
}
