/** What is watched for anomalies: the daily cost of products, projects, keys, or values of an allocation, in each account. */

import type { Account } from '../domain/account.ts';
import { monthOf, type CalendarDate, type Instant } from '../domain/calendar.ts';
import { addDecimals, compareDecimals, subtractDecimals, zero, type Decimal } from '../domain/decimal.ts';
import type { CurrencyCode } from '../domain/rows.ts';
import { sumDecimals } from '../domain/sums.ts';
import type { Watched } from '../reports/anomalies.ts';
import { addParts, type PartCost } from '../reports/contributions.ts';
import { allocationLabelOf, notAttributed } from '../reports/allocation-rules.ts';
import type { ChargePart } from '../reports/attribution.ts';
import { labelOf, valuesOf, type ChargedRow, type SpendDimension } from '../reports/spend-dimensions.ts';
import type { SpendKey } from '../reports/spend-group.ts';
import type { ChargeList } from './spend-charges.ts';

/** One product, project, key or value of an account, in one currency. */
export interface WatchedSubject extends Watched {
  readonly account: Account;
  readonly currency: CurrencyCode;
  readonly key: SpendKey;
  /** When the figures of a day were read. Null: it has none. */
  readonly readAt: (day: CalendarDate) => Instant | null;
}

type Days = Map<CalendarDate, Map<string, PartCost>>;

interface Subject {
  readonly account: Account;
  readonly currency: CurrencyCode;
  key: SpendKey;
  readonly list: ListState;
  readonly days: Days;
  /** Of a product: the same by key. */
  readonly byKey: Days;
  readonly readAt: Map<CalendarDate, Instant>;
}

/** How far the lists of an account reach that tell of its cost, or of its keys. */
interface ListState {
  since: CalendarDate | null;
  completeTo: CalendarDate;
}

/** Collects lists of daily details and of usage by key. `only`: the one dimension to watch; null: the usual ones. */
export function createWatch(only: 'ALLOCATION' | null) {
  const subjects = new Map<string, Subject>();
  const lists = new Map<string, ListState>();

  function subjectOf(account: Account, row: ChargedRow, key: SpendKey, list: ListState): Subject {
    const id = JSON.stringify([account.id, key.dimension, key.value, row.currency]);
    const known = subjects.get(id);
    // A name may change; the latest that was read is as good as another.
    if (known !== undefined) return Object.assign(known, { key });
    const made: Subject = {
      account,
      currency: row.currency,
      key,
      list,
      days: new Map(),
      byKey: new Map(),
      readAt: new Map(),
    };
    subjects.set(id, made);
    return made;
  }

  async function collect(list: ChargeList): Promise<number> {
    const { account, kind, costBasis, completeTo } = list;
    if (kind === 'BILL') return 0;
    const state: ListState = lists.get(`${account.id} ${costBasis}`) ?? { since: null, completeTo };
    lists.set(`${account.id} ${costBasis}`, state);
    if (completeTo < state.completeTo) state.completeTo = completeTo;
    const dimensions = only === null ? dimensionsOf[costBasis] : [only];
    const counted = new Set<string>();
    await list.visit((part, day, readAt) => {
      const { row } = part;
      counted.add(row.id);
      if (state.since === null || day < state.since) state.since = day;
      for (const dimension of dimensions) {
        const key = keyOf(dimension, part, account, day);
        if (key === null) continue;
        const isOther = dimension === 'PRODUCT' && costBasis === 'KEYS';
        const own = isOther ? (lists.get(`${account.id} COST`) ?? state) : state;
        const subject = subjectOf(account, row, key, own);
        addPart(isOther ? subject.byKey : subject.days, day, part, partOf(dimension, part, account, day));
        if (!isOther) subject.readAt.set(day, readAt);
      }
    });
    return counted.size;
  }

  return {
    collect,
    subjects(): WatchedSubject[] {
      return [...subjects.values()].flatMap((subject) => {
        const { account, currency, key, list, days, byKey, readAt } = subject;
        if (list.since === null || days.size === 0) return [];
        const since = lists.get(`${account.id} KEYS`)?.since ?? null;
        const finer = byKey.size === 0 || since === null ? null : { since, days: withRest(byKey, days) };
        const { completeTo } = list;
        return [
          {
            account,
            currency,
            key,
            since: list.since,
            completeTo,
            days,
            finer,
            readAt: (day) => readAt.get(day) ?? null,
          },
        ];
      });
    },
  };
}

