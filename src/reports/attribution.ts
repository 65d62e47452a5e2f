/**
 * Attribution: whose cost each charge of an account is. A charge counts whole, in parts that add up to it, or not at
 * all. Where rules look at keys, usage by key takes the place of the categories that keys use. What cost by product
 * holds beside it is a difference: details count for it and usage by key against it, so it adds up row by row.
 */

import type { Account } from '../domain/account.ts';
import { monthOf, type CalendarDate, type YearMonth } from '../domain/calendar.ts';
import { digestOf } from '../domain/digest.ts';
import {
  canMatch,
  createFindRule,
  holdsOn,
  notAttributed,
  speaksOfKeys,
  type Allocation,
  type KeyNames,
} from './allocation-rules.ts';
import type { AllocationWeights } from './allocation-weights.ts';
import { mergeAmounts, negateAmounts, splitAmounts, type Amounts } from './charge-amounts.ts';
import type { ChargedRow, Share } from './spend-dimensions.ts';

/** A charge, or a part of it. */
export interface ChargePart extends Share {
  readonly row: ChargedRow;
  /** The row itself where it counts whole. */
  readonly amounts: Amounts;
}

/** What of a charge adds to the totals: itself, its parts, or nothing, because the same money is in another list. */
export type CountedInTotals = 'ROW' | 'PARTS' | 'NONE';

/** Whose cost the charges of an account are. */
export interface Attribution {
  /** Equal for equal ways of counting the charges of some months. */
  nameIn(months: readonly YearMonth[]): string;
  /** `amounts`: those that are divided, unless they are the charge's own. */
  partsOf(row: ChargedRow, amounts?: Amounts): readonly ChargePart[];
  totalsOf(row: ChargedRow): CountedInTotals;
}

/** An allocation that decides what counts. */
export interface Involved {
  readonly allocation: Allocation;
  /** Whether its values are asked for. */
  readonly isAsked: boolean;
  /** The values that count; null: all. */
  readonly allowed: ReadonlySet<string | null> | null;
}

/** What is known of the keys of an account. */
export interface KeyDetails {
  /** The categories that its provider lists by key. */
  readonly categories: readonly string[];
  readonly names: KeyNames;
}

export interface AttributionSettings {
  readonly account: Account;
  /** In the order of the settings. */
  readonly involved: readonly Involved[];
  /** The first day that usage by key is read beside the cost. Null: it is not read, or nothing else is. */
  readonly keysSince: CalendarDate | null;
  readonly keys: KeyDetails;
  /** Null: what proportional rules match is left out. */
  readonly weights: AllocationWeights | null;
}

/** Whether rules of an allocation look at the keys of an account. */
export function readsKeys({ rules }: Allocation, account: Account): boolean {
  return rules.some((rule) => speaksOfKeys(rule) && canMatch(rule, account));
}

/** Whether rules of an allocation divide costs of an account in proportion to others. */
export function isProportional({ rules }: Allocation, account: Account): boolean {
  return rules.some((rule) => rule.target.kind === 'PROPORTIONAL' && canMatch(rule, account));
}

