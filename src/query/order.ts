/** Orders of rows: newest first by default. Equal rows go by account and row id, so each row has one fixed position. */

import type { Instant } from '../domain/calendar.ts';
import { compareDecimals, type Decimal, toDecimal, zero } from '../domain/decimal.ts';
import type { Place } from './cursor.ts';

export type Direction = 'ASC' | 'DESC';
type Value = Place[number];

/** One part of a sort key: how to get it from a row, and how to compare two of them. */
export interface SortPart<Row> {
  readonly of: (row: Row) => Value;
  /** Whether a value from a cursor is valid for this part. */
  readonly isValue: (value: Value) => boolean;
  /**
   * Negative, zero or positive when the first value comes before, with or after the second. Both are valid for this
   * part.
   */
  readonly compare: (a: Value, b: Value) => number;
  /** A value that is faster to compare, and is compared first. */
  readonly rank: (value: Value) => Value;
  /** Whether values of equal rank are equal; otherwise `compare` decides. */
  readonly isExact: boolean;
  /** Null: the requested direction. Some parts always have the same direction. */
  readonly direction: Direction | null;
}

export interface Order<Row> {
  /** Equal orders have equal names. */
  readonly name: string;
  placeOf(row: Row): Place;
  /** Whether a position is valid in this order. */
  isPlace(place: Place): boolean;
  compare(a: Place, b: Place): number;
  /** The indexes of the rows, in this order. */
  sort(rows: readonly Row[]): number[];
}

/** What every row needs to be ordered. */
interface Placed {
  readonly account: { readonly id: string };
  readonly row: { readonly id: string };
}

/** An order by these parts, the first part first, then by account and row id. */
export function createOrder<Row extends Placed>(
  name: string,
  own: readonly SortPart<Row>[],
  direction: Direction,
): Order<Row> {
  const parts = [
    ...own,
    byText<Row>(({ account }) => account.id, 'ASC'),
    byText<Row>(({ row }) => row.id, 'ASC'),
  ];
  const signs = parts.map((part) => ((part.direction ?? direction) === 'ASC' ? 1 : -1));
  const order: Order<Row> = {
    name: `${name} ${direction}`,
    placeOf: (row) => parts.map((part) => part.of(row)),
    isPlace: (place) =>
      place.length === parts.length && parts.every((part, index) => part.isValue(place[index] ?? '')),
    compare(a, b) {
      for (let index = 0; index < signs.length; index += 1) {
        const compared = parts[index]?.compare(a[index] ?? '', b[index] ?? '') ?? 0;
        if (compared !== 0) return compared * (signs[index] ?? 1);
      }
      return 0;
    },
    sort(rows) {
      const ranks = own
        .map(({ of, rank, isExact }, index) => {
          return { values: rows.map((row) => rank(of(row))), isExact, sign: signs[index] ?? 1 };
        })
        // Skips parts whose values are all equal: they cannot decide.
        .filter(({ values, isExact }) => !isExact || values.some((value) => value !== values[0]));
      const places = Array.from(rows, (_, index) => index);
      return places.sort((a, b) => {
        for (const { values, isExact, sign } of ranks) {
          const [left, right] = [values[a] ?? 0, values[b] ?? 0];
          if (left !== right) return left < right ? -sign : sign;
          if (!isExact) break;
        }
        const [one, other] = [rows[a], rows[b]];
        return one === undefined || other === undefined
          ? 0
          : order.compare(order.placeOf(one), order.placeOf(other));
      });
    },
  };
  return order;
}

/** By text, in code unit order: the same on every machine. */
export function byText<Row>(of: (row: Row) => string, direction: Direction | null = null): SortPart<Row> {
  const isValue = (value: Value): boolean => typeof value === 'string';
  return { of, direction, isValue, compare: inOrder, rank: (value) => value, isExact: true };
}

/** By moment; a row without one comes before all others. */
export function byInstant<Row>(of: (row: Row) => Instant | null): SortPart<Row> {
  return {
    of: (row) => of(row) ?? -1,
    direction: null,
    isValue: (value) => typeof value === 'number',
    compare: inOrder,
    rank: (value) => value,
    isExact: true,
  };
}

/** By exact amount. */
export function byDecimal<Row>(of: (row: Row) => Decimal): SortPart<Row> {
  return {
    of,
    direction: null,
    isValue: (value) => toDecimal(String(value)) !== null,
    compare: (a, b) => compareDecimals(toDecimal(String(a)) ?? zero, toDecimal(String(b)) ?? zero),
    // The nearest double is enough: a greater amount never has a smaller one.
    rank: Number,
    isExact: false,
  };
}

function inOrder(a: Value, b: Value): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
