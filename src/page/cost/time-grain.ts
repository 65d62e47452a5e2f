/** What bars stand for: days, weeks or months, the dates of each, and what it is called. */

import type { Bar } from '../charts/bar-layout.ts';
import {
  addDays,
  addMonths,
  daysFrom,
  monthsFrom,
  showDates,
  showDay,
  showLongDate,
  showMonth,
  showShortMonth,
  type DateText,
} from '../format/dates.ts';
import type { PeriodChoice } from '../format/periods.ts';

export const grains = ['DAY', 'WEEK', 'MONTH'] as const;
export type Grain = (typeof grains)[number];

/** The dates of a period, seen on a day: what its bars stand for where no answer says so. */
export function datesOfPeriod(
  period: PeriodChoice,
  tomorrow: DateText,
): { readonly from: DateText; readonly to: DateText } {
  if ('dates' in period) return period.dates;
  if ('month' in period || 'toDate' in period) {
    const month = 'month' in period ? period.month : period.toDate;
    const end = `${addMonths(month, 1)}-01`;
    return { from: `${month}-01`, to: 'month' in period ? end : earlier(end, addDays(tomorrow, -1)) };
  }
  const { last } = period;
  if ('days' in last) {
    const to = last.includeCurrent ? tomorrow : addDays(tomorrow, -1);
    return { from: addDays(to, -last.days), to };
  }
  const month = addMonths(addDays(tomorrow, -1).slice(0, 7), last.includeCurrent ? 1 : 0);
  return { from: `${addMonths(month, -last.months)}-01`, to: `${month}-01` };
}

/** What bars of a period stand for, unless the reader chooses: days of up to a quarter, months of what is longer. */
export function grainOf(period: PeriodChoice): Grain {
  const { from, to } = datesOfPeriod(period, '2026-01-31');
  return daysFrom(from, to).length > 100 ? 'MONTH' : 'DAY';
}

/** The dates that a bar stands for. */
export function datesOfBar(grain: Grain, key: string): { readonly from: DateText; readonly to: DateText } {
  return grain === 'MONTH'
    ? { from: `${key}-01`, to: endOf(grain, key) }
    : { from: key, to: endOf(grain, key) };
}

/** The bars of some dates. */
export function keysOf(grain: Grain, from: DateText, to: DateText): readonly string[] {
  if (grain === 'MONTH') return monthsFrom(from, to);
  const days = daysFrom(from, to);
  return grain === 'DAY' ? days : [...new Set(days.map(mondayOf))];
}

function mondayOf(day: DateText): DateText {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return addDays(day, -((weekday + 6) % 7));
}

/** The first day after a bar. */
export function endOf(grain: Grain, key: string): DateText {
  if (grain === 'MONTH') return `${addMonths(key, 1)}-01`;
  return addDays(key, grain === 'DAY' ? 1 : 7);
}

/** What a bar is called: in full, and on the axis. */
export function labelsOf(grain: Grain, key: string, locale: string): Pick<Bar, 'label' | 'tick'> {
  if (grain === 'MONTH') {
    const isFirst = key.endsWith('-01');
    return { label: showMonth(key, locale), tick: isFirst ? key.slice(0, 4) : showShortMonth(key, locale) };
  }
  if (grain === 'WEEK') return { label: showDates(key, addDays(key, 7), locale), tick: showDay(key, locale) };
  return { label: showLongDate(key, locale), tick: showDay(key, locale) };
}

export function earlier(one: DateText, other: DateText): DateText {
  return one < other ? one : other;
}
