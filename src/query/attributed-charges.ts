/**
 * Reads the charges of a question, each counted as allocations decide. This is the only way to the charges of a caller
 * who may see some values of an allocation alone: whatever is not theirs is left out here, before anything is added up.
 */

import type { Account } from '../domain/account.ts';
import type { CalendarDate } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import { GatewayError } from '../domain/errors.ts';
import type { Source } from '../ledger/source.ts';
import type { AllocationChoice } from '../reports/allocation-rules.ts';
import { createWeights } from '../reports/allocation-weights.ts';
import { createAttribution, isProportional, readsKeys, type Involved } from '../reports/attribution.ts';
import { readKeyDetails } from './key-details.ts';
import type { GatewayContext } from './context.ts';
import { readValueCosts, wholeMonths } from './value-costs.ts';
import {
  collectCharges,
  type AccountLists,
  type Collector,
  type SpendRequest,
  type CostBasis,
} from './spend-charges.ts';
import { readOwnDays, type ChargeKind } from './spend-lists.ts';

/** Passes the charges of all accounts that answered to `collector`; returns what each list contributed. @throws GatewayError BAD_USER_INPUT */
export async function readCharges(
  request: SpendRequest,
  context: GatewayContext,
  collector: Collector,
): Promise<SourceCoverage[]> {
  const involved = involvedIn(request, context);
  const sources = await collectCharges(
    request,
    (account) => toLists(account, involved, request, context),
    context,
    collector,
  );
  return context.visibility.bound === null ? sources : sources.map((source) => withoutOthers(source));
}

/** The allocations that decide what counts, in the order of the settings. @throws GatewayError BAD_USER_INPUT */
function involvedIn(
  { allocations: { asked, choices } }: SpendRequest,
  { visibility: { allocations, bound } }: GatewayContext,
): Involved[] {
  for (const id of [asked, ...choices.map((choice) => choice.id)]) {
    if (id === null || allocations.some((allocation) => allocation.id === id)) continue;
    const known = allocations.map((allocation) => allocation.id).join(', ') || 'none';
    throw new GatewayError(
      'BAD_USER_INPUT',
      `there is no allocation "${id.slice(0, 64)}"; there are: ${known}`,
    );
  }
  return allocations.flatMap((allocation): Involved[] => {
    const limits: AllocationChoice[] = choices.filter(({ id }) => id === allocation.id);
    const own = bound?.get(allocation.id);
    if (own !== undefined) limits.push({ id: allocation.id, values: [...own] });
    const isAsked = allocation.id === asked;
    return limits.length === 0 && !isAsked ? [] : [{ allocation, isAsked, allowed: common(limits) }];
  });
}

/** The values that all choices contain; null: there is no choice. */
function common(choices: readonly AllocationChoice[]): ReadonlySet<string | null> | null {
  return choices
    .map(({ values }) => new Set(values.map((value) => value ?? null)))
    .reduce<Set<string | null> | null>((all, values) => all?.intersection(values) ?? values, null);
}

const kindsOf: Readonly<Record<CostBasis, readonly ChargeKind[]>> = {
  COST: ['BILL', 'DAILY_DETAIL'],
  KEYS: ['API_KEY_USAGE'],
};

/** What is read of an account, and whose cost its charges are. */
async function toLists(
  account: Account,
  involved: readonly Involved[],
  request: SpendRequest,
  context: GatewayContext,
): Promise<AccountLists> {
  const all = context.visibility.costSources.filter(
    (source): source is Source<ChargeKind> => source.account === account && source.kind !== 'INVOICE',
  );
  const sources = kindsOf[request.costBasis].flatMap((kind) => all.filter((source) => source.kind === kind));
  const none: AccountLists = { sources, attribution: null, error: null };
  if (involved.length === 0 || sources.length === 0) return none;
  const usage = all.find((source) => source.kind === 'API_KEY_USAGE') ?? null;
  const { dates } = request.datesIn(request.timeZone ?? account.timeZone);
  const shared = involved.filter(({ allocation }) => isProportional(allocation, account));
  const needed = shared.length === 0 ? dates : wholeMonths(dates);
  const areKeysRead = usage !== null && involved.some(({ allocation }) => readsKeys(allocation, account));
  const since: CalendarDate = usage?.grid.floor ?? needed.from;
  const keysSince = areKeysRead && since < needed.to ? since : null;
  const isCost = request.costBasis === 'COST';
  const ofCost = all.filter(({ kind }) => kind !== 'API_KEY_USAGE' || keysSince !== null);
  const read: AccountLists = { sources: isCost ? ofCost : sources, attribution: null, error: null };
  // All at once, so that a question that is too expensive reads nothing, and nothing waits for something else.
  const ahead = shared.length > 0 ? ofCost : isCost && keysSince !== null ? ofCost : sources;
  const categories = shared.length > 0 ? null : request.categories;
  if (request.timeZone === null || shared.length > 0) {
    await Promise.all(
      ahead.map((source) =>
        readOwnDays(source, { dates: needed, categories }, context, { accepts: () => true }),
      ),
    );
  }
  const details = areKeysRead
    ? await readKeyDetails(usage, needed, context)
    : { categories: [], names: new Map<string, string>(), error: null };
  if (details.error !== null) return { ...read, error: details.error };
  const keys = { ...details, categories: [...account.provider.keyedCategories, ...details.categories] };
  const costs = [];
  for (const { allocation } of shared) {
    const found = await readValueCosts(
      { account, allocation, sources: ofCost, keysSince, keys, dates: needed },
      context,
    );
    if (found.error !== null) return { ...read, error: found.error };
    costs.push(...found.costs);
  }
  const attribution = createAttribution({
    account,
    involved,
    keysSince: isCost ? keysSince : null,
    keys,
    weights: createWeights(costs),
  });
  return { ...read, attribution };
}

/** What a caller is told who may see some values alone: nothing that the charges of others decide. */
function withoutOthers(source: SourceCoverage): SourceCoverage {
  return { ...source, notices: source.periodNotices };
}
