/**
 * The breaker of one account: does not retry at once what is known to fail. We do not offer a rejected credential again
 * for half a minute (per endpoint, because a key may lack a single permission). When the vendor is down we leave it
 * alone for some seconds; then one request tries, while the others still fail at once.
 */

import type { GatewayError } from '../domain/errors.ts';

export interface Breaker {
  /** Throws what `admit` would throw, and changes nothing. @throws GatewayError */
  check(endpoint: string): void;
  /**
   * A ticket for one exchange. @throws GatewayError the remembered failure of this endpoint or of the whole account
   */
  admit(endpoint: string): Ticket;
  /** What the breaker remembers now. */
  state(): { readonly isOpen: boolean; readonly isRejected: boolean };
  succeeded(ticket: Ticket): void;
  failed(ticket: Ticket, error: GatewayError): void;
}

export interface Ticket {
  readonly endpoint: string;
  readonly number: number;
}

const rejectionMs = 30_000;
const outageMs = 5000;
/** How many exchanges must fail in a row: two requests with all their retries. */
const failuresToOpen = 6;

interface Memory {
  readonly error: GatewayError;
  /** On the monotonic clock. */
  readonly untilMs: number;
}

/** The breaker of an account's lists, and one for each endpoint beside them (RequestSpec.isBeside). */
export function createBreakers(monotonicMs: () => number): {
  readonly ofLists: Breaker;
  of(spec: { readonly endpoint: string; readonly isBeside?: boolean }): Breaker;
} {
  const ofLists = createBreaker(monotonicMs);
  const beside = new Map<string, Breaker>();
  return {
    ofLists,
    of({ endpoint, isBeside = false }) {
      if (!isBeside) return ofLists;
      const breaker = beside.get(endpoint) ?? createBreaker(monotonicMs);
      beside.set(endpoint, breaker);
      return breaker;
    },
  };
}

/** A breaker that has seen nothing yet. `monotonicMs` is a clock that never jumps. */
export function createBreaker(monotonicMs: () => number): Breaker {
  const rejections = new Map<string, Memory>();
  let outage: Memory | null = null;
  let failures = 0;
  let admitted = 0;
  let lastSuccess = 0;

  function check(endpoint: string): void {
    const rejection = rejections.get(endpoint);
    if (rejection !== undefined && monotonicMs() < rejection.untilMs) throw rejection.error;
    if (outage !== null && monotonicMs() < outage.untilMs) throw outage.error;
  }

  return {
    check,
    state: () => ({
      isOpen: outage !== null && monotonicMs() < outage.untilMs,
      isRejected: [...rejections.values()].some(({ untilMs }) => monotonicMs() < untilMs),
    }),
    admit(endpoint) {
      check(endpoint);
      // This request tries. If it never returns, another one may try after the same time.
      if (outage !== null) outage = { ...outage, untilMs: monotonicMs() + outageMs };
      admitted += 1;
      return { endpoint, number: admitted };
    },
    succeeded({ endpoint, number }) {
      rejections.delete(endpoint);
      lastSuccess = Math.max(lastSuccess, number);
      outage = null;
      failures = 0;
    },
    failed({ endpoint, number }, error) {
      if (error.code === 'PROVIDER_CREDENTIAL_REJECTED') {
        rejections.set(endpoint, { error, untilMs: monotonicMs() + rejectionMs });
      }
      // A late failure from before the last success: the vendor has recovered since.
      if (number < lastSuccess) return;
      const isOutage = error.code === 'PROVIDER_UNAVAILABLE' || error.code === 'PROVIDER_TIMEOUT';
      if (!isOutage) outage = null;
      failures = isOutage ? failures + (error.code === 'PROVIDER_TIMEOUT' ? failuresToOpen : 1) : 0;
      if (failures >= failuresToOpen) outage = { error, untilMs: monotonicMs() + outageMs };
    },
  };
}
