/** In which order a table stands. What a column is ordered by is text: exact decimals, or words. */

import { compareDecimals } from '../format/compare-decimals.ts';
import type { DecimalText } from '../format/number-formats.ts';

/** What a row is ordered by in a column; null, which is not known, comes last either way. */
export type OrderKey = { readonly figure: DecimalText | null } | { readonly word: string | null };

export type Direction = 'ascending' | 'descending';

export interface TableOrder {
  readonly column: string;
  readonly direction: Direction;
}

/** The rows in an order; those that are alike stay as they were. */
export function orderRows<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => OrderKey,
  direction: Direction,
  locale: string,
): readonly Row[] {
  const { compare } = new Intl.Collator(locale, { numeric: true });
  const sign = direction === 'ascending' ? 1 : -1;
  return rows.toSorted((a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    const [known, other] = [textOf(left), textOf(right)];
    if (known === null || other === null) return Number(known === null) - Number(other === null);
    return sign * ('figure' in left ? compareDecimals(known, other) : compare(known, other));
  });
}

/** How an order stands in the address: "cost", "-cost" from the largest down. */
export function printOrder({ column, direction }: TableOrder): string {
  return direction === 'ascending' ? column : `-${column}`;
}

/** Null: the address names none, so rows stand as the server ordered them. */
export function parseOrder(text: string | null): TableOrder | null {
  if (text === null || text === '' || text === '-') return null;
  return text.startsWith('-')
    ? { column: text.slice(1), direction: 'descending' }
    : { column: text, direction: 'ascending' };
}

function textOf(key: OrderKey): string | null {
  return 'figure' in key ? key.figure : key.word;
}
