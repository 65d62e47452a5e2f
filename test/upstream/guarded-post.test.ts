/** A URL of the settings leads outside, whatever its name means by the time of the connection, and an answer is never taken for what it is not. */

import type { LookupAddress } from 'node:dns';

import { describe, expect, onTestFinished, test } from 'vitest';

import { isInternalAddress } from '../../src/domain/internal-addresses.ts';
import { createGuardedPost, type GuardedPostSettings } from '../../src/upstream/guarded-post.ts';
import { reply, startStand } from '../support/stand.ts';
import { startProxy, type TestProxy } from '../support/tls.ts';

const proxies = { https: null, http: null, noProxy: '' };
const headers = { 'content-type': 'application/json' };
const send = (url: string, settings: Partial<GuardedPostSettings> = {}) =>
  createGuardedPost({ proxies, allowInternal: false, now: Date.now, ...settings })(
    { url, headers, body: '{}' },
    new AbortController().signal,
  );

/** A look-up that finds other addresses each time. */
function lookupOf(...found: readonly (readonly string[])[]): NonNullable<GuardedPostSettings['resolve']> {
  let times = 0;
  const resolve = (
    _name: string,
    _options: object,
    callback: (error: null, addresses: LookupAddress[]) => void,
  ) => {
    const addresses = found[Math.min(times, found.length - 1)] ?? [];
    times += 1;
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return resolve as unknown as NonNullable<GuardedPostSettings['resolve']>;
}

describe('addresses', () => {
  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12:3456::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b::10.0.0.1',
    '::127.0.0.1',
    '2002:7f00:1::',
    'ff02::1',
    '[::1]',
  ])('%s is internal', (address) => expect(isInternalAddress(address)).toBe(true));

  test.each([
    '1.1.1.1',
    '172.32.0.1',
    '100.128.0.1',
    '8.8.8.8',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ])('%s is not', (address) => expect(isInternalAddress(address)).toBe(false));

  test.each(['example.com', '1.2.3', '256.1.1.1', '1:2:3', ':::', 'fe80::1::2', ''])(
    '%s is no address',
    (text) => expect(isInternalAddress(text)).toBeNull(),
  );

  test('networks of this machine are internal, too', () => {
    expect(isInternalAddress('8.8.8.8', ['8.8.8.1/24'])).toBe(true);
    expect(isInternalAddress('8.8.9.8', ['8.8.8.1/24', 'nonsense', '::1/129'])).toBe(false);
  });
});

describe('what leads inside is not connected to', () => {
  test.each([
    'http://127.0.0.1:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://2130706433:PORT/',
    'http://localhost:PORT/',
  ])('%s', async (pattern) => {
    const stand = await startStand((response) => reply(response, 200, '{}'));
    const url = pattern.replace('PORT', new URL(stand.url).port);
    expect(await send(url)).toMatchObject({
      kind: 'NOT_SENT',
      cause: expect.stringContaining('own network'),
    });
    expect(stand.requests).toEqual([]);
  });

  test('a name that means an address inside, alone or among others, and one that changes its meaning', async () => {
    const stand = await startStand((response) => reply(response, 200, '{}'));
    const url = `http://bot.example:${new URL(stand.url).port}/`;
    for (const resolve of [
      lookupOf(['127.0.0.1']),
      lookupOf(['203.0.113.9', '127.0.0.1']),
      lookupOf(['::ffff:127.0.0.1']),
      // Outside whenever it is asked before, inside when it is connected to: nobody asks before.
      lookupOf(['127.0.0.1'], ['1.1.1.1']),
    ]) {
      expect((await send(url, { resolve })).kind).toBe('NOT_SENT');
    }
    expect(stand.requests).toEqual([]);
    // Where it is allowed, it is.
    expect((await send(url, { resolve: lookupOf(['127.0.0.1']), allowInternal: true })).kind).toBe(
      'ANSWERED',
    );
  });

  test('not by a redirect either', async () => {
    const inside = await startStand((response) => reply(response, 200, '{}'));
    const outside = await startStand((response) => reply(response, 302, '', { location: inside.url }));
    expect(await send(outside.url, { allowInternal: true })).toMatchObject({ kind: 'ANSWERED', status: 302 });
    expect(inside.requests).toEqual([]);
  });
});

