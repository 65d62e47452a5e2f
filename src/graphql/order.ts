/** Orders of rows: newest first unless told, ties by account and row id, so that every row has its place. */

import type { Instant } from '../domain/calendar.ts';
import { compareDecimals, toDecimal } from '../domain/decimal.ts';
import type { Place } from './cursor.ts';

export type Direction = 'ASC' | 'DESC';

/** One part of a sort key: where it is found in a row, and how two of them compare. */
export interface SortPart<Row> {
  readonly of: (row: Row) => string | number;
  readonly compare: (a: string | number, b: string | number) => number;
  /** Null: as asked. Some parts have one direction whatever is asked. */
  readonly direction: Direction | null;
}

export interface Order<Row> {
  placeOf(row: Row): Place;
  compare(a: Place, b: Place): number;
  /** Whether a place can be one of this order. */
  isPlace(place: Place): boolean;
}

/** An order from the parts of its key, first part first. */
export function createOrder<Row>(parts: readonly SortPart<Row>[], direction: Direction): Order<Row> {
  return {
    placeOf: (row) => parts.map((part) => part.of(row)),
    compare(a, b) {
      for (const [index, part] of parts.entries()) {
        const [left, right] = [a[index], b[index]];
        if (left === undefined || right === undefined) return 0;
        const sign = (part.direction ?? direction) === 'ASC' ? 1 : -1;
        const result = sign * part.compare(left, right);
        if (result !== 0) return result;
      }
      return 0;
    },
    isPlace: (place) =>
      place.length === parts.length &&
      parts.every((part, index) => {
        const value = place[index];
        return value !== undefined && !Number.isNaN(part.compare(value, value));
      }),
  };
}

/** By text, in code unit order: the same on every machine. */
export function byText<Row>(of: (row: Row) => string, direction: Direction | null = null): SortPart<Row> {
  return {
    of,
    direction,
    compare: (a, b) =>
      typeof a !== 'string' || typeof b !== 'string' ? Number.NaN : a < b ? -1 : a > b ? 1 : 0,
  };
}

/** By moment; a row without one comes before all others. */
export function byInstant<Row>(of: (row: Row) => Instant | null): SortPart<Row> {
  return {
    of: (row) => of(row) ?? -1,
    direction: null,
    compare: (a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : Number.NaN),
  };
}

/** By exact amount. */
export function byDecimal<Row>(of: (row: Row) => string): SortPart<Row> {
  return {
    of,
    direction: null,
    compare: (a, b) => {
      const [left, right] = [toDecimal(String(a)), toDecimal(String(b))];
      return left === null || right === null ? Number.NaN : compareDecimals(left, right);
    },
  };
}
