/**
 * Spend: adds up charges by any combination of dimensions, in one pass over the rows, without copying them. Bills and
 * daily details are disjoint and together an account's cost; usage by key is the same money again and is never added.
 */

import type { Account } from '../domain/account.ts';
import type { CalendarDate, YearMonth } from '../domain/calendar.ts';
import type { CurrencyCode, TokenCounts } from '../domain/rows.ts';
import { allocationLabelOf } from './allocation-rules.ts';
import type { ChargePart, CountedInTotals } from './attribution.ts';
import { isLabelled, labelOf, valuesOf, type ChargedRow, type SpendDimension } from './spend-dimensions.ts';
import {
  addTokens,
  createTokenSums,
  mergeTokens,
  toCounts,
  tokensOf,
  type TokenSums,
} from './spend-tokens.ts';
import { bytesOf } from './spend-memory.ts';
import { createTotals, isNothing, type RunningTotals, type Totals } from './totals.ts';

/** The common value of a group in one dimension. */
export interface SpendKey {
  readonly dimension: SpendDimension;
  /** The value, as filters take it. Null: the provider does not say. */
  readonly value: string | null;
  /** For people. */
  readonly label: string;
}

/** Sums of charges that have the same exchange rate. */
export interface DatedTotals {
  /** The day that decides the rate. Null: the rate does not depend on the day. */
  readonly day: CalendarDate | null;
  readonly totals: readonly Totals[];
}

export interface SpendGroup {
  /** The same as the id of the matching group in another period. */
  readonly id: string;
  /** In the order of the requested dimensions. */
  readonly key: readonly SpendKey[];
  readonly totals: readonly Totals[];
  /** The same sums by exchange rate. Null: no rate depends on the day. */
  readonly dated: readonly DatedTotals[] | null;
  readonly rowCount: number;
  /** Null unless all rows are measured in tokens and have the same currency. */
  readonly tokens: TokenCounts | null;
}

/** The day on which a charge counts. */
export interface ChargeDay {
  /** The day in the zone of the report. */
  readonly day: CalendarDate;
  /** The month in which it counts. */
  readonly month: YearMonth;
  /** The day on which it was charged, if it counts on another day. */
  readonly own?: CalendarDate;
}

/** The day that decides the exchange rate for a day's charges; null if the rate does not depend on the day. */
export type RateDay = (currency: CurrencyCode, day: CalendarDate) => CalendarDate | null;

/** Running sums of charges. */
export interface Spend {
  add(account: Account, row: ChargedRow, on: ChargeDay): void;
  /** Adds the parts of a charge that count, where allocations decide whose cost it is. */
  addParts(
    account: Account,
    charge: {
      readonly row: ChargedRow;
      readonly parts: readonly ChargePart[];
      readonly inTotals: CountedInTotals;
    },
    on: ChargeDay,
  ): void;
  /** Adds charges that were added up elsewhere, by the same dimensions and rates. */
  merge(other: Spend): void;
  /** In no particular order. */
  groups(): SpendGroup[];
  /** Over all groups. */
  totals(): Totals[];
  /** Its content, for `merge`. */
  readonly parts: SpendParts;
  /** Its memory in bytes, by estimate. */
  bytes(): number;
}

interface SpendParts {
  readonly groups: ReadonlyMap<string, Group>;
  readonly labels: ReadonlyMap<string, Labels>;
  readonly all: RunningTotals;
  /** How many charges count, whole or in part. */
  readonly charges: { count: number };
}

interface Group {
  readonly values: readonly (string | null)[];
  /** Where to find the label of each value. */
  readonly labelKeys: readonly string[];
  readonly sums: RunningTotals;
  readonly dated: Map<CalendarDate | null, RunningTotals> | null;
  /** Null: some charge is not measured in tokens. */
  tokens: TokenSums | null;
  /** The provider of all its charges; null: there are several providers. */
  provider: string | null;
  rowCount: number;
}

/** The names of a value by provider, because the same id may mean different things at different providers. */
type Labels = Map<string, Label>;

/** The name of a value on the latest day on which it occurred. */
interface Label {
  readonly text: string;
  readonly day: CalendarDate;
}

/** The name of groups and labels without a value. */
const notSaid = 'not said';

