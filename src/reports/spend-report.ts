/** A report of spend: groups in order of cost, the top ones and the rest, shares, and changes against another period. */

import {
  addDays,
  addMonths,
  daysBetween,
  monthOf,
  monthsBetween,
  toCalendarDate,
  type CalendarDate,
  type DateRange,
  type YearMonth,
} from '../domain/calendar.ts';
import {
  multiplyDecimals,
  parseDecimal,
  ratioOf,
  subtractDecimals,
  toSortable,
  type Decimal,
} from '../domain/decimal.ts';
import type { Converter, ExchangeRate } from '../domain/exchange.ts';
import type { CurrencyCode, TokenCounts } from '../domain/rows.ts';
import { idOf, type SpendGroup } from './spend.ts';
import { mergeTotals, type Totals } from './totals.ts';

/** Digits behind the point of shares and of changes. */
const ratioDigits = 6;
/** Digits behind the point of an effective price. */
const priceDigits = 10;

/** Sums in one currency, at rates that were given. */
export interface Converted extends Omit<Totals, 'rowCount'> {
  /** Those that were used; none where there was nothing to convert. */
  readonly rates: readonly ExchangeRate[];
}

/** Sums in one currency. @throws GatewayError EXCHANGE_RATE_MISSING */
export function convertTotals(totals: readonly Totals[], converter: Converter): Converted {
  const partOf = (part: (sums: Totals) => Decimal | null): Decimal | null => {
    const amounts = totals.map((sums) => ({ currency: sums.currency, amount: part(sums) }));
    return amounts.every((item): item is typeof item & { amount: Decimal } => item.amount !== null)
      ? converter.sum(amounts)
      : null;
  };
  return {
    currency: converter.to,
    rates: totals.flatMap(({ currency }) => converter.rateOf(currency) ?? []),
    listCost: partOf(({ listCost }) => listCost),
    billedCost: partOf(({ billedCost }) => billedCost) ?? parseDecimal('0'),
    voucherAmount: partOf(({ voucherAmount }) => voucherAmount),
    cashAmount: partOf(({ cashAmount }) => cashAmount),
  };
}

/**
 * The groups with the most cost first. Of several currencies the first in the alphabet decides, then the next, unless
 * they are converted; ties go by key.
 */
export function byCost(groups: readonly SpendGroup[], converter: Converter | null): SpendGroup[] {
  const currencies = [
    ...new Set(groups.flatMap(({ totals }) => totals.map(({ currency }) => currency))),
  ].toSorted();
  const ranked = groups.map((group) => {
    const costs =
      converter === null
        ? currencies.map((code) => group.totals.find(({ currency }) => currency === code)?.billedCost ?? null)
        : [convertTotals(group.totals, converter).billedCost];
    return { group, ranks: costs.map((cost) => (cost === null ? null : toSortable(cost))) };
  });
  return ranked
    .toSorted((a, b) => compareRanks(a.ranks, b.ranks) || compareKeys(a.group, b.group))
    .map(({ group }) => group);
}

function compareRanks(a: readonly (bigint | null)[], b: readonly (bigint | null)[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? null;
    if (left === right) continue;
    if (left === null || right === null) return left === null ? 1 : -1;
    return left > right ? -1 : 1;
  }
  return 0;
}

/** By the values of the key, one dimension after the other; what is not said comes last. */
export function compareKeys(a: SpendGroup, b: SpendGroup): number {
  for (const [index, { value: left }] of a.key.entries()) {
    const right = b.key[index]?.value ?? null;
    if (left === right) continue;
    if (left === null || right === null) return left === null ? 1 : -1;
    return left < right ? -1 : 1;
  }
  return 0;
}

/** What part of a whole something is, in one currency. */
export interface Share {
  readonly currency: CurrencyCode;
  /** Null where the whole is zero. */
  readonly ratio: Decimal | null;
}

