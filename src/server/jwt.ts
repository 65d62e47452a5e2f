/** Signed tokens (JWT), checked by the keys that their issuer publishes (JWKS). */

import { createHash } from 'node:crypto';

import {
  createRemoteJWKSet,
  customFetch,
  errors,
  jwtVerify,
  type FetchImplementation,
  type JWTPayload,
} from 'jose';
import { LRUCache } from 'lru-cache';

import type { Clock, Instant } from '../domain/calendar.ts';
import { permissions, type Permission } from '../graphql/permissions.ts';
import { KeysUnavailable, toClient, type Client, type Grants, type VerifyJwt } from './auth.ts';

export interface JwtSettings extends Grants {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  /** The claim that lists account ids. */
  readonly accountsClaim: string;
  /** The claim that lists permissions, beside those that all tokens have. */
  readonly permissionsClaim?: string | undefined;
  readonly algorithms: readonly string[];
}

/** What clocks may differ by. */
const toleranceSeconds = 30;
/** A token that was good is not checked again for so long, unless it expires. */
const rememberedMs = 60_000;
/** However many unknown keys tokens name, and however it fails, the issuer is asked no more often than this. */
const cooldownMs = 5000;

/** A token must be signed by one of the issuer's keys, and say who it is for, whose it is and when it ends. */
export function createJwtVerifier(settings: JwtSettings, now: Clock): VerifyJwt {
  const keys = createRemoteJWKSet(new URL(settings.jwksUrl), {
    timeoutDuration: 5000,
    cooldownDuration: cooldownMs,
    cacheMaxAge: 600_000,
    [customFetch]: createCooledFetch(now),
  });
  const good = new LRUCache<string, { readonly client: Client; readonly untilMs: number }>({ max: 10_000 });

  async function verify(token: string, digest: string): Promise<Client | null> {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: settings.issuer,
        audience: settings.audience,
        algorithms: [...settings.algorithms],
        clockTolerance: toleranceSeconds,
        requiredClaims: ['exp', 'sub'],
        currentDate: new Date(now()),
      });
      const client = clientOf(payload, settings);
      const endMs = ((payload.exp ?? 0) + toleranceSeconds) * 1000;
      good.set(digest, { client, untilMs: Math.min(endMs, now() + rememberedMs) });
      return client;
    } catch (error) {
      if (isAboutToken(error)) return null;
      throw new KeysUnavailable('the keys of the issuer cannot be read', { cause: error });
    }
  }

  return (token) => {
    const digest = createHash('sha256').update(token).digest('base64');
    const known = good.get(digest);
    if (known !== undefined && now() < known.untilMs) return known.client;
    return verify(token, digest);
  };
}

/** Jose waits between answers that it could use; an issuer that is down would be asked for each token that anybody makes up. */
function createCooledFetch(now: Clock): FetchImplementation {
  let askedAt: Instant | null = null;
  return (url, options) => {
    if (askedAt !== null && Math.abs(now() - askedAt) < cooldownMs) {
      return Promise.reject(new KeysUnavailable('the issuer was asked a moment ago'));
    }
    askedAt = now();
    return fetch(url, options);
  };
}

/** What an unknown account or permission grants is nothing. */
function clientOf(payload: JWTPayload, settings: JwtSettings): Client {
  const { accountsClaim, permissionsClaim } = settings;
  const granted = permissionsClaim === undefined ? [] : textsOf(payload[permissionsClaim]);
  const extra = permissions.filter((one): one is Permission => granted.includes(one));
  const grants = { ...settings, permissions: [...settings.permissions, ...extra] };
  const id = `jwt:${String(payload.sub).slice(0, 200)}`;
  return { ...toClient(grants, id, textsOf(payload[accountsClaim])), isLasting: false };
}

/** A list of texts, or one text of words, as scopes are written. */
function textsOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.filter((item) => typeof item === 'string') : [];
}

/** Whether the token is at fault, and not that the keys could not be read. */
function isAboutToken(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return false;
  return (
    !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) &&
    error.code !== 'ERR_JOSE_GENERIC'
  );
}
