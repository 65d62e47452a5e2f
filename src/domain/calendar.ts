/**
 * Calendar dates, months and instants. Dates and months are text ("2026-02-01", "2026-02"), so they compare and travel
 * as they are; instants are whole milliseconds since 1970. A zone is only needed to convert between the two.
 */

import { memoOf } from './memo.ts';

declare const brand: unique symbol;

/** "2026-02-28": a day that exists, in whatever zone the context names. Compares as text. */
export type CalendarDate = string & { readonly [brand]: 'CalendarDate' };
/** "2026-02": a billing month. */
export type YearMonth = string & { readonly [brand]: 'YearMonth' };
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number & { readonly [brand]: 'Instant' };
/** An IANA zone name that this runtime knows. */
export type TimeZone = string & { readonly [brand]: 'TimeZone' };

export const utc = 'UTC' as TimeZone;

/** Returns the current time. Always a parameter, so that tests can move it. */
export type Clock = () => Instant;

/** Half-open: start is included, end is not. */
export interface Period {
  readonly start: Instant;
  readonly end: Instant;
}

/** Half-open dates: from is included, to is not. */
export interface DateRange {
  readonly from: CalendarDate;
  readonly to: CalendarDate;
}

/** "2026-02-28" to CalendarDate; null for anything else, such as "2026-02-30" or "2026-2-1". */
export function toCalendarDate(text: string): CalendarDate | null {
  return text.length === 10 ? calendarDate(text) : null;
}

const calendarDate = memoOf((text: string): CalendarDate | null => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  return plainDate(text) === null ? null : (text as CalendarDate);
});

/** "2026-02" to YearMonth; null for anything else. */
export function toYearMonth(text: string): YearMonth | null {
  return toCalendarDate(`${text}-01`) === null ? null : (text as YearMonth);
}

/** A zone name to TimeZone; null when this runtime does not know it. */
export function toTimeZone(name: string): TimeZone | null {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return name as TimeZone;
  } catch {
    return null;
  }
}

/** RFC 3339 text with an offset ("2026-03-01T02:00:00.123456Z") to Instant, cut to the millisecond; null for anything else. */
export function toInstant(text: string): Instant | null {
  if (!/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/.test(text)) return null;
  try {
    return Temporal.Instant.from(text).epochMilliseconds as Instant;
  } catch {
    return null;
  }
}

/** A number of milliseconds as Instant. @throws RangeError outside the years 1970 to 9999. */
export function instantOf(epochMs: number): Instant {
  if (!Number.isSafeInteger(epochMs) || epochMs < 0 || epochMs > 253_402_300_799_999) {
    throw new RangeError('not an instant between the years 1970 and 9999');
  }
  return epochMs as Instant;
}

/** The moment `durationMs` after `instant`. */
export function after(instant: Instant, durationMs: number): Instant {
  return (instant + durationMs) as Instant;
}

/** RFC 3339 in UTC; whole seconds carry no fraction. */
export function printInstant(instant: Instant): string {
  return printed(instant);
}

/** Remembered, because the same moments are printed often: where days begin, when something was read. */
const printed = memoOf((instant: Instant): string => {
  const text = new Date(instant).toISOString();
  return text.endsWith('.000Z') ? `${text.slice(0, 19)}Z` : text.replace(/0{1,2}Z$/, 'Z');
});

/** The first moment of a calendar date in a zone (not always 00:00: some zones skip it in spring). */
export function startOfDay(date: CalendarDate, zone: TimeZone): Instant {
  return startsIn(zone)(date);
}

const startsIn = memoOf((zone: TimeZone) =>
  memoOf(
    (date: CalendarDate) => Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds as Instant,
  ),
);

/** The calendar date that a moment falls on in a zone. */
export function dateIn(instant: Instant, zone: TimeZone): CalendarDate {
  const quarter = Math.floor(instant / quarterHourMs);
  return datesIn(zone)(quarter) ?? dateOf(instant, zone);
}

const quarterHourMs = 900_000;

/** The date of a whole quarter of an hour; null for the rare quarter in which a day begins. */
const datesIn = memoOf((zone: TimeZone) =>
  memoOf((quarter: number): CalendarDate | null => {
    const first = quarter * quarterHourMs;
    const date = dateOf(first as Instant, zone);
    return date === dateOf((first + quarterHourMs - 1) as Instant, zone) ? date : null;
  }),
);

