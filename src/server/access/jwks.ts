/** The public keys of an issuer of signed tokens (JWKS): read when they are needed, but not too often. */

import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';

import type { Clock, Instant } from '../../domain/calendar.ts';
import { KeysUnavailable } from './auth.ts';

/** The key that a token's header names. @throws KeysUnavailable; JOSEError and others when the token is to blame */
export type FindKey = JWTVerifyGetKey;

/** Fetches keys, through the proxy if the settings name one. */
export type FetchKeys = (
  url: string,
  options: Pick<RequestInit, 'headers' | 'redirect' | 'signal'>,
) => Promise<Response>;

/** How often we read the keys again, so that a withdrawn key stops working. */
const maxAgeMs = 600_000;
/** The least time between two requests to the issuer, even when tokens name many unknown keys or the issuer fails. */
const cooldownMs = 5000;
const timeoutMs = 5000;

/** Finds keys. Asks the issuer once more for an unknown key, because it may have changed its keys. */
export function createIssuerKeys(url: string, now: Clock, fetchKeys: FetchKeys): FindKey {
  let held: { readonly find: FindKey; readonly readAt: Instant } | null = null;
  let askedAt: Instant | null = null;
  let reading: Promise<FindKey> | null = null;

  /** Whether something happened less than `ms` ago, on a clock that may have jumped. */
  const isWithin = (ms: number, at: Instant): boolean => Math.abs(now() - at) < ms;

  function read(): Promise<FindKey> {
    if (reading !== null) return reading;
    if (askedAt !== null && isWithin(cooldownMs, askedAt)) {
      return Promise.reject(new KeysUnavailable('the issuer was asked a moment ago'));
    }
    askedAt = now();
    reading = readKeys(url, fetchKeys)
      .then((find) => {
        held = { find, readAt: now() };
        return find;
      })
      .finally(() => {
        reading = null;
      });
    return reading;
  }

  return async (header, token) => {
    if (held === null || !isWithin(maxAgeMs, held.readAt)) return (await read())(header, token);
    try {
      return await held.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || isWithin(cooldownMs, held.readAt)) throw error;
      return (await read())(header, token);
    }
  };
}

/** Fetches the keys of an issuer. @throws KeysUnavailable */
async function readKeys(url: string, fetchKeys: FetchKeys): Promise<FindKey> {
  try {
    const response = await fetchKeys(url, {
      redirect: 'manual',
      headers: { accept: 'application/json, application/jwk-set+json' },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) throw new TypeError(`the issuer answered with ${response.status}`);
    const body: unknown = await response.json();
    if (!isObject(body) || !Array.isArray(body['keys']))
      throw new TypeError('the issuer sent no list of keys');
    // Skips entries that are not keys, and still uses the others.
    return createLocalJWKSet({ keys: body['keys'].filter(isObject) });
  } catch (error) {
    throw new KeysUnavailable('the keys of the issuer cannot be read', { cause: error });
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
