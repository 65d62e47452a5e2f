/** Coverage: how old, how complete and how final an answer is, per account asked. */

import type { Account } from './account.ts';
import type { CalendarDate, Instant } from './calendar.ts';
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
] as const;
export type NoticeCode = (typeof noticeCodes)[number];

/** Something a careful accountant would want told. */
export interface Notice {
  readonly code: NoticeCode;
  readonly message: string;
  /** The date of the row that it speaks of; null: the whole segment. */
  readonly date: CalendarDate | null;
}

/** What one list of one account contributed to an answer. */
export interface SourceCoverage {
  readonly account: Account;
  /** The kind of row that was read; null where the account has none that could answer. */
  readonly kind: RowKind | null;
  readonly status: SourceStatus;
  /** When the oldest part was read; null when nothing was read. */
  readonly asOf: Instant | null;
  /** Of the least settled part. */
  readonly settlement: Settlement;
  /** Its rows that match the question. */
  readonly rowCount: number;
  readonly notices: readonly Notice[];
  /** Set when STALE or FAILED. */
  readonly error: GatewayError | null;
}
