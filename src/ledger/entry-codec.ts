/**
 * How the store keeps a read segment: one line of ASCII that says what it is and when it was read, then its rows. Few
 * rows are JSON. Many rows are the memory of a table of columns, which we read back without creating a row. We compress
 * either when it pays. A value that is damaged, or belongs to another key, counts as absent.
 */

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { promisify } from 'node:util';
import { constants, crc32, createZstdCompress, zstdCompress, zstdDecompress } from 'node:zlib';

import { instantOf, type Instant } from '../domain/calendar.ts';
import { rowsPerSlice, type Rows } from '../domain/row-list.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { SegmentRows } from '../domain/segments.ts';
import { areRows, type ReadKind, type ReadOf } from '../domain/snapshots.ts';
import { fromBytes, toPieces } from '../table/column-bytes.ts';
import { createPacker, packedIn, unpack as unpackRows, type PackedRows } from '../table/packed-rows.ts';

/** The rows read of a segment, and when they were read. Plain JSON. */
export interface ReadSegment<K extends ReadKind = ReadKind> extends SegmentRows<ReadOf[K]> {
  readonly readAt: Instant;
}

/**
 * Part of every key. Raise it when the shape of rows or of other stored fields changes: old and new replicas may share
 * a store.
 */
export const schemaVersion = 5;

/**
 * "B", one letter for how the rest is written (JSON, compressed JSON, compressed columns), 13 digits of `readAt`, 8 hex
 * digits of a checksum.
 */
const header = /^B([jzc])(\d{13})([0-9a-f]{8})$/;
export const headerBytes = 23;

/** From this many rows on, columns are faster to read than JSON and take less memory (bench/storing.ts). */
const leastColumnRows = 64;
/** Longer JSON is written as columns, however few rows it has. */
const maxJsonBytes = 1_048_576;
const compressAboveBytes = 4096;
/** The longest value, decompressed: eight times the longest answer that we accept from a provider. */
const maxBytes = 536_870_912;
/** How many bytes the checksum covers before other work gets a turn. */
const bytesPerSlice = 4_194_304;

/** The level for JSON. Columns do not get smaller above level 1, only slower. */
const jsonParams = { [constants.ZSTD_c_compressionLevel]: 3 };
const columnParams = { [constants.ZSTD_c_compressionLevel]: 1 };
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Encodes a segment for the store. @throws RangeError when it is larger than a value may be */
export async function encode(
  key: string,
  { rows, notices, isUnknownCategory, readAt }: ReadSegment,
): Promise<Buffer> {
  // A snapshot is one of its kind, and so never of many.
  if (rows.length < leastColumnRows || !areRows(rows)) {
    const json = Buffer.from(JSON.stringify({ rows: [...rows], notices, isUnknownCategory }));
    if (json.length <= maxJsonBytes || !areRows(rows)) return sealJson(key, readAt, json);
  }
  const pieces = toPieces(packedIn(rows) ?? (await packRows(rows)), notices);
  return seal('c', key, readAt, await compressPieces(pieces));
}

/** Decodes a value; null when it was not written for this key, or is damaged. */
export async function decode(key: string, value: Buffer): Promise<ReadSegment | null> {
  const opened = await open(key, value);
  if (opened === null) return null;
  const { form, body, readAt } = opened;
  const content = form === 'c' ? await readColumns(body) : await readJson(form, body, maxJsonBytes);
  return isSegmentRows(content) ? { ...content, readAt } : null;
}

async function packRows(rows: Rows<RowOf[RowKind]>): Promise<PackedRows> {
  const packer = createPacker();
  let count = 0;
  for (const row of rows) {
    packer.add(row);
    count += 1;
    if (count % rowsPerSlice === 0) await yieldToEventLoop();
  }
  return packer.end();
}

/** Compresses four bytes with the length of the list of pieces, then the pieces. */
async function compressPieces(pieces: readonly Uint8Array[]): Promise<Buffer[]> {
  const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
  if (bytes > maxBytes) throw new RangeError('the segment is larger than a value of the store may be');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes);
  const compressed: Buffer[] = [length];
  await pipeline(
    Readable.from(joined(pieces)),
    createZstdCompress({ params: columnParams, pledgedSrcSize: bytes }),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) compressed.push(chunk);
    },
  );
  return compressed;
}