function dateOf(instant: Instant, zone: TimeZone): CalendarDate {
  return Temporal.Instant.fromEpochMilliseconds(instant)
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .toString() as CalendarDate;
}

/** A wall-clock time ("14:00") of a calendar date in a zone, as an instant. */
export function timeOfDay(date: CalendarDate, time: string, zone: TimeZone): Instant {
  return Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone).epochMilliseconds as Instant;
}

/**
 * By how many milliseconds two zones differ over a period: every difference that occurs in it. Takes a few look-ups
 * however long the period is, because zones change rarely.
 */
export function zoneDifferences({ start, end }: Period, a: TimeZone, b: TimeZone): ReadonlySet<number> {
  const moments = [start, ...changesIn(start, end, a), ...changesIn(start, end, b)];
  const offset = (instant: Instant, zone: TimeZone): number =>
    Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;
  return new Set(moments.map((moment) => offset(moment, a) - offset(moment, b)));
}

function changesIn(start: Instant, end: Instant, zone: TimeZone): Instant[] {
  const changes: Instant[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone);
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds >= end) return changes;
    changes.push(next.epochMilliseconds as Instant);
    at = next;
  }
}

/** All dates of a range, in order. */
export function eachDate({ from, to }: DateRange): CalendarDate[] {
  const dates: CalendarDate[] = [];
  for (let date = from; date < to; date = addDays(date, 1)) dates.push(date);
  return dates;
}

/**
 * The period of the same length before a range: as many months if the range is whole months, otherwise as many days.
 */
export function rangeBefore({ from, to }: DateRange): DateRange {
  if (from.endsWith('-01') && to.endsWith('-01')) {
    return { from: firstDayOf(addMonths(monthOf(from), -monthsBetween(from, to))), to: from };
  }
  return { from: addDays(from, -daysBetween(from, to)), to: from };
}

/** Whole months between two first days of a month. */
export function monthsBetween(from: CalendarDate, to: CalendarDate): number {
  return Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: 'months' }).months;
}

/** The dates of a range, in a zone, as half-open instants. */
export function periodOf(range: DateRange, zone: TimeZone): Period {
  return { start: startOfDay(range.from, zone), end: startOfDay(range.to, zone) };
}

/** The date `days` later (earlier when negative). @throws RangeError outside the years 0000 to 9999. */
export function addDays(date: CalendarDate, days: number): CalendarDate {
  return days === 1 ? dayAfter(date) : dateText(Temporal.PlainDate.from(date).add({ days }));
}

const dayAfter = memoOf((date: CalendarDate) => dateText(Temporal.PlainDate.from(date).add({ days: 1 })));

/** Whole days from one date to another; negative when `to` lies before. */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  return daysTo(to)(from);
}

const daysTo = memoOf((to: CalendarDate) =>
  memoOf(
    (from: CalendarDate) =>
      Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: 'days' }).days,
  ),
);

/** The month that a date lies in. */
export function monthOf(date: CalendarDate): YearMonth {
  return date.slice(0, 7) as YearMonth;
}

/** The month `months` later. @throws RangeError outside the years 0000 to 9999. */
export function addMonths(month: YearMonth, months: number): YearMonth {
  return later(months)(month);
}

const later = memoOf((months: number) =>
  memoOf((month: YearMonth) => monthOf(dateText(Temporal.PlainDate.from(`${month}-01`).add({ months })))),
);

/** The first day of a month. */
export function firstDayOf(month: YearMonth): CalendarDate {
  return `${month}-01` as CalendarDate;
}

/** All the dates of a month, half-open. */
export function datesOf(month: YearMonth): DateRange {
  return { from: firstDayOf(month), to: firstDayOf(addMonths(month, 1)) };
}

function plainDate(text: string): Temporal.PlainDate | null {
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' });
  } catch {
    return null;
  }
}

function dateText(date: Temporal.PlainDate): CalendarDate {
  const text = date.toString();
  if (text.length !== 10) throw new RangeError('a date outside the years 0000 to 9999');
  return text as CalendarDate;
}
