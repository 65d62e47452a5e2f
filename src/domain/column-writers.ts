/** Writers of columns (columns.ts): each is given a row's value after the other, and gives the column when all have been. */

import {
  isLonger,
  none,
  textsPerBlock,
  type Column,
  type FigureColumn,
  type TextColumn,
  type WordColumn,
} from './columns.ts';
import { digitsOf, isSmall, scaleOf, type Decimal } from './decimal.ts';

/** What writes a column. */
export interface ColumnWriter<Written extends Column = Column> {
  add(value: unknown): void;
  /** What was written; nothing can be added any more. */
  end(): Written;
}

/** A column of texts, each read on its own. */
export function createTexts(): ColumnWriter<TextColumn> {
  const blocks: Uint8Array<ArrayBuffer>[] = [];
  const ends = createNumbers((count) => new Uint32Array(count));
  // Written together, since writing takes as long for one as for many.
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

/** Of so many different words each is known again. Where there are more, each that comes then counts as another. */
const mostKnown = 4096;

/** A column of JSON. `keyOf` tells most of the values apart that differ, in less time than their JSON would. */
export function createWords(keyOf: (value: never) => unknown = (value) => value): ColumnWriter {
  const known = new Map<unknown, Word>();
  const placeOf = new Map<string, number>();
  const words = createTexts();
  let count = 0;
  const places = createNumbers((length) => new Uint32Array(length));
  let last: Word = { value: undefined, place: 0 };

  function find(value: unknown): Word {
    if (placeOf.size === mostKnown) return { value, place: add(printed(value)) };
    const key = keyOf(value as never);
    const found = known.get(key);
    if (found !== undefined && isAlike(found.value, value)) return found;
    const json = printed(value);
    const word = { value, place: placeOf.get(json) ?? add(json) };
    placeOf.set(json, word.place);
    known.set(key, word);
    return word;
  }

  function add(json: string): number {
    words.add(json);
    count += 1;
    return count - 1;
  }

  /** How many have the first word, as long as there is no other. */
  let first = 0;
  return {
    add(value) {
      if (last.value !== value) last = find(value);
      if (count <= 1) {
        first += 1;
        return;
      }
      if (first > 0) places.fill(0, first);
      first = 0;
      places.push(last.place);
    },
    end: () => ({ kind: 'WORD', places: narrowed(places.end(), count), words: words.end() }),
  };
}

function printed(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw new TypeError('no value of JSON');
  return json;
}

interface Word {
  readonly value: unknown;
  readonly place: number;
}

function isAlike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  for (const name in a) if (a[name as never] !== b[name as never]) return false;
  return true;
}

/** The same numbers, all below `count`, in as few bytes as they take. */
function narrowed(places: Uint32Array<ArrayBuffer>, count: number): WordColumn['places'] {
  if (count <= 1) return new Uint8Array(0);
  return count <= 256 ? new Uint8Array(places) : count <= 65_536 ? new Uint16Array(places) : places;
}

/** A column of decimals, or null. */
export function createFigures(): ColumnWriter<FigureColumn> {
  const digits = createNumbers((count) => new Float64Array(count));
  const scales = createNumbers((count) => new Uint8Array(count));
  const longer: string[] = [];
  /** How many there are before the first that is there. */
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
      digits.push(isHeld ? digitsOf(figure) : longer.push(figure) - 1);
      scales.push(isHeld ? scaleOf(figure) : isLonger);
    },
    end: () => ({ kind: 'FIGURE', digits: digits.end(), scales: scales.end(), longer }),
  };
}

/** A column of objects that hold these decimals, or of null. */
export function createRecords(...names: readonly string[]): ColumnWriter {
  const writers = names.map((name) => ({ name, writer: createFigures() }));
  return {
    add(value) {
      const figures = value as Readonly<Record<string, unknown>> | null;
      for (const { name, writer } of writers) writer.add(figures === null ? null : figures[name]);
    },
    end: () => ({
      kind: 'RECORD',
      columns: Object.fromEntries(writers.map(({ name, writer }) => [name, writer.end()])),
    }),
  };
}

/** So many there is room for at first. */
const firstNumbers = 1024;

interface Numbers<List> {
  push(value: number): void;
  fill(value: number, count: number): void;
  /** Just those that there are. */
  end(): List;
}

type List = Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** Numbers that grow more. */
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
