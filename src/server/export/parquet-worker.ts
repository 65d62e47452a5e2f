/** The thread that encodes Parquet: takes the values of some rows at a time, and gives the bytes of whole row groups. */

import { parentPort, workerData } from 'node:worker_threads';

import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

import { readDecimal, trimDecimal, type Decimal } from '../../domain/decimal.ts';
import { decimalPrecision, decimalScale } from '../../reports/focus-metadata.ts';
import type { TableColumn } from './export-table.ts';

/** The values of some rows, column by column; or what to write into the file's end. */
export type ParquetRequest =
  | { readonly values: readonly (readonly (string | null)[])[] }
  | { readonly metadata: Readonly<Record<string, string>> };

export interface ParquetReply {
  readonly bytes?: Uint8Array;
  /** Why it cannot be written. */
  readonly error?: string;
}

/** Rows to a group: readers skip whole groups, and we hold one. */
const rowsPerGroup = 2000;
/** A group with more text ends earlier. */
const charactersPerGroup = 2_000_000;

const columns = workerData as readonly TableColumn[];
const writer = new ByteWriter();
const file = new ParquetWriter({ writer, schema: schemaOf() });
let pending = columns.map((): unknown[] => []);
let characters = 0;

parentPort?.on('message', (request: ParquetRequest) => {
  try {
    if ('values' in request) take(request.values);
    else finish(request.metadata);
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    reply({ bytes });
  } catch (error) {
    reply({ error: error instanceof Error ? error.message : typeof error });
  }
});

function reply(answer: ParquetReply): void {
  parentPort?.postMessage(answer, answer.bytes === undefined ? [] : [answer.bytes.buffer as ArrayBuffer]);
}

function take(values: readonly (readonly (string | null)[])[]): void {
  for (const [index, column] of columns.entries()) {
    const known = pending[index] ?? [];
    for (const value of values[index] ?? []) {
      known.push(value === null ? null : toValue(value, column));
      characters += value?.length ?? 0;
    }
  }
  const isFull = (pending[0]?.length ?? 0) >= rowsPerGroup || characters >= charactersPerGroup;
  if (isFull) writeGroup();
}

function writeGroup(): void {
  const count = pending[0]?.length ?? 0;
  // Readers skip groups by their moments; limits of other columns would cost more than all the rest.
  const columnData = columns.map(({ name, type }, index) => ({
    name,
    data: pending[index] ?? [],
    statistics: type === 'DateTime',
    offsetIndex: false,
  }));
  void file.write({ columnData, rowGroupSize: count });
  pending = columns.map(() => []);
  characters = 0;
}

function finish(metadata: Readonly<Record<string, string>>): void {
  if ((pending[0]?.length ?? 0) > 0) writeGroup();
  file.kvMetadata = Object.entries(metadata).map(([key, value]) => ({ key, value }));
  void file.finish();
}

function schemaOf(): SchemaElement[] {
  return [{ name: 'root', num_children: columns.length }, ...columns.map((column) => elementOf(column))];
}

function elementOf({ name, type }: TableColumn): SchemaElement {
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  if (type === 'Decimal') {
    const digits = { scale: decimalScale, precision: decimalPrecision };
    return {
      ...optional,
      type: 'FIXED_LEN_BYTE_ARRAY',
      type_length: 16,
      converted_type: 'DECIMAL',
      ...digits,
    };
  }
  if (type === 'DateTime') {
    return {
      ...optional,
      type: 'INT64',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
    };
  }
  if (type === 'Date') return { ...optional, type: 'INT32', converted_type: 'DATE' };
  return { ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
}

function toValue(text: string, { name, type }: TableColumn): unknown {
  if (type === 'Decimal') return toUnits(text as Decimal, name);
  if (type === 'DateTime' || type === 'Date') return new Date(text);
  return text;
}

const limit = 10n ** BigInt(decimalPrecision);

/** The decimal in units of its column's last place. @throws Error when it has more digits than the column */
function toUnits(text: Decimal, name: string): bigint {
  const { coefficient, scale } = readDecimal(trimDecimal(text));
  const units = scale > decimalScale ? null : coefficient * 10n ** BigInt(decimalScale - scale);
  if (units !== null && units < limit && units > -limit) return units;
  throw new Error(`${name} has more digits than DECIMAL(${decimalPrecision},${decimalScale}): CSV has all`);
}
