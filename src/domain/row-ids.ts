/** Ids of rows that providers leave without one: what a row is about, never how much. */

import { hash } from 'node:crypto';

import type { RawJson, RowKind } from './rows.ts';

/** The id of what a row is about; the same for all rows that are alike in it. */
export type RowId = (identity: readonly (string | null)[]) => string;

/**
 * Names rows of an account: the same identity gives the same id, after every restart and re-read. Never put an amount
 * into an identity: amounts change until they are final.
 */
export function createRowIds(accountId: string, kind: RowKind): RowId {
  const opening = JSON.stringify([accountId, kind]).slice(0, -1);
  return (identity) =>
    digest(`${opening}${identity.length === 0 ? '' : ','}${JSON.stringify(identity).slice(1)}`, 0);
}

function digest(text: string, ordinal: number): string {
  return hash('sha256', `${text}#${ordinal}`, 'base64url').slice(0, 24);
}

/** What `numberAlike` needs of the rows of a list. */
export interface Numbered {
  readonly length: number;
  readonly idAt: (place: number) => string;
  readonly rawAt: (place: number) => RawJson;
  readonly rename: (place: number, id: string) => void;
}

/**
 * Tells rows of a list apart that are alike in all but their figures (two identical purchases are two rows), in the order
 * of their texts: the vendor's order of them is its own affair. `keys` are those of the rows' ids.
 */
export function numberAlike({ length, idAt, rawAt, rename }: Numbered, keys: Float64Array): void {
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

/** The first characters of an id, at a place in its bytes, as a number: most that have it in common are the same. */
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

/** Which numbers there are more than once. Sorting finds them in less time than a set of all takes to fill. */
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

/** The rows of a list, those that are alike told apart. */
export function toldApart<Row extends Named>(rows: readonly Row[]): readonly Row[] {
  const keys = new Float64Array(rows.length);
  for (const [place, { id }] of rows.entries()) keys[place] = keyOf(id);
  const at = (place: number): Row => {
    const row = rows[place];
    if (row === undefined) throw new RangeError(`no row ${place}`);
    return row;
  };
  const renamed = new Map<number, Row>();
  const rename = (place: number, id: string): void => void renamed.set(place, { ...at(place), id });
  numberAlike(
    { length: rows.length, idAt: (place) => at(place).id, rawAt: (place) => at(place).raw, rename },
    keys,
  );
  return renamed.size === 0 ? rows : rows.map((row, place) => renamed.get(place) ?? row);
}
