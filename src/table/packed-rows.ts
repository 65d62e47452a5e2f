/**
 * The rows of a large list, packed. A hundred thousand objects of thirty fields would keep the garbage collector busy
 * for longer than other requests can wait. A packed row is an index into a table of columns, and creates its fields on
 * demand. Its readers need not know: it has the fields of a row and prints the same JSON.
 */

import type { Period } from '../domain/calendar.ts';
import {
  createDecimals,
  createStructs,
  createTexts,
  createDictionary,
  type ColumnWriter,
} from './column-writers.ts';
import { readerOf, startOfText, textsPerBlock, type Column, type ColumnReader } from './columns.ts';
import type { Decimal } from '../domain/decimal.ts';
import { keyAt, numberDuplicates } from '../domain/row-ids.ts';
import type { Rows } from '../domain/row-list.ts';
import type {
  ApiKeyUsageRow,
  BillRow,
  DailyDetailRow,
  IntegerText,
  InvoiceRow,
  Product,
  RawJson,
  TokenCounts,
} from '../domain/rows.ts';

type Row = BillRow | InvoiceRow | ApiKeyUsageRow | DailyDetailRow;
type Field = keyof BillRow | keyof InvoiceRow | keyof ApiKeyUsageRow | keyof DailyDetailRow;

/** Rows as plain data, which another thread can take over. */
export interface PackedRows {
  readonly length: number;
  readonly columns: Readonly<Record<string, Column>>;
}

/** A numeric field, even if only one kind of row has it: a list may have as many distinct values as rows. */
type NumericField = {
  [Name in Field]: Extract<Row, { readonly [_ in Name]: unknown }>[Name] extends infer Value
    ? [Extract<Value, Decimal | IntegerText | number | TokenCounts>] extends [never]
      ? never
      : Name
    : never;
}[Field];

/**
 * The writer of each field. Every numeric field must be named here, even as a dictionary (prices have few distinct
 * values). A field that is not named becomes a dictionary.
 */
const writers: Readonly<
  Record<NumericField, () => ColumnWriter> & Partial<Record<Field, () => ColumnWriter>>
> = {
  id: createTexts,
  raw: createTexts,
  product: () => createDictionary(({ name }: Product) => name),
  chargePeriod: () => createDictionary(({ start }: Period) => start),
  apiKey: () => createDictionary(({ id }: ApiKeyUsageRow['apiKey']) => id),
  tokens: () => createStructs('input', 'output', 'total'),
  listCost: createDecimals,
  billedCost: createDecimals,
  voucherAmount: createDecimals,
  cashAmount: createDecimals,
  total: createDecimals,
  paidAmount: createDecimals,
  outstandingAmount: createDecimals,
  quantity: createDecimals,
  inputTokens: createDecimals,
  outputTokens: createDecimals,
  cacheReadTokens: createDecimals,
  cacheWriteTokens: createDecimals,
  reasoningTokens: createDecimals,
  requestCount: createDecimals,
  createdAt: createDictionary,
  unitPrice: createDictionary,
  inputUnitPrice: createDictionary,
  outputUnitPrice: createDictionary,
  discountedInputUnitPrice: createDictionary,
  discountedOutputUnitPrice: createDictionary,
  listUnitPrice: createDictionary,
  discountedUnitPrice: createDictionary,
  discount: createDictionary,
};

export interface Packer {
  add(row: Row): void;
  /** The rows that were added; nothing can be added any more. */
  end(): PackedRows;
}

/** Packs rows of one kind, one after the other. */
export function createPacker(): Packer {
  let length = 0;
  let fields: { readonly name: string; readonly writer: ColumnWriter }[] = [];
  return {
    add(row) {
      if (length === 0) {
        fields = Object.keys(row).map((name) => ({
          name,
          writer: (writers[name as Field] ?? createDictionary)(),
        }));
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

/** The memory of packed rows, to transfer with them to another thread. */
export function buffersOf({ columns }: PackedRows): ArrayBuffer[] {
  return Object.values(columns).flatMap((column) => buffersIn(column));
}

function buffersIn(column: Column): ArrayBuffer[] {
  if (column.kind === 'TEXT') return [...column.blocks.map(({ buffer }) => buffer), column.ends.buffer];
  if (column.kind === 'DICTIONARY') return [column.indexes.buffer, ...buffersIn(column.values)];
  if (column.kind === 'DECIMAL') {
    return [column.digits.buffer, column.scales.buffer, ...buffersIn(column.longer)];
  }
  return Object.values(column.columns).flatMap((one) => buffersIn(one));
}

/** Gives distinct ids to packed rows that are alike, before anybody has read them. */
export function disambiguatePacked({ length, columns: { id, raw } }: PackedRows): void {
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
  numberDuplicates({ length, idAt, rawAt: (place) => String(raws.at(place)) as RawJson, rename }, keys);
}

/** The table that contains the rows. */
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

/** One class for each set of field names: each kind of row has one. */
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

/** Packed rows as `Rows`; creates a row whenever it is read. */
class PackedList implements Rows<Row> {
  readonly #table: Table;
  readonly #Named: typeof PackedRow;
  readonly packed: PackedRows;

  constructor(packed: PackedRows, table: Table) {
    this.packed = packed;
    this.#table = table;
    this.#Named = classOf(table.names);
  }

  get length(): number {
    return this.#table.length;
  }

  at(place: number): Row | undefined {
    if (place >= this.#table.length) return undefined;
    // The class has a getter for each field.
    return new this.#Named(this.#table, place) as unknown as Row;
  }

  distinct(field: string): readonly unknown[] | null {
    return this.#table.readers[this.#table.names.indexOf(field)]?.distinct() ?? null;
  }

  bytes(): number {
    return this.#table.readers.reduce((sum, { bytes }) => sum + bytes, 4096);
  }

  *[Symbol.iterator](): Iterator<Row> {
    for (let place = 0; place < this.#table.length; place += 1) {
      yield new this.#Named(this.#table, place) as unknown as Row;
    }
  }
}

/** Packed rows as `Rows`. */
export function unpack(packed: PackedRows): Rows<Row> {
  const { length, columns } = packed;
  const readers = Object.values(columns).map((column) => readerOf(column));
  return new PackedList(packed, { length, names: Object.keys(columns), readers });
}

/** The packed rows behind `Rows`; null when they are not packed. */
export function packedIn(rows: Rows<Row>): PackedRows | null {
  return rows instanceof PackedList ? rows.packed : null;
}
