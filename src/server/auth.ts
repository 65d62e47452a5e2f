/** Who asks: a bearer token to a client, the accounts it may see and what it may do. */

import { hash, timingSafeEqual } from 'node:crypto';

import { permissions as allPermissions, type Permission } from '../graphql/permissions.ts';

/** What a client may do, however it got in. */
export interface Grants {
  readonly permissions: readonly Permission[];
  readonly requestsPerMinute: number;
  /** Absent: as many as its requests need. */
  readonly upstreamCallsPerMinute?: number | undefined;
  /** Whether it may run trusted documents alone. */
  readonly trustedOnly: boolean;
}

export interface ClientSettings extends Grants {
  readonly id: string;
  /** As they are, or as sha256:<hex>. */
  readonly tokens: readonly string[];
  /** Account ids, or "*". */
  readonly accounts: readonly string[];
}

export interface Client {
  readonly id: string;
  /** Null: every account. */
  readonly accounts: ReadonlySet<string> | null;
  readonly permissions: ReadonlySet<Permission>;
  /** Null: as many as it likes. */
  readonly requestsPerMinute: number | null;
  /** Null: as many as its requests need. */
  readonly upstreamCallsPerMinute: number | null;
  readonly trustedOnly: boolean;
  /** Whether its token is good for as long as the settings are; a signed one ends. */
  readonly isLasting: boolean;
}

/** The client of an Authorization header; null when there is none. @throws KeysUnavailable */
export type Authenticate = (authorization: string | undefined) => Client | null | Promise<Client | null>;

/** The client of a signed token; null when it is not good. @throws KeysUnavailable */
export type VerifyJwt = (token: string) => Client | null | Promise<Client | null>;

/** What tokens are checked by cannot be reached, so nobody knows whether one is good. */
export class KeysUnavailable extends Error {}

/**
 * Without clients everyone who reaches the port is the same client, which sees everything: for loopback alone. So does
 * whoever holds the settings themselves.
 */
export const localClient: Client = {
  id: 'local',
  accounts: null,
  permissions: new Set(allPermissions),
  requestsPerMinute: null,
  upstreamCallsPerMinute: null,
  trustedOnly: false,
  isLasting: true,
};

/** `verify` null: there are no signed tokens. */
export function createAuthenticator(
  clients: readonly ClientSettings[],
  verify: VerifyJwt | null = null,
): Authenticate {
  if (clients.length === 0 && verify === null) return () => localClient;
  const known = clients.flatMap((settings) => {
    const client = toClient(
      settings,
      settings.id,
      settings.accounts.includes('*') ? null : settings.accounts,
    );
    return settings.tokens.map((token) => ({ client, digest: digestOf(token) }));
  });
  return (authorization) => {
    const token = /^bearer +([^\s]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return null;
    const digest = sha256(token);
    // All are compared, so that the time taken tells nothing.
    const matching = known.filter((item) => timingSafeEqual(item.digest, digest));
    return matching[0]?.client ?? (verify !== null && isJwt(token) ? verify(token) : null);
  };
}

/** A client with these grants. `accounts` null: every account. */
export function toClient(grants: Grants, id: string, accounts: readonly string[] | null): Client {
  const { requestsPerMinute, upstreamCallsPerMinute = null, trustedOnly } = grants;
  return {
    id,
    accounts: accounts === null ? null : new Set(accounts),
    permissions: new Set(grants.permissions),
    requestsPerMinute,
    upstreamCallsPerMinute,
    trustedOnly,
    isLasting: true,
  };
}

function isJwt(token: string): boolean {
  return token.length <= 16_384 && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
}

function digestOf(token: string): Buffer {
  const hex = /^sha256:([0-9a-fA-F]{64})$/.exec(token)?.[1];
  return hex === undefined ? sha256(token) : Buffer.from(hex, 'hex');
}

function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