/** Whose cost the charges of an account are. */
export function createAttribution(settings: AttributionSettings): Attribution {
  const { account, involved, keysSince, keys, weights } = settings;
  const each = involved.map((one) => createAllocator(one, settings));
  const keyed = new Set<string | null>(keys.categories);
  const isWhole = weights !== null && involved.every(({ allowed }) => allowed === null);
  const byKey = (day: CalendarDate): boolean =>
    keysSince !== null && day >= keysSince && each.some((allocator) => allocator.looksAtKeysOn(day));
  const base = digestOf(
    JSON.stringify([
      account.id,
      involved.map((one) => identityOf(one)),
      keysSince,
      [...keyed].map(String).toSorted(),
      [...keys.names],
    ]),
    digestCharacters,
  );

  function divide(row: ChargedRow, amounts: Amounts, isDifference: boolean): ChargePart[] {
    let shares: readonly AllocatedShare[] = [{ amounts, allocated: null }];
    for (const allocator of each)
      shares = shares.flatMap((share) => allocator.divide(share, row, isDifference));
    const merged = shares.length < 2 ? shares : mergeShares(shares);
    return merged.map((share) => ({ row, ...share, isDifference }));
  }

  return {
    nameIn: (months) => {
      const names = weights === null ? ['none'] : months.map((month) => weights.nameIn(month));
      return digestOf(JSON.stringify([base, names]), digestCharacters);
    },
    partsOf(row, amounts = row) {
      if (row.kind === 'API_KEY_USAGE' && keysSince !== null) {
        if (!byKey(row.date)) return [];
        return [...divide(row, amounts, false), ...divide(row, negateAmounts(amounts), true)];
      }
      const isOfKeys = row.kind === 'DAILY_DETAIL' && keyed.has(row.product.category) && byKey(row.date);
      return divide(row, amounts, isOfKeys);
    },
    totalsOf(row) {
      if (!isWhole) return 'PARTS';
      return row.kind === 'API_KEY_USAGE' && keysSince !== null ? 'NONE' : 'ROW';
    },
  };
}

/** Enough for sums of all times. */
const digestCharacters = 32;

interface AllocatedShare {
  readonly amounts: Amounts;
  readonly allocated: string | null;
}

/** How one allocation divides charges. */
interface Allocator {
  looksAtKeysOn(day: CalendarDate): boolean;
  /** The parts that count. */
  divide(share: AllocatedShare, row: ChargedRow, isDifference: boolean): AllocatedShare[];
}

/** Values and how much of a charge each of them bears. */
interface Target {
  readonly values: readonly (string | null)[];
  readonly weights: readonly bigint[];
}

const toOne = (value: string | null): Target => ({ values: [value], weights: [1n] });
const unallocated = toOne(null);
const keyless = toOne(notAttributed);

function createAllocator(
  { allocation, isAsked, allowed }: Involved,
  { account, keys, weights }: AttributionSettings,
): Allocator {
  const find = createFindRule(allocation, account, keys.names);
  const keyRules = allocation.rules.filter((rule) => speaksOfKeys(rule) && canMatch(rule, account));
  const looksAtKeysOn = (day: CalendarDate): boolean => keyRules.some((rule) => holdsOn(rule, day));

  function targetOf(row: ChargedRow, isDifference: boolean): Target | null {
    if (isDifference && looksAtKeysOn(row.date)) return keyless;
    const rule = find(row, isDifference);
    if (rule === null) return unallocated;
    const { target } = rule;
    if (target.kind === 'VALUE') return toOne(target.value);
    if (target.kind === 'FIXED') return target;
    return weights && weights.targetOf(allocation.id, monthOf(row.date), row.currency, target.values);
  }

  return {
    looksAtKeysOn,
    divide({ amounts, allocated }, row, isDifference) {
      const target = targetOf(row, isDifference);
      if (target === null) return [];
      const parts = target.values.length === 1 ? [amounts] : splitAmounts(amounts, target.weights);
      return parts.flatMap((part, index): AllocatedShare[] => {
        const value = target.values[index] ?? null;
        if (allowed?.has(value) === false || target.weights[index] === 0n) return [];
        return [{ amounts: part, allocated: isAsked ? value : allocated }];
      });
    },
  };
}

/** One part for each value. */
function mergeShares(shares: readonly AllocatedShare[]): AllocatedShare[] {
  return Array.from(
    Map.groupBy(shares, ({ allocated }) => allocated),
    ([allocated, own]) => ({ allocated, amounts: mergeAmounts(own.map(({ amounts }) => amounts)) }),
  );
}

function identityOf({ allocation, isAsked, allowed }: Involved): unknown {
  return [
    rulesTextOf(allocation),
    isAsked,
    allowed && [...allowed].map((value) => JSON.stringify(value)).toSorted(),
  ];
}

/** The rules of an allocation as text: what was added up by other rules is never taken for these. */
function rulesTextOf({ id, rules }: Allocation): string {
  return JSON.stringify([id, rules], (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}
