/**
 * Reads the rows of a list as their schema does, many times as fast. On the fast path a plain function beside the
 * schema of each field reads the field's usual form. Anything else (a field, a row, an answer) falls back to the
 * schema. So the schema alone says what is accepted: a fast path that is not sure says so, and never guesses.
 */

import type { z } from 'zod';

import { parseJson } from '../domain/json.ts';
import { createRowScanner, valueKind } from '../table/json-rows.ts';
import { endOfNested } from '../table/json-text.ts';
import type { RawJson } from '../domain/rows.ts';
import { BadRow } from './provider.ts';

/** A symbol, because no vendor's field can have it as its name. */
const cells = Symbol('cells');

/** What a fast path returns when it is not sure: then the schema decides. */
export const fallback = Symbol('fallback');

/** Does what a field's schema does: `kind` is one of `held`, `text` is the value's text if it is TEXT or NUMBER. */
export type FastField<T> = (kind: number, text: string) => T | typeof fallback;

const fastPaths = new WeakMap<z.ZodType, FastField<unknown>>();
const rowSchemas = new WeakMap<z.ZodType, z.ZodObject>();

/** Attaches a plain function to the schema of a field; both must give the same results. */
export function withFastPath<T extends z.ZodType>(schema: T, field: FastField<z.output<T>>): T {
  fastPaths.set(schema, field);
  return schema;
}

/** The plain function of a schema. Without one, its texts go to the schema itself. */
export function fastPathOf<T extends z.ZodType>(schema: T): FastField<z.output<T>> {
  const known = fastPaths.get(schema);
  // Safe, because only `withFastPath` writes it.
  if (known !== undefined) return known as FastField<z.output<T>>;
  return (kind, text) => {
    const parsed = kind === valueKind.TEXT ? schema.safeParse(text) : null;
    return parsed?.success === true ? parsed.data : fallback;
  };
}

/** A checked row, and its text. */
export interface Checked<Wire> {
  readonly wire: Wire;
  readonly raw: RawJson;
}

/** Records which fields a row has, for `createListReader`. */
export function noteRow<T>(checked: T & z.ZodType, row: z.ZodType): T {
  if ('shape' in row) rowSchemas.set(checked, row as z.ZodObject);
  return checked;
}

/**
 * Reads a list and passes its rows to `take`, one after the other. Returns what surrounds the rows, as JSON; null when
 * the schema must read the whole answer, and the rows already taken are void. @throws BadRow and reads no further rows
 */
export type ReadList<Wire> = (text: string, take: (wire: Wire, raw: RawJson) => void) => object | null;

export interface ListFormat<Wire> {
  /** The path of the list in the answer. */
  readonly path: readonly string[];
  /** A schema made by `withRaw`. */
  readonly row: z.ZodType<Checked<Wire>>;
  /** A schema made by `rowsOf`, for rows that the fast path leaves to it. */
  readonly rows: z.ZodType<readonly Checked<Wire>[]>;
  /** The schema reads rows that have this text in one of these fields. */
  readonly except?: { readonly fields: readonly string[]; readonly text: string };
}

/** Creates a reader for lists of a format. */
export function createListReader<Wire>({ path, row, rows, except }: ListFormat<Wire>): ReadList<Wire> {
  const schema = rowSchemas.get(row);
  if (schema === undefined) throw new TypeError('a row whose fields are not known');
  const names = Object.keys(schema.shape);
  const readers = Object.values(schema.shape).map((field) => fastPathOf(field as z.ZodType));
  const watched = except?.fields ?? [];
  const fields = [...new Set([...names, ...watched])];
  const scanner = createRowScanner(fields);
  const watchedAt = watched.map((name) => fields.indexOf(name));
  const Row = rowOf(names);
  const key = path.at(-1) ?? '';
  const opening = new RegExp(`"${key}"\\s*:\\s*\\[\\s*(?=\\{)`);

  /** The current row of the scanner. */
  function readRow(): Wire | null {
    const { kinds, texts } = scanner;
    for (const at of watchedAt) if (kinds[at] === valueKind.TEXT && texts[at] === except?.text) return null;
    const values: unknown[] = [];
    for (let index = 0; index < readers.length; index += 1) {
      const value = readers[index]?.(kinds[index] ?? valueKind.NOTHING, texts[index] ?? '');
      if (value === fallback) return null;
      values.push(value);
    }
    // Safe, because each value has passed the schema of its field.
    return new Row(values) as Wire;
  }

  const readList: ReadList<Wire> = (text, take) => {
    const found = opening.exec(text);
    if (found === null || !text.isWellFormed()) return null;
    const first = found.index + found[0].length;
    const before = text.slice(0, first);
    /** What surrounds the list, which closes at `end`. */
    function envelopeAround(end: number): object | null {
      const behind = text.slice(end);
      // An escaped or a second key could mean that we have read the wrong list.
      if (before.includes('\\') || behind.includes('\\') || behind.includes(`"${key}"`)) return null;
      const envelope = attempt(() => parseJson(before + behind));
      const list = path.reduce(fieldOf, envelope);
      return Array.isArray(list) && list.length === 0 ? (envelope as object) : null;
    }
    scanner.begin(text, first);
    let index = 0;
    for (let step = scanner.next(); step !== 'END'; step = scanner.next(), index += 1) {
      if (step === 'BROKEN') return null;
      const wire = step === 'ROW' ? readRow() : null;
      if (wire !== null) {
        take(wire, scanner.raw as RawJson);
        continue;
      }
      const value = attempt(() => parseJson(text.slice(scanner.start, scanner.end)));
      if (value === null) return null;
      const checked = rows.safeParse([value]);
      if (!checked.success) {
        const envelope = envelopeAround(endOfNested(text, found.index + found[0].indexOf('[')) - 1);
        if (envelope === null) return null;
        throw new BadRow(envelope, [...path, index, ...(checked.error.issues[0]?.path.slice(1) ?? [])]);
      }
      for (const one of checked.data) take(one.wire, one.raw);
    }
    return envelopeAround(scanner.end);
  };

  return (text, take) => {
    try {
      return readList(text, take);
    } finally {
      scanner.release();
    }
  };
}

/** A checked row, as an array of its fields' values: faster to write than an object with fields. */
class WireRow {
  readonly [cells]: readonly unknown[];

  constructor(values: readonly unknown[]) {
    this[cells] = values;
  }
}

/** A class of rows with these fields. */
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
