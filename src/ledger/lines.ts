/**
 * The rows of a large segment as compressed JSON, written and read piece by piece, so that nobody waits long meanwhile:
 * some hundred rows to a line. Lines are JSON's own whitespace: together they are one text that `JSON.parse` reads.
 */

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';

import { createPacker, unpack } from '../domain/packed-rows.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { Rows } from '../domain/segments.ts';

/** So many rows are written, and read, at once: some two milliseconds of work. */
export const rowsPerLine = 500;

/** In rows of JSON there is none but those between lines. */
const lineFeed = 10;

/** Rows and what was told of them, compressed. */
export async function writeLines(rows: Rows<unknown>, notices: readonly unknown[]): Promise<Buffer> {
  const compressed: Buffer[] = [];
  await pipeline(
    Readable.from(linesOf(rows, notices)),
    createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } }),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) compressed.push(chunk);
    },
  );
  return Buffer.concat(compressed);
}

async function* linesOf(rows: Rows<unknown>, notices: readonly unknown[]): AsyncGenerator<Buffer> {
  yield Buffer.from('{"rows":[\n');
  for (let first = 0; first < rows.length; first += rowsPerLine) {
    const end = Math.min(first + rowsPerLine, rows.length);
    const own = Array.from({ length: end - first }, (_, index) => rows.at(first + index));
    const line = JSON.stringify(own).slice(1, -1);
    yield Buffer.from(`${line}${end < rows.length ? ',' : ''}\n`);
    await setImmediate();
  }
  yield Buffer.from(`],"notices":${JSON.stringify(notices)}}`);
}

/** The content that was written, of at most `mostBytes`. @throws SyntaxError, RangeError, or the error of zlib */
export async function readLines(body: Buffer, isCompressed: boolean, mostBytes: number): Promise<unknown> {
  const packer = createPacker();
  let open: Buffer[] = [];
  let bytes = 0;
  /** What is no line of rows: the beginning and the end, or all of it where it was not written in lines. */
  let around = '';

  /** A line that has ended, or what is left at the end. */
  const take = (last: Buffer): void => {
    const line = Buffer.concat([...open, last]).toString();
    open = [];
    if (around === '{"rows":[' && line.startsWith('{')) {
      const json = line.endsWith(',') ? line.slice(0, -1) : line;
      for (const row of JSON.parse(`[${json}]`) as RowOf[RowKind][]) packer.add(row);
    } else around += line;
  };

  const read = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > mostBytes) throw new RangeError('more than a value may hold');
      let start = 0;
      for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
        take(chunk.subarray(start, end));
        start = end + 1;
        await setImmediate();
      }
      open.push(chunk.subarray(start));
    }
    take(Buffer.alloc(0));
  };

  const source = Readable.from(isCompressed ? [body] : piecesOf(body));
  if (isCompressed) await pipeline(source, createZstdDecompress(), read);
  else await pipeline(source, read);
  const content: unknown = JSON.parse(around);
  const rows = unpack(packer.end());
  return rows.length === 0 ? content : { ...(content as object), rows };
}

/** Not more in a turn than a decompressor gives. */
function* piecesOf(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += 65_536) yield body.subarray(at, at + 65_536);
}
