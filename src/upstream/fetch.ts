/** `fetch` for requests that do not go to a provider, through the proxy of the environment. */

import { fetch as fetchBy } from 'undici';

import { createConnections } from './dispatcher.ts';
import { proxyFor, type Proxies } from './proxy.ts';

const connectWithinMs = 5000;

/** Fetches a URL, through its proxy if it has one. */
export function createFetch(
  target: URL,
  proxies: Proxies,
): (url: string, options: RequestInit) => Promise<Response> {
  const proxy = proxyFor(target, proxies);
  if (proxy === null) return fetch;
  const { dispatcher } = createConnections({ connections: 1, timeoutMs: connectWithinMs, proxy });
  // Both follow the standard, but their types are declared twice.
  return (url, options) =>
    fetchBy(url, { ...(options as object), dispatcher }) as unknown as Promise<Response>;
}
