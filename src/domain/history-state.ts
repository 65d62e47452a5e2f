/** The state of an account's history: how far back its figures are ready. */

import type { Instant, YearMonth } from './calendar.ts';
import type { GatewayError } from './errors.ts';

export const historyStatuses = ['COMPLETE', 'READING', 'PAUSED', 'OFF'] as const;

/** How far back an account's figures are ready. */
export interface HistoryState {
  readonly status: (typeof historyStatuses)[number];
  readonly from: YearMonth;
  /** From this month on every month is there, without a gap; null: not even the current one. */
  readonly heldFrom: YearMonth | null;
  readonly segmentsHeld: number;
  readonly segmentsPlanned: number;
  /** Null when the history is complete, paused or off. */
  readonly estimatedCompleteAt: Instant | null;
  /** Why the last attempt failed; null when it succeeded. */
  readonly error: GatewayError | null;
}
