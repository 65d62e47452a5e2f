/**
 * A table as CSV, exactly as it is shown: RFC 4180 with CRLF, null an empty field, amounts with every digit and
 * without grouping. A spreadsheet runs a cell that begins with = + - @ as a formula, and names come from outside: such
 * text gets an apostrophe in front, which spreadsheets take for "this is text". Figures stay as they are.
 */

/** Text is a name or a word; `figure` is a number, a date or an id of ours. */
export type CsvCell = string | null | { readonly figure: string | null };

/** Excel recognizes UTF-8 by it. */
const byteOrderMark = '\uFEFF';

export function toCsv(rows: readonly (readonly CsvCell[])[]): string {
  return byteOrderMark + rows.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return quoted(cell.figure ?? '');
  return quoted(/^[=+\-@＝＋－＠\t\r\n]/.test(cell) ? `'${cell}` : cell);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
