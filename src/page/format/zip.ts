/** A zip file of a few texts, not compressed: they are small, and made in the page. */

/** Its parts, each by its name. */
export function zip(parts: readonly (readonly [name: string, text: string])[]): Uint8Array<ArrayBuffer> {
  const chunks: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  const encoder = new TextEncoder();
  for (const [name, text] of parts) {
    const [path, bytes] = [encoder.encode(name), encoder.encode(text)];
    const about = [crc32(bytes), bytes.length, bytes.length] as const;
    const local = header(0x04_03_4b_50, [[20, 2], ...common, ...long(about), [path.length, 2], [0, 2]]);
    directory.push(
      header(0x02_01_4b_50, [
        [20, 2],
        [20, 2],
        ...common,
        ...long(about),
        [path.length, 2],
        // No extra field, comment, disk or attributes.
        ...Array.from({ length: 4 }, () => [0, 2] as const),
        [0, 4],
        [offset, 4],
      ]),
      path,
    );
    chunks.push(local, path, bytes);
    offset += local.length + path.length + bytes.length;
  }
  const listed = directory.reduce((sum, { length }) => sum + length, 0);
  const end = header(0x06_05_4b_50, [
    [0, 2],
    [0, 2],
    [parts.length, 2],
    [parts.length, 2],
    [listed, 4],
    [offset, 4],
    [0, 2],
  ]);
  return join([...chunks, ...directory, end]);
}

/** A value, and in how many bytes it is written. */
type Field = readonly [value: number, bytes: 2 | 4];

/** UTF-8 names, stored as they are; no time, but the first day that zip knows. */
const common: readonly Field[] = [
  [0x08_00, 2],
  [0, 2],
  [0, 2],
  [0x21, 2],
];

function long(values: readonly number[]): Field[] {
  return values.map((value) => [value, 4] as const);
}

function header(signature: number, fields: readonly Field[]): Uint8Array {
  const all: readonly Field[] = [[signature, 4], ...fields];
  const view = new DataView(new ArrayBuffer(all.reduce((sum, [, bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [value, bytes] of all) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}

function join(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** The checksum of zip. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xed_b8_83_20 : 0);
  }
  return ~crc >>> 0;
}
