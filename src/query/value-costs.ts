/** What values of an allocation have in each month without what is shared in proportion to it. */

import type { Account } from '../domain/account.ts';
import {
  addDays,
  addMonths,
  firstDayOf,
  monthOf,
  toYearMonth,
  type CalendarDate,
  type DateRange,
} from '../domain/calendar.ts';
import type { GatewayError } from '../domain/errors.ts';
import type { Source } from '../ledger/source.ts';
import type { Allocation } from '../reports/allocation-rules.ts';
import type { ValueCosts } from '../reports/allocation-weights.ts';
import { createAttribution, readsKeys, type KeyDetails } from '../reports/attribution.ts';
import { createSpend } from '../reports/spend.ts';
import type { GatewayContext } from './context.ts';
import { collectCharges, noAllocations } from './spend-charges.ts';
import type { ChargeKind } from './spend-lists.ts';
import { createCollector } from './spend-parts.ts';

interface Shared {
  readonly account: Account;
  readonly allocation: Allocation;
  readonly sources: readonly Source<ChargeKind>[];
  readonly keysSince: CalendarDate | null;
  readonly keys: KeyDetails;
  /** Whole months. */
  readonly dates: DateRange;
}

/** The months that some dates touch. */
export function wholeMonths({ from, to }: DateRange): DateRange {
  const last = to > from ? addDays(to, -1) : from;
  return { from: firstDayOf(monthOf(from)), to: firstDayOf(addMonths(monthOf(last), 1)) };
}

/** Reads it; `error`: why the account could not be read. */
export async function readValueCosts(
  { account, allocation, sources, keysSince, keys, dates }: Shared,
  context: GatewayContext,
): Promise<{ readonly costs: readonly ValueCosts[]; readonly error: GatewayError | null }> {
  const groupBy = ['MONTH', 'ALLOCATION'] as const;
  const spend = createSpend(groupBy);
  const attribution = createAttribution({
    account,
    involved: [{ allocation, isAsked: true, allowed: null }],
    keysSince: readsKeys(allocation, account) ? keysSince : null,
    keys,
    weights: null,
  });
  const matches = (): boolean => true;
  const settings = { groupBy, rateDay: null, signature: '["value costs"]', matches };
  const read = await collectCharges(
    {
      costBasis: 'COST',
      scope: { accounts: [account.id] },
      datesIn: () => ({ dates, shift: null }),
      timeZone: null,
      categories: null,
      matches,
      allocations: noAllocations,
      narrowing: null,
    },
    () =>
      Promise.resolve({
        sources: readsKeys(allocation, account)
          ? sources
          : sources.filter(({ kind }) => kind !== 'API_KEY_USAGE'),
        attribution,
        error: null,
      }),
    context,
    createCollector(spend, settings, context),
  );
  const error = read.find(({ status }) => status === 'FAILED')?.error ?? null;
  const costs = spend.groups().flatMap(({ key: [month, value], totals }): ValueCosts[] => {
    const known = toYearMonth(month?.value ?? '');
    const name = value?.value ?? null;
    if (known === null || name === null) return [];
    return totals.map(({ currency, billedCost }) => ({
      allocation: allocation.id,
      month: known,
      value: name,
      currency,
      cost: billedCost,
    }));
  });
  return { costs, error };
}
