/** An issuer of signed tokens: it publishes its keys on a real port, and can be down, broken, or change them. */

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

import type { AtEnd } from './redis.ts';

export interface SigningKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

export interface Issuer {
  readonly url: string;
  /** What it publishes. */
  keys: readonly SigningKey[];
  /** How it answers; null: with its keys. */
  fault: ((response: ServerResponse) => void) | null;
  /** How often it was asked for its keys. */
  readonly fetches: () => number;
}

export async function createSigningKey(kid: string, algorithm = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' };
  return { kid, algorithm, privateKey, publicKey, jwk };
}

/** It is stopped after the test. */
export async function startIssuer(keys: readonly SigningKey[], atEnd: AtEnd): Promise<Issuer> {
  let fetches = 0;
  const server = createServer((_request, response) => {
    fetches += 1;
    if (issuer.fault !== null) return issuer.fault(response);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: issuer.keys.map(({ jwk }) => jwk) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd.onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  const { port } = server.address() as AddressInfo;
  const issuer: Issuer = {
    url: `http://127.0.0.1:${port}/jwks.json`,
    keys,
    fault: null,
    fetches: () => fetches,
  };
  return issuer;
}

/** The settings that trust it. */
export function jwtSettings({ url }: Pick<Issuer, 'url'>, changes: Record<string, unknown> = {}) {
  return {
    issuer: 'https://login.example.com',
    audience: 'billing-gateway',
    jwksUrl: url,
    accountsClaim: 'billing_accounts',
    permissionsClaim: 'billing_permissions',
    algorithms: ['ES256', 'RS256'],
    ...changes,
  };
}

/** A token that is good for five minutes after `nowMs`, but for what `claims` change; what is undefined there is left out. */
export function sign(
  key: Pick<SigningKey, 'kid' | 'algorithm' | 'privateKey'>,
  nowMs: number,
  claims: JWTPayload = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const now = Math.floor(nowMs / 1000);
  const payload = {
    iss: 'https://login.example.com',
    aud: 'billing-gateway',
    sub: 'alice',
    iat: now,
    exp: now + 300,
    billing_accounts: ['ppio-main'],
    ...claims,
  };
  return new SignJWT(payload)
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, ...header })
    .sign(key.privateKey);
}
