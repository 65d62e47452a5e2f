/** Conversion between currencies: only at rates that somebody gave, with their date and source, and exact. */

import type { CalendarDate } from './calendar.ts';
import { multiplyDecimals, type Decimal } from './decimal.ts';
import { sumDecimals } from './sums.ts';
import { GatewayError } from './errors.ts';
import type { CurrencyCode } from './rows.ts';

/** What one unit of `from` is worth in `to`. It says nothing of the other way round. */
export interface ExchangeRate {
  readonly from: CurrencyCode;
  readonly to: CurrencyCode;
  readonly rate: Decimal;
  /** The day for which it was quoted. */
  readonly date: CalendarDate;
  /** Who quoted it. */
  readonly source: string;
}

/** Turns amounts into one currency. */
export interface Converter {
  readonly to: CurrencyCode;
  /** The rate of a currency; null for the currency itself. @throws GatewayError EXCHANGE_RATE_MISSING, which names the pair */
  rateOf(from: CurrencyCode): ExchangeRate | null;
  /** The exact sum of amounts of several currencies. @throws GatewayError EXCHANGE_RATE_MISSING */
  sum(amounts: readonly { readonly currency: CurrencyCode; readonly amount: Decimal }[]): Decimal;
}

/** A converter at the given rates. */
export function createConverter(to: CurrencyCode, rates: readonly ExchangeRate[]): Converter {
  const rateOf = (from: CurrencyCode): ExchangeRate | null => {
    if (from === to) return null;
    const found = rates.find((rate) => rate.from === from && rate.to === to);
    if (found !== undefined) return found;
    const message = `there is no rate from ${from} to ${to} in the settings: add one under exchangeRates, or ask without convertTo`;
    throw new GatewayError('EXCHANGE_RATE_MISSING', message, { facts: { from, to } });
  };
  return {
    to,
    rateOf,
    sum: (amounts) =>
      sumDecimals(
        amounts.map(({ currency, amount }) => {
          const rate = rateOf(currency);
          return rate === null ? amount : multiplyDecimals(amount, rate.rate);
        }),
      ),
  };
}
