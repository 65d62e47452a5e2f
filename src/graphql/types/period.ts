/** Periods as clients give them and see them. */

import type { DateRange, Period } from '../../domain/calendar.ts';
import { builder } from '../builder.ts';

const DateRangeInput = builder.inputType('DateRangeInput', {
  description:
    'Calendar dates in each provider\'s own billing zone. from is included, to is not: one day is { from: "2026-02-01", to: "2026-02-02" }.',
  fields: (t) => ({
    from: t.field({ type: 'Date', required: true, description: 'The first date.' }),
    to: t.field({ type: 'Date', required: true, description: 'The day after the last date.' }),
  }),
});

const LastInput = builder.inputType('LastInput', {
  description:
    "A number of days or months up to now, for example { days: 7 }. Give exactly one of days and months. They begin and end at midnight in each provider's own zone.",
  fields: (t) => ({
    days: t.int({ description: 'How many days, 1 to 3660.' }),
    months: t.int({ description: 'How many calendar months, 1 to 120.' }),
    includeCurrent: t.boolean({
      defaultValue: false,
      description:
        'False: up to the last complete day or month (yesterday, last month). True: up to and including today, or the current month, which counts as one of them.',
    }),
  }),
});

export const PeriodInput = builder.inputType('PeriodInput', {
  description:
    'A period, for example { month: "2026-02" }. Give exactly one field. Days are those of each provider\'s own billing zone (see Provider.timeZone), so 1 March, and today, may begin at different moments at different providers. The answer says which dates were used (SourceCoverage.period).',
  isOneOf: true,
  fields: (t) => ({
    month: t.field({ type: 'YearMonth', description: 'A calendar month: "2026-02".' }),
    dates: t.field({ type: DateRangeInput, description: 'Calendar dates: from is included, to is not.' }),
    last: t.field({
      type: LastInput,
      description:
        'Days or months up to now. These are other dates each day, so cursors expire at midnight: to continue after it, ask for the dates that the answer names.',
    }),
    toDate: t.field({
      type: 'YearMonth',
      description:
        'A month up to its last complete day, such as "2026-02". Empty on the first day of the month; a past month is complete.',
    }),
  }),
});

/** The requested dates, as clients see them. */
export const DatesType = builder.objectRef<DateRange>('Dates').implement({
  description:
    'Calendar dates. As in DateRangeInput, from is included and to is not. If both are the same, there are no dates.',
  fields: (t) => ({
    from: t.expose('from', { type: 'Date', description: 'The first date.' }),
    to: t.expose('to', { type: 'Date', description: 'The day after the last date.' }),
  }),
});

export const PeriodType = builder.objectRef<Period>('Period').implement({
  description: 'A stretch of time. Half-open: start is included, end is not.',
  fields: (t) => ({
    start: t.expose('start', { type: 'DateTime', description: 'The first instant.' }),
    end: t.expose('end', { type: 'DateTime', description: 'The first instant after the period.' }),
  }),
});