describe('through a proxy', () => {
  const through = (proxy: TestProxy, noProxy = '') => ({
    proxies: { https: null, http: proxy.url.replace('://', '://user:canary-password@'), noProxy },
  });
  const noLookup = (() => {
    throw new Error('a name was looked up');
  }) as unknown as NonNullable<GuardedPostSettings['resolve']>;

  test('the proxy looks the name up and is asked for it; no redirect is followed', async () => {
    const inside = await startStand((response) => reply(response, 200, '{}'));
    const stand = await startStand((response, number) =>
      number === 1 ? reply(response, 200, '{}') : reply(response, 307, '', { location: inside.url }),
    );
    const proxy = await startProxy({ to: Number(new URL(stand.url).port) }, { onTestFinished });
    const settings = { ...through(proxy), resolve: noLookup };
    expect(await send('http://bot.example/hook', settings)).toMatchObject({ status: 200 });
    expect(await send('http://bot.example/hook', settings)).toMatchObject({ status: 307 });
    expect(proxy.asked.map(({ target }) => target)).toEqual(['bot.example:80', 'bot.example:80']);
    expect(stand.requests.map(({ url }) => url)).toEqual(['/hook', '/hook']);
    expect(inside.requests).toEqual([]);
  });

  test('an address inside is refused before the proxy is asked, however it is written', async () => {
    const proxy = await startProxy({ to: 9 }, { onTestFinished });
    for (const host of ['10.0.0.1', '169.254.169.254', '[::ffff:10.0.0.1]', '0xa000001', '127.1']) {
      expect([host, await send(`http://${host}/`, through(proxy))]).toEqual([
        host,
        { kind: 'NOT_SENT', cause: expect.stringContaining('own network') },
      ]);
    }
    expect(proxy.asked).toEqual([]);
  });

  test('what goes past the proxy is looked up here, and may not lead inside', async () => {
    const stand = await startStand((response) => reply(response, 200, '{}'));
    const proxy = await startProxy({ to: 9 }, { onTestFinished });
    const url = `http://bot.example:${new URL(stand.url).port}/`;
    const settings = { ...through(proxy, '.example'), resolve: lookupOf(['127.0.0.1']) };
    expect(await send(url, settings)).toMatchObject({ kind: 'NOT_SENT' });
    expect([proxy.asked, stand.requests]).toEqual([[], []]);
  });

  test.each([{ status: 403 }, { status: 407 }, 'closes', 'hangs'] as const)(
    'a proxy that gives no way (%o): it has not been sent, and the login is in no cause',
    async (how) => {
      const proxy = await startProxy(how, { onTestFinished });
      const result = await send('http://bot.example/canary', { ...through(proxy), timeoutMs: 500 });
      expect(result.kind).toBe('NOT_SENT');
      expect(JSON.stringify(result)).not.toContain('canary');
    },
  );
});

describe('how it ended', () => {
  const open = { allowInternal: true, timeoutMs: 500 };

  test('an answer of any status, with its Retry-After of up to a day', async () => {
    const stand = await startStand((response, number) =>
      reply(response, number === 1 ? 429 : 500, 'no', { 'retry-after': number === 1 ? '7200' : '999999' }),
    );
    expect(await send(stand.url, open)).toEqual({
      kind: 'ANSWERED',
      status: 429,
      retryAfterMs: 7_200_000,
      body: 'no',
    });
    expect(await send(stand.url, open)).toMatchObject({ status: 500, retryAfterMs: 86_400_000 });
  });

  test('no connection: it has not been sent', async () => {
    expect((await send('http://127.0.0.1:1/', open)).kind).toBe('NOT_SENT');
    expect((await send('http://nobody.invalid/', open)).kind).toBe('NOT_SENT');
    const plain = await startStand((response) => reply(response, 200, '{}'));
    expect((await send(plain.url.replace('http:', 'https:'), open)).kind).toBe('NOT_SENT');
    expect(plain.requests).toEqual([]);
  });

  test('no answer, or none that can be read: nobody knows', async () => {
    const hanging = await startStand(() => {});
    expect((await send(hanging.url, open)).kind).toBe('UNKNOWN');
    const breaking = await startStand((response) => response.destroy());
    expect((await send(breaking.url, open)).kind).toBe('UNKNOWN');
    const large = await startStand((response) => reply(response, 200, 'x'.repeat(100_000)));
    expect((await send(large.url, open)).kind).toBe('UNKNOWN');
  });

  test('no cause holds the path of the URL, which is the secret', async () => {
    const hanging = await startStand(() => {});
    for (const url of [`${hanging.url}/secret-token`, 'http://127.0.0.1:1/secret-token']) {
      expect(JSON.stringify(await send(url, open))).not.toContain('secret-token');
    }
  });
});
