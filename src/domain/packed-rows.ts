/**
 * The rows of a large list, packed: a hundred thousand objects of thirty fields each would keep the garbage collector
 * busy for longer than others can wait. Here a row is a place in a table of columns, and its fields are made when they
 * are asked for. Whoever reads it need not know: it has the fields of a row, and is the same as JSON.
 */

import type { Period } from './calendar.ts';
import {
  createFigures,
  createRecords,
  createTexts,
  createWords,
  type ColumnWriter,
} from './column-writers.ts';
import { readerOf, startOfText, textsPerBlock, type Column, type ColumnReader } from './columns.ts';
import { keyAt, numberAlike } from './row-ids.ts';
import type { Rows } from './segments.ts';
import type { ApiKeyUsageRow, BillRow, DailyDetailRow, InvoiceRow, Product, RawJson } from './rows.ts';

type Row = BillRow | InvoiceRow | ApiKeyUsageRow | DailyDetailRow;
type Field = keyof BillRow | keyof InvoiceRow | keyof ApiKeyUsageRow | keyof DailyDetailRow;

/** Rows as plain data, which another thread can take over. */
export interface PackedRows {
  readonly length: number;
  readonly columns: Readonly<Record<string, Column>>;
}

/** How fields are kept of which rows have each their own. All others are words: a list has few different ones. */
const kept: Partial<Record<Field, () => ColumnWriter>> = {
  id: createTexts,
  raw: createTexts,
  product: () => createWords(({ name }: Product) => name),
  chargePeriod: () => createWords(({ start }: Period) => start),
  apiKey: () => createWords(({ id }: ApiKeyUsageRow['apiKey']) => id),
  tokens: () => createRecords('input', 'output', 'total'),
  listCost: createFigures,
  billedCost: createFigures,
  voucherAmount: createFigures,
  cashAmount: createFigures,
  total: createFigures,
  paidAmount: createFigures,
  outstandingAmount: createFigures,
  quantity: createFigures,
  inputTokens: createFigures,
  outputTokens: createFigures,
  cacheReadTokens: createFigures,
  cacheWriteTokens: createFigures,
  reasoningTokens: createFigures,
  requestCount: createFigures,
};

export interface Packer {
  add(row: Row): void;
  /** The rows that were added; none can be any more. */
  end(): PackedRows;
}

/** Packs rows of one kind, one after the other. */
export function createPacker(): Packer {
  let length = 0;
  let fields: { readonly name: string; readonly writer: ColumnWriter }[] = [];
  return {
    add(row) {
      if (length === 0) {
        fields = Object.keys(row).map((name) => ({ name, writer: (kept[name as Field] ?? createWords)() }));
      }
      length += 1;
      for (const { name, writer } of fields) writer.add(row[name as never]);
    },
    end: () => ({
      length,
      columns: Object.fromEntries(fields.map(({ name, writer }) => [name, writer.end()])),
    }),
  };
}

/** The memory of packed rows, to be handed over with them. */
export function buffersOf({ columns }: PackedRows): ArrayBuffer[] {
  return Object.values(columns).flatMap((column) => buffersIn(column));
}

function buffersIn(column: Column): ArrayBuffer[] {
  if (column.kind === 'TEXT') return [...column.blocks.map(({ buffer }) => buffer), column.ends.buffer];
  if (column.kind === 'WORD') return [column.places.buffer, ...buffersIn(column.words)];
  if (column.kind === 'FIGURE') return [column.digits.buffer, column.scales.buffer];
  return Object.values(column.columns).flatMap((one) => buffersIn(one));
}

