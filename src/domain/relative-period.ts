/** Relative periods ("the last seven days", "March up to yesterday"), and the earlier periods to compare them with. */

import {
  addDays,
  addMonths,
  datesOf,
  daysBetween,
  firstDayOf,
  monthOf,
  monthsBetween,
  rangeBefore,
  type CalendarDate,
  type DateRange,
  type YearMonth,
} from './calendar.ts';

/** What a period means, independent of today's date. */
export type PeriodMeaning =
  | { readonly kind: 'DATES'; readonly dates: DateRange }
  /** A month up to its last complete day. */
  | { readonly kind: 'TO_DATE'; readonly month: YearMonth }
  /** A number of days or months, up to the last complete one or including the current one. */
  | { readonly kind: 'DAYS' | 'MONTHS'; readonly count: number; readonly includesCurrent: boolean };

/** A period, seen on a certain day. */
export interface DatedPeriod {
  /** Empty (`from` equals `to`) when only complete days count and not even the first is complete. */
  readonly dates: DateRange;
  /** Its dates once it has ended. */
  readonly whole: DateRange;
}

/** The dates of a period, seen on a day. */
export function datePeriod(meaning: PeriodMeaning, today: CalendarDate): DatedPeriod {
  if (meaning.kind === 'DATES') return { dates: meaning.dates, whole: meaning.dates };
  if (meaning.kind === 'TO_DATE') {
    const whole = datesOf(meaning.month);
    const to = today < whole.from ? whole.from : today < whole.to ? today : whole.to;
    return { dates: { from: whole.from, to }, whole };
  }
  const dates = datesUpTo(today, meaning);
  return { dates, whole: dates };
}

function datesUpTo(
  today: CalendarDate,
  { kind, count, includesCurrent }: Extract<PeriodMeaning, { readonly count: number }>,
): DateRange {
  if (kind === 'DAYS') {
    const to = includesCurrent ? addDays(today, 1) : today;
    return { from: addDays(to, -count), to };
  }
  const end = includesCurrent ? addMonths(monthOf(today), 1) : monthOf(today);
  return { from: firstDayOf(addMonths(end, -count)), to: firstDayOf(end) };
}

/** The period of the same length before; for a period that still runs, only as many days as it has begun. */
export function previousDates({ dates, whole }: DatedPeriod, today: CalendarDate): DateRange {
  const before = rangeBefore(whole);
  const isRunning = dates.from <= today && today < dates.to;
  const end = isRunning ? addDays(today, 1) : dates.to;
  if (end >= whole.to) return before;
  if (end <= whole.from) return { from: before.from, to: before.from };
  const last = addDays(end, -1);
  return { from: before.from, to: addDays(sameDayBefore(last, before, whole), 1) };
}

/** The day of the earlier period to compare a day with; the last day of a month that is too short. */
function sameDayBefore(day: CalendarDate, before: DateRange, whole: DateRange): CalendarDate {
  if (!areMonths(whole)) return addDays(day, -daysBetween(before.from, whole.from));
  const month = addMonths(monthOf(day), -monthsBetween(before.from, whole.from));
  const same = `${month}${day.slice(7)}` as CalendarDate;
  const last = addDays(datesOf(month).to, -1);
  return same < last ? same : last;
}

function areMonths({ from, to }: DateRange): boolean {
  return from.endsWith('-01') && to.endsWith('-01');
}
