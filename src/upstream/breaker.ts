/**
 * The breaker of one account: what is known to fail is not tried again at once. A rejected credential is not offered
 * again for half a minute (per endpoint: a key may lack one permission alone); an account whose vendor is down is left
 * alone for some seconds, then one request tries, while the others are still told no.
 */

import { after, type Clock, type Instant } from '../domain/calendar.ts';
import type { GatewayError } from '../domain/errors.ts';

export interface Breaker {
  /** @throws GatewayError what `admit` would throw; asking changes nothing */
  check(endpoint: string): void;
  /**
   * A ticket for one exchange.
   * @throws GatewayError the failure that is remembered for this endpoint or for the whole account
   */
  admit(endpoint: string): Ticket;
  /** What is remembered now. */
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
/** Exchanges that must fail one after the other: two requests with all their retries. */
const failuresToOpen = 6;

interface Memory {
  readonly error: GatewayError;
  readonly until: Instant;
}

/** A breaker that has seen nothing yet. */
export function createBreaker(now: Clock): Breaker {
  const rejections = new Map<string, Memory>();
  let outage: Memory | null = null;
  let failures = 0;
  let admitted = 0;
  let lastSuccess = 0;

  function check(endpoint: string): void {
    const rejection = rejections.get(endpoint);
    if (rejection !== undefined && now() < rejection.until) throw rejection.error;
    if (outage !== null && now() < outage.until) throw outage.error;
  }

  return {
    check,
    state: () => ({
      isOpen: outage !== null && now() < outage.until,
      isRejected: [...rejections.values()].some(({ until }) => now() < until),
    }),
    admit(endpoint) {
      check(endpoint);
      // This one tries; should it not come back, another may when the time has passed again.
      if (outage !== null) outage = { ...outage, until: after(now(), outageMs) };
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
        rejections.set(endpoint, { error, until: after(now(), rejectionMs) });
      }
      // Late news from before a success: the vendor has come back since.
      if (number < lastSuccess) return;
      const isOutage = error.code === 'PROVIDER_UNAVAILABLE' || error.code === 'PROVIDER_TIMEOUT';
      if (!isOutage) outage = null;
      failures = isOutage ? failures + (error.code === 'PROVIDER_TIMEOUT' ? failuresToOpen : 1) : 0;
      if (failures >= failuresToOpen) outage = { error, until: after(now(), outageMs) };
    },
  };
}
