/**
 * Parquet for warehouses: amounts as DECIMAL, moments as timestamps, everything else as text. A group of rows is encoded
 * a column at a time, and other work gets a turn after each. A thread would cost every export a heap of its own.
 */

import { setImmediate } from 'node:timers/promises';

import type { ColumnChunk } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

import { rowsPerSlice } from '../../domain/row-list.ts';
import { BrokenExport, type ExportTable, type TableColumn, type TableRow } from './export-table.ts';
import { parquetElement, parquetValues } from './parquet-values.ts';

/** Rows to a group: readers skip whole groups; we hold one, and what the file's end says of each. */
const rowsPerGroup = 10_000;
/** A group with more text ends earlier: that is four times as much as usual. */
const charactersPerGroup = 16_000_000;

/** A table as Parquet. `metadata`: kept in the file, with the notes of the table. @throws BrokenExport */
export async function* writeParquet(
  table: ExportTable,
  metadata: Readonly<Record<string, string>>,
): AsyncGenerator<Uint8Array> {
  const file = createFile(table.columns);
  yield file.take();
  let group: TableRow[] = [];
  let characters = 0;
  for await (const rows of table.rows()) {
    for (let start = 0; start < rows.length; start += rowsPerSlice) {
      const some = rows.slice(start, start + rowsPerSlice);
      group.push(...some);
      for (const row of some) characters += charactersIn(row);
      if (group.length < rowsPerGroup && characters < charactersPerGroup) continue;
      yield* file.encode(group);
      group = [];
      characters = 0;
    }
  }
  if (group.length > 0) yield* file.encode(group);
  yield file.end({ ...metadata, notes: JSON.stringify(Object.fromEntries(table.notes())) });
}

function charactersIn(row: TableRow): number {
  let characters = 0;
  for (const name in row) characters += row[name]?.length ?? 0;
  return characters;
}

function createFile(columns: readonly TableColumn[]) {
  const writer = new ByteWriter();
  const elements = columns.map((column) => parquetElement(column));
  const root = { name: 'root', num_children: columns.length };
  const file = new ParquetWriter({ writer, schema: [root, ...elements] });
  const encoders = columns.map((column) => createEncoder(column, writer));

  /** What has been written since the last time: at first what a file begins with. */
  function take(): Uint8Array {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  }

  return {
    take,
    /** The bytes of a group of rows. */
    async *encode(rows: readonly TableRow[]): AsyncGenerator<Uint8Array> {
      const chunks: ColumnChunk[] = [];
      for (const encode of encoders) {
        chunks.push(encode(rows));
        yield take();
        await setImmediate();
      }
      const total = (size: 'total_uncompressed_size' | 'total_compressed_size'): bigint =>
        chunks.reduce((sum, { meta_data: about }) => sum + (about?.[size] ?? 0n), 0n);
      file.num_rows += BigInt(rows.length);
      file.row_groups.push({
        columns: chunks,
        num_rows: BigInt(rows.length),
        total_byte_size: total('total_uncompressed_size'),
        total_compressed_size: total('total_compressed_size'),
      });
    },
    /** The bytes that a file ends with. */
    end(metadata: Readonly<Record<string, string>>): Uint8Array {
      file.kvMetadata = Object.entries(metadata).map(([key, value]) => ({ key, value }));
      void file.finish();
      return take();
    },
  };
}

/** Encodes one column, group after group, into the file of a writer: as a file of this column alone that has no end. */
function createEncoder(column: TableColumn, writer: ByteWriter): (rows: readonly TableRow[]) => ColumnChunk {
  const { name, type } = column;
  const schema = [{ name: 'root', num_children: 1 }, parquetElement(column)];
  const encoder = new ParquetWriter({ writer: new ByteWriter(), schema });
  encoder.writer = writer;
  return (rows) => {
    // Readers skip groups by their moments; limits of other columns would cost more than all the rest.
    const data = parquetValues(rows, column);
    const source = { name, data, statistics: type === 'DateTime', offsetIndex: false };
    void encoder.write({ columnData: [source], rowGroupSize: rows.length });
    const chunk = encoder.row_groups.pop()?.columns[0];
    encoder.pendingIndexes = [];
    if (chunk === undefined) throw new BrokenExport(`${name} was not encoded`);
    return chunk;
  };
}