/** Tells packed rows apart that are alike. Nobody has looked at them yet. */
export function tellPackedApart({ length, columns: { id, raw } }: PackedRows): void {
  if (id?.kind !== 'TEXT' || raw === undefined) return;
  const [ids, raws] = [readerOf(id), readerOf(raw)];
  const blockOf = (place: number): Uint8Array =>
    id.blocks[Math.floor(place / textsPerBlock)] ?? new Uint8Array(0);
  const keys = new Float64Array(length);
  for (let place = 0; place < length; place += 1) {
    keys[place] = keyAt(blockOf(place), startOfText(id.ends, place));
  }
  const rename = (place: number, name: string): void => {
    const start = startOfText(id.ends, place);
    if (start + name.length !== id.ends[place]) throw new RangeError('an id of another length');
    blockOf(place).set(Buffer.from(name), start);
  };
  const idAt = (place: number): string => String(ids.at(place));
  numberAlike({ length, idAt, rawAt: (place) => String(raws.at(place)) as RawJson, rename }, keys);
}

/** The table that rows lie in. */
interface Table {
  readonly length: number;
  readonly names: readonly string[];
  readonly readers: readonly ColumnReader[];
}

class PackedRow {
  readonly #table: Table;
  readonly #place: number;

  constructor(table: Table, place: number) {
    this.#table = table;
    this.#place = place;
  }

  static cellOf(row: PackedRow, index: number): unknown {
    return row.#table.readers[index]?.at(row.#place);
  }

  toJSON(): Record<string, unknown> {
    const { names, readers } = this.#table;
    const json: Record<string, unknown> = {};
    for (const [index, name] of names.entries()) json[name] = readers[index]?.at(this.#place);
    return json;
  }
}

/** By the names of its fields: there is one for each kind of row. */
const classes = new Map<string, typeof PackedRow>();

function classOf(names: readonly string[]): typeof PackedRow {
  const key = names.join(' ');
  const known = classes.get(key);
  if (known !== undefined) return known;
  const Named = class extends PackedRow {};
  for (const [index, name] of names.entries()) {
    const get = function get(this: PackedRow): unknown {
      return PackedRow.cellOf(this, index);
    };
    Object.defineProperty(Named.prototype, name, { get, enumerable: true });
  }
  classes.set(key, Named);
  return Named;
}

/** Packed rows as rows, each made anew whenever it is looked at. */
class PackedList implements Rows<Row> {
  readonly table: Table;
  readonly #Named: typeof PackedRow;

  constructor(table: Table) {
    this.table = table;
    this.#Named = classOf(table.names);
  }

  get length(): number {
    return this.table.length;
  }

  at(place: number): Row | undefined {
    if (place >= this.table.length) return undefined;
    // It has a getter for each field.
    return new this.#Named(this.table, place) as unknown as Row;
  }

  *[Symbol.iterator](): Iterator<Row> {
    for (let place = 0; place < this.table.length; place += 1) {
      yield new this.#Named(this.table, place) as unknown as Row;
    }
  }
}

/** Packed rows as rows. */
export function unpack({ length, columns }: PackedRows): Rows<Row> {
  const readers = Object.values(columns).map((column) => readerOf(column));
  return new PackedList({ length, names: Object.keys(columns), readers });
}

/** What rows hold in a field: each value at least once. */
export function valuesOf<One extends object, Name extends string & keyof One>(
  rows: Rows<One>,
  field: Name,
): Iterable<One[Name]> {
  const table = rows instanceof PackedList ? rows.table : null;
  const values = table?.readers[table.names.indexOf(field)]?.distinct() ?? null;
  return values === null ? eachOf(rows, field) : (values as One[Name][]);
}

function* eachOf<One, Name extends keyof One>(rows: Iterable<One>, field: Name): Iterable<One[Name]> {
  for (const row of rows) yield row[field];
}

/** Whether it is what `unpack` gives. */
export function isPacked(rows: unknown): rows is Rows<Row> {
  return rows instanceof PackedList;
}

/** A row that holds nothing of the table that it comes from. */
export function copyOf<One extends Row>(row: One): One {
  return row instanceof PackedRow ? (row.toJSON() as unknown as One) : row;
}

/** Memory that packed rows take, by estimate; null where they are not packed. */
export function packedBytes(rows: Rows<unknown>): number | null {
  if (!(rows instanceof PackedList)) return null;
  return rows.table.readers.reduce((sum, { bytes }) => sum + bytes, 4096);
}
