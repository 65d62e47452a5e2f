/**
 * CSV for spreadsheets. It is RFC 4180: CRLF, a header, quotes doubled, null an empty field. A spreadsheet runs a cell
 * that begins with = + - @ (or their full-width forms, a tab or a line break) as a formula, and names come from outside,
 * so such text gets an apostrophe in front, which spreadsheets take for "this is text". Numbers, moments and dates, which
 * cannot hold a formula, stay as they are.
 */

import type { ExportTable, TableColumn, TableRow } from './export-table.ts';
import { textChunks } from './text-chunks.ts';

/** U+FEFF at the start of a CSV file. Without it Excel does not recognize UTF-8, and garbles Chinese names. */
const byteOrderMark = '\uFEFF';

/** A table as CSV, in pieces that are good to write. */
export function writeCsv(table: ExportTable, hasByteOrderMark: boolean): AsyncIterable<string> {
  const { columns } = table;
  const start = `${hasByteOrderMark ? byteOrderMark : ''}${csvHeader(columns)}`;
  return textChunks(start, table.rows(), (row) => toCsvLine(row, columns));
}

/** The line with the names of the columns, including CRLF. */
export function csvHeader(columns: readonly TableColumn[]): string {
  return `${columns.map(({ name }) => quoted(name)).join(',')}\r\n`;
}

/** A line, including CRLF. */
export function toCsvLine(row: TableRow, columns: readonly TableColumn[]): string {
  return `${columns.map((column) => csvField(row[column.name] ?? null, column)).join(',')}\r\n`;
}

function csvField(value: string | null, { type }: TableColumn): string {
  if (value === null) return '';
  return quoted(type === 'String' && /^[=+\-@＝＋－＠\t\r\n]/.test(value) ? `'${value}` : value);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
