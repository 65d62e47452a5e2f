/** Authentication: from a bearer token to a client, the accounts it may see and what it may do. */

import { hash } from 'node:crypto';

import { permissions as allPermissions, type Permission } from '../../domain/permissions.ts';

/** The only values whose cost a client may see, by allocation. */
export type Bounds = ReadonlyMap<string, ReadonlySet<string>>;

/** What a client may do, whichever way it authenticated. */
export interface Grants {
  readonly permissions: readonly Permission[];
  readonly requestsPerMinute: number;
  /** Absent: as many as its requests need. */
  readonly upstreamCallsPerMinute?: number | undefined;
  /** Whether it may run trusted documents only. */
  readonly trustedOnly: boolean;
}

export interface ClientSettings extends Grants {
  readonly id: string;
  /** As plain text, or as sha256:<hex>. */
  readonly tokens: readonly string[];
  /** Account ids, or "*". */
  readonly accounts: readonly string[];
  /** The values of allocations whose cost it may see. Absent: all cost of its accounts. */
  readonly allocations?: Readonly<Record<string, readonly string[]>> | undefined;
}

export interface Client {
  readonly id: string;
  /** Null: every account. */
  readonly accounts: ReadonlySet<string> | null;
  /** Null: it may see all cost of its accounts. */
  readonly bounds: Bounds | null;
  readonly permissions: ReadonlySet<Permission>;
  /** Null: no limit. */
  readonly requestsPerMinute: number | null;
  /** Null: as many as its requests need. */
  readonly upstreamCallsPerMinute: number | null;
  readonly trustedOnly: boolean;
}

/** The client of an Authorization header; null when there is none. @throws KeysUnavailable */
export type Authenticate = (authorization: string | undefined) => Client | null | Promise<Client | null>;

/** The client of a signed token; null when the token is not valid. @throws KeysUnavailable */
export type VerifyJwt = (token: string) => Client | null | Promise<Client | null>;

/** The keys that check tokens cannot be read, so nobody knows whether a token is valid. */
export class KeysUnavailable extends Error {}

/**
 * The client without clients in the settings: everybody who reaches the port, over loopback only. It sees everything,
 * as does anybody who can read the settings.
 */
export const localClient: Client = {
  id: 'local',
  accounts: null,
  bounds: null,
  permissions: new Set(allPermissions),
  requestsPerMinute: null,
  upstreamCallsPerMinute: null,
  trustedOnly: false,
};

/** `verify` null: there are no signed tokens. */
export function createAuthenticator(
  clients: readonly ClientSettings[],
  verify: VerifyJwt | null = null,
): Authenticate {
  if (clients.length === 0 && verify === null) return () => localClient;
  // Found by its digest in one step, however many clients there are: what a digest has in common with others says
  // nothing of a token.
  const known = new Map<string, Client>();
  for (const settings of clients) {
    const client = toClient(
      settings,
      settings.id,
      settings.accounts.includes('*') ? null : settings.accounts,
      settings.allocations === undefined ? null : toBounds(settings.allocations),
    );
    for (const digest of settings.tokens.map(digestOf)) if (!known.has(digest)) known.set(digest, client);
  }
  /** Tokens that were valid and come again and again: a digest costs 1.4 µs, a whole request some 20. */
  const seen = new Map<string, Client>();
  return (authorization) => {
    const token = /^bearer +([^\s]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return null;
    const client = seen.get(token);
    if (client !== undefined) return client;
    const match = known.get(sha256(token));
    if (match === undefined) return verify !== null && isJwt(token) ? verify(token) : null;
    seen.set(token, match);
    return match;
  };
}

/** Values by allocation. */
export function toBounds(allocations: Readonly<Record<string, readonly string[]>>): Bounds {
  return new Map(Object.entries(allocations).map(([id, values]) => [id, new Set(values)]));
}

/** What shows more than a client's own cost, so that one who is bound to it never may. */
const unbound: ReadonlySet<Permission> = new Set(['raw', 'operations']);

/** A client with these grants. `accounts` null: every account; `bounds` null: all their cost. */
export function toClient(
  grants: Grants,
  id: string,
  accounts: readonly string[] | null,
  bounds: Bounds | null,
): Client {
  const { requestsPerMinute, upstreamCallsPerMinute = null, trustedOnly } = grants;
  return {
    id,
    accounts: accounts === null ? null : new Set(accounts),
    bounds,
    permissions: new Set(grants.permissions.filter((one) => bounds === null || !unbound.has(one))),
    requestsPerMinute,
    upstreamCallsPerMinute,
    trustedOnly,
  };
}

function isJwt(token: string): boolean {
  return token.length <= 16_384 && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
}

function digestOf(token: string): string {
  return /^sha256:([0-9a-fA-F]{64})$/.exec(token)?.[1]?.toLowerCase() ?? sha256(token);
}

function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
