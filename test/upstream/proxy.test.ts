/** Which way leads to a provider: through the proxy that is named, unless it is this machine or exempt. */

import { describe, expect, test } from 'vitest';

import { readProxies } from '../../src/config/proxy-settings.ts';
import { loginOf, nameOf, proxyFor } from '../../src/upstream/proxy.ts';

const proxy = 'http://user:p%40ss@proxy.example:3128';
const wayTo = (url: string, noProxy = ''): string =>
  proxyFor(new URL(url), { https: proxy, http: null, noProxy }) === null ? 'straight' : 'proxy';

test('what HTTPS_PROXY names is for https alone', () => {
  expect([wayTo('https://api.ppio.com'), wayTo('http://api.ppio.com')]).toEqual(['proxy', 'straight']);
});

test.each([
  'https://localhost',
  'https://localhost.:8443/x',
  'https://vendor.localhost',
  'https://127.0.0.1:1',
  'https://127.255.0.9',
  'https://0x7f.1',
  'https://[::1]:8443',
  'https://[::ffff:127.0.0.1]',
  'https://0.0.0.0',
])('a proxy is never asked for this machine: %s', (url) => {
  expect(wayTo(url)).toBe('straight');
});

describe('NO_PROXY', () => {
  test.each([
    ['*', 'https://api.ppio.com', 'straight'],
    ['api.ppio.com', 'https://api.ppio.com', 'straight'],
    ['API.PPIO.com', 'https://api.ppio.com/v1', 'straight'],
    ['api.ppio.com.', 'https://api.ppio.com', 'straight'],
    ['ppio.com', 'https://api.ppio.com', 'straight'],
    ['.ppio.com', 'https://api.ppio.com', 'straight'],
    ['*.ppio.com', 'https://api.ppio.com', 'straight'],
    ['pio.com', 'https://api.ppio.com', 'proxy'],
    ['api.ppio.com.evil.example', 'https://api.ppio.com', 'proxy'],
    ['a.example, , api.ppio.com', 'https://api.ppio.com', 'straight'],
    ['a.example api.ppio.com', 'https://api.ppio.com', 'straight'],
    ['api.ppio.com:443', 'https://api.ppio.com', 'straight'],
    ['api.ppio.com:8443', 'https://api.ppio.com', 'proxy'],
    ['api.ppio.com:8443', 'https://api.ppio.com:8443', 'straight'],
    ['10.1.2.3', 'https://10.1.2.3', 'straight'],
    ['2.3', 'https://10.1.2.3', 'proxy'],
    ['10.0.0.0/8', 'https://10.1.2.3', 'straight'],
    ['10.0.0.0/16', 'https://10.1.2.3', 'proxy'],
    ['10.0.0.0/99', 'https://10.1.2.3', 'proxy'],
    ['fd00::/8', 'https://[fd12::1]', 'straight'],
    ['fd12:0::1', 'https://[fd12::1]:8443', 'straight'],
    ['[fd12::1]:8443', 'https://[fd12::1]:8443', 'straight'],
    ['[fd12::1]:8443', 'https://[fd12::1]', 'proxy'],
    ['', 'https://api.ppio.com', 'proxy'],
  ])('%j leaves %s %s', (noProxy, url, way) => {
    expect(wayTo(url, noProxy)).toBe(way);
  });
});

test('variables count in small letters and capitals, an empty one as none, and a host without a scheme as http', () => {
  const read = (environment: Record<string, string>) => readProxies(environment).proxies;
  expect(read({ HTTPS_PROXY: 'http://a:1', NO_PROXY: 'x' })).toEqual({
    https: 'http://a:1',
    http: null,
    noProxy: 'x',
  });
  expect(read({ HTTPS_PROXY: 'http://a:1', https_proxy: 'http://b:1' }).https).toBe('http://b:1');
  expect(read({ HTTPS_PROXY: 'http://a:1', https_proxy: '' }).https).toBe('http://a:1');
  expect(read({ HTTPS_PROXY: '' }).https).toBe(null);
  expect(read({ http_proxy: 'proxy.example:3128' }).http).toBe('http://proxy.example:3128');
});

test.each(['socks5://p:1', 'http://', 'http://p:1/path', 'http://p:99999', 'http://%zz:x@p:1', 'p q'])(
  'a variable that names no proxy is told, and not what it holds: %s',
  (value) => {
    expect(readProxies({ HTTPS_PROXY: value }).issues).toEqual([
      expect.stringMatching(/^the environment variable HTTPS_PROXY: expected http:.*, found something else$/),
    ]);
  },
);

test('a proxy is named without its login, which is sent as it was meant', () => {
  const url = new URL(proxy);
  expect(nameOf(url)).toBe('http://proxy.example:3128');
  expect(Buffer.from((loginOf(url) ?? '').replace('Basic ', ''), 'base64').toString()).toBe('user:p@ss');
  expect(
    Buffer.from((loginOf(new URL('http://tok@p:1')) ?? '').replace('Basic ', ''), 'base64').toString(),
  ).toBe('tok:');
  expect(loginOf(new URL('http://p:1'))).toBe(null);
});
