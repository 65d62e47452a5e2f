/**
 * Keeps an answer small: a model reads all of it. What does not fit is left out of its longest lists, and said; nothing
 * is left out silently.
 */

import type { JsonObject } from './tool.ts';

/** The most characters of a whole result, in JSON. */
export const maxCharacters = 25_000;
/** What the SDK adds to a result, generously. */
const ofSdk = 500;

/** Whether a result stays small with what the SDK adds to it. */
export function isSmallEnough(result: object): boolean {
  return JSON.stringify(result).length <= maxCharacters - ofSdk;
}

/** A list that was shortened: its path, how many of its items are shown, and of how many. */
export interface Omission {
  readonly list: string;
  readonly shown: number;
  readonly of: number;
}

/** How many items the longest list of some data has. */
export function longestIn(data: unknown): number {
  return Math.max(0, ...listsIn(data, '').map(({ items }) => items.length));
}

interface List {
  readonly path: string;
  readonly items: unknown[];
  readonly size: number;
}

/** Data that fits, as `fits` says, with what was left out of it. Null: no list can be shortened any more. */
export function cutToFit(
  data: JsonObject,
  fits: (data: JsonObject, omitted: readonly Omission[]) => boolean,
): { readonly data: JsonObject; readonly omitted: readonly Omission[] } | null {
  const copy = copyOf(data) as JsonObject;
  const lengths = new Map<string, { readonly items: unknown[]; readonly of: number }>();
  const omitted = (): Omission[] =>
    Array.from(lengths, ([list, { items, of }]) => ({ list, shown: items.length, of }));
  while (!fits(copy, omitted())) {
    const [longest] = listsIn(copy, '')
      .filter(({ items }) => items.length > 1)
      .toSorted((a, b) => b.size - a.size);
    if (longest === undefined) return null;
    const { path, items } = longest;
    lengths.set(path, { items, of: lengths.get(path)?.of ?? items.length });
    items.length = Math.max(1, Math.floor(items.length * 0.75));
  }
  return { data: copy, omitted: omitted() };
}

function listsIn(value: unknown, path: string): List[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([name, item]) =>
    listsIn(item, path === '' ? name : `${path}.${name}`),
  );
  return Array.isArray(value)
    ? [{ path, items: value, size: JSON.stringify(value).length }, ...inner]
    : inner;
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => copyOf(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copyOf(inner)]));
}
