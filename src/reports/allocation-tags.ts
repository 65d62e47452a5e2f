/** Whose cost a whole charge is, as tags of the export: one for each allocation of the settings that says so. */

import type { Account } from '../domain/account.ts';
import type { CalendarDate } from '../domain/calendar.ts';
import { canMatch, createFindRule, holdsOn, speaksOfKeys, type Allocation } from './allocation-rules.ts';
import type { ChargedRow } from './spend-dimensions.ts';

/**
 * The tags of charges of an account, as JSON; null: it has none. A charge that is split has none, since a tag names one
 * value; nor has one whose category is allocated by key (from `keysSince` on; null: never), since it is not of one key.
 */
export function createTagger(
  allocations: readonly Allocation[],
  account: Account,
  keysSince: CalendarDate | null,
): (row: ChargedRow) => string | null {
  const each = allocations.map((allocation) => ({
    id: allocation.id,
    find: createFindRule(allocation, account, new Map()),
    keyRules: allocation.rules.filter((rule) => speaksOfKeys(rule) && canMatch(rule, account)),
  }));
  const { keyedCategories } = account.provider;
  return (row) => {
    const isOfKeys = row.kind === 'DAILY_DETAIL' && keyedCategories.includes(row.product.category ?? '');
    const tags = each.flatMap(({ id, find, keyRules }): [string, string][] => {
      const isByKey =
        isOfKeys &&
        keysSince !== null &&
        row.date >= keysSince &&
        keyRules.some((rule) => holdsOn(rule, row.date));
      const target = isByKey ? undefined : find(row, false)?.target;
      return target?.kind === 'VALUE' ? [[id, target.value]] : [];
    });
    return tags.length === 0 ? null : JSON.stringify(Object.fromEntries(tags));
  };
}