/** Joins small pieces, because each write makes its own trip through the thread pool. */
function* joined(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  let open: Uint8Array[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    open.push(piece);
    bytes += piece.length;
    if (bytes < 262_144) continue;
    yield Buffer.concat(open);
    open = [];
    bytes = 0;
  }
  yield Buffer.concat(open);
}

async function readColumns(body: Buffer): Promise<unknown> {
  try {
    const bytes = body.readUInt32LE(0);
    if (bytes > maxBytes) return null;
    // One buffer, a little larger than needed: otherwise the decompressor allocates as much again.
    const limits = { maxOutputLength: Math.max(1, bytes), chunkSize: bytes + 64 };
    const whole = ownBytes(await decompress(body.subarray(4), limits));
    const table = whole.length === bytes ? fromBytes(whole) : null;
    return table && { rows: unpackRows(table.packed), notices: table.about };
  } catch {
    return null;
  }
}

/** Copies small buffers: they are slices of a shared pool, which stays in memory as long as one slice does. */
function ownBytes({ buffer, byteOffset, length }: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(buffer, byteOffset, length);
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength <= length + 1024;
  return isOwn ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

/** Packs plain JSON into a value whose damage, or wrong key, `unpack` detects. */
export function pack(key: string, readAt: Instant, content: unknown): Promise<Buffer> {
  return sealJson(key, readAt, Buffer.from(JSON.stringify(content)));
}

/** The content of a packed value; null when it was not packed for this key, or is damaged. */
export async function unpack(
  key: string,
  value: Buffer,
): Promise<{ readonly content: unknown; readonly readAt: Instant } | null> {
  const opened = await open(key, value);
  if (opened === null) return null;
  const content = await readJson(opened.form, opened.body, maxBytes);
  return content === null ? null : { content, readAt: opened.readAt };
}

async function sealJson(key: string, readAt: Instant, json: Buffer): Promise<Buffer> {
  if (json.length <= compressAboveBytes) return seal('j', key, readAt, [json]);
  return seal('z', key, readAt, [await compress(json, { params: jsonParams })]);
}

/** Parses the JSON of a value; null when it is not JSON. */
async function readJson(form: string, body: Buffer, maxOutputLength: number): Promise<unknown> {
  try {
    const json = form === 'z' ? await decompress(body, { maxOutputLength }) : body;
    return JSON.parse(json.toString());
  } catch {
    return null;
  }
}

async function seal(form: string, key: string, readAt: Instant, body: readonly Buffer[]): Promise<Buffer> {
  const start = `B${form}${versionOf(readAt)}`;
  return Buffer.concat([Buffer.from(start + (await checksum(start, key, body))), ...body]);
}

/** The parts of a value's header, when its checksum fits this key; otherwise null. */
async function open(key: string, value: Buffer) {
  const [, form, version, sum] = header.exec(value.toString('latin1', 0, headerBytes)) ?? [];
  const body = value.subarray(headerBytes);
  if (form === undefined || sum !== (await checksum(`B${form}${version}`, key, [body]))) return null;
  return { form, readAt: instantOf(Number(version)), body };
}

/** The version in a value's header; null when it has no such header. */
export function versionIn(value: Buffer): string | null {
  return header.exec(value.toString('latin1', 0, headerBytes))?.[2] ?? null;
}

/** `readAt` as text that sorts by time. */
export function versionOf(readAt: Instant): string {
  return String(readAt).padStart(13, '0');
}

async function checksum(start: string, key: string, body: readonly Buffer[]): Promise<string> {
  let sum = crc32(`${start}|${key}`);
  for (const part of body) {
    for (let at = 0; at < part.length; at += bytesPerSlice) {
      if (at > 0) await yieldToEventLoop();
      sum = crc32(part.subarray(at, at + bytesPerSlice), sum);
    }
  }
  return sum.toString(16).padStart(8, '0');
}

/** A weak check is enough: the checksum proves that we wrote the value, and the key names its schema version. */
function isSegmentRows(value: unknown): value is SegmentRows<ReadOf[ReadKind]> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'rows' in value &&
    isList(value.rows) &&
    'notices' in value &&
    Array.isArray(value.notices)
  );
}

function isList(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'length' in value && Symbol.iterator in value;
}
