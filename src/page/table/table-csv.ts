/** What a table shows, as a file: the same columns, rows and order, with every digit. */

import { toCsv, type CsvCell } from '../format/csv-text.ts';
import { orderLines, type Column, type TableRows } from './table-rows.ts';

/** The text of the file. */
export function tableCsv<Row>({ columns, lines, foot = [], order }: TableRows<Row>, locale: string): string {
  const written = columns.filter((column) => column.csv !== undefined);
  const header = written.map(({ header, unit }) => (unit === undefined ? header : `${header} ${unit}`));
  const rows = orderLines(lines, columns, order, locale).flatMap(({ row, parts }) =>
    [row, ...(parts ?? []).map((part) => part.row)].map((one) => cellsOf(written, one)),
  );
  return toCsv([header, ...rows, ...foot.map(({ row }) => cellsOf(written, row))]);
}

function cellsOf<Row>(columns: readonly Column<Row>[], row: Row): readonly CsvCell[] {
  return columns.map(({ csv }) => csv?.(row) ?? null);
}
