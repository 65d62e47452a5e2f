/** Converts between currencies: exactly, and only at rates from the settings, with their date and source. */

import type { CalendarDate } from './calendar.ts';
import { multiplyDecimals, type Decimal } from './decimal.ts';
import { sumDecimals } from './sums.ts';
import { GatewayError } from './errors.ts';
import type { CurrencyCode } from './rows.ts';

/** What one unit of `from` is worth in `to`. It does not give the rate in the other direction. */
export interface ExchangeRate {
  readonly from: CurrencyCode;
  readonly to: CurrencyCode;
  readonly rate: Decimal;
  /** The day for which it was quoted. */
  readonly date: CalendarDate;
  /** Who quoted it. */
  readonly source: string;
}

/** An amount to convert. */
export interface DatedAmount {
  readonly currency: CurrencyCode;
  readonly amount: Decimal;
  /** The day that `rateDay` returns. */
  readonly day: CalendarDate | null;
}

/** The day that decides the exchange rate for a day's charges; null if the rate does not depend on the day. */
export type RateDay = (currency: CurrencyCode, day: CalendarDate) => CalendarDate | null;

/**
 * Converts amounts into one currency. A pair with a single rate uses it for every day. With several, each applies from
 * its date on, and none applies before the first.
 */
export interface Converter {
  readonly to: CurrencyCode;
  /** Whether the day of a charge matters. */
  readonly isDated: boolean;
  /** Identifies how the converter groups charges by day. */
  readonly name: string;
  /**
   * The date of the rate for a day's charges (null if the pair has a single rate); the day itself if there is no rate
   * yet.
   */
  readonly rateDay: RateDay;
  /** The rate of a currency; null for the currency itself. @throws GatewayError EXCHANGE_RATE_MISSING, which names the pair */
  rateOf(from: CurrencyCode, day: CalendarDate | null): ExchangeRate | null;
  /** The exact sum of amounts of several currencies. @throws GatewayError EXCHANGE_RATE_MISSING */
  sum(amounts: readonly DatedAmount[]): Decimal;
}

/** A converter at the given rates. */
export function createConverter(to: CurrencyCode, rates: readonly ExchangeRate[]): Converter {
  const newestFirst = rates.filter((rate) => rate.to === to).toSorted((a, b) => (a.date < b.date ? 1 : -1));
  const byCurrency = Map.groupBy(newestFirst, ({ from }) => from);
  const several = [...byCurrency].filter(([, list]) => list.length > 1);

  const rateDay: Converter['rateDay'] = (from, day) => {
    const list = byCurrency.get(from) ?? [];
    return list.length > 1 ? (list.find(({ date }) => date <= day)?.date ?? day) : null;
  };
  const rateOf: Converter['rateOf'] = (from, day) => {
    if (from === to) return null;
    const list = byCurrency.get(from) ?? [];
    const found = list.length > 1 ? list.find(({ date }) => date <= (day ?? '')) : list[0];
    if (found !== undefined) return found;
    const first = list.at(-1)?.date;
    const when = first === undefined ? '' : ` for ${day}, since the first rate is dated ${first}`;
    const message = `there is no rate from ${from} to ${to} in the settings${when}: add one under exchangeRates, or ask without convertTo`;
    throw new GatewayError('EXCHANGE_RATE_MISSING', message, { details: { from, to } });
  };
  return {
    to,
    isDated: several.length > 0,
    name: JSON.stringify(several.map(([from, list]) => [from, list.map(({ date }) => date)])),
    rateDay,
    rateOf,
    sum: (amounts) =>
      sumDecimals(
        amounts.map(({ currency, amount, day }) => {
          const rate = rateOf(currency, day);
          return rate === null ? amount : multiplyDecimals(amount, rate.rate);
        }),
      ),
  };
}
