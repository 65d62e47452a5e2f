/** Providers are reached through a proxy with all that holds without one, and what fails on the way is told as what it is. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

import { describe, expect, onTestFinished, test } from 'vitest';

import {
  startProxy,
  startTlsVendor,
  trusted,
  type Answer,
  type Certificate,
  type Tunnelling,
} from '../support/tls.ts';
import { good, refusalOf, startClient } from '../support/stand.ts';

setDefaultCACertificates([...getCACertificates('default'), readFileSync(trusted, 'utf8')]);

const atEnd = { onTestFinished };
const answerWell: Answer = (_request, response) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(good);

interface Setting {
  readonly certificate?: Certificate;
  readonly answer?: Answer;
  readonly how?: Tunnelling;
  readonly login?: string;
  readonly timeoutMs?: number;
  readonly host?: string;
}

/** A vendor of TLS, known by a name that only the proxy can find, and a client that asks it through the proxy. */
async function startBehindProxy(setting: Setting = {}) {
  const { certificate = 'good', answer = answerWell, login = '', host = 'vendor.example' } = setting;
  const vendor = await startTlsVendor(certificate, answer, atEnd);
  const proxy = await startProxy(setting.how ?? { to: vendor.port }, atEnd);
  const { ask, events, client } = startClient(`https://${host}:${vendor.port}`, {
    proxy: new URL(proxy.url.replace('://', `://${login}`)),
    timeoutMs: setting.timeoutMs ?? 10_000,
  });
  return { vendor, proxy, ask, events, client };
}

test('a provider is asked within a tunnel, whose proxy sees its name and none of its credential', async () => {
  const { vendor, proxy, ask } = await startBehindProxy({ login: 'gateway:p%40ss@' });
  expect(await ask()).toEqual(JSON.parse(good));
  expect(vendor.requests).toEqual(['GET /v1/bills Bearer secret']);
  const login = `Basic ${Buffer.from('gateway:p@ss').toString('base64')}`;
  expect(proxy.asked).toEqual([{ target: `vendor.example:${vendor.port}`, login }]);
  expect(proxy.others).toEqual([]);
});

test('connections are bounded and used again through a proxy as without one', async () => {
  const { vendor, proxy, ask } = await startBehindProxy();
  await Promise.all(Array.from({ length: 40 }, () => ask()));
  expect(vendor.requests).toHaveLength(40);
  expect(vendor.connections).toBeLessThanOrEqual(4);
  expect(proxy.asked.length).toBe(vendor.connections);
});

