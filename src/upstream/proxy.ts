/** Decides whether requests to a provider go directly, or through which proxy. */

import { BlockList, isIP } from 'node:net';

/** The proxies of settings and environment, as URLs that may contain a login; null: no proxy. */
export interface Proxies {
  /** For base URLs that begin with https; `http` is for those that begin with http. */
  readonly https: string | null;
  readonly http: string | null;
  /** As in NO_PROXY: hosts, domains, addresses, networks, each with or without a port; `*`: all hosts. */
  readonly noProxy: string;
}

/** The proxy for a URL; null: direct. Loopback never uses a proxy, which would reach another machine's loopback. */
export function proxyFor(target: URL, { https, http, noProxy }: Proxies): URL | null {
  const proxy = target.protocol === 'https:' ? https : http;
  if (proxy === null || isLoopback(hostOf(target)) || isExempt(target, noProxy)) return null;
  return new URL(proxy);
}

/** The part of a proxy's URL that may be shown: never its login. */
export function nameOf({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}

/** The proxy's login as a header value; null when it has no login. */
export function loginOf({ username, password }: URL): string | null {
  if (username + password === '') return null;
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(login).toString('base64')}`;
}

/** The host without brackets and without the final dot. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('0.0.0.0', 'ipv4');
loopback.addAddress('::1', 'ipv6');
loopback.addAddress('::', 'ipv6');

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || isWithin(loopback, host);
}

function isWithin(list: BlockList, host: string): boolean {
  const version = isIP(host);
  return version !== 0 && list.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

function isExempt(target: URL, noProxy: string): boolean {
  const host = hostOf(target);
  const port = target.port === '' ? { 'https:': '443', 'http:': '80' }[target.protocol] : target.port;
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '' || entry === '*') return entry === '*';
      const network = /^([\d.]+|[\da-f:.]*:[\da-f:.]*)\/(\d{1,3})$/.exec(entry);
      if (network !== null) return isInNetwork(host, network[1] ?? '', Number(network[2]));
      // An IPv6 address with a port has brackets.
      const [, name = '', ofPort] =
        isIP(entry) === 6 ? [entry, entry] : (/^(.+?)(?::(\d+))?$/.exec(entry) ?? []);
      if (ofPort !== undefined && ofPort !== port) return false;
      const domain = name
        .replace(/^\[|\]$/g, '')
        .replace(/^\*?\./, '')
        .replace(/\.$/, '');
      if (isIP(domain) !== 0) return isInNetwork(host, domain, isIP(domain) === 4 ? 32 : 128);
      return host === domain || (isIP(host) === 0 && domain !== '' && host.endsWith(`.${domain}`));
    });
}

function isInNetwork(host: string, network: string, prefix: number): boolean {
  const version = isIP(network);
  if (version === 0 || prefix > (version === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, version === 4 ? 'ipv4' : 'ipv6');
  return isWithin(list, host);
}
