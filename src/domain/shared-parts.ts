/**
 * Rows that come back from JSON have each its own product, key and period, though a list has few of them. Those that
 * are alike become one: a row then takes less memory, and less time of the collector while others wait.
 */

import type { Period } from './calendar.ts';
import type { ApiKeyUsageRow, Product, RowKind, RowOf } from './rows.ts';

type Row = RowOf[RowKind];
type Parts = { -readonly [K in 'product' | 'chargePeriod' | 'apiKey']?: ApiKeyUsageRow[K] };

/** Makes the parts of rows, one list after the other, those of the rows before them where they are alike. */
export function createSharing(): (row: Row) => void {
  const products = new Map<string, Product>();
  const keys = new Map<string, ApiKeyUsageRow['apiKey']>();
  const periods = new Map<number, Period>();
  return (row) => {
    // The row is new, and nobody has looked at it yet.
    const parts = row as Parts;
    const { product, chargePeriod, apiKey } = parts;
    if (product !== undefined) {
      const known = knownOf(products, product.name, product);
      if (known.id === product.id && known.category === product.category) parts.product = known;
    }
    if (chargePeriod !== undefined) {
      const known = knownOf(periods, chargePeriod.start, chargePeriod);
      if (known.end === chargePeriod.end) parts.chargePeriod = known;
    }
    if (apiKey !== undefined) {
      const known = knownOf(keys, apiKey.id, apiKey);
      if (known.name === apiKey.name && known.maskedKey === apiKey.maskedKey) parts.apiKey = known;
    }
  };
}

function knownOf<Key, Value>(known: Map<Key, Value>, key: Key, value: Value): Value {
  const before = known.get(key);
  if (before !== undefined) return before;
  known.set(key, value);
  return value;
}