test('through a proxy too a redirect is not followed, and an answer is no larger than it may be', async () => {
  const redirect: Answer = (_request, response) =>
    void response.writeHead(302, { location: 'https://elsewhere.example/' }).end();
  const elsewhere = await startBehindProxy({ answer: redirect });
  expect((await refusalOf(elsewhere.ask())).code).toBe('PROVIDER_RESPONSE_INVALID');
  expect(new Set(elsewhere.proxy.asked.map(({ target }) => target?.split(':')[0]))).toEqual(
    new Set(['vendor.example']),
  );
  const large: Answer = (_request, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end('x'.repeat(1_000_001));
  const { ask } = await startBehindProxy({ answer: large });
  expect((await refusalOf(ask())).message).toContain('larger than 1000000 bytes');
});

describe('a proxy that opens no tunnel is told as what it is, and nothing of what it sends', () => {
  test.each([
    ['that wants another login', { status: 407 }, 'PROVIDER_UNAVAILABLE', 'PROXY_LOGIN', 'another login'],
    ['that forbids it', { status: 403 }, 'PROVIDER_UNAVAILABLE', 'PROXY_DENIED', 'HTTP status 403'],
    ['that finds no way', { status: 502 }, 'PROVIDER_UNAVAILABLE', 'PROXY_DENIED', 'HTTP status 502'],
    ['that closes', 'closes', 'PROVIDER_UNAVAILABLE', 'PROXY_UNREACHABLE', 'ECONNRESET'],
  ] as const)('one %s', async (_name, how, code, ofCause, says) => {
    const { ask, events, vendor } = await startBehindProxy({ how, login: 'user:canary-password@' });
    const error = await refusalOf(ask());
    expect([error.code, error.message]).toEqual([code, expect.stringContaining('the proxy')]);
    expect(error.cause).toMatch(new RegExp(`^${ofCause}: .*${says}`));
    expect(events.at(-1)?.cause).toBe(error.cause);
    expect(JSON.stringify([error, error.message, error.cause, events])).not.toMatch(/canary|dXNlcj/);
    expect(vendor.connections).toBe(0);
  });

  test('one that nobody runs', async () => {
    const { ask } = startClient('https://vendor.example', { proxy: new URL('http://127.0.0.1:1') });
    const error = await refusalOf(ask());
    expect([error.message, error.cause]).toEqual([
      'the provider could not be reached: the proxy could not be reached',
      'PROXY_UNREACHABLE: the proxy could not be reached (ECONNREFUSED)',
    ]);
  });

  test('one that hangs, and what waits for it ends when the client does', async () => {
    const { ask, proxy } = await startBehindProxy({ how: 'hangs', timeoutMs: 300 });
    const error = await refusalOf(ask());
    expect(error.message).toContain('the proxy gave no answer in time');
    expect(error.cause).toMatch(/^PROXY_TIMEOUT: /);
    expect(proxy.asked.length).toBeGreaterThan(0);
  });

  test('and once it opens them again, the provider is asked', async () => {
    const { ask, proxy, vendor } = await startBehindProxy({ how: { status: 407 } });
    await refusalOf(ask({ leftMs: 1 }));
    proxy.how = { to: vendor.port };
    expect(await ask()).toEqual(JSON.parse(good));
  });
});

test('a vendor that is slow within a tunnel is not taken for a proxy that is', async () => {
  const { ask } = await startBehindProxy({ answer: () => {}, timeoutMs: 300 });
  const error = await refusalOf(ask());
  expect([error.code, error.message, error.cause]).toEqual([
    'PROVIDER_TIMEOUT',
    'the provider did not answer within 0.3 s',
    undefined,
  ]);
});

const certificates = [
  ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed'],
  ['expired', 'CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['future', 'CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
  ['other', 'ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another host name'],
] as const;

describe('what is wrong with a certificate is told to clients and to the log', () => {
  test.each(certificates)('%s, straight', async (certificate, code, words) => {
    const vendor = await startTlsVendor(certificate, answerWell, atEnd);
    const { ask, events } = startClient(`https://127.0.0.1:${vendor.port}`);
    const error = await refusalOf(ask());
    expect([error.code, error.message, error.cause, events.at(-1)?.cause]).toEqual([
      'PROVIDER_UNAVAILABLE',
      `the provider could not be reached: ${words}`,
      `${code}: ${words}`,
      `${code}: ${words}`,
    ]);
    expect(vendor.requests).toEqual([]);
  });

  test.each(certificates)('%s, through a proxy', async (certificate, code, words) => {
    const { ask, vendor } = await startBehindProxy({ certificate });
    const error = await refusalOf(ask());
    expect([error.code, error.cause]).toEqual(['PROVIDER_UNAVAILABLE', `${code}: ${words}`]);
    expect(vendor.requests).toEqual([]);
  });
});

test.each([
  ['http where TLS is spoken', 'https', /^ERR_SSL_\w+|^EPROTO/],
  ['something else where HTTP is', 'http', /^HPE_\w+/],
])('%s is told', async (_name, scheme, cause) => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end('220 mail.example ESMTP\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { ask } = startClient(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`);
  expect((await refusalOf(ask())).cause).toMatch(cause);
});

test('a name that nobody has is told', async () => {
  const { ask } = startClient('http://vendor.invalid');
  const error = await refusalOf(ask());
  expect(error.cause).toMatch(/^(ENOTFOUND: there is no host of that name|EAI_AGAIN: )/);
});
