/** What a month's cost cannot end below: what has been charged of it, unless money is given back. */

import { monthOf, type CalendarDate } from '../domain/calendar.ts';
import { absoluteOf, compareDecimals, subtractDecimals, zero, type Decimal } from '../domain/decimal.ts';
import { sumDecimals } from '../domain/sums.ts';

interface CostHistory {
  readonly usage: ReadonlyMap<CalendarDate, Decimal>;
  readonly subscriptions: readonly { readonly day: CalendarDate; readonly amount: Decimal }[];
}

/**
 * The low end of a forecast, raised to what has been charged of the month. A history that holds refunds may repeat them:
 * then it may lie below that by as much as was given back in the month in which most was.
 */
export function raiseToBilled(low: Decimal, billed: Decimal, history: CostHistory): Decimal {
  const floor = subtractDecimals(billed, mostReturned(history));
  return compareDecimals(low, floor) < 0 ? floor : low;
}

/** What was given back in the month in which most was: by lines of subscriptions, and on days whose usage is below zero. */
function mostReturned({ usage, subscriptions }: CostHistory): Decimal {
  const amounts = [...Array.from(usage, ([day, amount]) => ({ day, amount })), ...subscriptions];
  const returned = amounts.filter(({ amount }) => amount.startsWith('-'));
  const months = Map.groupBy(returned, ({ day }) => monthOf(day));
  return Array.from(months.values(), (lines) =>
    absoluteOf(sumDecimals(lines.map(({ amount }) => amount))),
  ).reduce((most, sum) => (compareDecimals(most, sum) < 0 ? sum : most), zero);
}
