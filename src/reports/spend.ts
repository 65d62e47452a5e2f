/**
 * Spend: charges added up by any combination of dimensions, in one pass over rows where they lie. Bills and daily
 * details are disjoint and together an account's cost; usage by key is the same money again and is never added to them.
 */

import type { Account } from '../domain/account.ts';
import { monthOf, type CalendarDate, type YearMonth } from '../domain/calendar.ts';
import type { Decimal } from '../domain/decimal.ts';
import { createSum, type RunningSum } from '../domain/sums.ts';
import type { ApiKeyUsageRow, BillRow, DailyDetailRow, TokenCounts } from '../domain/rows.ts';
import { createTotals, type RunningTotals, type Totals } from './totals.ts';

export const spendDimensions = [
  'PROVIDER',
  'ACCOUNT',
  'PRODUCT',
  'CATEGORY',
  'API_KEY',
  'PROJECT',
  'DAY',
  'MONTH',
  'BILLING_METHOD',
] as const;
export type SpendDimension = (typeof spendDimensions)[number];

export type ChargedRow = BillRow | ApiKeyUsageRow | DailyDetailRow;

/** What a group has in common in one dimension. */
export interface SpendKey {
  readonly dimension: SpendDimension;
  /** What filters take. Null: the provider does not say. */
  readonly value: string | null;
  /** For people. */
  readonly label: string;
}

export interface SpendGroup {
  /** In the order of the dimensions that were asked for. */
  readonly key: readonly SpendKey[];
  readonly totals: readonly Totals[];
  readonly rowCount: number;
  /** Null unless every row is measured in tokens and all are of one currency. */
  readonly tokens: TokenCounts | null;
}

/** Sums that grow with each charge. */
export interface Spend {
  /** `day`: the date on which the charge starts, in the zone of the report; `month`: that to which it is counted. */
  add(account: Account, row: ChargedRow, day: CalendarDate, month?: YearMonth): void;
  /** Adds charges that were added up elsewhere by the same dimensions. */
  merge(other: Spend): void;
  /** In no particular order. */
  groups(): SpendGroup[];
  /** Over all groups. */
  totals(): Totals[];
  /** What it consists of, for `merge`. */
  readonly parts: SpendParts;
}

interface SpendParts {
  readonly groups: ReadonlyMap<string, Group>;
  readonly all: RunningTotals;
}

interface Group {
  readonly key: SpendKey[];
  readonly sums: RunningTotals;
  readonly tokens: TokenSums;
  /** The latest day seen: names are as of then. */
  latest: CalendarDate;
  rowCount: number;
}

interface TokenSums {
  readonly total: RunningSum;
  readonly input: RunningSum;
  readonly output: RunningSum;
  areAll: boolean;
  areDirected: boolean;
}

/** What a dimension says of a charge: a value, and how it is called where that is something else. */
interface Dimension {
  readonly value: (account: Account, row: ChargedRow, day: CalendarDate, month: YearMonth) => string | null;
  readonly label?: (account: Account, row: ChargedRow) => string | null;
}

const dimensions: Readonly<Record<SpendDimension, Dimension>> = {
  PROVIDER: { value: ({ provider }) => provider.id, label: ({ provider }) => provider.name },
  ACCOUNT: { value: ({ id }) => id, label: ({ name }) => name },
  PRODUCT: { value: (_account, { product }) => product.name },
  CATEGORY: { value: (_account, { product }) => product.category },
  API_KEY: {
    value: (_account, row) => ('apiKey' in row ? row.apiKey.id : null),
    label: (_account, row) => ('apiKey' in row ? row.apiKey.name : null),
  },
  PROJECT: { value: (_account, row) => ('projectId' in row ? row.projectId : null) },
  DAY: { value: (_account, _row, day) => day },
  MONTH: { value: (_account, _row, _day, month) => month },
  BILLING_METHOD: { value: (_account, { billingMethod }) => billingMethod },
};

