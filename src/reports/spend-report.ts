/** The parts of a report of spend: converted sums, shares, and changes against another period. */

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
  absoluteOf,
  type Decimal,
  multiplyDecimals,
  parseDecimal,
  ratioOf,
  subtractDecimals,
  zero,
} from '../domain/decimal.ts';
import type { Converter, ExchangeRate } from '../domain/currency-conversion.ts';
import type { CurrencyCode, TokenCounts } from '../domain/rows.ts';
import type { DatedTotals, SpendGroup } from './spend-group.ts';
import { rankGroups } from './spend-order.ts';
import { mergeTotals, type Totals } from './totals.ts';

/** The decimal places of shares and of changes. */
const ratioDigits = 6;
/** The decimal places of a price per million tokens. */
const priceDigits = 10;

/** Sums in one currency, at given rates. */
export interface Converted extends Omit<Totals, 'rowCount'> {
  /** The rates that were used; empty if there was nothing to convert. */
  readonly rates: readonly ExchangeRate[];
}

/** Converts sums into one currency. @throws GatewayError EXCHANGE_RATE_MISSING */
export function convertTotals(parts: readonly DatedTotals[], converter: Converter): Converted {
  const all = parts.flatMap(({ day, totals }) => totals.map((sums) => ({ day, sums })));
  const partOf = (part: (sums: Totals) => Decimal | null): Decimal | null => {
    const amounts = all.map(({ day, sums }) => ({ day, currency: sums.currency, amount: part(sums) }));
    return amounts.every((item): item is typeof item & { amount: Decimal } => item.amount !== null)
      ? converter.sum(amounts)
      : null;
  };
  const rates = new Set(all.flatMap(({ day, sums }) => converter.rateOf(sums.currency, day) ?? []));
  return {
    currency: converter.to,
    rates: [...rates].toSorted((a, b) => (`${a.from} ${a.date}` < `${b.from} ${b.date}` ? -1 : 1)),
    listCost: partOf(({ listCost }) => listCost),
    billedCost: partOf(({ billedCost }) => billedCost) ?? zero,
    voucherAmount: partOf(({ voucherAmount }) => voucherAmount),
    cashAmount: partOf(({ cashAmount }) => cashAmount),
    effectiveCost: partOf(({ effectiveCost }) => effectiveCost),
  };
}

/** The sums of several groups, by the day that decides the exchange rate. */
export function datedSumsOf(groups: readonly SpendGroup[]): DatedTotals[] {
  const parts = groups.flatMap(({ dated, totals }) => dated ?? [{ day: null, totals }]);
  return Array.from(
    Map.groupBy(parts, ({ day }) => day),
    ([day, list]) => ({ day, totals: mergeTotals(list.map(({ totals }) => totals)) }),
  );
}

/** A share of a whole, in one currency. */
export interface Share {
  readonly currency: CurrencyCode;
  /** Null if the whole is zero. */
  readonly ratio: Decimal | null;
}

/** The shares of the whole's billed cost, by currency. */
export function sharesOf(totals: readonly Totals[], whole: readonly Totals[]): Share[] {
  return totals.map(({ currency, billedCost }) => {
    const all = whole.find((sums) => sums.currency === currency)?.billedCost ?? zero;
    return { currency, ratio: ratioOf(billedCost, all, ratioDigits) };
  });
}

/** The change of billed cost in one currency since another period. */
export interface Change {
  readonly currency: CurrencyCode;
  readonly before: Decimal;
  readonly after: Decimal;
  readonly difference: Decimal;
  /** The difference divided by the absolute value of before: negative if the cost fell. Null if before is zero. */
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
    // By the absolute value, so that the ratio has the sign of the difference, even for refunds.
    const ratio = ratioOf(difference, absoluteOf(was), ratioDigits);
    return { currency, before: was, after: is, difference, ratio };
  });
}

/** Maps a day and month of an earlier period to those of this period with which they are compared. */
export interface Shift {
  /** Equal shifts have equal names. */
  readonly name: string;
  of(day: CalendarDate): { readonly day: CalendarDate; readonly month: YearMonth };
}

/**
 * The shift between two periods. If both are whole months it is by months (a 31st without a match in a shorter month
 * stays as it is, and is compared with nothing); otherwise it is by days.
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

/** The groups of an earlier period, found by the key of the matching group of this period. */
export interface EarlierGroups {
  /** Null: there was no such group. */
  of(group: SpendGroup): SpendGroup | null;
  /** All groups that match none of these, highest cost first. */
  without(groups: readonly SpendGroup[]): SpendGroup[];
}

/** Matches groups whose days and months have been shifted to this period. */
export function matchEarlier(groups: readonly SpendGroup[]): EarlierGroups {
  const byId = new Map(rankGroups(groups, 'COST', null).map((group) => [group.id, group]));
  return {
    of: ({ id }) => byId.get(id) ?? null,
    without(others) {
      const ids = new Set(others.map(({ id }) => id));
      return [...byId].flatMap(([id, group]) => (ids.has(id) ? [] : [group]));
    },
  };
}

/** The price of a million tokens, rounded; null if there were no tokens. */
export function pricePerMillion({ total }: TokenCounts, billedCost: Decimal): Decimal | null {
  return ratioOf(multiplyDecimals(billedCost, million), total, priceDigits);
}

/** The sums of several groups. */
export function sumsOf(groups: readonly SpendGroup[]): Totals[] {
  return mergeTotals(groups.map(({ totals }) => totals));
}
const million = parseDecimal('1000000');
