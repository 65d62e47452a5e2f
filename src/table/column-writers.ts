/** Writers of columns (columns.ts): add one row's value after the other, then `end` returns the column. */

import {
  isLonger,
  none,
  textsPerBlock,
  type Column,
  type DecimalColumn,
  type TextColumn,
  type DictionaryColumn,
} from './columns.ts';
import { digitsOf, isSmall, scaleOf, type Decimal } from '../domain/decimal.ts';

/** Writes a column. */
export interface ColumnWriter<Written extends Column = Column> {
  add(value: unknown): void;
  /** The finished column; nothing can be added any more. */
  end(): Written;
}

/** A column of texts, each readable on its own. */
export function createTexts(): ColumnWriter<TextColumn> {
  const blocks: Uint8Array<ArrayBuffer>[] = [];
  const ends = createNumbers((count) => new Uint32Array(count));
  // Collected first, because encoding many texts at once takes about as long as encoding one.
  let texts: string[] = [];
  const write = (): void => {
    const all = texts.join('');
    const block = Buffer.allocUnsafeSlow(Buffer.byteLength(all));
    block.write(all);
    blocks.push(block);
    const isAscii = block.length === all.length;
    let end = 0;
    for (const text of texts) {
      end += isAscii ? text.length : Buffer.byteLength(text);
      ends.push(end);
    }
    texts = [];
  };
  return {
    add(value) {
      texts.push(String(value));
      if (texts.length === textsPerBlock) write();
    },
    end() {
      if (texts.length > 0) write();
      return { kind: 'TEXT', blocks, ends: ends.end() };
    },
  };
}

/** How many distinct values the dictionary recognizes. Beyond that it stores each further value again. */
const maxKnown = 4096;

/** A column of JSON values. `keyOf` separates most values that differ, and is faster than comparing their JSON. */
export function createDictionary(keyOf: (value: never) => unknown = (value) => value): ColumnWriter {
  const known = new Map<unknown, Known>();
  const indexOf = new Map<string, number>();
  const values = createTexts();
  let count = 0;
  const indexes = createNumbers((length) => new Uint32Array(length));
  let last: Known = { value: undefined, index: 0 };

  function find(value: unknown): Known {
    if (indexOf.size === maxKnown) return { value, index: add(printed(value)) };
    const key = keyOf(value as never);
    const found = known.get(key);
    if (found !== undefined && isAlike(found.value, value)) return found;
    const json = printed(value);
    const word = { value, index: indexOf.get(json) ?? add(json) };
    indexOf.set(json, word.index);
    known.set(key, word);
    return word;
  }

  function add(json: string): number {
    values.add(json);
    count += 1;
    return count - 1;
  }

  /** How many rows have the first value, as long as no other value came. */
  let first = 0;
  return {
    add(value) {
      if (last.value !== value) last = find(value);
      if (count <= 1) {
        first += 1;
        return;
      }
      if (first > 0) indexes.fill(0, first);
      first = 0;
      indexes.push(last.index);
    },
    end: () => ({ kind: 'DICTIONARY', indexes: narrowed(indexes.end(), count), values: values.end() }),
  };
}

function printed(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw new TypeError('no value of JSON');
  return json;
}

interface Known {
  readonly value: unknown;
  readonly index: number;
}

function isAlike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  for (const name in a) if (a[name as never] !== b[name as never]) return false;
  return true;
}

/** The same numbers, all below `count`, in the smallest type that fits. */
function narrowed(indexes: Uint32Array<ArrayBuffer>, count: number): DictionaryColumn['indexes'] {
  if (count <= 1) return new Uint8Array(0);
  return count <= 256 ? new Uint8Array(indexes) : count <= 65_536 ? new Uint16Array(indexes) : indexes;
}

/** A column of decimals and nulls. */
export function createDecimals(): ColumnWriter<DecimalColumn> {
  const digits = createNumbers((count) => new Float64Array(count));
  const scales = createNumbers((count) => new Uint8Array(count));
  const longer = createTexts();
  let longerCount = 0;
  /** How many nulls came before the first decimal. */
  let missing = 0;
  let isEmpty = true;
  return {
    add(value) {
      const figure = value as Decimal | null;
      if (figure === null && isEmpty) {
        missing += 1;
        return;
      }
      if (isEmpty) {
        digits.fill(0, missing);
        scales.fill(none, missing);
        isEmpty = false;
      }
      if (figure === null) {
        digits.push(0);
        scales.push(none);
        return;
      }
      const isHeld = isSmall(figure);
      digits.push(isHeld ? digitsOf(figure) : longerCount);
      if (!isHeld) {
        longer.add(figure);
        longerCount += 1;
      }
      scales.push(isHeld ? scaleOf(figure) : isLonger);
    },
    end: () => ({ kind: 'DECIMAL', digits: digits.end(), scales: scales.end(), longer: longer.end() }),
  };
}

/** A column of objects with these decimals, or nulls. */
export function createStructs(...names: readonly string[]): ColumnWriter {
  const writers = names.map((name) => ({ name, writer: createDecimals() }));
  return {
    add(value) {
      const figures = value as Readonly<Record<string, unknown>> | null;
      for (const { name, writer } of writers) writer.add(figures === null ? null : figures[name]);
    },
    end: () => ({
      kind: 'STRUCT',
      columns: Object.fromEntries(writers.map(({ name, writer }) => [name, writer.end()])),
    }),
  };
}

/** The initial capacity. */
const firstNumbers = 64;

interface Numbers<List> {
  push(value: number): void;
  fill(value: number, count: number): void;
  /** An array of exactly the numbers that were added. */
  end(): List;
}

type List = Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** An array of numbers that grows. */
function createNumbers<One extends List>(create: (count: number) => One): Numbers<One> {
  let list = create(firstNumbers);
  let length = 0;
  const sized = (count: number): One => {
    const other = create(count);
    other.set(list.subarray(0, length));
    return other;
  };
  return {
    push(value) {
      if (length === list.length) list = sized(2 * length);
      list[length] = value;
      length += 1;
    },
    fill(value, count) {
      if (length + count > list.length) list = sized(2 * (length + count));
      list.fill(value, length, length + count);
      length += count;
    },
    end: () => sized(length),
  };
}
