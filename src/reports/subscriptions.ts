/** When subscriptions renew, told from the terms that were paid. */

import { addDays, daysBetween, type CalendarDate, type DateRange } from '../domain/calendar.ts';
import type { Decimal } from '../domain/decimal.ts';
import { sumDecimals } from '../domain/sums.ts';

/** A line of a subscription. */
export interface SubscriptionLine {
  /** Lines of one subscription have the same. Null: it is no term that could renew, such as a refund. */
  readonly subscription: string | null;
  /** On which it is charged. */
  readonly day: CalendarDate;
  /** The day on which its term has ended and the next begins. */
  readonly end: CalendarDate;
  readonly amount: Decimal;
}

export interface Renewal {
  readonly day: CalendarDate;
  readonly amount: Decimal;
}

/**
 * The renewals to be expected on some days: each subscription whose last term ends there, at what that term cost (all
 * lines that end with it), and again where a term is over within these days. What has ended before was not renewed.
 */
export function renewalsIn(lines: readonly SubscriptionLine[], { from, to }: DateRange): Renewal[] {
  const bySubscription = Map.groupBy(
    lines.filter((line) => line.subscription !== null && line.end > line.day),
    ({ subscription }) => subscription,
  );
  return [...bySubscription.values()].flatMap((terms) => {
    const end = terms.reduce((latest, term) => (term.end > latest ? term.end : latest), from);
    const last = terms.filter((term) => term.end === end);
    const start = last.reduce((first, term) => (term.day < first ? term.day : first), end);
    if (last.length === 0 || start === end) return [];
    const amount = sumDecimals(last.map((term) => term.amount));
    const renewals: Renewal[] = [];
    let day = end;
    for (let terms = 1; day < to; terms += 1) {
      renewals.push({ day, amount });
      day = later({ from: start, to: end }, terms);
    }
    return renewals;
  });
}

/** So many terms after the end of one: months where it is one of whole months, otherwise days. */
function later(term: DateRange, count: number): CalendarDate {
  const [start, end] = [Temporal.PlainDate.from(term.from), Temporal.PlainDate.from(term.to)];
  const { months, days } = start.until(end, { largestUnit: 'months' });
  if (days > 0 || months === 0) return addDays(term.to, count * daysBetween(term.from, term.to));
  return end.add({ months: count * months }).toString() as CalendarDate;
}
