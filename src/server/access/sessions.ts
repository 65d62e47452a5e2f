/**
 * Sessions of the cost page: a token, sealed in a cookie that no script can read. Nothing is kept here: each request is
 * checked by its token as if it had sent it, so a session ends with its token.
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import { instantOf, type Clock, type Instant } from '../../domain/calendar.ts';
import { keyIdBytes, type SessionKeys } from './session-keys.ts';

/** What a cookie holds. */
export interface Session {
  readonly token: string;
  /** When it ends; its token may end before. */
  readonly endsAt: Instant;
}

export interface Sessions {
  /** The Set-Cookie header of a new session; null: the token does not fit into a cookie. */
  start(
    request: IncomingMessage,
    token: string,
  ): Promise<{ readonly cookie: string; readonly endsAt: Instant } | null>;
  /** The session of a request; null: it has none, or none that is valid now. */
  open(request: IncomingMessage): Promise<Session | null>;
  /** The Set-Cookie header that ends a session. */
  end(request: IncomingMessage): string;
}

export interface SessionsSettings {
  readonly keys: SessionKeys;
  readonly hours: number;
  readonly now: Clock;
}

const name = 'billing_session';
const cipher = 'aes-256-gcm';
const [ivBytes, tagBytes] = [12, 16];
/** Browsers drop a cookie of more than 4096 bytes, its name included. */
const maxCookieBytes = 4096;

export function createSessions({ keys, hours, now }: SessionsSettings): Sessions {
  return {
    async start(request, token) {
      const endMs = Math.min(now() + hours * 3_600_000, expiryOf(token));
      const { id, key } = await keys.current();
      const iv = randomBytes(ivBytes);
      const sealing = createCipheriv(cipher, key, iv).setAAD(Buffer.from(name));
      const text = JSON.stringify({ token, endMs });
      const sealed = Buffer.concat([id, iv, sealing.update(text), sealing.final(), sealing.getAuthTag()]);
      const value = sealed.toString('base64url');
      if (name.length + value.length > maxCookieBytes) return null;
      const seconds = Math.max(0, Math.floor((endMs - now()) / 1000));
      return { cookie: cookieOf(request, value, seconds), endsAt: instantOf(endMs) };
    },
    async open(request) {
      const value = valueIn(request.headers.cookie ?? '');
      if (value === null) return null;
      const sealed = Buffer.from(value, 'base64url');
      if (sealed.length <= keyIdBytes + ivBytes + tagBytes) return null;
      const key = await keys.find(sealed.subarray(0, keyIdBytes));
      const session = key === null ? null : unseal(key.key, sealed);
      return session === null || session.endsAt <= now() ? null : session;
    },
    end: (request) => cookieOf(request, '', 0),
  };
}

/**
 * Without a Path a browser takes the folder of the address that it asked, so the cookie has the prefix of a proxy, which
 * we do not know. SameSite=Strict: no other site makes a browser send it.
 */
function cookieOf(request: IncomingMessage, value: string, seconds: number): string {
  const secure = isSecure(request) ? '; Secure' : '';
  return `${name}=${value}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}

/** Whether the browser came by https: then the proxy in front of us says so. */
function isSecure({ headers }: IncomingMessage): boolean {
  return /^https\s*(,|$)/i.test(String(headers['x-forwarded-proto'] ?? ''));
}

function valueIn(cookies: string): string | null {
  return new RegExp(`(?:^|;\\s*)${name}=([\\w-]+)`).exec(cookies)?.[1] ?? null;
}

/** Null: it was not sealed with this key. */
function unseal(key: Buffer, sealed: Buffer): Session | null {
  const iv = sealed.subarray(keyIdBytes, keyIdBytes + ivBytes);
  const opening = createDecipheriv(cipher, key, iv, { authTagLength: tagBytes })
    .setAAD(Buffer.from(name))
    .setAuthTag(sealed.subarray(-tagBytes));
  try {
    const text = Buffer.concat([
      opening.update(sealed.subarray(keyIdBytes + ivBytes, -tagBytes)),
      opening.final(),
    ]);
    const { token, endMs } = JSON.parse(text.toString()) as {
      readonly token: string;
      readonly endMs: number;
    };
    return { token, endsAt: instantOf(endMs) };
  } catch {
    return null;
  }
}

/** When a signed token ends, in milliseconds; other tokens do not. Its signature has been checked. */
function expiryOf(token: string): number {
  try {
    const [, payload = ''] = token.split('.');
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
