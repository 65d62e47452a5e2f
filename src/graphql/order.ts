/** Orders of rows: newest first unless told, ties by account and row id, so that every row has its place. */

import type { Instant } from '../domain/calendar.ts';
import { toDecimal, toSortable } from '../domain/decimal.ts';
import type { Place } from './cursor.ts';

export type Direction = 'ASC' | 'DESC';

/** What two rows are compared by, worked out once for each. */
export type SortKey = readonly (string | number | bigint)[];

/** One part of a sort key: where it is found in a row, and what it is compared by. */
export interface SortPart<Row> {
  readonly of: (row: Row) => string | number;
  /** Null: the value is none of this part. */
  readonly toKey: (value: string | number) => string | number | bigint | null;
  /** Null: as asked. Some parts have one direction whatever is asked. */
  readonly direction: Direction | null;
}

export interface Order<Row> {
  /** The same for the same order. */
  readonly name: string;
  placeOf(row: Row): Place;
  /** Null: the place is none of this order. */
  keyOf(place: Place): SortKey | null;
  compare(a: SortKey, b: SortKey): number;
  /** Rows in this order. */
  sort<One extends Row>(rows: readonly One[]): One[];
}

/** What every row has that is ordered. */
interface Placed {
  readonly account: { readonly id: string };
  readonly row: { readonly id: string };
}

/** An order from the parts of its key, first part first; what is alike in all of them goes by account and id. */
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
    sort: (rows) =>
      rows
        .map((row) => ({ row, key: order.keyOf(order.placeOf(row)) ?? [] }))
        .sort((a, b) => order.compare(a.key, b.key))
        .map(({ row }) => row),
    keyOf(place) {
      if (place.length !== parts.length) return null;
      const key = parts.map((part, index) => part.toKey(place[index] ?? ''));
      return key.every((value) => value !== null) ? key : null;
    },
    compare(a, b) {
      for (let index = 0; index < signs.length; index += 1) {
        const [left, right, sign] = [a[index] ?? 0, b[index] ?? 0, signs[index] ?? 1];
        if (left !== right) return left < right ? -sign : sign;
      }
      return 0;
    },
  };
  return order;
}

/** By text, in code unit order: the same on every machine. */
export function byText<Row>(of: (row: Row) => string, direction: Direction | null = null): SortPart<Row> {
  return { of, direction, toKey: (value) => (typeof value === 'string' ? value : null) };
}

/** By moment; a row without one comes before all others. */
export function byInstant<Row>(of: (row: Row) => Instant | null): SortPart<Row> {
  return {
    of: (row) => of(row) ?? -1,
    direction: null,
    toKey: (value) => (typeof value === 'number' ? value : null),
  };
}

/** By exact amount. */
export function byDecimal<Row>(of: (row: Row) => string): SortPart<Row> {
  return {
    of,
    direction: null,
    toKey: (value) => {
      const decimal = toDecimal(String(value));
      return decimal === null ? null : toSortable(decimal);
    },
  };
}
