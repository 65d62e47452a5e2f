/** Orders the groups of a report, by cost or by key, for the top groups and for pages. */

import { toSortable, type Decimal } from '../domain/decimal.ts';
import type { Converter } from '../domain/currency-conversion.ts';
import type { SpendGroup } from './spend-group.ts';

export type SpendOrder = 'COST' | 'KEY';

/** The position of a group, as plain data. It can be compared with positions of groups that no longer exist. */
export interface GroupPlace {
  /** The costs by currency; empty if only keys decide. */
  readonly costs: readonly (readonly [currency: string, amount: Decimal])[];
  readonly values: readonly (string | null)[];
}

/**
 * Sorts groups. COST: highest cost first; of several currencies the alphabetically first one decides, then the next,
 * unless they are converted; ties go by key. KEY: by the values of the key; missing values come last.
 */
export function rankGroups(
  groups: readonly SpendGroup[],
  order: SpendOrder,
  converter: Converter | null,
): SpendGroup[] {
  const ranked = groups.map((group) => ({ group, rank: toRank(placeOf(group, order, converter)) }));
  const currencies = currenciesOf(ranked.map(({ rank }) => rank));
  return ranked.toSorted((a, b) => compareRanks(a.rank, b.rank, currencies)).map(({ group }) => group);
}

/** The `count` groups with the highest cost in each currency, or in the one currency to which all are converted. */
export function topOf(
  groups: readonly SpendGroup[],
  count: number,
  converter: Converter | null,
): ReadonlySet<SpendGroup> {
  const ranked = groups.map((group) => ({ group, rank: toRank(placeOf(group, 'COST', converter)) }));
  const top = new Set<SpendGroup>();
  for (const currency of currenciesOf(ranked.map(({ rank }) => rank))) {
    const own = ranked.filter(({ rank }) => rank.costs.has(currency));
    const sorted = own.toSorted((a, b) => compareRanks(a.rank, b.rank, [currency]));
    for (const { group } of sorted.slice(0, count)) top.add(group);
  }
  return top;
}

/** The groups after a position. */
export function groupsAfter(
  groups: readonly SpendGroup[],
  place: GroupPlace,
  order: SpendOrder,
  converter: Converter | null,
): SpendGroup[] {
  const mark = toRank(place);
  return groups.filter((group) => {
    const rank = toRank(placeOf(group, order, converter));
    return compareRanks(rank, mark, currenciesOf([rank, mark])) > 0;
  });
}

/** The position of a group. @throws GatewayError EXCHANGE_RATE_MISSING */
export function placeOf(group: SpendGroup, order: SpendOrder, converter: Converter | null): GroupPlace {
  const costs = order === 'KEY' ? [] : costsOf(group, converter);
  return { costs, values: group.key.map(({ value }) => value) };
}

function costsOf({ totals, dated }: SpendGroup, converter: Converter | null): GroupPlace['costs'] {
  if (converter === null) return totals.map(({ currency, billedCost }) => [currency, billedCost]);
  const parts = dated ?? [{ day: null, totals }];
  const amounts = parts.flatMap((part) =>
    part.totals.map(({ currency, billedCost: amount }) => ({ day: part.day, currency, amount })),
  );
  return [[converter.to, converter.sum(amounts)]];
}

/** A position, prepared for comparing. */
interface Rank extends Omit<GroupPlace, 'costs'> {
  readonly costs: ReadonlyMap<string, bigint>;
}

function toRank({ costs, ...place }: GroupPlace): Rank {
  return { ...place, costs: new Map(costs.map(([currency, amount]) => [currency, toSortable(amount)])) };
}

function currenciesOf(ranks: readonly Rank[]): string[] {
  const currencies = new Set<string>();
  for (const { costs } of ranks) for (const currency of costs.keys()) currencies.add(currency);
  return [...currencies].toSorted();
}

function compareRanks(a: Rank, b: Rank, currencies: readonly string[]): number {
  for (const currency of currencies) {
    const [left, right] = [a.costs.get(currency), b.costs.get(currency)];
    if (left === right) continue;
    if (left === undefined || right === undefined) return left === undefined ? 1 : -1;
    return left > right ? -1 : 1;
  }
  for (const [index, left] of a.values.entries()) {
    const right = b.values[index] ?? null;
    if (left === right) continue;
    if (left === null || right === null) return left === null ? 1 : -1;
    return left < right ? -1 : 1;
  }
  return 0;
}
