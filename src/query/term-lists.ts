/**
 * Reads the bills whose terms may touch the days of a report, for its effective cost: a term may have begun before the
 * first of them. Bills are read as far back as the history of the account reaches, and the answer says so.
 */

import {
  addMonths,
  dateIn,
  firstDayOf,
  monthOf,
  startOfDay,
  type CalendarDate,
  type DateRange,
  type TimeZone,
} from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import { horizonOf } from '../ledger/history-plan.ts';
import type { ReadingDetails } from '../ledger/reading.ts';
import type { Source } from '../ledger/source.ts';
import type { GatewayContext } from './context.ts';
import { byCategories } from './sources.ts';
import {
  haveSameDays,
  readDaysOf,
  readOwnDays,
  type ChargeKind,
  type RowVisitor,
  type SpendDates,
} from './spend-lists.ts';

/** The bills whose terms may touch the days of a report. */
export interface TermList {
  /** Terms that began earlier are not known. */
  readonly since: CalendarDate;
  readonly reading: ReadingDetails<ChargeKind>;
  visit(visitor: RowVisitor): Promise<void>;
}

/** Reads the bills of a source; null: its charges have no terms. @throws GatewayError QUERY_TOO_EXPENSIVE */
export async function readTerms(
  source: Source<ChargeKind>,
  { dates, categories, timeZone }: SpendDates & { readonly timeZone: TimeZone | null },
  context: GatewayContext,
): Promise<TermList | null> {
  if (source.kind !== 'BILL') return null;
  const since = termsSince(source, dates, context);
  const all = { from: since, to: dates.to };
  const list =
    timeZone === null || haveSameDays(all, timeZone, source.account.timeZone)
      ? await readOwnDays(source, { dates: all, categories }, context, undefined)
      : await readDaysOf(timeZone, source, all, byCategories(categories), context);
  return { since, reading: list.reading, visit: (visitor) => list.visit(visitor) };
}

/** From which day on bills are read for effectiveCost: the first of the history, or the first of the report. */
function termsSince(
  { account, grid, historyMonths }: Source<ChargeKind>,
  { from }: DateRange,
  { ledger, validity }: Pick<GatewayContext, 'ledger' | 'validity'>,
): CalendarDate {
  if (historyMonths === 0) return from;
  const { timeZone } = account;
  const now = ledger.now();
  const horizon = firstDayOf(horizonOf(historyMonths, account, now));
  const first = horizon < (grid.floor ?? '') ? (grid.floor ?? horizon) : horizon;
  if (first >= from) return from;
  // Next month the history begins a month later.
  validity.endsAt(startOfDay(firstDayOf(addMonths(monthOf(dateIn(now, timeZone)), 1)), timeZone));
  return first;
}

/** A list's coverage, once the bills before its days have been looked at, too. */
export function withTerms(coverage: SourceCoverage, { since, reading }: TermList): SourceCoverage {
  const { status, asOf, error } = coverage;
  const notice = {
    code: 'EFFECTIVE_COST_SINCE',
    message: `the effective cost has subscriptions that began on ${since} or later: what earlier ones still cost is not in it`,
    date: since,
  } as const;
  const known = [asOf, reading.asOf].filter((one) => one !== null);
  return {
    ...coverage,
    status: status === 'STALE' || reading.status === 'STALE' ? 'STALE' : status,
    error: error ?? reading.error,
    asOf: known.toSorted((a, b) => a - b)[0] ?? null,
    notices: [...coverage.notices, notice],
    periodNotices: [...coverage.periodNotices, notice],
    effectiveSince: since,
  };
}