/** Sums over no charge yet. */
export function createSpend(groupBy: readonly SpendDimension[]): Spend {
  const groups = new Map<string, Group>();
  const all = createTotals();
  const asked = groupBy.map((dimension) => ({ dimension, ...dimensions[dimension] }));

  function keyOf(account: Account, row: ChargedRow, values: readonly (string | null)[]): SpendKey[] {
    return asked.map(({ dimension, label }, index) => {
      const value = values[index] ?? null;
      return { dimension, value, label: label?.(account, row) ?? value ?? 'not said' };
    });
  }

  return {
    add(account, row, day, month = monthOf(day)) {
      const values = asked.map(({ value }) => value(account, row, day, month));
      const id = idOf(values);
      let group = groups.get(id);
      if (group === undefined) {
        const key = keyOf(account, row, values);
        group = { key, sums: createTotals(), tokens: createTokenSums(), latest: day, rowCount: 0 };
        groups.set(id, group);
      } else if (day > group.latest) {
        group.latest = day;
        group.key.splice(0, group.key.length, ...keyOf(account, row, values));
      }
      group.rowCount += 1;
      group.sums.add(row);
      addTokens(group.tokens, tokensOf(row));
      all.add(row);
    },
    merge({ parts }) {
      for (const [id, theirs] of parts.groups) {
        let group = groups.get(id);
        if (group === undefined) {
          const { key, latest } = theirs;
          group = { key: [...key], sums: createTotals(), tokens: createTokenSums(), latest, rowCount: 0 };
          groups.set(id, group);
        } else if (theirs.latest > group.latest) {
          group.latest = theirs.latest;
          group.key.splice(0, group.key.length, ...theirs.key);
        }
        group.rowCount += theirs.rowCount;
        group.sums.merge(theirs.sums);
        mergeTokens(group.tokens, theirs.tokens);
      }
      all.merge(parts.all);
    },
    parts: { groups, all },
    groups: () =>
      [...groups.values()].map(({ key, sums, tokens, rowCount }) => {
        const totals = sums.totals();
        return { key, totals, rowCount, tokens: totals.length === 1 ? toCounts(tokens) : null };
      }),
    totals: () => all.totals(),
  };
}

/** Tells groups apart: the same values give the same text, whatever they are called. */
export function idOf(values: readonly (string | null)[]): string {
  return JSON.stringify(values);
}

/** Tokens of a charge; null where its product is not measured in them. */
function tokensOf(row: ChargedRow): TokenCounts | null {
  if ('tokens' in row) return row.tokens;
  if (!('apiKey' in row) || row.inputTokens === null || row.outputTokens === null) return null;
  const [input, output] = [row.inputTokens, row.outputTokens].map((count) => count as string as Decimal);
  if (input === undefined || output === undefined) return null;
  return { input, output, total: (BigInt(input) + BigInt(output)).toString() as Decimal };
}

function createTokenSums(): TokenSums {
  return {
    total: createSum(),
    input: createSum(),
    output: createSum(),
    areAll: true,
    areDirected: true,
  };
}

function addTokens(sums: TokenSums, tokens: TokenCounts | null): void {
  if (tokens === null) {
    sums.areAll = false;
    return;
  }
  sums.total.add(tokens.total);
  if (tokens.input === null || tokens.output === null) {
    sums.areDirected = false;
    return;
  }
  sums.input.add(tokens.input);
  sums.output.add(tokens.output);
}

function mergeTokens(sums: TokenSums, others: TokenSums): void {
  sums.areAll &&= others.areAll;
  sums.areDirected &&= others.areDirected;
  sums.total.merge(others.total);
  sums.input.merge(others.input);
  sums.output.merge(others.output);
}

function toCounts({ total, input, output, areAll, areDirected }: TokenSums): TokenCounts | null {
  if (!areAll) return null;
  return {
    total: total.value(),
    input: areDirected ? input.value() : null,
    output: areDirected ? output.value() : null,
  };
}
