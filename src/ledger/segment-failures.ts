/** The errors that clients get when a segment could not be read. */

import { GatewayError, isGatewayError } from '../domain/errors.ts';
import type { Call } from '../domain/segments.ts';
import type { SegmentRef } from './source.ts';

/** The error of a reading for a request that waited for it; null when no request did. */
export function failureOf(
  error: unknown,
  { source: { account } }: SegmentRef,
  caller: Call | null = null,
): GatewayError {
  if (isGatewayError(error)) return error.of(account.id, account.provider.id);
  const about = { account: account.id, provider: account.provider.id, cause: error };
  if (caller?.signal.aborted !== true) {
    return new GatewayError('PROVIDER_RESPONSE_INVALID', "the provider's answer could not be read", about);
  }
  const message = 'the provider did not answer before the deadline of the request';
  return new GatewayError('PROVIDER_TIMEOUT', message, about);
}

/** The error when the account's quota slot comes in this many milliseconds, after the deadline of the request. */
export function refusedByQuota(slotInMs: number): GatewayError {
  return new GatewayError(
    'PROVIDER_RATE_LIMITED',
    "the account's request quota is used up for now, so the provider cannot be asked before this request's deadline; the figures are being read meanwhile: ask again after retryAfterSeconds",
    { retryAfterSeconds: Math.ceil(slotInMs / 1000) + 1, reason: ownQuota },
  );
}

const ownQuota = 'own-quota';

/** Whether our own quota holds the request back, and not the provider. */
export function isOwnQuota({ reason }: GatewayError): boolean {
  return reason === ownQuota;
}

/** The error when the process stopped while it was asking the provider. */
export function brokenOff(cause: unknown): GatewayError {
  return new GatewayError('PROVIDER_UNAVAILABLE', 'the gateway stopped before the provider answered', {
    cause,
  });
}