/** Empty sums. `rateDay` null: nothing is converted, or each currency has a single rate. */
export function createSpend(groupBy: readonly SpendDimension[], rateDay: RateDay | null = null): Spend {
  const groups = new Map<string, Group>();
  const labels = new Map<string, Labels>();
  const all = createTotals();
  const charges = { count: 0 };
  const areLabelled = groupBy.map((name) => isLabelled(name));

  function createGroup({
    values,
    labelKeys,
    tokens,
    provider,
  }: Pick<Group, 'values' | 'labelKeys' | 'tokens' | 'provider'>): Group {
    const dated = rateDay === null ? null : new Map<CalendarDate | null, RunningTotals>();
    const own = tokens === null ? null : createTokenSums();
    return { values, labelKeys, sums: createTotals(), dated, tokens: own, provider, rowCount: 0 };
  }

  function noteLabel(key: string, provider: string, label: Label): void {
    const ofValue: Labels = labels.get(key) ?? new Map();
    labels.set(key, ofValue);
    const known = ofValue.get(provider);
    const isLater =
      known === undefined || label.day > known.day || (label.day === known.day && label.text > known.text);
    if (isLater) ofValue.set(provider, { ...label, text: JSON.parse(JSON.stringify(label.text)) as string });
  }

  function labelFor(key: string, provider: string | null): string | null {
    const known = provider === null ? labels.get(key)?.values() : [labels.get(key)?.get(provider)];
    const texts = new Set([...(known ?? [])].flatMap((label) => label?.text ?? []));
    return texts.size === 0 ? null : [...texts].toSorted().join(' / ');
  }

  function datedSums(group: Group, day: CalendarDate | null): RunningTotals | null {
    if (group.dated === null) return null;
    const sums = group.dated.get(day) ?? createTotals();
    group.dated.set(day, sums);
    return sums;
  }

  function toKey({ values, labelKeys, provider }: Group): SpendKey[] {
    return groupBy.map((dimension, index) => {
      const value = values[index] ?? null;
      if (dimension === 'ALLOCATION') return { dimension, value, label: allocationLabelOf(value) };
      const label = value === null ? null : labelFor(labelKeys[index] ?? '', provider);
      return { dimension, value, label: label ?? value ?? notSaid };
    });
  }

  function addPart(account: Account, part: ChargePart, { day, month, own = day }: ChargeDay): void {
    const { row, amounts, isDifference } = part;
    const values = valuesOf(groupBy, row, account, day, month, part);
    const id = JSON.stringify(values);
    const tokens = amounts === row && !isDifference ? tokensOf(row) : null;
    const count = isDifference ? 0 : 1;
    let group = groups.get(id);
    if (group === undefined) {
      // A copy: a row's text may be a slice of a vendor's whole answer, and sums live longer than that.
      const own = JSON.parse(id) as (string | null)[];
      const labelKeys = own.map((value, index) => `${index} ${value}`);
      const provider = account.provider.id;
      group = createGroup({ values: own, labelKeys, tokens: tokens && createTokenSums(), provider });
      groups.set(id, group);
    }
    for (const [index, name] of groupBy.entries()) {
      if (areLabelled[index] !== true || values[index] === null) continue;
      const text = labelOf(name, row, account, day);
      if (text !== null) noteLabel(group.labelKeys[index] ?? '', account.provider.id, { text, day });
    }
    if (group.provider !== account.provider.id) group.provider = null;
    group.rowCount += count;
    group.sums.addAmounts(row.currency, amounts, count);
    datedSums(group, rateDay?.(row.currency, own) ?? null)?.addAmounts(row.currency, amounts, count);
    if (tokens === null) group.tokens = null;
    else if (group.tokens !== null) addTokens(group.tokens, tokens);
  }

  return {
    add(account, row, on) {
      addPart(account, { row, amounts: row, allocated: null, isDifference: false }, on);
      charges.count += 1;
      all.add(row);
    },
    addParts(account, { row, parts, inTotals }, on) {
      if (parts.length === 0) return;
      for (const part of parts) addPart(account, part, on);
      charges.count += 1;
      if (inTotals === 'ROW') all.add(row);
      if (inTotals !== 'PARTS') return;
      const counted = parts.find(({ isDifference }) => !isDifference);
      for (const part of parts) all.addAmounts(row.currency, part.amounts, part === counted ? 1 : 0);
    },
    merge({ parts }) {
      charges.count += parts.charges.count;
      for (const [key, ofValue] of parts.labels) {
        for (const [provider, label] of ofValue) noteLabel(key, provider, label);
      }
      for (const [id, theirs] of parts.groups) {
        const group = groups.get(id) ?? createGroup(theirs);
        groups.set(id, group);
        if (group.provider !== theirs.provider) group.provider = null;
        group.rowCount += theirs.rowCount;
        group.sums.merge(theirs.sums);
        for (const [day, sums] of theirs.dated ?? []) datedSums(group, day)?.merge(sums);
        if (theirs.tokens === null) group.tokens = null;
        else if (group.tokens !== null) mergeTokens(group.tokens, theirs.tokens);
      }
      all.merge(parts.all);
    },
    parts: { groups, labels, all, charges },
    groups: () =>
      [...groups].flatMap(([id, group]): SpendGroup[] => {
        const { sums, dated, tokens, rowCount } = group;
        const totals = sums.totals();
        if (rowCount === 0 && totals.every((one) => isNothing(one))) return [];
        return [
          {
            id,
            key: toKey(group),
            totals,
            dated: dated && Array.from(dated, ([day, part]) => ({ day, totals: part.totals() })),
            rowCount,
            tokens: totals.length === 1 && tokens !== null ? toCounts(tokens) : null,
          },
        ];
      }),
    totals: () => all.totals(),
    bytes: () => bytesOf({ groups, labels }),
  };
}
