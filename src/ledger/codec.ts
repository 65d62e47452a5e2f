/**
 * How a read segment lies in the shared tier: a line of ASCII that says what it is and when it was read, then its rows
 * as JSON, compressed when that is worth it. A value that is not whole, or lies under another key, is none.
 */

import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { constants, crc32, zstdCompress, zstdDecompress } from 'node:zlib';

import { instantOf, type Instant } from '../domain/calendar.ts';
import { isPacked } from '../domain/packed-rows.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { SegmentRows } from '../domain/segments.ts';
import { readLines, rowsPerLine, writeLines } from './lines.ts';

/** What was read of a segment, and when. Plain JSON. */
export interface ReadSegment<K extends RowKind = RowKind> extends SegmentRows<RowOf[K]> {
  readonly readAt: Instant;
}

/** Part of every key. To be raised whenever rows get another shape, so that older and newer replicas can share a store. */
export const schemaVersion = 3;

/** "B", one letter for how the rest is written, 13 digits of `readAt`, 8 hex digits of a checksum. */
const header = /^B([jz])(\d{13})([0-9a-f]{8})$/;
const headerBytes = 23;
/** Where `readAt` stands, for scripts that compare versions: counted from 0, both ends included. */
export const versionRange = [2, 14] as const;

const compressAboveBytes = 4096;
/** A longer value may hold many thousands of rows. */
const largeBytes = 65_536;
/** Of a decompressed value: more than any provider's answer may be. */
const mostBytes = 1_073_741_824;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** A value for the shared tier. */
export async function encode(key: string, { rows, notices, readAt }: ReadSegment): Promise<Buffer> {
  if (rows.length <= rowsPerLine) return pack(key, readAt, { rows: [...rows], notices });
  const body = await writeLines(rows, notices);
  const start = `Bz${versionOf(readAt)}`;
  return Buffer.concat([Buffer.from(start + (await largeChecksum(start, key, body))), body]);
}

/** What a value holds; null when it is not one that was written for this key. */
export async function decode(key: string, value: Buffer): Promise<ReadSegment | null> {
  if (value.length > largeBytes) return decodeLarge(key, value);
  const held = await unpack(key, value);
  return held !== null && isSegmentRows(held.content) ? { ...held.content, readAt: held.readAt } : null;
}

/** The same for a value that takes its time: it is taken in pieces, and others have their turn between them. */
async function decodeLarge(key: string, value: Buffer): Promise<ReadSegment | null> {
  const [, form, version = '', sum] = header.exec(value.toString('latin1', 0, headerBytes)) ?? [];
  const body = value.subarray(headerBytes);
  if (sum === undefined || sum !== (await largeChecksum(`B${form}${version}`, key, body))) return null;
  try {
    const content = await readLines(body, form === 'z', mostBytes);
    return isSegmentRows(content) ? { ...content, readAt: instantOf(Number(version)) } : null;
  } catch {
    return null;
  }
}

/** Content, plain JSON, as a value that can be told from damaged ones and from those of other keys. */
export async function pack(key: string, readAt: Instant, content: unknown): Promise<Buffer> {
  const json = Buffer.from(JSON.stringify(content));
  const isLarge = json.length > compressAboveBytes;
  const body = isLarge ? await compress(json, { params: { [constants.ZSTD_c_compressionLevel]: 3 } }) : json;
  const start = `B${isLarge ? 'z' : 'j'}${versionOf(readAt)}`;
  return Buffer.concat([Buffer.from(start + checksum(start, key, body)), body]);
}

/** The content of a value; null when it is not one that was packed for this key. */
export async function unpack(
  key: string,
  value: Buffer,
): Promise<{ readonly content: unknown; readonly readAt: Instant } | null> {
  const match = header.exec(value.toString('latin1', 0, headerBytes));
  const body = value.subarray(headerBytes);
  if (match?.[3] !== checksum(`B${match?.[1]}${match?.[2]}`, key, body)) return null;
  try {
    const json = match[1] === 'z' ? await decompress(body, { maxOutputLength: mostBytes }) : body;
    const content: unknown = JSON.parse(json.toString());
    return { content, readAt: instantOf(Number(match[2])) };
  } catch {
    return null;
  }
}

/** The version that a value says it is; null when it says none. */
export function versionIn(value: Buffer): string | null {
  return header.exec(value.toString('latin1', 0, headerBytes))?.[2] ?? null;
}

/** `readAt` as text whose order is that of time. */
export function versionOf(readAt: Instant): string {
  return String(readAt).padStart(13, '0');
}

/** So many bytes are summed up in a turn. */
const turnBytes = 4_194_304;

async function largeChecksum(start: string, key: string, body: Buffer): Promise<string> {
  let sum = crc32(`${start}|${key}`);
  for (let at = 0; at < body.length; at += turnBytes) {
    sum = crc32(body.subarray(at, at + turnBytes), sum);
    await setImmediate();
  }
  return sum.toString(16).padStart(8, '0');
}

function checksum(start: string, key: string, body: Buffer): string {
  return crc32(body, crc32(`${start}|${key}`))
    .toString(16)
    .padStart(8, '0');
}

/** The checksum says that the value is as it was written, the schema version in the key what that is. */
function isSegmentRows(value: unknown): value is SegmentRows<RowOf[RowKind]> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'rows' in value &&
    (Array.isArray(value.rows) || isPacked(value.rows)) &&
    'notices' in value &&
    Array.isArray(value.notices)
  );
}
