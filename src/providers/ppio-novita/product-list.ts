/** The lists of usage by product: one per category, by the day and by the hour. */

import { hourlyOf } from '../../domain/segments.ts';

/** One list of usage by product. */
export interface ProductList {
  readonly cycle: 'Hour' | 'Day';
  readonly category: string;
}

/** Parses the name of a list: "hour/gpu" is gpu by the hour. */
export function productListOf(variant: string): ProductList {
  const prefix = hourlyOf('');
  return variant.startsWith(prefix)
    ? { cycle: 'Hour', category: variant.slice(prefix.length) }
    : { cycle: 'Day', category: variant };
}
