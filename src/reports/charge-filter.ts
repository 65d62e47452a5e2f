/** Which charges a question is about: the tests behind the filters of lists, reports and budgets. */

import type { AllocationChoice } from './allocation-rules.ts';
import type { ChargeRow } from '../domain/rows.ts';
import { createSearch } from '../domain/text.ts';
import type { ChargedRow, SpendDimension } from './spend-dimensions.ts';

/** What every filter of charges takes. Null and undefined: not said. */
export interface ChargeSelection {
  readonly categories?: readonly string[] | null | undefined;
  readonly currencies?: readonly string[] | null | undefined;
  readonly billingMethods?: readonly string[] | null | undefined;
  readonly productName?: string | null | undefined;
}

/** A test whether a charge is selected. Several conditions must all hold; within a list one is enough. */
export function createChargeTest(selection: ChargeSelection): (row: ChargeRow) => boolean {
  const { categories, currencies, billingMethods } = selection;
  const hasName = createTextTest(selection.productName);
  return (row) =>
    isIn(categories, row.product.category) &&
    isIn(currencies, row.currency) &&
    isIn(billingMethods, row.billingMethod) &&
    hasName(row.product.name);
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

type Names = readonly string[] | null | undefined;

/** What reports of spend, forecasts, budgets and anomalies can be narrowed to. Null and undefined: not said. */
export interface SpendSelection extends ChargeSelection {
  readonly accounts?: Names;
  readonly providers?: Names;
  readonly apiKeys?: Names;
  readonly productIds?: Names;
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
    isIn(filter.productIds, row.product.id) &&
    isIn(filter.feeItems, row.kind === 'DAILY_DETAIL' ? row.feeItem : null) &&
    isIn(filter.apiKeys, row.kind === 'API_KEY_USAGE' ? row.apiKey.id : null) &&
    isIn(filter.projects, 'projectId' in row ? row.projectId : null) &&
    isIn(filter.resources, 'resourceId' in row ? row.resourceId : null) &&
    isIn(filter.subAccounts, 'subAccountId' in row ? row.subAccountId : null);
}

/** Which lists tell it: what keys are named by is usage by key alone, which is the same money again. */
export function viewOf(groupBy: readonly SpendDimension[], filter: SpendSelection): 'COST' | 'KEYS' {
  return groupBy.includes('API_KEY') || filter.apiKeys != null ? 'KEYS' : 'COST';
}
