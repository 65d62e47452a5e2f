/** Periods as clients give them and see them. */

import {
  datesOf,
  toCalendarDate,
  type CalendarDate,
  type DateRange,
  type Period,
} from '../domain/calendar.ts';
import { GatewayError } from '../domain/errors.ts';
import { builder } from './builder.ts';

const DateRangeInput = builder.inputType('DateRangeInput', {
  description: "Calendar dates in each provider's own billing zone. Half-open: from is included, to is not.",
  fields: (t) => ({
    from: t.field({ type: 'Date', required: true, description: 'The first date.' }),
    to: t.field({ type: 'Date', required: true, description: 'The date after the last.' }),
  }),
});

export const PeriodInput = builder.inputType('PeriodInput', {
  description:
    "A period: exactly one of its fields. It is read in each provider's own billing zone (see Provider.timeZone), so 1 March begins at another instant at each vendor.",
  isOneOf: true,
  fields: (t) => ({
    month: t.field({ type: 'YearMonth', description: 'A calendar month: "2026-02".' }),
    dates: t.field({ type: DateRangeInput, description: 'Calendar dates: from is included, to is not.' }),
  }),
});

export const PeriodType = builder.objectRef<Period>('Period').implement({
  description: 'A stretch of time. Half-open: start is included, end is not.',
  fields: (t) => ({
    start: t.expose('start', { type: 'DateTime', description: 'The first instant.' }),
    end: t.expose('end', { type: 'DateTime', description: 'The first instant after the period.' }),
  }),
});

const earliest = toCalendarDate('2000-01-01');
const latest = toCalendarDate('2100-01-01');

/** The dates of a period. @throws GatewayError INVALID_PERIOD when it is empty, reversed or outside 2000 to 2099 */
export function toDates(input: typeof PeriodInput.$inferInput): DateRange {
  const dates = input.dates ?? monthDates(input.month);
  if (dates === null) throw new GatewayError('INVALID_PERIOD', 'give a period: either month or dates');
  const { from, to } = dates;
  if (from >= to) {
    const hint = 'from is included and to is not, so one day is { from: "2026-02-01", to: "2026-02-02" }';
    throw new GatewayError('INVALID_PERIOD', `the period from ${from} to ${to} is empty: ${hint}`);
  }
  if (isOutside(from) || isOutside(to)) {
    throw new GatewayError(
      'INVALID_PERIOD',
      `the period from ${from} to ${to} lies outside the years 2000 to 2099`,
    );
  }
  return { from, to };
}

function monthDates(month: typeof PeriodInput.$inferInput.month): DateRange | null {
  if (month === null || month === undefined) return null;
  if (month < '2000-01' || month > '2099-12') {
    throw new GatewayError('INVALID_PERIOD', `the month ${month} lies outside the years 2000 to 2099`);
  }
  return datesOf(month);
}

function isOutside(date: CalendarDate): boolean {
  return earliest === null || latest === null || date < earliest || date > latest;
}
