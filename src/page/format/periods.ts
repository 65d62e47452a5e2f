/**
 * A period as it stands in the address, and as the endpoint takes it. Everything that PeriodInput can say has one
 * short spelling, so that an address can be read, and sent to a colleague:
 *
 * 2026-02 · 2026-02-to-date · 2026-02-01..2026-02-14 (both days included, as people count) · last-7-days ·
 * last-3-months · last-3-months-and-now
 */

import { addDays, isDate, isMonth, type DateText, type MonthText } from './dates.ts';

/** PeriodInput of the schema: exactly one of its fields. */
export type PeriodChoice =
  | { readonly month: MonthText }
  | { readonly toDate: MonthText }
  | { readonly dates: { readonly from: DateText; readonly to: DateText } }
  | { readonly last: LastChoice };

type LastChoice = ({ readonly days: number } | { readonly months: number }) & {
  readonly includeCurrent: boolean;
};

/** The spelling of a period. */
export function printPeriod(period: PeriodChoice): string {
  if ('month' in period) return period.month;
  if ('toDate' in period) return `${period.toDate}-to-date`;
  if ('dates' in period) return `${period.dates.from}..${addDays(period.dates.to, -1)}`;
  const { last } = period;
  const length = 'days' in last ? `${last.days}-days` : `${last.months}-months`;
  return `last-${length}${last.includeCurrent ? '-and-now' : ''}`;
}

/** The period that an address spells; null where it spells none. */
export function parsePeriod(text: string): PeriodChoice | null {
  if (isMonth(text)) return { month: text };
  const toDate = /^(\d{4}-\d\d)-to-date$/.exec(text)?.[1];
  if (toDate !== undefined) return isMonth(toDate) ? { toDate } : null;
  const [, from = '', last = ''] = /^([\d-]{10})\.\.([\d-]{10})$/.exec(text) ?? [];
  if (isDate(from) && isDate(last)) return from <= last ? { dates: { from, to: addDays(last, 1) } } : null;
  return parseLast(text);
}

function parseLast(text: string): PeriodChoice | null {
  const [, digits, unit, now] = /^last-(\d{1,4})-(days|months)(-and-now)?$/.exec(text) ?? [];
  const count = Number(digits);
  if (unit === undefined || count < 1 || count > (unit === 'days' ? 3660 : 120)) return null;
  const includeCurrent = now !== undefined;
  return { last: unit === 'days' ? { days: count, includeCurrent } : { months: count, includeCurrent } };
}
