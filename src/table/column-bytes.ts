/**
 * Packed rows as bytes, and back: a layout as JSON, then the memory of the columns as it is. Reading creates no row and
 * copies nothing: a column is a slice of the bytes.
 */

import type { Column, DecimalColumn, DictionaryColumn, StructColumn, TextColumn } from './columns.ts';
import { textsPerBlock } from './columns.ts';
import type { PackedRows } from './packed-rows.ts';

/** Numbers of any type start at a multiple of this. */
const alignment = 8;

/** How the bytes store a column: the order of its parts, and the size of each. */
type Layout = TextLayout | DictionaryLayout | DecimalLayout | StructLayout;

interface TextLayout {
  readonly kind: 'TEXT';
  readonly blockBytes: readonly number[];
  readonly count: number;
}

interface DictionaryLayout {
  readonly kind: 'DICTIONARY';
  /** Bytes per row index. 0: all rows have the first value. */
  readonly indexBytes: number;
  readonly values: TextLayout;
}

interface DecimalLayout {
  readonly kind: 'DECIMAL';
  /** 0, or one per row. */
  readonly count: number;
  readonly longer: TextLayout;
}

interface StructLayout {
  readonly kind: 'STRUCT';
  readonly columns: Readonly<Record<string, DecimalLayout>>;
}

/** The bytes of packed rows, in several pieces that must be read as one. `about` is plain JSON stored with them. */
export function toPieces({ length, columns }: PackedRows, about: unknown): Uint8Array[] {
  const memory: Uint8Array[] = [];
  const write: Writer = (list) => {
    memory.push(new Uint8Array(list.buffer, list.byteOffset, list.byteLength), padding(list.byteLength));
  };
  const layouts = mapValues(columns, (column) => layOut(column, write));
  const head = Buffer.from(JSON.stringify({ length, columns: layouts, about }));
  // In this processor's byte order, like all other numbers: with another byte order the length is nonsense and is
  // refused.
  const headBytes = new Uint8Array(new BigUint64Array([BigInt(head.length)]).buffer);
  return [headBytes, head, padding(head.length), ...memory].filter(({ length: bytes }) => bytes > 0);
}

type Writer = (list: ArrayBufferView) => void;

function layOut(column: Column, write: Writer): Layout {
  if (column.kind === 'TEXT') return layOutTexts(column, write);
  if (column.kind === 'DECIMAL') return layOutDecimals(column, write);
  if (column.kind === 'STRUCT') {
    return { kind: 'STRUCT', columns: mapValues(column.columns, (one) => layOutDecimals(one, write)) };
  }
  const { indexes, values } = column;
  write(indexes);
  const indexBytes = indexes.length === 0 ? 0 : indexes.BYTES_PER_ELEMENT;
  return { kind: 'DICTIONARY', indexBytes, values: layOutTexts(values, write) };
}

function layOutTexts({ blocks, ends }: TextColumn, write: Writer): TextLayout {
  write(ends);
  for (const block of blocks) write(block);
  return { kind: 'TEXT', blockBytes: blocks.map(({ length }) => length), count: ends.length };
}

function layOutDecimals({ digits, scales, longer }: DecimalColumn, write: Writer): DecimalLayout {
  write(digits);
  write(scales);
  return { kind: 'DECIMAL', count: digits.length, longer: layOutTexts(longer, write) };
}

function padding(bytes: number): Uint8Array {
  return new Uint8Array((alignment - (bytes % alignment)) % alignment);
}

export interface PackedWithAbout {
  readonly packed: PackedRows;
  readonly about: unknown;
}

/**
 * Reads the bytes that `toPieces` wrote; the columns keep the bytes in memory. Null when the layout does not match the
 * bytes exactly. Does not check the content of the columns.
 */
export function fromBytes(bytes: Uint8Array<ArrayBuffer>): PackedWithAbout | null {
  try {
    return readTable(bytes);
  } catch {
    return null;
  }
}

