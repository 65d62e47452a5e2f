/** The proxies to providers, from the settings or the environment. */

import { z } from 'zod';

/** Adds the scheme, as curl does: without one it is http. */
function withScheme(text: string): string {
  return text.includes('://') ? text : `http://${text}`;
}

function isProxyUrl(text: string): boolean {
  const url = withScheme(text);
  if (!URL.canParse(url)) return false;
  const { protocol, pathname, search, hash, username, password } = new URL(url);
  try {
    decodeURIComponent(username + password);
  } catch {
    return false;
  }
  return /^https?:$/.test(protocol) && /^\/?$/.test(pathname) && search + hash === '';
}

const expected = 'expected http://proxy.example.com:3128 or https://user:password@proxy.example.com:443';

export const proxy = z
  .string(expected)
  .refine(isProxyUrl, expected)
  .transform(withScheme)
  .meta({ secret: 'login' });

/** An environment without proxies. */
export const noProxies = { https_proxy: '', HTTPS_PROXY: '', http_proxy: '', HTTP_PROXY: '' };

export interface EnvironmentProxies {
  readonly https: string | null;
  readonly http: string | null;
  readonly noProxy: string;
}

/**
 * Reads HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in lower or upper case; lower case wins. `issues` lists what is not a
 * proxy.
 */
export function readProxies(environment: Readonly<Record<string, string | undefined>>): {
  readonly proxies: EnvironmentProxies;
  readonly issues: readonly string[];
} {
  const valueOf = (name: string): string => environment[name] || environment[name.toUpperCase()] || '';
  const names = ['https_proxy', 'http_proxy'].filter((name) => valueOf(name) !== '');
  const proxyOf = (name: string): string | null => proxy.safeParse(valueOf(name)).data ?? null;
  return {
    proxies: { https: proxyOf('https_proxy'), http: proxyOf('http_proxy'), noProxy: valueOf('no_proxy') },
    issues: names
      .filter((name) => proxyOf(name) === null)
      .map((name) => `the environment variable ${name.toUpperCase()}: ${expected}, found something else`),
  };
}
