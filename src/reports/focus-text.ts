/**
 * Lines of the FOCUS export as text: CSV for spreadsheets, NDJSON for programs.
 *
 * CSV is RFC 4180: CRLF, a header, quotes doubled, null an empty field. A spreadsheet runs a cell that begins with
 * = + - @ (or their full-width forms, a tab or a line break) as a formula, and names come from outside, so such text
 * gets an apostrophe in front, which spreadsheets take for "this is text". Numbers, moments and our own row ids,
 * which cannot hold a formula, stay as they are. NDJSON holds all text unchanged.
 */

import { focusColumns, type FocusColumn, type FocusRow } from './focus-columns.ts';

/** U+FEFF at the start of a CSV file. Without it Excel does not recognize UTF-8, and garbles Chinese names. */
export const byteOrderMark = '\uFEFF';

/** The line with the names of the columns, including CRLF. */
export function csvHeader(): string {
  return `${focusColumns.map(({ name }) => name).join(',')}\r\n`;
}

/** A line of CSV, including CRLF. */
export function toCsvLine(row: FocusRow): string {
  return `${focusColumns.map((column) => csvField(row[column.name], column)).join(',')}\r\n`;
}

/** A line of NDJSON, including the line feed. Decimals are strings, because many readers would round JSON numbers. */
export function toJsonLine(row: FocusRow): string {
  return `${JSON.stringify(Object.fromEntries(focusColumns.map(({ name }) => [name, row[name]])))}\n`;
}

function csvField(value: string | null, { type }: FocusColumn): string {
  if (value === null) return '';
  const text = type === 'String' && /^[=+\-@＝＋－＠\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
