/**
 * Rows of a list, read as their schema reads them and many times as quickly: each field of the usual kind by a plain
 * function that stands beside its schema, all the rest (a row, an answer) by the schema. So the schema alone says what
 * is accepted; a quick reading that is not sure says so, and never guesses.
 */

import type { z } from 'zod';

import { parseJson } from '../domain/json.ts';
import { createRowScanner, held } from '../domain/json-rows.ts';
import type { RawJson } from '../domain/rows.ts';

/** No field of a vendor's has that name. */
const cells = Symbol('cells');

/** That a quick reading is not sure: the schema decides. */
export const unusual = Symbol('unusual');

/** What a field's schema makes of a value: `kind` is one of `held`, `text` its text where it is TEXT or NUMBER. */
export type QuickField<T> = (kind: number, text: string) => T | typeof unusual;

const quickFields = new WeakMap<z.ZodType, QuickField<unknown>>();
const rowSchemas = new WeakMap<z.ZodType, z.ZodObject>();

/** A schema of a field, and the same as a plain function. */
export function quickly<T extends z.ZodType>(schema: T, field: QuickField<z.output<T>>): T {
  quickFields.set(schema, field);
  return schema;
}

/** The plain function of a schema; of one that has none, texts are given to the schema itself. */
export function quickOf<T extends z.ZodType>(schema: T): QuickField<z.output<T>> {
  const known = quickFields.get(schema);
  // Only `quickly` writes it.
  if (known !== undefined) return known as QuickField<z.output<T>>;
  return (kind, text) => {
    const parsed = kind === held.TEXT ? schema.safeParse(text) : null;
    return parsed?.success === true ? parsed.data : unusual;
  };
}

/** A row as checked, and its text. */
export interface Checked<Wire> {
  readonly wire: Wire;
  readonly raw: RawJson;
}

/** Notes of which fields a row consists, for `createListReader`. */
export function noteRow<T>(checked: T & z.ZodType, row: z.ZodType): T {
  if ('shape' in row) rowSchemas.set(checked, row as z.ZodObject);
  return checked;
}

/**
 * Reads a list, and gives its rows to `take` one after the other: what stood around them, as JSON; null where the answer
 * as a whole is to be read by its schema, and what was taken is void.
 */
export type ReadList<Wire> = (text: string, take: (wire: Wire, raw: RawJson) => void) => object | null;

export interface ListFormat<Wire> {
  /** Where the list stands in the answer. */
  readonly path: readonly string[];
  /** Made by `withRaw`. */
  readonly row: z.ZodType<Checked<Wire>>;
  /** What the schema of the answer makes of rows that are not usual. @throws z.ZodError */
  readonly check: (rows: readonly unknown[]) => readonly Checked<Wire>[];
  /** Rows that hold this text in one of these fields are not usual. */
  readonly except?: { readonly fields: readonly string[]; readonly text: string };
}

/** Reads the lists of a format. */
export function createListReader<Wire>({ path, row, check, except }: ListFormat<Wire>): ReadList<Wire> {
  const schema = rowSchemas.get(row);
  if (schema === undefined) throw new TypeError('a row whose fields are not known');
  const names = Object.keys(schema.shape);
  const quick = Object.values(schema.shape).map((field) => quickOf(field as z.ZodType));
  const watched = except?.fields ?? [];
  const fields = [...new Set([...names, ...watched])];
  const scanner = createRowScanner(fields);
  const watchedAt = watched.map((name) => fields.indexOf(name));
  const Row = rowOf(names);
  const key = path.at(-1) ?? '';
  const opening = new RegExp(`"${key}"\\s*:\\s*\\[\\s*(?=\\{)`);

  /** The row under the scanner. */
  function readRow(): Wire | null {
    const { kinds, texts } = scanner;
    for (const at of watchedAt) if (kinds[at] === held.TEXT && texts[at] === except?.text) return null;
    const values: unknown[] = [];
    for (let index = 0; index < quick.length; index += 1) {
      const value = quick[index]?.(kinds[index] ?? held.NOTHING, texts[index] ?? '');
      if (value === unusual) return null;
      values.push(value);
    }
    // Each field is what its own schema makes of it.
    return new Row(values) as Wire;
  }

  const readList: ReadList<Wire> = (text, take) => {
    const found = opening.exec(text);
    if (found === null || !text.isWellFormed()) return null;
    const first = found.index + found[0].length;
    const before = text.slice(0, first);
    scanner.begin(text, first);
    for (let step = scanner.next(); step !== 'END'; step = scanner.next()) {
      if (step === 'BROKEN') return null;
      const wire = step === 'ROW' ? readRow() : null;
      if (wire !== null) {
        take(wire, scanner.raw as RawJson);
        continue;
      }
      const checked = attempt(() => check([parseJson(text.slice(scanner.start, scanner.end))]));
      if (checked === null) return null;
      for (const one of checked) take(one.wire, one.raw);
    }
    const behind = text.slice(scanner.end);
    // The key must be the one that it seems to be, and the only one.
    if (before.includes('\\') || behind.includes('\\') || behind.includes(`"${key}"`)) return null;
    const envelope = attempt(() => parseJson(before + behind));
    const list = path.reduce(fieldOf, envelope);
    return Array.isArray(list) && list.length === 0 ? (envelope as object) : null;
  };

  return (text, take) => {
    try {
      return readList(text, take);
    } finally {
      scanner.release();
    }
  };
}

/** A checked row by the list of its fields' values, which is written in less time than fields of an object. */
class WireRow {
  readonly [cells]: readonly unknown[];

  constructor(values: readonly unknown[]) {
    this[cells] = values;
  }
}

/** Rows that have these fields. */
function rowOf(names: readonly string[]): typeof WireRow {
  const Row = class extends WireRow {};
  for (const [index, name] of names.entries()) {
    const get = function get(this: WireRow): unknown {
      return this[cells][index];
    };
    Object.defineProperty(Row.prototype, name, { get, enumerable: true });
  }
  return Row;
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
