/**
 * Parquet for warehouses: amounts as DECIMAL, moments as timestamps, everything else as text. A thread of its own
 * encodes it, a group of rows at a time: encoding a group takes longer than other requests may wait.
 */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import { rowsPerSlice } from '../../domain/row-list.ts';
import { BrokenExport, type ExportTable, type TableRow } from './export-table.ts';
import type { ParquetReply, ParquetRequest } from './parquet-worker.ts';

/** A table as Parquet. `metadata`: kept in the file, with the notes of the table. */
export async function* writeParquet(
  table: ExportTable,
  metadata: Readonly<Record<string, string>>,
): AsyncGenerator<Uint8Array> {
  const { columns } = table;
  const thread = new Worker(new URL('./parquet-worker.ts', import.meta.url), {
    workerData: columns,
    // More than a group of rows never is.
    resourceLimits: { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 4 },
  });
  try {
    for await (const rows of table.rows()) {
      for (let start = 0; start < rows.length; start += rowsPerSlice) {
        const some = rows.slice(start, start + rowsPerSlice);
        const values = columns.map(({ name }) => some.map((row: TableRow) => row[name] ?? null));
        yield* encode(thread, { values });
      }
    }
    const notes = Object.fromEntries(table.notes());
    yield* encode(thread, { metadata: { ...metadata, notes: JSON.stringify(notes) } });
  } finally {
    await thread.terminate();
  }
}

/** Waits for each answer, so the thread never holds more than it encodes. @throws BrokenExport */
async function* encode(thread: Worker, request: ParquetRequest): AsyncGenerator<Uint8Array> {
  const answered = once(thread, 'message') as Promise<[ParquetReply]>;
  thread.postMessage(request, []);
  const [{ bytes, error }] = await answered;
  if (error !== undefined) throw new BrokenExport(error);
  if (bytes !== undefined && bytes.length > 0) yield bytes;
}