function readTable({ buffer, byteOffset, length: byteLength }: Uint8Array<ArrayBuffer>): PackedWithAbout {
  let at = 0;
  const read: Reader = (List, count) => {
    const size = count * List.BYTES_PER_ELEMENT;
    if (size > byteLength - at) throw new RangeError('more than there is');
    const list = new List(buffer, byteOffset + at, count);
    at += size + padding(size).length;
    return list;
  };
  const headBytes = Number(read(BigUint64Array, 1)[0]);
  const head: unknown = JSON.parse(Buffer.from(read(Uint8Array, headBytes)).toString());
  const length = countIn(head, 'length');
  const table = { read, length };
  const columns = mapValues(objectIn(head, 'columns'), (layout) => readColumn(layout, table));
  if (at !== byteLength) throw new RangeError('less than there is');
  // Each row has an id and a raw text, so a claim of more rows than bytes is false.
  const hasTexts = Object.values(columns).some(({ kind }) => kind === 'TEXT');
  if (length > 0 && !hasTexts) throw new RangeError('rows without texts');
  return { packed: { length, columns }, about: (head as { readonly about?: unknown }).about };
}

interface NumberList<List> {
  new (buffer: ArrayBuffer, byteOffset: number, length: number): List;
  readonly BYTES_PER_ELEMENT: number;
}

/** Reads the next `count` numbers. @throws RangeError when there are fewer */
type Reader = <List>(List: NumberList<List>, count: number) => List;

interface TableBytes {
  readonly read: Reader;
  readonly length: number;
}

function readColumn(layout: unknown, table: TableBytes): Column {
  switch (Object(layout).kind) {
    case 'TEXT':
      return readTexts(layout, table.read, table.length);
    case 'DICTIONARY':
      return readDictionary(layout, table);
    case 'DECIMAL':
      return readDecimals(layout, table);
    case 'STRUCT':
      return readStructs(layout, table);
    default:
      throw new TypeError('no kind of column');
  }
}

function readTexts(layout: unknown, read: Reader, count: number): TextColumn {
  checkKind(layout, 'TEXT');
  if (countIn(layout, 'count') !== count) throw new RangeError('another number of texts');
  const { blockBytes } = layout as Partial<TextLayout>;
  if (!Array.isArray(blockBytes) || blockBytes.length !== Math.ceil(count / textsPerBlock)) {
    throw new RangeError('another number of blocks');
  }
  const ends = read(Uint32Array<ArrayBuffer>, count);
  return {
    kind: 'TEXT',
    ends,
    blocks: blockBytes.map((bytes) => read(Uint8Array<ArrayBuffer>, toCount(bytes))),
  };
}

function readDictionary(layout: unknown, { read, length }: TableBytes): DictionaryColumn {
  const { indexBytes, values } = layout as Partial<DictionaryLayout>;
  const indexes = readIndexes(indexBytes, read, length);
  const count = countIn(values, 'count');
  if (length > 0 && count === 0) throw new RangeError('rows without values');
  return { kind: 'DICTIONARY', indexes, values: readTexts(values, read, count) };
}

function readIndexes(indexBytes: unknown, read: Reader, length: number): DictionaryColumn['indexes'] {
  if (indexBytes === 0) return new Uint8Array(0);
  if (indexBytes === 1) return read(Uint8Array<ArrayBuffer>, length);
  if (indexBytes === 2) return read(Uint16Array<ArrayBuffer>, length);
  if (indexBytes === 4) return read(Uint32Array<ArrayBuffer>, length);
  throw new RangeError('no size of an index');
}

function readDecimals(layout: unknown, { read, length }: TableBytes): DecimalColumn {
  checkKind(layout, 'DECIMAL');
  const count = countIn(layout, 'count');
  if (count !== 0 && count !== length) throw new RangeError('another number of decimals');
  const digits = read(Float64Array<ArrayBuffer>, count);
  const scales = read(Uint8Array<ArrayBuffer>, count);
  const { longer } = layout as Partial<DecimalLayout>;
  return { kind: 'DECIMAL', digits, scales, longer: readTexts(longer, read, countIn(longer, 'count')) };
}

function readStructs(layout: unknown, table: TableBytes): StructColumn {
  return {
    kind: 'STRUCT',
    columns: mapValues(objectIn(layout, 'columns'), (one) => readDecimals(one, table)),
  };
}

function mapValues<From, To>(
  values: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}

function checkKind(layout: unknown, kind: Column['kind']): void {
  if (Object(layout).kind !== kind) throw new TypeError('another kind of column');
}

function countIn(value: unknown, name: string): number {
  return toCount(Object(value)[name]);
}

function toCount(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new TypeError('no count');
}

function objectIn(value: unknown, name: string): Readonly<Record<string, unknown>> {
  const found: unknown = Object(value)[name];
  if (typeof found === 'object' && found !== null) return found as Readonly<Record<string, unknown>>;
  throw new TypeError('no object');
}
