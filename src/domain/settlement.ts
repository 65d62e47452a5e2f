/**
 * Settlement: until when a provider may still change its figures. A rule belongs to the provider and is plain values.
 * Whether a figure is final follows from the rule and from when the figure was read.
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
import { memoOf } from './memo.ts';
import type { ApiKeyUsageRow, RowKind, RowOf } from './rows.ts';
import { distinctValues, type Rows } from './row-list.ts';

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

/** The rule of an account: its provider's, unless the settings name another day and time, in the account's zone. */
export function settlementRuleOf(
  ofProvider: SettlementRule,
  own: { readonly day: number; readonly time: string } | undefined,
  zone: TimeZone,
): SettlementRule {
  return own === undefined ? ofProvider : { kind: 'nextMonth', ...own, zone };
}

/** When the figures of a billing month become final; null when the provider publishes no rule. */
export function finalAtOf(rule: SettlementRule, month: YearMonth): Instant | null {
  if (rule.kind === 'unpublished') return null;
  return finalAtBy(rule)(month);
}

/** Remembered, because every row asks for its month, and there are few months. */
const finalAtBy = memoOf((rule: Extract<SettlementRule, { kind: 'nextMonth' }>) =>
  memoOf((month: YearMonth) =>
    timeOfDay(addDays(firstDayOf(addMonths(month, 1)), rule.day - 1), rule.time, rule.zone),
  ),
);

/** The first moment after `instant` at which a month becomes final; null when the provider publishes no rule. */
export function cutOffAfter(rule: SettlementRule, instant: Instant): Instant | null {
  if (rule.kind === 'unpublished') return null;
  const month = monthOf(dateIn(instant, rule.zone));
  const inThisMonth = finalAtOf(rule, addMonths(month, -1));
  return inThisMonth !== null && inThisMonth > instant ? inThisMonth : finalAtOf(rule, month);
}

/** 2100-01-01: nobody bills that far ahead. */
const latest = Date.UTC(2100, 0, 1);

/**
 * The month with which a row becomes final: that of its bill. A row of usage that runs into the next month (a week)
 * becomes final with the month in which it ends.
 */
export function settlementMonthOf(row: RowOf[RowKind], zone: TimeZone): YearMonth {
  // An end in the far future means that there is no end.
  if (row.kind !== 'API_KEY_USAGE' || row.chargePeriod.end > latest) return row.billingPeriod;
  const last = monthOf(dateIn(after(row.chargePeriod.end, -1), zone));
  return last > row.billingPeriod ? last : row.billingPeriod;
}

/** The months with which the rows become final. */
export function settlementMonthsOf(rows: Rows<RowOf[RowKind]>, zone: TimeZone): ReadonlySet<YearMonth> {
  const months = new Set(distinctValues(rows, 'billingPeriod'));
  const first = rows.at(0);
  if (first === undefined || first.kind !== 'API_KEY_USAGE') return months;
  for (const { end } of distinctValues(rows as Rows<ApiKeyUsageRow>, 'chargePeriod')) {
    if (end <= latest) months.add(monthOf(dateIn(after(end, -1), zone)));
  }
  return months;
}

/** The settlement of figures that were read at `readAt`: a reading from before `finalAt` stays provisional forever. */
export function settlementOf(finalAt: Instant | null, readAt: Instant): Settlement {
  return { status: finalAt !== null && readAt >= finalAt ? 'FINAL' : 'PROVISIONAL', finalAt };
}
