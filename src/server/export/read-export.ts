/** Reads whatever an export asks for, and writes it in its format: the same over HTTP and from the command. */

import { schemaOf } from '../../reports/focus-metadata.ts';
import type { GatewayContext } from '../../query/context.ts';
import { isDataset, isList, type ExportFile, type ExportFormat } from './export-names.ts';
import type { ExportRequest } from './export-request.ts';
import { readFocusExport, type Export } from './focus-export.ts';
import { readListExport } from './list-export.ts';
import { readSpendExport } from './spend-export.ts';

/** Reads an export. @throws GatewayError; AggregateError of one for each account that is missing */
export function readExport(exportRequest: ExportRequest, context: GatewayContext): Promise<Export> {
  const { spend } = exportRequest;
  const { table } = exportRequest.file;
  if (isDataset(table)) return readFocusExport(table, exportRequest, context);
  if (isList(table)) return readListExport(table, exportRequest, context);
  if (spend === null) throw new TypeError(`no parameters of ${table}`);
  return readSpendExport(exportRequest, spend, context);
}

/** How each format is sent. Those with compression of their own are not compressed again. */
export const mediaTypes: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

export function isCompressible({ format }: Pick<ExportFile, 'format'>): boolean {
  return format !== 'parquet' && format !== 'xlsx';
}

/** The bytes of an export, in pieces. What a format needs is loaded when it is first asked for. */
export async function* writeExport(
  found: Export,
  exportRequest: ExportRequest,
): AsyncGenerator<string | Uint8Array> {
  yield* await contentOf(found, exportRequest);
}

async function contentOf(
  { table }: Export,
  { file, version, hasByteOrderMark }: ExportRequest,
): Promise<AsyncIterable<string | Uint8Array>> {
  switch (file.format) {
    case 'csv':
      return (await import('./csv-format.ts')).writeCsv(table, hasByteOrderMark);
    case 'ndjson':
      return (await import('./json-lines-format.ts')).writeJsonLines(table);
    case 'xlsx':
      return (await import('./xlsx-format.ts')).writeXlsx(table);
    case 'parquet': {
      const { writeParquet } = await import('./parquet-format.ts');
      const schema = isDataset(file.table) ? { schema: JSON.stringify(schemaOf(file.table, version)) } : {};
      return writeParquet(table, schema);
    }
    case 'schema.json':
    case 'recency.json':
      break;
  }
  throw new TypeError(`${file.format} is no format of tables`);
}

/** The name of the file, by what it holds. */
export function fileNameOf({ file, version, dates }: ExportRequest): string {
  const ofVersion = isDataset(file.table) && version !== '1.2' ? `-${version}` : '';
  return `${file.table}${ofVersion}-${periodName(dates)}.${file.format}`;
}

/** "2026-02" for a month, else "2025-12--2026-03": from the first to the one behind the last. */
export function periodName({ from, to }: ExportRequest['dates']): string {
  const areMonths = from.endsWith('-01') && to.endsWith('-01');
  const [first, last] = areMonths ? [from.slice(0, 7), to.slice(0, 7)] : [from, to];
  const isOne = areMonths && monthAfter(first) === last;
  return isOne ? first : `${first}--${last}`;
}

function monthAfter(month: string): string {
  return Temporal.PlainYearMonth.from(month).add({ months: 1 }).toString();
}
