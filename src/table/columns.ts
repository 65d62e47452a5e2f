/**
 * Columns of a table of rows, stored as plain memory: they cost the garbage collector nothing, and move to another
 * thread without a copy. column-writers.ts writes them.
 */

import { printSmall } from '../domain/decimal.ts';

/** Texts one after the other, in UTF-8. */
export interface TextColumn {
  readonly kind: 'TEXT';
  /** Blocks of `textsPerBlock` texts each, because a single block would have to be copied whenever it grows. */
  readonly blocks: readonly Uint8Array<ArrayBuffer>[];
  /** Where each text ends in its block. */
  readonly ends: Uint32Array<ArrayBuffer>;
}

export const textsPerBlock = 4096;

/** Values with few distinct ones: each row has an index into the list of values. */
export interface DictionaryColumn {
  readonly kind: 'DICTIONARY';
  /** Empty when all rows have the first value. */
  readonly indexes: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
  /** Each value as JSON. */
  readonly values: TextColumn;
}

/**
 * Decimals: for each row the digits as an integer that a double can represent exactly, and the number of decimal
 * places. Longer decimals are texts in `longer`; their digits are then the index of the text.
 */
export interface DecimalColumn {
  readonly kind: 'DECIMAL';
  /** Empty when no row has a decimal. */
  readonly digits: Float64Array<ArrayBuffer>;
  readonly scales: Uint8Array<ArrayBuffer>;
  readonly longer: TextColumn;
}

/** Objects of decimals; null when all of an object's decimals are missing. */
export interface StructColumn {
  readonly kind: 'STRUCT';
  readonly columns: Readonly<Record<string, DecimalColumn>>;
}

export type Column = TextColumn | DictionaryColumn | DecimalColumn | StructColumn;

/** Special scales: `none` means that the row has no decimal, `isLonger` that it is one of the longer ones. */
export const none = 255;
export const isLonger = 254;

/** Reads a column. */
export interface ColumnReader<Value = unknown> {
  at(place: number): Value;
  /** All distinct values; null when we do not know them. */
  distinct(): Value[] | null;
  /** Its memory in bytes, by estimate. */
  readonly bytes: number;
}

export function readerOf(column: Column): ColumnReader {
  if (column.kind === 'TEXT') return textsIn(column);
  if (column.kind === 'DICTIONARY') return dictionaryIn(column);
  return column.kind === 'DECIMAL' ? decimalsIn(column) : structsIn(column);
}

function textsIn({ blocks, ends }: TextColumn): ColumnReader<string> {
  const buffers = blocks.map(({ buffer, byteOffset, length }) => Buffer.from(buffer, byteOffset, length));
  return {
    at(place) {
      const start = startOfText(ends, place);
      return buffers[Math.floor(place / textsPerBlock)]?.toString('utf8', start, ends[place]) ?? '';
    },
    distinct: () => null,
    bytes: blocks.reduce((sum, { length }) => sum + length, ends.byteLength),
  };
}

/** Where a text starts in its block. */
export function startOfText(ends: Uint32Array, place: number): number {
  return place % textsPerBlock === 0 ? 0 : (ends[place - 1] ?? 0);
}

function dictionaryIn({ indexes, values }: DictionaryColumn): ColumnReader {
  const texts = textsIn(values);
  // Each value is created once, and rows share it.
  const made: unknown[] = [];
  const valueAt = (index: number): unknown => {
    const known = made[index];
    return known === undefined ? (made[index] = JSON.parse(texts.at(index)) as unknown) : known;
  };
  return {
    at: (place) => valueAt(indexes[place] ?? 0),
    distinct: () => Array.from(values.ends, (_, index) => valueAt(index)),
    // A value in memory takes more than its text.
    bytes: indexes.byteLength + 3 * texts.bytes,
  };
}

function decimalsIn({ digits, scales, longer }: DecimalColumn): ColumnReader {
  const texts = textsIn(longer);
  return {
    at(place) {
      const scale = scales[place] ?? none;
      if (scale === none) return null;
      const figure = digits[place] ?? 0;
      return scale === isLonger ? texts.at(figure) : printSmall(figure, scale);
    },
    distinct: () => null,
    bytes: digits.byteLength + scales.byteLength + texts.bytes,
  };
}

function structsIn({ columns }: StructColumn): ColumnReader {
  const readers = Object.entries(columns).map(([name, column]) => ({ name, reader: decimalsIn(column) }));
  return {
    at(place) {
      const figures: Record<string, unknown> = {};
      let isThere = false;
      for (const { name, reader } of readers) {
        const figure = reader.at(place);
        figures[name] = figure;
        isThere ||= figure !== null;
      }
      return isThere ? figures : null;
    },
    distinct: () => null,
    bytes: readers.reduce((sum, { reader }) => sum + reader.bytes, 0),
  };
}