/** The part of the whole's billed cost, by currency. */
export function sharesOf(totals: readonly Totals[], whole: readonly Totals[]): Share[] {
  return totals.map(({ currency, billedCost }) => {
    const all = whole.find((sums) => sums.currency === currency)?.billedCost ?? zero;
    return { currency, ratio: ratioOf(billedCost, all, ratioDigits) };
  });
}

/** How the billed cost in one currency differs from that of another period. */
export interface Change {
  readonly currency: CurrencyCode;
  readonly before: Decimal;
  readonly after: Decimal;
  readonly difference: Decimal;
  /** Of the difference to what was before; null where that is zero. */
  readonly ratio: Decimal | null;
}

/** The changes of billed cost, by currency. */
export function changesOf(before: readonly Totals[], after: readonly Totals[]): Change[] {
  const currencies = [...new Set([...before, ...after].map(({ currency }) => currency))].toSorted();
  const costIn = (totals: readonly Totals[], code: CurrencyCode): Decimal =>
    totals.find(({ currency }) => currency === code)?.billedCost ?? zero;
  return currencies.map((currency) => {
    const [was, is] = [costIn(before, currency), costIn(after, currency)];
    const difference = subtractDecimals(is, was);
    return { currency, before: was, after: is, difference, ratio: ratioOf(difference, was, ratioDigits) };
  });
}

/** The day and month of this period against which a day of an earlier one stands. */
export interface Shift {
  /** The same for the same shift. */
  readonly name: string;
  of(day: CalendarDate): { readonly day: CalendarDate; readonly month: YearMonth };
}

/**
 * Where both are whole months, the same day of the month so many months later (a 31st that a shorter month has not
 * stays as it is, and stands against nothing); otherwise so many days later.
 */
export function shiftBetween(earlier: DateRange, current: DateRange): Shift {
  const areMonths = [earlier.from, earlier.to, current.to].every((date) => date.endsWith('-01'));
  const [months, days] = [monthsBetween(earlier.from, current.from), daysBetween(earlier.from, current.from)];
  const known = new Map<CalendarDate, ReturnType<Shift['of']>>();
  const shift: Shift['of'] = (day) => {
    if (!areMonths) {
      const later = addDays(day, days);
      return { day: later, month: monthOf(later) };
    }
    const month = addMonths(monthOf(day), months);
    return { day: toCalendarDate(`${month}${day.slice(7)}`) ?? day, month };
  };
  return {
    name: areMonths ? `${months} months` : `${days} days`,
    of(day) {
      const shifted = known.get(day) ?? shift(day);
      known.set(day, shifted);
      return shifted;
    },
  };
}

/** Groups of an earlier period, found by the key of the group of this period that they stand against. */
export interface EarlierGroups {
  /** Null: there was none. */
  of(group: SpendGroup): SpendGroup | null;
  /** All of them but those that stand against one of these, the most cost first. */
  without(groups: readonly SpendGroup[]): SpendGroup[];
}

/** Groups whose days and months are those that they stand against. */
export function matchEarlier(groups: readonly SpendGroup[]): EarlierGroups {
  const idOfGroup = ({ key }: SpendGroup): string => idOf(key.map(({ value }) => value));
  const byId = new Map(byCost(groups, null).map((group) => [idOfGroup(group), group]));
  return {
    of: (group) => byId.get(idOfGroup(group)) ?? null,
    without(others) {
      const ids = new Set(others.map((group) => idOfGroup(group)));
      return [...byId].flatMap(([id, group]) => (ids.has(id) ? [] : [group]));
    },
  };
}

/** What a million tokens came to, rounded; null where there were none. */
export function pricePerMillion({ total }: TokenCounts, billedCost: Decimal): Decimal | null {
  return ratioOf(multiplyDecimals(billedCost, million), total, priceDigits);
}

/** The sums of several groups. */
export function sumsOf(groups: readonly SpendGroup[]): Totals[] {
  return mergeTotals(groups.map(({ totals }) => totals));
}

const zero = parseDecimal('0');
const million = parseDecimal('1000000');
