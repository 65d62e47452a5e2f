/** What is watched for anomalies: the daily cost of each product, project and key of an account, and what it consists of. */

import type { Account } from '../domain/account.ts';
import { monthOf, type CalendarDate, type Instant } from '../domain/calendar.ts';
import { addDecimals, compareDecimals, subtractDecimals, zero, type Decimal } from '../domain/decimal.ts';
import type { CurrencyCode } from '../domain/rows.ts';
import { sumDecimals } from '../domain/sums.ts';
import type { Watched } from '../reports/anomalies.ts';
import { addParts, type PartCost } from '../reports/contributions.ts';
import { labelOf, valuesOf, type ChargedRow, type SpendDimension } from '../reports/spend-dimensions.ts';
import type { SpendKey } from '../reports/spend.ts';
import type { ChargeList } from './spend-charges.ts';

/** One product, project or key of an account, in one currency. */
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

/** How far a list of an account reaches. */
interface ListState {
  since: CalendarDate | null;
  completeTo: CalendarDate;
}

/** Collects lists of daily details and of usage by key. */
export function createWatch() {
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
    const { account, kind, completeTo } = list;
    if (kind === 'BILL') return 0;
    const state: ListState = { since: null, completeTo };
    lists.set(`${account.id} ${kind}`, state);
    let count = 0;
    await list.visit((row, day, readAt) => {
      count += 1;
      if (state.since === null || day < state.since) state.since = day;
      for (const dimension of kind === 'API_KEY_USAGE' ? keyDimensions : costDimensions) {
        const key = keyOf(dimension, row, account, day);
        if (key === null) continue;
        const isOther = dimension === 'PRODUCT' && kind === 'API_KEY_USAGE';
        const subject = subjectOf(
          account,
          row,
          key,
          lists.get(`${account.id} ${isOther ? 'DAILY_DETAIL' : kind}`) ?? state,
        );
        addPart(isOther ? subject.byKey : subject.days, day, row, partOf(dimension, row, account, day));
        if (!isOther) subject.readAt.set(day, readAt);
      }
    });
    return count;
  }

  return {
    collect,
    subjects(): WatchedSubject[] {
      return [...subjects.values()].flatMap((subject) => {
        const { account, currency, key, list, days, byKey, readAt } = subject;
        if (list.since === null || days.size === 0) return [];
        const since = lists.get(`${account.id} API_KEY_USAGE`)?.since ?? null;
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

const costDimensions = ['PRODUCT', 'PROJECT'] as const;
/** Usage by key is watched by key, and says of which keys the cost of a product is. */
const keyDimensions = ['API_KEY', 'PRODUCT'] as const;

function keyOf(
  dimension: SpendDimension,
  row: ChargedRow,
  account: Account,
  day: CalendarDate,
): SpendKey | null {
  const [value = null] = valuesOf([dimension], row, account, day, monthOf(day));
  return value === null ? null : { dimension, value, label: labelOf(dimension, row, account, day) ?? value };
}

/** The parts of a product are its keys, charge items and resources; those of a key or project its products. */
function partOf(dimension: SpendDimension, row: ChargedRow, account: Account, day: CalendarDate): string[] {
  const names: SpendDimension[] =
    dimension !== 'PRODUCT'
      ? ['PRODUCT', 'FEE_ITEM']
      : row.kind === 'API_KEY_USAGE'
        ? ['API_KEY']
        : ['FEE_ITEM', 'RESOURCE'];
  const said = names.flatMap((name) => {
    const [value = null] = valuesOf([name], row, account, day, monthOf(day));
    return value === null ? [] : [labelOf(name, row, account, day) ?? value];
  });
  return said.length === 0 ? [row.product.name] : said;
}

function addPart(days: Days, day: CalendarDate, row: ChargedRow, names: readonly string[]): void {
  const isRefund = row.billingMethod === 'REFUND' || row.billedCost.startsWith('-');
  const id = JSON.stringify([isRefund, ...names]);
  const parts = days.get(day) ?? new Map<string, PartCost>();
  days.set(day, parts);
  const part = { label: names.join(' / '), cost: row.billedCost, quantity: quantityOf(row), isRefund };
  parts.set(id, addParts(parts.get(id) ?? null, part));
}

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
      const rest: PartCost = { label: 'Not attributed to a key', cost, quantity: null, isRefund: false };
      const isNone = compareDecimals(cost, zero) === 0;
      return [day, new Map([...keys, ...refunds, ...(isNone ? [] : [['rest', rest] as const])])];
    }),
  );
}

function sum(parts: readonly (readonly [string, PartCost])[]): Decimal {
  return sumDecimals(parts.map(([, { cost }]) => cost));
}
