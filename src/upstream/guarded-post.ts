/**
 * Posts to a URL of the settings that leads to somebody else's server: not into the machine's own network unless that is
 * allowed, which is checked when the name has been looked up, so that a name cannot mean another address a moment
 * later; no redirects; limited in time and bytes.
 */

import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { networkInterfaces } from 'node:os';
import type { LookupFunction } from 'node:net';

import { isGatewayError } from '../domain/errors.ts';
import { isInternalAddress } from '../domain/internal-addresses.ts';
import type { Post, PostResult } from '../domain/post.ts';
import { loadHttp } from './load-http.ts';
import { failureOf } from './network-failures.ts';
import { proxyFor, type Proxies } from './proxy.ts';
import { retryAfterSeconds } from './read-answer.ts';

export interface GuardedPostSettings {
  readonly proxies: Proxies;
  /** Whether it may be an address in the machine's own network. */
  readonly allowInternal: boolean;
  readonly timeoutMs?: number;
  /** How names are looked up: by the system by default. */
  readonly resolve?: typeof lookUp;
  readonly now: () => number;
}

const maxBytes = 65_536;
const dayInSeconds = 86_400;

/** A function that posts. Each request has a connection of its own, since they are few. */
export function createGuardedPost(settings: GuardedPostSettings): Post {
  const { proxies, allowInternal, timeoutMs = 10_000, resolve = lookUp, now } = settings;
  const lookup = allowInternal ? resolve : refusing(resolve);
  return async ({ url: text, headers, body }, signal) => {
    const url = new URL(text);
    if (!allowInternal && isInternalAddress(url.hostname, ownNetworks()) === true) return refused;
    const { createConnections, exchange } = await loadHttp();
    const connections = createConnections({
      connections: 1,
      timeoutMs,
      proxy: proxyFor(url, proxies),
      lookup,
    });
    const missing = (): string | null => connections.missing();
    const spec = { method: 'POST' as const, url, headers, body, timeoutMs, maxBytes, missing };
    try {
      const answer = await exchange(connections.dispatcher, spec, signal);
      const { status, header } = answer;
      const seconds = retryAfterSeconds(header('retry-after'), now(), dayInSeconds);
      return {
        kind: 'ANSWERED',
        status,
        retryAfterMs: seconds === undefined ? null : seconds * 1000,
        body: typeof answer.body === 'string' ? answer.body : '',
      };
    } catch (error) {
      return explain(missing(), error);
    } finally {
      await connections.close();
    }
  };
}

const internalCode = 'INTERNAL_ADDRESS';
const refused: PostResult = {
  kind: 'NOT_SENT',
  cause: 'its address is in the own network, which allowInternal of the channel would allow',
};

function explain(missing: string | null, error: unknown): PostResult {
  if (missing === internalCode) return refused;
  if (missing !== null) {
    const words = failureOf(missing)?.words ?? 'it could not be reached';
    return { kind: 'NOT_SENT', cause: words };
  }
  const code = isGatewayError(error) ? error.code : 'the request was broken off';
  const isLate = code === 'PROVIDER_TIMEOUT';
  return { kind: 'UNKNOWN', cause: isLate ? 'no answer in time' : 'no answer that could be read' };
}

class InternalAddressError extends Error {
  readonly code = internalCode;
}

/** The same look-up, which fails where any address that it finds is internal. */
function refusing(resolve: typeof lookUp): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error !== null) return callback(error, []);
      const own = ownNetworks();
      if (found.some(({ address }) => isInternalAddress(address, own) !== false)) {
        return callback(new InternalAddressError('an internal address'), []);
      }
      const [first] = found;
      if (options.all === true || first === undefined) return callback(null, found);
      callback(null, first.address, first.family);
    });
  };
}

function ownNetworks(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) => list?.flatMap(({ cidr }) => cidr ?? []) ?? []);
}
