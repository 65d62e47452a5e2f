/** What a vendor can do on purpose: the account that asked gets a typed error, memory stays bounded, no credential travels. */

import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

import { describe, expect, onTestFinished, test } from 'vitest';

import type { ErrorCode } from '../../src/domain/errors.ts';
import { startGateway, type Settings } from '../support/gateway.ts';
import { good, refusalOf, reply, startClient, startStand } from '../support/stand.ts';

/** Any bytes for an answer, HTTP or not. */
async function startRaw(answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.once('data', () => answer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ok = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const length = `content-length: ${good.length}\r\n`;

describe('an answer', () => {
  const bad: [string, string, ErrorCode][] = [
    ['of garbage', '\u0000\u0001\u0002'.repeat(1000), 'PROVIDER_UNAVAILABLE'],
    ['of another protocol', '220 mail.example.com ESMTP\r\n', 'PROVIDER_UNAVAILABLE'],
    [
      'with 10,000 headers',
      `${ok}${'x-a: b\r\n'.repeat(10_000)}${length}\r\n${good}`,
      'PROVIDER_UNAVAILABLE',
    ],
    [
      'with a header of 1 MB',
      `${ok}x-a: ${'b'.repeat(1_000_000)}\r\n${length}\r\n${good}`,
      'PROVIDER_UNAVAILABLE',
    ],
    ['with two content-lengths', `${ok}content-length: 5\r\n${length}\r\n${good}`, 'PROVIDER_UNAVAILABLE'],
    ['with a negative content-length', `${ok}content-length: -5\r\n\r\n${good}`, 'PROVIDER_UNAVAILABLE'],
    [
      'with a content-length that is too small',
      `${ok}content-length: 5\r\n\r\n${good}`,
      'PROVIDER_RESPONSE_INVALID',
    ],
    [
      'with chunks of no size',
      `${ok}transfer-encoding: chunked\r\n\r\nzz\r\n${good}\r\n`,
      'PROVIDER_UNAVAILABLE',
    ],
    [
      'with an endless size of a chunk',
      `${ok}transfer-encoding: chunked\r\n\r\n${'0'.repeat(1000)}1\r\n`,
      'PROVIDER_UNAVAILABLE',
    ],
    ['without a status', 'HTTP/1.1\r\n\r\n', 'PROVIDER_UNAVAILABLE'],
    ['of status 999', `HTTP/1.1 999 Odd\r\n${length}\r\n${good}`, 'PROVIDER_UNAVAILABLE'],
    [
      'that quirks protocols',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      'PROVIDER_UNAVAILABLE',
    ],
    [
      'of nothing but interim answers',
      'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1000),
      'PROVIDER_UNAVAILABLE',
    ],
    [
      'of 100,000 brackets',
      `${ok}content-length: 200000\r\n\r\n${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      'PROVIDER_RESPONSE_INVALID',
    ],
    [
      'of 100,000 brackets that hold a long number',
      `${ok}content-length: 200018\r\n\r\n${'['.repeat(100_000)}123456789012345678${']'.repeat(100_000)}`,
      'PROVIDER_RESPONSE_INVALID',
    ],
    [
      'of 100,000 objects within each other',
      `${ok}connection: close\r\n\r\n${'{"rows":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
      'PROVIDER_RESPONSE_INVALID',
    ],
    [
      'in UTF-16',
      `${ok}connection: close\r\n\r\n${Buffer.from(good, 'utf16le').toString('latin1')}`,
      'PROVIDER_RESPONSE_INVALID',
    ],
    [
      'in Latin-1 that says so',
      `HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=latin1\r\nconnection: close\r\n\r\n{"rows":[{"amount":"ü"}]}`,
      'PROVIDER_RESPONSE_INVALID',
    ],
    [
      'with __proto__ for its rows',
      `${ok}connection: close\r\n\r\n{"__proto__":{"rows":[{"amount":"1"}]}}`,
      'PROVIDER_RESPONSE_INVALID',
    ],
  ];
  test.each(bad)('%s is a failure with a code', async (_name, bytes, code) => {
    const url = await startRaw((socket) => socket.end(Buffer.from(bytes, 'latin1')));
    const { ask } = startClient(url, { timeoutMs: 3000 });
    const error = await refusalOf(ask());
    expect([code, 'PROVIDER_RESPONSE_INVALID']).toContain(error.code);
    expect(Object.hasOwn(Object.prototype, 'rows')).toBe(false);
  });

  const fine: [string, string][] = [
    ['of HTTP/1.0, ended by its connection', `HTTP/1.0 200 OK\r\n\r\n${good}`],
    ['after an interim one', `HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${ok}${length}\r\n${good}`],
    [
      'with a key twice, of which the last counts',
      `${ok}connection: close\r\n\r\n{"rows":7,${good.slice(1)}`,
    ],
    [
      'with a second answer behind it that nobody asked for',
      `${ok}${length}\r\n${good}${ok}${length}\r\n${good}`,
    ],
  ];
  test.each(fine)('%s is read', async (_name, bytes) => {
    const url = await startRaw((socket) => socket.end(Buffer.from(bytes, 'latin1')));
    const { ask } = startClient(url, { timeoutMs: 3000 });
    expect(await ask()).toEqual({ rows: [{ amount: '1.10' }] });
  });
});

test('a credential does not follow a redirect, whatever it is called and wherever it leads', async () => {
  const other = await startStand((response) => reply(response, 200, good));
  const places = [
    other.url,
    `//${new URL(other.url).host}/v1/bills`,
    other.url.replace('127.0.0.1', 'localhost'),
  ];
  for (const location of places) {
    for (const status of [301, 302, 303, 307, 308, 300, 305]) {
      const stand = await startStand((response) =>
        reply(response, status, good, { location, refresh: `0;url=${location}` }),
      );
      const { ask } = startClient(stand.url);
      const headers = () => ({ 'x-api-key': 'secret', authorization: 'Bearer secret', cookie: 'key=secret' });
      expect((await refusalOf(ask({ spec: { headers } }))).code).toBe('PROVIDER_RESPONSE_INVALID');
    }
  }
  expect(other.requests).toEqual([]);
});

test('300 MB, plain, dripping or out of a bomb, cost no more memory than an answer may be large; others go on', async () => {
  const piece = Buffer.alloc(1_000_000, ' ');
  const bomb = gzipSync(Buffer.alloc(300_000_000, ' '));
  const state = { sent: 0 };
  const stand = await startStand((response, number) => {
    if (number % 2 === 0) return reply(response, 200, bomb, { 'content-encoding': 'gzip' });
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': String(300 * piece.length),
    });
    const write = (): void => {
      while (!response.destroyed && state.sent < 2_000_000_000) {
        state.sent += piece.length;
        if (!response.write(piece)) return void response.once('drain', write);
      }
    };
    write();
  });
  const settings = ({ accounts, ...others }: Settings) => ({
    ...others,
    accounts: accounts.map((one) => (one.id === 'ppio-main' ? { ...one, baseUrl: stand.url } : one)),
    limits: { maxResponseBytes: 5_000_000, maxLagMs: 60_000 },
  });
  const gateway = await startGateway({ settings });
  const before = process.memoryUsage();
  const query =
    '{ bills(period: { month: "2026-02" }) { totalCount coverage { sources { account { id } status error { code } } } } }';
  for (let round = 0; round < 3; round += 1) {
    const { data, errors } = await gateway.query<{ bills: { totalCount: number } }>(query);
    expect(errors).toBeUndefined();
    expect(data.bills.totalCount).toBeGreaterThan(0);
    expect(data.bills).toMatchObject({
      coverage: {
        sources: [
          {
            account: { id: 'ppio-main' },
            status: 'FAILED',
            error: { code: expect.stringMatching(/^PROVIDER_/) },
          },
          { account: { id: 'novita-us' }, status: 'FRESH', error: null },
        ],
      },
    });
  }
  const after = process.memoryUsage();
  expect(stand.requests.length).toBeGreaterThan(1);
  // What was written here, by the vendor, is not what the gateway has kept.
  expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(
    150_000_000,
  );
  expect(gateway.log.join('')).not.toContain('"event":"bug"');
});
