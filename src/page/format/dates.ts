/**
 * Dates and moments as people read them. A calendar date is one of the vendor's zone and is shown as it is, whatever
 * the reader's zone; a moment is shown in the reader's zone, which is said beside it.
 */

/** "2026-02-01" */
export type DateText = string;
/** "2026-02" */
export type MonthText = string;

const made = new Map<string, Intl.DateTimeFormat>();

function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}|${JSON.stringify(options)}`;
  const format = made.get(key) ?? new Intl.DateTimeFormat(locale, options);
  made.set(key, format);
  return format;
}

/** A day with its year: "1 Feb 2026". */
export function showDate(date: DateText, locale: string): string {
  return dateFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(utc(date));
}

/** A day with its weekday: "Sun, 1 Feb 2026". */
export function showLongDate(date: DateText, locale: string): string {
  const options = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  } as const;
  return dateFormat(locale, options).format(utc(date));
}

/** A day on an axis: "1 Feb". */
export function showDay(date: DateText, locale: string): string {
  return dateFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(utc(date));
}

/** A month: "February 2026". */
export function showMonth(month: MonthText, locale: string): string {
  return dateFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(utc(`${month}-01`));
}

/** A month on an axis: "Feb". */
export function showShortMonth(month: MonthText, locale: string): string {
  return dateFormat(locale, { month: 'short', timeZone: 'UTC' }).format(utc(`${month}-01`));
}

/** Days from one to another that is not included, as people say it: "1 – 28 Feb 2026". */
export function showDates(from: DateText, to: DateText, locale: string): string {
  const last = to > from ? addDays(to, -1) : from;
  return dateFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).formatRange(utc(from), utc(last));
}

/** A moment in the reader's zone, with its name: "18 Mar 2026, 10:30 GMT+1". */
export function showMoment(instant: string, locale: string, timeZone?: string): string {
  return dateFormat(locale, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(new Date(instant));
}

const steps = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** How long ago a moment is: "3 minutes ago"; "now" below a minute. */
export function showAge(instant: string, nowMs: number, locale: string): string {
  const seconds = Math.round((Date.parse(instant) - nowMs) / 1000);
  const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? (['second', 1] as const);
  const count = unit === 'second' ? 0 : Math.trunc(seconds / size);
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(count, unit);
}

/** The day that a moment lies in, in a zone. */
export function dateIn(timeZone: string, moment: number | string): DateText {
  const parts = dateFormat('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
    .formatToParts(new Date(moment))
    .map(({ type, value }) => [type, value] as const);
  const { year = '', month = '', day = '' } = Object.fromEntries(parts);
  return `${year}-${month}-${day}`;
}

export function addDays(date: DateText, count: number): DateText {
  const moment = utc(date);
  moment.setUTCDate(moment.getUTCDate() + count);
  return moment.toISOString().slice(0, 10);
}

export function addMonths(month: MonthText, count: number): MonthText {
  const moment = utc(`${month}-01`);
  moment.setUTCMonth(moment.getUTCMonth() + count);
  return moment.toISOString().slice(0, 7);
}

/** All days from one to another, which is not included. */
export function daysFrom(from: DateText, to: DateText): readonly DateText[] {
  const count = Math.max(0, (utc(to).getTime() - utc(from).getTime()) / 86_400_000);
  return Array.from({ length: count }, (_, index) => addDays(from, index));
}

/** All months that days from one to another, which is not included, lie in. */
export function monthsFrom(from: DateText, to: DateText): readonly MonthText[] {
  const months: MonthText[] = [];
  const last = to > from ? addDays(to, -1).slice(0, 7) : '';
  for (let month = from.slice(0, 7); month <= last; month = addMonths(month, 1)) months.push(month);
  return months;
}

/** Whether it is a day that exists. */
export function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(utc(text).getTime()) && addDays(text, 0) === text;
}

export function isMonth(text: string): boolean {
  return isDate(`${text}-01`);
}

/** Midnight in UTC, where every day has 24 hours, to count days by. */
function utc(date: DateText): Date {
  return new Date(`${date}T00:00:00Z`);
}
