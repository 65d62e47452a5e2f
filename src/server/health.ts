/** How the gateway is: what /readyz says, and to whom. */

/** What is known of an account without asking its provider. */
export interface AccountState {
  readonly account: string;
  readonly provider: string;
  /** Milliseconds since 1970; null: not read yet by this process. */
  readonly lastSuccessAt: number | null;
  /** Whether its last readings went well: OPERATIONAL, DEGRADED, FAILING; UNKNOWN before the first. */
  readonly status: 'OPERATIONAL' | 'DEGRADED' | 'FAILING' | 'UNKNOWN';
  /** OPEN: its provider is down, and one request at a time tries whether it is back. */
  readonly breaker: 'CLOSED' | 'OPEN';
  readonly isCredentialRejected: boolean;
  /** Requests that wait for their slot in the quota. */
  readonly waiting: number;
  readonly oldestOpenAt: number | null;
  readonly nextFinalAt: number | null;
}

/** As it stands in /readyz, for those who may see it. */
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
  };
}
