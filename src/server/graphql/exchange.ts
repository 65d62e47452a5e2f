/** What we know of a request on its way through Yoga: set before Yoga, and added by plugins. */

import type { GatewayContext } from '../../query/context.ts';
import type { Client } from '../access/auth.ts';
import type { Joined } from './identical-requests.ts';
import type { CachedResponse } from './response-cache.ts';

export interface Exchange {
  readonly client: Client;
  readonly requestId: string;
  /** Aborts when the client has left. */
  readonly abortSignal: () => AbortSignal;
  /** The scope in which to look for a cached response; null: do not look. */
  readonly scope: string | null;
  /** The operation's name, if need be taken from the document; null when it has none. */
  operation: string | null;
  /** The list request in a normal form, as a key for cached responses; null when no key is needed. */
  key: string | null;
  /** The cached response; null when there is none. */
  known: CachedResponse | null;
  /** Its part among identical requests; null: it asks for itself alone. */
  joined: Joined | null;
  /** The context of the resolvers; null when none ran. */
  context: GatewayContext | null;
}

/** The context that Yoga passes to its plugins. */
export interface ServerContext {
  readonly exchange: Exchange;
}

export function createExchange(
  known: Pick<Exchange, 'client' | 'requestId' | 'abortSignal' | 'scope'>,
): Exchange {
  return { ...known, operation: null, key: null, known: null, joined: null, context: null };
}

/** The name of an operation, shortened, because each line of the log has it. */
export function shortened(name: string | null | undefined): string | null {
  return name?.slice(0, 100) ?? null;
}
