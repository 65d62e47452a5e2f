/** Ids for rows that have none from their provider. They depend on what a row is about, never on its amounts. */

import { hash } from 'node:crypto';

import type { RawJson, RowKind } from './rows.ts';

/** The id for an identity; rows with the same identity have the same id. */
export type RowId = (identity: readonly (string | null)[]) => string;

/**
 * Creates row ids for an account: the same identity gives the same id, after every restart and every reading. Never
 * make an amount part of an identity: amounts change until they are final.
 */
export function createRowIds(accountId: string, kind: RowKind): RowId {
  const opening = JSON.stringify([accountId, kind]).slice(0, -1);
  return (identity) =>
    digest(`${opening}${identity.length === 0 ? '' : ','}${JSON.stringify(identity).slice(1)}`, 0);
}

function digest(text: string, ordinal: number): string {
  return hash('sha256', `${text}#${ordinal}`, 'base64url').slice(0, 24);
}

/** What `numberDuplicates` needs to know about the rows of a list. */
export interface Numbered {
  readonly length: number;
  readonly idAt: (place: number) => string;
  readonly rawAt: (place: number) => RawJson;
  readonly rename: (place: number, id: string) => void;
}

/**
 * Gives distinct ids to rows of a list that have the same id (two identical purchases are two rows). Numbers them in
 * the order of their raw texts, because the vendor may change the order of its list. `keys` are the `keyAt` of their
 * ids.
 */
export function numberDuplicates({ length, idAt, rawAt, rename }: Numbered, keys: Float64Array): void {
  const repeated = repeatedIn(keys);
  if (repeated.size === 0) return;
  const places = Map.groupBy(
    Array.from({ length }, (_, place) => place).filter((place) => repeated.has(keys[place] ?? 0)),
    idAt,
  );
  for (const [id, alike] of places) {
    const texts = new Map(alike.map((place) => [place, rawAt(place)]));
    const textOf = (place: number): string => texts.get(place) ?? '';
    alike.sort((a, b) => (textOf(a) < textOf(b) ? -1 : textOf(a) > textOf(b) ? 1 : a - b));
    for (const [ordinal, place] of alike.entries()) if (ordinal > 0) rename(place, digest(id, ordinal));
  }
}

/** The first characters of an id in a byte array, as a number: ids that share it are mostly the same. */
export function keyAt(bytes: Uint8Array, start: number): number {
  let key = 0;
  for (let at = start; at < start + 7; at += 1) key = key * 128 + (bytes[at] ?? 0);
  return key;
}

function keyOf(id: string): number {
  let key = 0;
  for (let at = 0; at < 7; at += 1) key = key * 128 + id.charCodeAt(at);
  return key;
}

/** The numbers that occur more than once. Sorting finds them faster than filling a set does. */
function repeatedIn(keys: Float64Array): ReadonlySet<number> {
  const sorted = keys.toSorted();
  const repeated = new Set<number>();
  for (let index = 1; index < sorted.length; index += 1) {
    const key = sorted[index] ?? 0;
    if (key === sorted[index - 1]) repeated.add(key);
  }
  return repeated;
}

interface Named {
  readonly id: string;
  readonly raw: RawJson;
}

/** The rows of a list, with distinct ids for rows that are alike. */
export function disambiguate<Row extends Named>(rows: readonly Row[]): readonly Row[] {
  const keys = new Float64Array(rows.length);
  for (const [place, { id }] of rows.entries()) keys[place] = keyOf(id);
  const at = (place: number): Row => {
    const row = rows[place];
    if (row === undefined) throw new RangeError(`no row ${place}`);
    return row;
  };
  const renamed = new Map<number, Row>();
  const rename = (place: number, id: string): void => void renamed.set(place, { ...at(place), id });
  numberDuplicates(
    { length: rows.length, idAt: (place) => at(place).id, rawAt: (place) => at(place).raw, rename },
    keys,
  );
  return renamed.size === 0 ? rows : rows.map((row, place) => renamed.get(place) ?? row);
}
