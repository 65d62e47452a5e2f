/**
 * Spend: adds up charges by any combination of dimensions, in one pass over the rows, without copying them. Bills and
 * daily details are disjoint and together an account's cost; usage by key is the same money again and is never added.
 */

import type { Account } from '../domain/account.ts';
import type { CalendarDate, YearMonth } from '../domain/calendar.ts';
import type { RateDay } from '../domain/currency-conversion.ts';
import type { Decimal } from '../domain/decimal.ts';
import { allocationLabelOf } from './allocation-rules.ts';
import type { ChargePart, CountedInTotals } from './attribution.ts';
import {
  isLabelled,
  labelOf,
  valuesOf,
  type ChargedRow,
  type Share,
  type SpendDimension,
} from './spend-dimensions.ts';
import {
  addTokens,
  createTokenSums,
  mergeTokens,
  toCounts,
  tokensOf,
  type TokenSums,
} from './spend-tokens.ts';
import type { SpendGroup, SpendKey } from './spend-group.ts';
import { createLabels, type LabelMap } from './spend-labels.ts';
import { bytesOf } from './spend-memory.ts';
import { createTotals, isNothing, type RunningTotals, type Totals } from './totals.ts';

/** The day on which a charge counts. */
export interface ChargeDay {
  /** The day in the zone of the report. */
  readonly day: CalendarDate;
  /** The month in which it counts. */
  readonly month: YearMonth;
  /** The day on which it was charged, if it counts on another day. */
  readonly own?: CalendarDate;
}

/** A part of what a term costs. */
export interface TermCost extends Share {
  readonly amount: Decimal;
}

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
  /**
   * Adds to the effective cost what the term of a charge costs on some days, or less what it was billed. It counts no
   * charge: that was done where it is billed.
   */
  addTermCosts(
    account: Account,
    charge: {
      readonly row: ChargedRow;
      readonly costs: readonly TermCost[];
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
  readonly labels: LabelMap;
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

/** The name of groups and labels without a value. */
const notSaid = 'not said';

/** Empty sums. `rateDay` null: no rate depends on the day. `areTermsKnown`: costs of terms are added, too. */
export function createSpend(
  groupBy: readonly SpendDimension[],
  rateDay: RateDay | null = null,
  areTermsKnown = false,
): Spend {
  const groups = new Map<string, Group>();
  const labels = createLabels();
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
      const label = value === null ? null : labels.find(labelKeys[index] ?? '', provider);
      return { dimension, value, label: label ?? value ?? notSaid };
    });
  }

  /** The group of a charge, or of a part of it. `saidOn`: the day of the names that it says. */
  function groupOf(
    account: Account,
    row: ChargedRow,
    share: Share,
    { day, month }: ChargeDay,
    saidOn: CalendarDate,
  ): Group {
    const values = valuesOf(groupBy, row, account, day, month, share);
    const id = JSON.stringify(values);
    const provider = account.provider.id;
    let group = groups.get(id);
    if (group === undefined) {
      // A copy: a row's text may be a slice of a vendor's whole answer, and sums live longer than that.
      const own = JSON.parse(id) as (string | null)[];
      const labelKeys = own.map((value, index) => `${index} ${value}`);
      group = createGroup({ values: own, labelKeys, tokens: createTokenSums(), provider });
      groups.set(id, group);
    }
    for (const [index, name] of groupBy.entries()) {
      if (areLabelled[index] !== true || values[index] === null) continue;
      const text = labelOf(name, row, account, day);
      if (text !== null) labels.note(group.labelKeys[index] ?? '', provider, { text, day: saidOn });
    }
    if (group.provider !== provider) group.provider = null;
    return group;
  }

  function addPart(account: Account, part: ChargePart, on: ChargeDay): void {
    const { row, amounts, isDifference } = part;
    const { day, own = day } = on;
    const tokens = amounts === row && !isDifference ? tokensOf(row) : null;
    const count = isDifference ? 0 : 1;
    const group = groupOf(account, row, part, on, day);
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
    addTermCosts(account, { row, costs, inTotals }, on) {
      const { own = on.day } = on;
      for (const cost of costs) {
        const group = groupOf(account, row, cost, on, own);
        group.sums.addTermCost(row.currency, cost.amount);
        datedSums(group, rateDay?.(row.currency, own) ?? null)?.addTermCost(row.currency, cost.amount);
        if (inTotals !== 'NONE') all.addTermCost(row.currency, cost.amount);
      }
    },
    merge({ parts }) {
      charges.count += parts.charges.count;
      labels.merge(parts.labels);
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
    parts: { groups, labels: labels.all, all, charges },
    groups: () =>
      [...groups].flatMap(([id, group]): SpendGroup[] => {
        const { sums, dated, tokens, rowCount } = group;
        const totals = sums.totals(areTermsKnown);
        if (rowCount === 0 && totals.every((one) => isNothing(one))) return [];
        return [
          {
            id,
            key: toKey(group),
            totals,
            dated: dated && Array.from(dated, ([day, part]) => ({ day, totals: part.totals(areTermsKnown) })),
            rowCount,
            tokens: totals.length === 1 && tokens !== null && rowCount > 0 ? toCounts(tokens) : null,
          },
        ];
      }),
    totals: () => all.totals(areTermsKnown),
    bytes: () => bytesOf({ groups, labels: labels.all }),
  };
}
