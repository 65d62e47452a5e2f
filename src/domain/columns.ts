/**
 * Columns of a table of rows, kept as plain memory: they cost the garbage collector nothing, and go to another thread
 * without a copy. How they are written is in column-writers.ts.
 */

import { printSmall } from './decimal.ts';

/** Texts one behind the other, in UTF-8. */
export interface TextColumn {
  readonly kind: 'TEXT';
  /** Of `textsPerBlock` each; a whole of them would have to be moved whenever it grows. */
  readonly blocks: readonly Uint8Array<ArrayBuffer>[];
  /** Where each ends in its block. */
  readonly ends: Uint32Array<ArrayBuffer>;
}

export const textsPerBlock = 4096;

/** Values of which there are few different ones: each row has the place of its own among them. */
export interface WordColumn {
  readonly kind: 'WORD';
  /** Empty where all rows have the first. */
  readonly places: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
  /** As JSON. */
  readonly words: TextColumn;
}

/**
 * Decimals: their digits as a whole number that a double holds exactly, and how many of them stand behind the point.
 * Longer ones are texts; of those the number is the place.
 */
export interface FigureColumn {
  readonly kind: 'FIGURE';
  /** Empty where no row has one. */
  readonly digits: Float64Array<ArrayBuffer>;
  readonly scales: Uint8Array<ArrayBuffer>;
  readonly longer: readonly string[];
}

/** Objects of decimals; null where none of them is there. */
export interface RecordColumn {
  readonly kind: 'RECORD';
  readonly columns: Readonly<Record<string, FigureColumn>>;
}

export type Column = TextColumn | WordColumn | FigureColumn | RecordColumn;

/** Instead of a scale: that there is no figure, and that it is one of the longer ones. */
export const none = 255;
export const isLonger = 254;

/** Reads a column. */
export interface ColumnReader<Value = unknown> {
  at(place: number): Value;
  /** Each value that there is; null where that is not known. */
  distinct(): Value[] | null;
  /** Memory that it takes, by estimate. */
  readonly bytes: number;
}

export function readerOf(column: Column): ColumnReader {
  if (column.kind === 'TEXT') return textsIn(column);
  if (column.kind === 'WORD') return wordsIn(column);
  return column.kind === 'FIGURE' ? figuresIn(column) : recordsIn(column);
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

/** Where a text begins in its block. */
export function startOfText(ends: Uint32Array, place: number): number {
  return place % textsPerBlock === 0 ? 0 : (ends[place - 1] ?? 0);
}

function wordsIn({ places, words }: WordColumn): ColumnReader {
  const texts = textsIn(words);
  // Each is made once: rows share what they have in common.
  const values: unknown[] = [];
  const valueOf = (word: number): unknown => {
    const known = values[word];
    return known === undefined ? (values[word] = JSON.parse(texts.at(word)) as unknown) : known;
  };
  return {
    at: (place) => valueOf(places[place] ?? 0),
    distinct: () => Array.from(words.ends, (_, word) => valueOf(word)),
    // A value takes more than its text.
    bytes: places.byteLength + 3 * texts.bytes,
  };
}

function figuresIn({ digits, scales, longer }: FigureColumn): ColumnReader {
  return {
    at(place) {
      const scale = scales[place] ?? none;
      if (scale === none) return null;
      const figure = digits[place] ?? 0;
      return scale === isLonger ? (longer[figure] ?? null) : printSmall(figure, scale);
    },
    distinct: () => null,
    bytes: digits.byteLength + scales.byteLength + 64 * longer.length,
  };
}

function recordsIn({ columns }: RecordColumn): ColumnReader {
  const readers = Object.entries(columns).map(([name, column]) => ({ name, reader: figuresIn(column) }));
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
