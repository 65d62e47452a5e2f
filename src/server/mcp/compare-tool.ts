/**
 * The tool compare_spend: what each group contributes to the change of billed cost. Contributions and rest add up to
 * the difference, digit for digit.
 */

import { addDays, toCalendarDate } from '../../domain/calendar.ts';
import {
  absoluteOf,
  compareDecimals,
  parseDecimal,
  subtractDecimals,
  zero,
  type Decimal,
} from '../../domain/decimal.ts';
import { sumDecimals } from '../../domain/sums.ts';
import type { Key } from './spend-tools.ts';
import type { JsonObject } from './tool.ts';
import { daysOf, keyText, moneyText, percent, signed, type Amount } from './words.ts';

interface Change {
  readonly currency: string;
  readonly before: Amount;
  readonly after: Amount;
  readonly difference: Amount;
  readonly ratio: string | null;
}

interface Comparison {
  readonly changes: readonly Change[] | null;
}

interface Data {
  readonly spend: {
    readonly period: { readonly from: string; readonly to: string };
    readonly groups: readonly { readonly key: readonly Key[]; readonly previous: Comparison | null }[];
    readonly rest: { readonly groupCount: number; readonly previous: Comparison | null } | null;
    readonly previous: {
      readonly from: string;
      readonly to: string;
      readonly comparison: Comparison & { readonly isPartial: boolean };
      readonly vanished: readonly {
        readonly key: readonly Key[];
        readonly totals: readonly { readonly billedCost: Amount }[];
      }[];
    } | null;
  };
}

interface Contribution {
  readonly key: readonly Key[];
  readonly before: Amount;
  readonly after: Amount;
  readonly difference: Amount;
  readonly reason: 'NEW' | 'GONE' | 'MORE' | 'LESS';
}

/** What changed in one currency. */
interface CurrencyChange extends Change {
  readonly contributions: readonly Contribution[];
  /** All that the contributions do not name. Null: they name all. */
  readonly rest: { readonly count: number; readonly difference: Amount } | null;
}

interface Shaped {
  readonly period: Data['spend']['period'];
  /** Null: it could not be read. `to` is not included. */
  readonly previousPeriod: Data['spend']['period'] | null;
  readonly isPartial: boolean;
  /** Null: the periods cannot be compared. */
  readonly changes: readonly CurrencyChange[] | null;
}

export const contributionsUnlessSaid = 20;

/** The largest contributions of each currency, and the rest. */
export function shapeComparison({ spend }: Data, args: JsonObject): Shaped {
  const { period, previous } = spend;
  const top = Number(args['top'] ?? contributionsUnlessSaid);
  const isPartial = previous?.comparison.isPartial ?? false;
  const previousPeriod = previous === null ? null : { from: previous.from, to: dayAfter(previous.to) };
  const changes = previous?.comparison.changes ?? null;
  if (changes === null) return { period, previousPeriod, isPartial, changes };
  return {
    period,
    previousPeriod,
    isPartial,
    changes: changes.map((change) => ({ ...change, ...contributionsTo(change, spend, top) })),
  };
}

function contributionsTo({ currency, difference }: Change, spend: Data['spend'], top: number) {
  const changed = spend.groups.flatMap(({ key, previous }) =>
    (previous?.changes ?? [])
      .filter((change) => change.currency === currency)
      .map((change) => ({ key, ...partOf(change) })),
  );
  const gone = (spend.previous?.vanished ?? []).flatMap(({ key, totals }) =>
    totals
      .filter(({ billedCost }) => billedCost.currency === currency)
      .map(({ billedCost }) => ({
        key,
        before: billedCost,
        after: { amount: zero, currency },
        difference: { amount: subtractDecimals(zero, parseDecimal(billedCost.amount)), currency },
        reason: 'GONE' as const,
      })),
  );
  const all = [...changed, ...gone].filter((one) => compareDecimals(amountOf(one.difference), zero) !== 0);
  all.sort((a, b) => compareDecimals(sizeOf(b.difference), sizeOf(a.difference)));
  const contributions = all.slice(0, top);
  const named = sumDecimals(contributions.map((one) => amountOf(one.difference)));
  const left = subtractDecimals(amountOf(difference), named);
  const count = all.length - contributions.length + (spend.rest?.groupCount ?? 0);
  const isWhole = count === 0 && compareDecimals(left, zero) === 0;
  return { contributions, rest: isWhole ? null : { count, difference: { amount: left, currency } } };
}

function partOf({ before, after, difference }: Change): Omit<Contribution, 'key'> {
  const isNew = compareDecimals(amountOf(before), zero) === 0;
  const isMore = compareDecimals(amountOf(difference), zero) > 0;
  return { before, after, difference, reason: isNew ? 'NEW' : isMore ? 'MORE' : 'LESS' };
}

/** The API says the last day, included; all other periods here say the day after. */
function dayAfter(text: string): string {
  const date = toCalendarDate(text);
  return date === null ? text : addDays(date, 1);
}

function amountOf({ amount }: Amount): Decimal {
  return parseDecimal(amount);
}

function sizeOf(amount: Amount): Decimal {
  return absoluteOf(amountOf(amount));
}

export function sayComparison(data: Shaped): string {
  const { period, previousPeriod, isPartial, changes } = data;
  if (previousPeriod === null) return 'The period before could not be read, so nothing is compared.';
  const spans = `Billed ${daysOf(period)}, compared with ${daysOf(previousPeriod).replace(/^(from|on) /, '')}`;
  if (changes === null) {
    return `${spans}: the two cannot be compared, because different accounts answered for them. Name those that answered for both in the filter accounts.`;
  }
  const partial = isPartial
    ? ' The period had not ended, so a part of it stands against the whole one before: give toDate to compare the same days.'
    : '';
  const lines = changes.map((change) => changeText(change));
  return `${spans}: ${lines.length === 0 ? 'nothing was billed in either.' : lines.join(' ')}${partial}`;
}

function changeText({ before, after, difference, ratio, contributions, rest }: CurrencyChange): string {
  const share = percent(ratio);
  const whole = `${moneyText(after)} after ${moneyText(before)}, ${signed(difference)}${share === '' ? '' : ` (${share})`}.`;
  if (contributions.length === 0) return whole;
  const reasons = { NEW: ', new', GONE: ', gone', MORE: '', LESS: '' };
  const parts = contributions
    .slice(0, 3)
    .map((one) => `${keyText(one.key)} ${signed(one.difference)}${reasons[one.reason]}`);
  const others = rest === null ? '' : ` What is not listed contributes ${signed(rest.difference)}.`;
  return `${whole} Largest contributions: ${parts.join('; ')}.${others}`;
}