const dimensionsOf: Readonly<Record<ChargeList['costBasis'], readonly SpendDimension[]>> = {
  COST: ['PRODUCT', 'PROJECT'],
  /** Usage by key is watched by key, and says of which keys the cost of a product is. */
  KEYS: ['API_KEY', 'PRODUCT'],
};

function keyOf(
  dimension: SpendDimension,
  part: ChargePart,
  account: Account,
  day: CalendarDate,
): SpendKey | null {
  const { row, allocated, isDifference } = part;
  if (dimension === 'ALLOCATION') {
    // What is not attributed to a key is nobody's, and what no rule matches is watched as one.
    return isDifference ? null : { dimension, value: allocated, label: allocationLabelOf(allocated) };
  }
  const [value = null] = valuesOf([dimension], row, account, day, monthOf(day), part);
  return value === null ? null : { dimension, value, label: labelOf(dimension, row, account, day) ?? value };
}

/** The parts of a product are its keys, charge items and resources; those of a key, project or value its products. */
function partOf(dimension: SpendDimension, part: ChargePart, account: Account, day: CalendarDate): string[] {
  const { row, isDifference } = part;
  if (isDifference) return [notAttributedLabel];
  const names: SpendDimension[] =
    dimension !== 'PRODUCT'
      ? ['PRODUCT', ...(dimension === 'ALLOCATION' ? (['API_KEY'] as const) : []), 'FEE_ITEM']
      : row.kind === 'API_KEY_USAGE'
        ? ['API_KEY']
        : ['FEE_ITEM', 'RESOURCE'];
  const said = names.flatMap((name) => {
    const [value = null] = valuesOf([name], row, account, day, monthOf(day));
    return value === null ? [] : [labelOf(name, row, account, day) ?? value];
  });
  return said.length === 0 ? [row.product.name] : said;
}

function addPart(days: Days, day: CalendarDate, part: ChargePart, names: readonly string[]): void {
  const { row, amounts, isDifference } = part;
  const cost = amounts.billedCost;
  const isRefund = !isDifference && (row.billingMethod === 'REFUND' || cost.startsWith('-'));
  const id = JSON.stringify([isRefund, ...names]);
  const parts = days.get(day) ?? new Map<string, PartCost>();
  days.set(day, parts);
  // The quantity of a part of a charge is not told.
  const quantity = amounts === row ? quantityOf(row) : null;
  parts.set(id, addParts(parts.get(id) ?? null, { label: names.join(' / '), cost, quantity, isRefund }));
}

const notAttributedLabel = allocationLabelOf(notAttributed);

function quantityOf(row: ChargedRow): Decimal | null {
  if (row.kind === 'BILL') return row.quantity;
  if (row.kind === 'DAILY_DETAIL') return row.tokens?.total ?? row.quantity;
  const [input, output] = [row.inputTokens, row.outputTokens].map(asDecimal);
  const tokens = input == null || output == null ? null : addDecimals(input, output);
  return tokens !== null && compareDecimals(tokens, zero) !== 0 ? tokens : asDecimal(row.requestCount);
}

/** A count is a decimal without digits behind the point. */
function asDecimal(count: string | null): Decimal | null {
  return count as Decimal | null;
}

/** The days of a product by key, each with what is of no key, so that they add up to the product. */
function withRest(byKey: Days, days: Days): Days {
  return new Map(
    Array.from(days, ([day, own]) => {
      const usual = [...own].filter(([, { isRefund }]) => !isRefund);
      const refunds = [...own].filter(([, { isRefund }]) => isRefund);
      const keys = [...(byKey.get(day) ?? [])].filter(([, { isRefund }]) => !isRefund);
      const cost = subtractDecimals(sum(usual), sum(keys));
      const rest: PartCost = { label: notAttributedLabel, cost, quantity: null, isRefund: false };
      const isNone = compareDecimals(cost, zero) === 0;
      return [day, new Map([...keys, ...refunds, ...(isNone ? [] : [['rest', rest] as const])])];
    }),
  );
}

function sum(parts: readonly (readonly [string, PartCost])[]): Decimal {
  return sumDecimals(parts.map(([, { cost }]) => cost));
}
