/** Coverage: how old, how complete and how final an answer is, per account. */

import type { Account } from './account.ts';
import type { CalendarDate, DateRange, Instant } from './calendar.ts';
import type { GatewayError } from './errors.ts';
import type { RowKind } from './rows.ts';
import type { Settlement } from './settlement.ts';

export const sourceStatuses = ['FRESH', 'STALE', 'FAILED'] as const;

/**
 * FRESH: read within the freshness policy. STALE: the provider failed, older rows stand in for at least a part.
 * FAILED: at least a part could not be read and nothing stands in; none of the account's rows are in the answer.
 */
export type SourceStatus = (typeof sourceStatuses)[number];

export const noticeCodes = [
  'PERIOD_CLAMPED',
  'ROWS_OUTSIDE_PERIOD',
  'AMOUNT_MISMATCH',
  'DECIMAL_DIFFERS',
  'UNKNOWN_CATEGORY',
  'PARTIAL_PERIOD',
  'BILLED_IN_OTHER_MONTH',
  'DUPLICATE_ROWS',
  'ROW_COUNT_DIFFERS',
  'CURRENCY_RENAMED',
  'HISTORY_TOO_SHORT',
  'EFFECTIVE_COST_SINCE',
] as const;
export type NoticeCode = (typeof noticeCodes)[number];

/** Something that a careful accountant wants to know. */
export interface Notice {
  readonly code: NoticeCode;
  readonly message: string;
  /** The date of the row that it is about; null: the whole segment. */
  readonly date: CalendarDate | null;
}

/** What one list of one account contributed to an answer. */
export interface SourceCoverage {
  readonly account: Account;
  /** The kind of row that was read; null when the account has no list that could answer. */
  readonly kind: RowKind | null;
  readonly status: SourceStatus;
  /** The dates that were requested; null when no list could answer, or everything was requested. */
  readonly period: DateRange | null;
  /** When the oldest part was read; null when nothing was read. */
  readonly asOf: Instant | null;
  /** The settlement of the least settled part. */
  readonly settlement: Settlement;
  /** The first requested date whose figures may still change; null: none, or nothing was read. */
  readonly provisionalFrom: CalendarDate | null;
  /** How many of its rows match the request. */
  readonly rowCount: number;
  /** A part was read before its period had ended, so its last figures are missing. */
  readonly isPartial: boolean;
  /** The list does not reach back to the first requested date. */
  readonly isClamped: boolean;
  /** For people. Code never decides by a notice: what it decides by is a field. */
  readonly notices: readonly Notice[];
  /** Those of them that the period and the list decide, whatever the rows are. */
  readonly periodNotices: readonly Notice[];
  /** Set when STALE or FAILED. */
  readonly error: GatewayError | null;
  /** The effective cost lacks the terms that began before this day; absent: it was not asked for, or there are no terms. */
  readonly effectiveSince?: CalendarDate;
}

/** The dates of all sources together. */
export function coveredDates(sources: readonly SourceCoverage[]): DateRange | null {
  const periods = sources.flatMap(({ period }) => period ?? []);
  const from = periods.map((period) => period.from).toSorted()[0];
  const to = periods
    .map((period) => period.to)
    .toSorted()
    .at(-1);
  return from === undefined || to === undefined ? null : { from, to };
}
