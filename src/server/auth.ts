/** Who asks: a bearer token to a client and the accounts it may see. */

import { createHash, timingSafeEqual } from 'node:crypto';

export interface ClientSettings {
  readonly id: string;
  /** As they are, or as sha256:<hex>. */
  readonly tokens: readonly string[];
  /** Account ids, or "*". */
  readonly accounts: readonly string[];
  readonly requestsPerMinute: number;
}

export interface Client {
  readonly id: string;
  /** Null: every account. */
  readonly accounts: ReadonlySet<string> | null;
  /** Null: as many as it likes. */
  readonly requestsPerMinute: number | null;
}

/** The client of an Authorization header; null when there is none. */
export type Authenticate = (authorization: string | undefined) => Client | null;

/** Without clients everyone who reaches the port is the same client, which sees everything: for loopback alone. */
export function createAuthenticator(clients: readonly ClientSettings[]): Authenticate {
  if (clients.length === 0) {
    const local: Client = { id: 'local', accounts: null, requestsPerMinute: null };
    return () => local;
  }
  const known = clients.flatMap(({ id, tokens, accounts, requestsPerMinute }) => {
    const visible = accounts.includes('*') ? null : new Set(accounts);
    const client: Client = { id, accounts: visible, requestsPerMinute };
    return tokens.map((token) => ({ client, digest: digestOf(token) }));
  });
  return (authorization) => {
    const token = /^bearer +([^\s]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return null;
    const digest = sha256(token);
    // All are compared, so that the time taken tells nothing.
    const matching = known.filter((item) => timingSafeEqual(item.digest, digest));
    return matching[0]?.client ?? null;
  };
}

function digestOf(token: string): Buffer {
  const hex = /^sha256:([0-9a-fA-F]{64})$/.exec(token)?.[1];
  return hex === undefined ? sha256(token) : Buffer.from(hex, 'hex');
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
