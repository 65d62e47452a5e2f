/** The state of the gateway's accounts, as /readyz shows it. */

import type { HistoryState } from '../../domain/history-state.ts';

/** What we know about an account without asking its provider. */
export interface AccountState {
  readonly account: string;
  readonly provider: string;
  /** Milliseconds since 1970; null: this process has not read it yet. */
  readonly lastSuccessAt: number | null;
  /** Whether its last readings succeeded: OPERATIONAL, DEGRADED, FAILING; UNKNOWN before the first. */
  readonly status: 'OPERATIONAL' | 'DEGRADED' | 'FAILING' | 'UNKNOWN';
  /** OPEN: its provider is down, and one request at a time tries whether it is back. */
  readonly breaker: 'CLOSED' | 'OPEN';
  readonly isCredentialRejected: boolean;
  /** How many requests wait for their quota slot. */
  readonly waiting: number;
  readonly oldestOpenAt: number | null;
  readonly nextFinalAt: number | null;
  /** How far back its figures are ready. */
  readonly history: Pick<HistoryState, 'status' | 'heldFrom' | 'segmentsHeld' | 'segmentsPlanned'>;
}

/** The state as /readyz shows it, to those who may see it. */
export function describe(state: AccountState): Readonly<Record<string, unknown>> {
  const { account, provider, status, breaker, waiting } = state;
  const at = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  return {
    account,
    provider,
    status,
    breaker: breaker.toLowerCase(),
    credential: state.isCredentialRejected ? 'rejected' : 'not rejected',
    waiting,
    lastSuccessAt: at(state.lastSuccessAt),
    nextFinalAt: at(state.nextFinalAt),
    history: describeHistory(state.history),
  };
}

function describeHistory({ status, heldFrom, segmentsHeld, segmentsPlanned }: AccountState['history']) {
  return { status: status.toLowerCase(), heldFrom, segmentsHeld, segmentsPlanned };
}
