/** NDJSON for programs: an object per line. Decimals are strings, because many readers would round JSON numbers. */

import type { ExportTable, TableColumn, TableRow } from './export-table.ts';
import { textChunks } from './text-chunks.ts';

/** A table as NDJSON, in pieces that are good to write. */
export function writeJsonLines(table: ExportTable): AsyncIterable<string> {
  return textChunks('', table.rows(), (row) => toJsonLine(row, table.columns));
}

/** A line, including the line feed. */
export function toJsonLine(row: TableRow, columns: readonly TableColumn[]): string {
  return `${JSON.stringify(Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null])))}\n`;
}
