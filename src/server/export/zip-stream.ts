/** A zip archive whose files are compressed as they come, so none of them is ever held whole. */

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';

export interface ZipFile {
  readonly name: string;
  readonly content: () => AsyncIterable<string> | Iterable<string>;
}

/** A file, once it is in the archive. */
interface Stored {
  readonly name: Buffer;
  readonly offset: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
}

const [localHeader, descriptor, centralHeader, endOfCentral] = [
  0x04_03_4b_50, 0x08_07_4b_50, 0x02_01_4b_50, 0x06_05_4b_50,
];
/** Names are UTF-8, and sizes stand behind the content. */
const flags = 0x0808;
const [version, deflated] = [20, 8];
/** 1980-01-01: the format knows no "not told". */
const date = 0x0021;
/** Sizes and offsets have 32 bits. */
const maxBytes = 0xff_ff_ff_ff;

/** The archive in pieces. @throws RangeError when it, or a file in it, would have 4 GiB */
export async function* zipOf(files: AsyncIterable<ZipFile> | Iterable<ZipFile>): AsyncGenerator<Uint8Array> {
  const stored: Stored[] = [];
  let offset = 0;
  for await (const file of files) {
    const name = Buffer.from(file.name);
    const header = fields([4, localHeader], ...commonFields(0, 0, 0), [2, name.length], [2, 0]);
    yield Buffer.concat([header, name]);
    const counted = { crc: 0, size: 0 };
    let compressed = 0;
    for await (const piece of deflate(countingIn(file.content(), counted))) {
      compressed += piece.length;
      yield piece;
    }
    const { crc, size } = counted;
    if (Math.max(size, offset + compressed) > maxBytes - 1024) throw new RangeError('a zip file of 4 GiB');
    yield fields([4, descriptor], [4, crc], [4, compressed], [4, size]);
    stored.push({ name, offset, crc, compressed, size });
    offset += header.length + name.length + compressed + 16;
  }
  let length = 0;
  for (const { name, offset, crc, compressed, size } of stored) {
    const zeros = [2, 2, 2, 2, 4].map((width) => [width, 0] as const);
    const entry = fields(
      [4, centralHeader],
      [2, version],
      ...commonFields(crc, compressed, size),
      [2, name.length],
      ...zeros,
      [4, offset],
    );
    length += entry.length + name.length;
    yield Buffer.concat([entry, name]);
  }
  const count = stored.length;
  yield fields([4, endOfCentral], [2, 0], [2, 0], [2, count], [2, count], [4, length], [4, offset], [2, 0]);
}

type Field = readonly [bytes: number, value: number];

/** What local and central headers have in common. */
function commonFields(crc: number, compressed: number, size: number): Field[] {
  return [
    [2, version],
    [2, flags],
    [2, deflated],
    [2, 0],
    [2, date],
    [4, crc],
    [4, compressed],
    [4, size],
  ];
}

function fields(...all: readonly Field[]): Buffer {
  const buffer = Buffer.alloc(all.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of all) at = buffer.writeUIntLE(value, at, bytes);
  return buffer;
}

async function* countingIn(
  content: AsyncIterable<string> | Iterable<string>,
  counted: { crc: number; size: number },
): AsyncGenerator<Buffer> {
  for await (const text of content) {
    const bytes = Buffer.from(text);
    counted.crc = crc32(bytes, counted.crc);
    counted.size += bytes.length;
    yield bytes;
  }
}

function deflate(content: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const compressor = createDeflateRaw({ level: 5 });
  // An error of the content destroys the compressor, and so is thrown to its reader.
  pipeline(Readable.from(content), compressor, () => {});
  return compressor;
}
