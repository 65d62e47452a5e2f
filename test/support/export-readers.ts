/** Reads exported files by programs that others wrote, into lines of text. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DuckDBInstance } from '@duckdb/node-api';
import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import readXlsx from 'read-excel-file/node';
import { z } from 'zod';

import type { TestGateway } from './gateway.ts';

export type TextLine = Readonly<Record<string, string | null>>;
export type FileFormat = 'csv' | 'ndjson' | 'parquet' | 'xlsx';

/** The bytes of an export. */
export async function download(gateway: TestGateway, path: string): Promise<Buffer> {
  const response = await fetch(`${gateway.app.url}${path}`);
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return Buffer.from(await response.arrayBuffer());
}

/** The lines of a CSV file, as csv-parse reads them: a field that is empty was null. */
export function readCsv(bytes: Buffer): TextLine[] {
  const [header = [], ...lines] = parse(bytes, { bom: true });
  return lines.map((line) =>
    Object.fromEntries(line.map((value, index) => [header[index] ?? '', value === '' ? null : value])),
  );
}

/** Runs SQL over a file, which stands where the query says $file. DuckDB reads it by the file's name. */
export async function queryFile(bytes: Buffer, format: FileFormat, sql: string): Promise<TextLine[]> {
  const folder = mkdtempSync(join(tmpdir(), 'export-'));
  const file = join(folder, `export.${format}`);
  writeFileSync(file, bytes);
  const source = {
    csv: `read_csv('${file}', header = true, all_varchar = true)`,
    ndjson: `read_json('${file}', format = 'newline_delimited', maximum_object_size = 10000000)`,
    parquet: `read_parquet('${file}')`,
    xlsx: `'${file}'`,
  }[format];
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    const reader = await connection.runAndReadAll(sql.replaceAll('$file', source));
    return reader
      .getRowObjects()
      .map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)]),
        ),
      );
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true });
  }
}

/** The lines of a Parquet file, as hyparquet reads them; decimals are read by DuckDB, which has them exactly. */
export async function readParquet(bytes: Buffer): Promise<Record<string, unknown>[]> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return parquetReadObjects({ file });
}

/** The lines of the first sheet, and the notes of the last, as read-excel-file reads them. */
export async function readSheets(bytes: Buffer) {
  const sheets = await readXlsx(bytes);
  const [first] = sheets;
  const notes = sheets.at(-1);
  if (first === undefined || notes === undefined) throw new Error('no sheets');
  const [header = [], ...rows] = first.data;
  const lines = rows.map((row) =>
    Object.fromEntries(header.map((name, index) => [String(name), textOf(row[index])])),
  );
  return { titles: sheets.map(({ sheet }) => sheet), lines, notes: notes.data.map((row) => row.map(textOf)) };
}

function textOf(value: unknown): string | null {
  if (value == null) return null;
  // A day counted in a double is some microseconds off.
  if (value instanceof Date) {
    return new Date(Math.round(value.getTime() / 1000) * 1000).toISOString().replace('.000Z', 'Z');
  }
  return typeof value === 'number' ? plain(value) : z.coerce.string().parse(value);
}

/** A number without an exponent. */
function plain(value: number): string {
  const [, sign = '', first = '', rest = '', exponent = ''] =
    /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(String(value)) ?? [];
  return exponent === '' ? String(value) : `${sign}0.${'0'.repeat(Number(exponent) - 1)}${first}${rest}`;
}
