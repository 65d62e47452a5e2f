/**
 * Settlement: until when a provider may still change what it reported. A rule is the provider's, as plain values;
 * whether something is final follows from the rule and from when it was read.
 */

import {
  addDays,
  addMonths,
  after,
  dateIn,
  firstDayOf,
  monthOf,
  timeOfDay,
  type Instant,
  type TimeZone,
  type YearMonth,
} from './calendar.ts';
import { valuesOf } from './packed-rows.ts';
import type { ApiKeyUsageRow, RowKind, RowOf } from './rows.ts';
import type { Rows } from './segments.ts';

/**
 * `nextMonth`: a month is final from `day` of the following month, at `time` ("14:00") in `zone`.
 * `unpublished`: the provider names no moment, so nothing is ever said to be final.
 */
export type SettlementRule =
  | { readonly kind: 'nextMonth'; readonly day: number; readonly time: string; readonly zone: TimeZone }
  | { readonly kind: 'unpublished' };

/** PROVISIONAL until `finalAt`, then FINAL. `finalAt` null: the provider publishes no such moment. */
export interface Settlement {
  readonly status: 'PROVISIONAL' | 'FINAL';
  readonly finalAt: Instant | null;
}

/** When the figures of a billing month become final; null when the provider publishes no rule. */
export function finalAtOf(rule: SettlementRule, month: YearMonth): Instant | null {
  if (rule.kind === 'unpublished') return null;
  const known = knownFinalAts.get(rule) ?? new Map<YearMonth, Instant>();
  knownFinalAts.set(rule, known);
  const finalAt =
    known.get(month) ??
    timeOfDay(addDays(firstDayOf(addMonths(month, 1)), rule.day - 1), rule.time, rule.zone);
  known.set(month, finalAt);
  return finalAt;
}

/** Every row asks for that of its month, and months are few. */
const knownFinalAts = new WeakMap<SettlementRule, Map<YearMonth, Instant>>();

/** The first moment after `instant` at which a month becomes final; null when the provider publishes no rule. */
export function cutOffAfter(rule: SettlementRule, instant: Instant): Instant | null {
  if (rule.kind === 'unpublished') return null;
  const month = monthOf(dateIn(instant, rule.zone));
  const inThisMonth = finalAtOf(rule, addMonths(month, -1));
  return inThisMonth !== null && inThisMonth > instant ? inThisMonth : finalAtOf(rule, month);
}

/** 2100-01-01: nothing is billed so far ahead. */
const latest = Date.UTC(2100, 0, 1);

/**
 * The month with whose settlement a row is final: that of its bill. A row of usage that runs into the next month
 * (a week) is final with the month in which it ends.
 */
export function settlementMonthOf(row: RowOf[RowKind], zone: TimeZone): YearMonth {
  // An end in the far future stands for none.
  if (!('cycle' in row) || row.chargePeriod.end > latest) return row.billingPeriod;
  const last = monthOf(dateIn(after(row.chargePeriod.end, -1), zone));
  return last > row.billingPeriod ? last : row.billingPeriod;
}

/** The months with which the last of many rows is settled: that of its bill, or in which its usage ends. */
export function settlementMonthsOf(rows: Rows<RowOf[RowKind]>, zone: TimeZone): ReadonlySet<YearMonth> {
  const months = new Set(valuesOf(rows, 'billingPeriod'));
  const first = rows.at(0);
  // Rows of one kind have a cycle, or none of them has.
  if (first === undefined || !('cycle' in first)) return months;
  for (const { end } of valuesOf(rows as Rows<ApiKeyUsageRow>, 'chargePeriod')) {
    if (end <= latest) months.add(monthOf(dateIn(after(end, -1), zone)));
  }
  return months;
}

/** The settlement of figures that were read at `readAt`: what was read before `finalAt` stays provisional for ever. */
export function settlementOf(finalAt: Instant | null, readAt: Instant): Settlement {
  return { status: finalAt !== null && readAt >= finalAt ? 'FINAL' : 'PROVISIONAL', finalAt };
}
