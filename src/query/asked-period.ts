/** A period as clients ask for it. Its dates may depend on today's date, and so on the zone. */

import {
  addDays,
  dateIn,
  datesOf,
  rangeBefore,
  startOfDay,
  toCalendarDate,
  type CalendarDate,
  type DateRange,
  type Instant,
  type TimeZone,
  type YearMonth,
} from '../domain/calendar.ts';
import { GatewayError } from '../domain/errors.ts';
import { datePeriod, previousDates, type PeriodMeaning } from '../domain/relative-period.ts';
import { shiftBetween, type Shift } from '../reports/spend-report.ts';
import type { GatewayContext } from './context.ts';

/** A number of days or months up to now. */
export interface LastArgs {
  readonly days?: number | null | undefined;
  readonly months?: number | null | undefined;
  readonly includeCurrent?: boolean | null | undefined;
}

/** Exactly one of these must be given. */
export interface PeriodArgs {
  readonly month?: YearMonth | null | undefined;
  readonly dates?: DateRange | null | undefined;
  readonly last?: LastArgs | null | undefined;
  readonly toDate?: YearMonth | null | undefined;
}

const earliest = toCalendarDate('2000-01-01');
const latest = toCalendarDate('2100-01-01');

/** A requested period. Its dates may depend on today's date, and so on the zone. */
export interface AskedPeriod {
  readonly datesIn: (zone: TimeZone) => DateRange;
  /** The period before; for a period that still runs, only as many days as this one has begun. */
  readonly previousIn: (zone: TimeZone) => PreviousDates;
}

/** The period before, with and without the days that this period has not reached yet. */
export interface PreviousDates {
  readonly dates: DateRange;
  readonly shift: Shift;
}

/** Reads a period. @throws GatewayError INVALID_PERIOD when it is empty, reversed or outside 2000 to 2099 */
export function toPeriod(
  input: PeriodArgs,
  { ledger, validity }: Pick<GatewayContext, 'ledger' | 'validity'>,
): AskedPeriod {
  const now = ledger.now();
  const meaning = toMeaning(input, now);
  const dateOn = (zone: TimeZone) => {
    const today = dateIn(now, zone);
    const dated = datePeriod(meaning, today);
    // Tomorrow the period has other dates, or is compared with others.
    const isMoving = meaning.kind !== 'DATES' || dated.dates.to > today;
    return { today, dated, endsAt: isMoving ? startOfDay(addDays(today, 1), zone) : null };
  };
  return {
    datesIn(zone) {
      const { dated, endsAt } = dateOn(zone);
      if (endsAt !== null) validity.endsAt(endsAt);
      return dated.dates;
    },
    previousIn(zone) {
      const { today, dated, endsAt } = dateOn(zone);
      if (endsAt !== null) validity.endsAt(endsAt);
      const shift = shiftBetween(rangeBefore(dated.whole), dated.whole);
      return { dates: previousDates(dated, today), shift };
    },
  };
}

function toMeaning(input: PeriodArgs, now: Instant): PeriodMeaning {
  if (input.last != null) return toLast(input.last);
  if (input.toDate == null) return { kind: 'DATES', dates: toDates(input) };
  const { from } = toDates({ month: input.toDate });
  if (from > dateIn(now, firstZone)) {
    throw new GatewayError('INVALID_PERIOD', `toDate: the month ${input.toDate} has not begun yet`);
  }
  return { kind: 'TO_DATE', month: input.toDate };
}

/** The zone in which each day begins first. */
const firstZone = 'Pacific/Kiritimati' as TimeZone;

function toLast({ days, months, includeCurrent }: LastArgs): PeriodMeaning {
  const [kind, count, most] =
    days == null ? (['MONTHS', months, 120] as const) : (['DAYS', days, 3660] as const);
  if (count == null || (days != null && months != null)) {
    throw new GatewayError(
      'INVALID_PERIOD',
      'last: give one of the two, days or months, for example { days: 7 }',
    );
  }
  if (count < 1 || count > most) {
    const name = kind.toLowerCase();
    throw new GatewayError('INVALID_PERIOD', `last: ${name} is ${count}; it may be 1 to ${most}`);
  }
  return { kind, count, includesCurrent: includeCurrent ?? false };
}

/** The dates of a period that are the same on every day. @throws GatewayError INVALID_PERIOD as `toPeriod` */
export function toDates({ month, dates: given }: Pick<PeriodArgs, 'month' | 'dates'>): DateRange {
  const dates = given ?? monthDates(month);
  if (dates === null) {
    throw new GatewayError('INVALID_PERIOD', 'give a period: month, dates, last or toDate');
  }
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

function monthDates(month: PeriodArgs['month']): DateRange | null {
  if (month === null || month === undefined) return null;
  if (month < '2000-01' || month > '2099-12') {
    throw new GatewayError('INVALID_PERIOD', `the month ${month} lies outside the years 2000 to 2099`);
  }
  return datesOf(month);
}

/** Whether a date lies outside the years that clients may ask for. */
export function isOutside(date: CalendarDate): boolean {
  return earliest === null || latest === null || date < earliest || date > latest;
}
