/** What Explore is narrowed to, as the filters of the endpoint take it: those of spend, and of the lists behind it. */

import type { SpendFilter } from '../../generated/operations.ts';

/** The dimensions that a filter can name, and its field. */
export const filterFields = {
  PROVIDER: 'providers',
  ACCOUNT: 'accounts',
  PRODUCT: 'products',
  PRODUCT_ID: 'productIds',
  CATEGORY: 'categories',
  FEE_ITEM: 'feeItems',
  API_KEY: 'apiKeys',
  PROJECT: 'projects',
  RESOURCE: 'resources',
  SUB_ACCOUNT: 'subAccounts',
  BILLING_METHOD: 'billingMethods',
} as const;

export type FilterDimension = keyof typeof filterFields;
type FilterField = (typeof filterFields)[FilterDimension];

export interface Filters {
  /** By dimension: one of these values; null: those that say nothing there. */
  readonly values: ReadonlyMap<FilterDimension, readonly string[] | null>;
  /** By allocation: one of these values; null among them: what no rule matches. */
  readonly allocations: ReadonlyMap<string, readonly (string | null)[]>;
  /** A part of a product's name; empty: any. */
  readonly search: string;
  readonly currencies: readonly string[];
}

/** The fields of a filter of the endpoint; only those that say something. */
export type FilterInput = Pick<
  SpendFilter,
  FilterField | 'without' | 'productName' | 'currencies' | 'allocations'
>;

/** The filter of spend. */
export function toSpendFilter({ values, allocations, search, currencies }: Filters): FilterInput {
  const named = [...values].flatMap(([dimension, list]) =>
    list === null ? [] : [[filterFields[dimension], list] as const],
  );
  const without = [...values].flatMap(([dimension, list]) => (list === null ? [dimension] : []));
  return {
    ...Object.fromEntries(named),
    ...(without.length === 0 ? {} : { without }),
    ...(allocations.size === 0
      ? {}
      : { allocations: Array.from(allocations, ([id, list]) => ({ id, values: [...list] })) }),
    ...(search === '' ? {} : { productName: search }),
    ...(currencies.length === 0 ? {} : { currencies }),
  };
}

/** Which lists hold the charges of a report, and their filters; a list that has none of them is absent. */
export interface RowFilters {
  readonly bills?: FilterInput;
  readonly details?: FilterInput;
  readonly usage?: FilterInput;
}

/** What each list can be filtered by; a charge without the field is in no list of those that have it. */
const lacking = {
  bills: ['feeItems', 'projects', 'apiKeys'],
  details: ['subAccounts', 'apiKeys'],
  usage: ['feeItems', 'projects', 'resources', 'subAccounts'],
} as const satisfies Readonly<Record<keyof RowFilters, readonly FilterField[]>>;

/**
 * The filters of the lists behind a report of spend, which read the same charges. `byKey`: grouped by API key. A list
 * knows no allocation, whose values may have parts of charges.
 */
export function toRowFilters({ allocations, ...filter }: FilterInput, byKey: boolean): RowFilters {
  if (allocations != null) return {};
  const has = (list: keyof RowFilters): boolean => lacking[list].every((field) => filter[field] == null);
  if (byKey || filter.apiKeys != null || filter.without?.includes('API_KEY') === true) {
    return has('usage') ? { usage: filter } : {};
  }
  return {
    ...(has('bills') ? { bills: filter } : {}),
    ...(has('details') ? { details: filter } : {}),
  };
}
