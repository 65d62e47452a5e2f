/** Which charges a question is about: the tests behind the filters of lists, reports and budgets. */

import type { AllocationChoice } from './allocation-rules.ts';
import { createSearch, unlessBlank } from '../domain/text.ts';
import type { ChargedRow, SpendDimension } from './spend-dimensions.ts';

type Names = readonly string[] | null | undefined;

/** What every filter of charges takes. Null and undefined: not said. */
export interface ChargeSelection {
  readonly categories?: Names;
  readonly currencies?: Names;
  readonly billingMethods?: Names;
  readonly productName?: string | null | undefined;
  readonly products?: Names;
  readonly productIds?: Names;
  /** What the charge does not say: the group of spend whose value is null. */
  readonly without?: readonly SpendDimension[] | null | undefined;
}

/** What a charge itself says of a dimension; every other is known of each charge. */
const valueIn = {
  CATEGORY: ({ product }) => product.category,
  PRODUCT_ID: ({ product }) => product.id,
  FEE_ITEM: (row) => (row.kind === 'DAILY_DETAIL' ? row.feeItem : null),
  API_KEY: (row) => (row.kind === 'API_KEY_USAGE' ? row.apiKey.id : null),
  PROJECT: (row) => ('projectId' in row ? row.projectId : null),
  RESOURCE: (row) => ('resourceId' in row ? row.resourceId : null),
  SUB_ACCOUNT: (row) => ('subAccountId' in row ? row.subAccountId : null),
  BILLING_METHOD: ({ billingMethod }) => billingMethod,
} as const satisfies Partial<Record<SpendDimension, (row: ChargedRow) => string | null>>;

const said: Partial<Record<SpendDimension, (row: ChargedRow) => string | null>> = valueIn;

/** A test whether a charge is selected. Several conditions must all hold; within a list one is enough. */
export function createChargeTest(selection: ChargeSelection): (row: ChargedRow) => boolean {
  const { categories, currencies, billingMethods, products, productIds, without } = selection;
  const hasName = createTextTest(selection.productName);
  return (row) =>
    isIn(categories, row.product.category) &&
    isIn(currencies, row.currency) &&
    isIn(billingMethods, row.billingMethod) &&
    isIn(products, row.product.name) &&
    isIn(productIds, row.product.id) &&
    (without ?? []).every((name) => isAbsent(name, row)) &&
    hasName(row.product.name);
}

function isAbsent(name: SpendDimension, row: ChargedRow): boolean {
  const value = said[name];
  return value !== undefined && unlessBlank(value(row)) === null;
}

/** A test whether a text holds `part`, however it is written; without a part every text passes. */
export function createTextTest(part: string | null | undefined): (text: string | null) => boolean {
  if (part == null) return () => true;
  const holds = createSearch(part);
  return (text) => holds(text ?? '');
}

/** Whether a value is in a list; no list lets everything through, an empty one nothing. */
export function isIn(list: readonly string[] | null | undefined, value: string | null): boolean {
  return list == null || (value !== null && list.includes(value));
}

/** What reports of spend, forecasts, budgets and anomalies can be narrowed to. Null and undefined: not said. */
export interface SpendSelection extends ChargeSelection {
  readonly accounts?: Names;
  readonly providers?: Names;
  readonly apiKeys?: Names;
  /** Usage by key, also where no key is named. */
  readonly byKey?: boolean | null | undefined;
  readonly feeItems?: Names;
  readonly subAccounts?: Names;
  readonly projects?: Names;
  readonly resources?: Names;
  /** Whose cost; of several all must hold. */
  readonly allocations?: readonly AllocationChoice[] | null | undefined;
}

/** A test whether a charge is selected, whose account, provider and allocations are not looked at. */
export function createSpendTest(filter: SpendSelection): (row: ChargedRow) => boolean {
  const isSelected = createChargeTest(filter);
  return (row) =>
    isSelected(row) &&
    isIn(filter.feeItems, valueIn.FEE_ITEM(row)) &&
    isIn(filter.apiKeys, valueIn.API_KEY(row)) &&
    isIn(filter.projects, valueIn.PROJECT(row)) &&
    isIn(filter.resources, valueIn.RESOURCE(row)) &&
    isIn(filter.subAccounts, valueIn.SUB_ACCOUNT(row));
}

/** Which lists tell it: what keys are named by is usage by key alone, which is the same money again. */
export function costBasisOf(groupBy: readonly SpendDimension[], filter: SpendSelection): 'COST' | 'KEYS' {
  const { apiKeys, byKey, without } = filter;
  const isByKey = apiKeys != null || byKey === true || without?.includes('API_KEY') === true;
  return groupBy.includes('API_KEY') || isByKey ? 'KEYS' : 'COST';
}
