/** Signed tokens (JWT), checked with the keys that their issuer publishes (JWKS). */

import { createHash } from 'node:crypto';

import { errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose';
import { LRUCache } from 'lru-cache';

import type { Clock } from '../../domain/calendar.ts';
import { permissions, type Permission } from '../../domain/permissions.ts';
import {
  KeysUnavailable,
  toBounds,
  toClient,
  type Bounds,
  type Client,
  type Grants,
  type VerifyJwt,
} from './auth.ts';
import { createIssuerKeys, type FetchKeys, type FindKey } from './jwks.ts';

export interface JwtSettings extends Grants {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  /** The claim that lists account ids. */
  readonly accountsClaim: string;
  /** The claim that lists permissions, in addition to those that all tokens have. */
  readonly permissionsClaim?: string | undefined;
  /** The claim with the values of allocations whose cost a token may see. Absent: all cost of its accounts. */
  readonly allocationsClaim?: string | undefined;
  readonly algorithms: readonly string[];
}

/** How much clocks may differ. */
const toleranceSeconds = 30;
/** How long a valid token is not checked again, unless it expires. */
const rememberedMs = 60_000;
/** Checks that a token is signed by one of the issuer's keys, and names its audience, its subject and its expiry. */
export function createJwtVerifier(
  settings: JwtSettings,
  now: Clock,
  fetchKeys: FetchKeys = fetch,
): VerifyJwt {
  const keys = createIssuerKeys(settings.jwksUrl, now, fetchKeys);
  const good = new LRUCache<string, { readonly client: Client; readonly untilMs: number }>({ max: 10_000 });

  async function verify(token: string, digest: string): Promise<Client | null> {
    const payload = await payloadOf(token, keys, {
      issuer: settings.issuer,
      audience: settings.audience,
      algorithms: [...settings.algorithms],
      clockTolerance: toleranceSeconds,
      requiredClaims: ['exp', 'sub'],
      currentDate: new Date(now()),
    });
    const client = payload === null ? null : clientOf(payload, settings);
    if (payload === null || client === null) return null;
    const endMs = ((payload.exp ?? 0) + toleranceSeconds) * 1000;
    good.set(digest, { client, untilMs: Math.min(endMs, now() + rememberedMs) });
    return client;
  }

  return (token) => {
    const digest = createHash('sha256').update(token).digest('base64');
    const known = good.get(digest);
    if (known !== undefined && now() < known.untilMs) return known.client;
    return verify(token, digest);
  };
}

/**
 * The claims of a token; null when it is not valid. Anything wrong, including an unknown key, is the token's problem;
 * only keys that cannot be read are ours. @throws KeysUnavailable
 */
async function payloadOf(
  token: string,
  keys: FindKey,
  options: JWTVerifyOptions,
): Promise<JWTPayload | null> {
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (error instanceof KeysUnavailable) throw error;
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) return null;
    // The token names no key, or several keys have the name: tries each one that can be used.
    for await (const key of error) {
      const found = await payloadOf(token, () => Promise.resolve(key), options);
      if (found !== null) return found;
    }
    return null;
  }
}

/** The client of a payload; null when it has no subject. Unknown accounts or permissions grant nothing. */
function clientOf(payload: JWTPayload, settings: JwtSettings): Client | null {
  // A signature only proves who wrote the claim, not that it is text.
  const subject: unknown = payload.sub;
  if (typeof subject !== 'string' || subject === '') return null;
  const { accountsClaim, permissionsClaim } = settings;
  const granted = permissionsClaim === undefined ? [] : textsOf(payload[permissionsClaim]);
  const extra = permissions.filter((one): one is Permission => granted.includes(one));
  const grants = { ...settings, permissions: [...settings.permissions, ...extra] };
  const id = `jwt:${subject.slice(0, 200)}`;
  const { allocationsClaim } = settings;
  const bounds = allocationsClaim === undefined ? null : boundsOf(payload[allocationsClaim]);
  return toClient(grants, id, textsOf(payload[accountsClaim]), bounds);
}

/**
 * A claim as values by allocation: { "team": ["search"] }. Only "*" binds to nothing; a claim that is missing, or is
 * anything else, leaves no cost to see.
 */
function boundsOf(claim: unknown): Bounds | null {
  if (claim === '*') return null;
  if (typeof claim !== 'object' || claim === null || Array.isArray(claim)) return toBounds({});
  const lists = Object.entries(claim).map(([id, values]): [string, string[]] => [
    id,
    typeof values === 'string' ? [values] : textsOf(values),
  ]);
  return toBounds(Object.fromEntries(lists));
}

/** A claim as a list: either a list of texts, or one text of words, as scopes are written. */
function textsOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.filter((item) => typeof item === 'string') : [];
}
