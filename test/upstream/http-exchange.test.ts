/** Whatever a vendor sends, an exchange ends: in bounded time, in bounded memory, with a typed error and no open socket. */

import { constants, brotliCompressSync, createGzip, deflateSync, gzipSync } from 'node:zlib';
import type { ServerResponse } from 'node:http';

import { Agent } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';

import type { ErrorCode } from '../../src/domain/errors.ts';
import { exchange, type ExchangeSpec } from '../../src/upstream/http-exchange.ts';
import { createParcel, receive } from '../../src/upstream/body-transfer.ts';
import { good, refusalOf, reply, startStand, type Answer } from '../support/stand.ts';

const maxBytes = 1_000_000;
/** 100 MB of spaces: valid JSON, if somebody had the memory. */
const bomb = gzipSync(Buffer.alloc(100_000_000, ' '));
const zip = { 'content-encoding': 'gzip' };

/** `ask` sends one request of its own agent, which keeps up to `connections` sockets. */
async function startExchange(answer: Answer, connections = 2) {
  const stand = await startStand(answer);
  const agent = new Agent({ connections });
  onTestFinished(() => agent.destroy());
  const ask = (changes: Partial<ExchangeSpec> = {}, signal: AbortSignal = new AbortController().signal) => {
    const url = new URL(stand.url);
    return exchange(
      agent,
      { method: 'GET', url, headers: {}, timeoutMs: 10_000, maxBytes, ...changes },
      signal,
    );
  };
  return { stand, ask };
}

/** Writes for ever, as fast as it is read. */
function writeForEver(response: ServerResponse, piece: Buffer, sink: NodeJS.WritableStream = response): void {
  const write = (): void => {
    while (!response.destroyed && sink.write(piece));
    if (!response.destroyed) sink.once('drain', write);
  };
  write();
}

/** Breaks off once the system has taken what was written. */
function writeAndDestroy(response: ServerResponse, body: string | Buffer): void {
  response.write(body, () => response.socket?.destroy());
}

function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 10);
  response.on('close', () => clearInterval(timer));
}

describe('an answer is read', () => {
  const text = JSON.stringify({ name: '快手 ü 🙂' });
  const forms: [string, Buffer, Record<string, string>][] = [
    ['as it is', Buffer.from(text), {}],
    ['by identity', Buffer.from(text), { 'content-encoding': 'identity' }],
    ['from gzip', gzipSync(text), zip],
    ['from x-gzip, in capitals', gzipSync(text), { 'content-encoding': 'X-GZIP' }],
    ['from deflate', deflateSync(text), { 'content-encoding': 'deflate' }],
    ['from br', brotliCompressSync(text), { 'content-encoding': 'br' }],
  ];
  test.each(forms)('%s, whatever its script', async (_name, body, headers) => {
    const { ask } = await startExchange((response) => reply(response, 200, body, headers));
    expect((await ask()).body).toBe(text);
  });

  test('with its status and headers, whatever the status', async () => {
    const { ask } = await startExchange((response) => reply(response, 418, 'teapot', { 'retry-after': '3' }));
    const { status, header, body } = await ask();
    expect([status, header('retry-after'), header('x-absent'), body]).toEqual([
      418,
      '3',
      undefined,
      'teapot',
    ]);
  });

  test('up to the last byte that is allowed', async () => {
    const { ask } = await startExchange((response) =>
      reply(response, 200, gzipSync('x'.repeat(maxBytes)), zip),
    );
    expect((await ask()).body).toHaveLength(maxBytes);
  });

  test('when characters are cut between two chunks', async () => {
    const { ask } = await startExchange((response) => {
      const bytes = Buffer.from(text);
      response.writeHead(200);
      response.write(bytes.subarray(0, 11));
      setTimeout(() => response.end(bytes.subarray(11)), 20);
    });
    expect((await ask()).body).toBe(text);
  });
});

describe('an answer of more than a MiB', () => {
  const large = Buffer.from(JSON.stringify({ name: '快手 ü 🙂'.repeat(100_000) }));
  const allowed = { maxBytes: 10_000_000 };

  test.each([
    ['as it is', large, {}],
    ['from gzip', gzipSync(large), zip],
  ])('comes as a transfer, %s, and a small one as text', async (_name, body, headers) => {
    const { ask } = await startExchange((response, number) =>
      reply(response, 200, number === 1 ? body : good, number === 1 ? headers : {}),
    );
    const first = (await ask(allowed)).body;
    if (typeof first === 'string') throw new TypeError('text');
    expect(Buffer.concat(receive(first.port)).equals(large)).toBe(true);
    first.drop();
    expect((await ask(allowed)).body).toBe(good);
  });

  test('that breaks off, or is too large, is the same failure', async () => {
    const { ask } = await startExchange((response, number) => {
      if (number > 1) return reply(response, 200, large);
      writeAndDestroy(response.writeHead(200, { 'content-length': large.length + 1 }), large);
    });
    expect((await refusalOf(ask(allowed))).code).toBe('PROVIDER_UNAVAILABLE');
    const tooLarge = await refusalOf(ask({ maxBytes: large.length - 1 }));
    expect(tooLarge.code).toBe('PROVIDER_RESPONSE_INVALID');
    expect((await ask({ maxBytes: large.length })).status).toBe(200);
  });

  test('is gone from here once it is in its transfer, and what is dropped comes out nowhere', async () => {
    const transfer = createParcel();
    const blocks = [new Uint8Array([1, 2]), new Uint8Array([3])];
    for (const block of blocks) transfer.put(block);
    expect(blocks.map(({ byteLength }) => byteLength)).toEqual([0, 0]);
    expect(receive(transfer.port)).toEqual([new Uint8Array([1, 2]), new Uint8Array([3])]);
    transfer.drop();
    const other = createParcel();
    other.put(new Uint8Array([1]));
    other.drop();
    await expect.poll(() => receive(other.port)).toEqual([]);
  });
});

const bad: [string, Answer, ErrorCode][] = [
  ['a 100 MB gzip bomb', (response) => reply(response, 200, bomb, zip), 'PROVIDER_RESPONSE_INVALID'],
  [
    'a chunked 100 MB gzip bomb',
    (response) => {
      response.writeHead(200, zip).flushHeaders();
      response.end(bomb);
    },
    'PROVIDER_RESPONSE_INVALID',
  ],
  [
    'a body without end, without a content-length',
    (response) => writeForEver(response.writeHead(200), Buffer.alloc(65_536, ' ')),
    'PROVIDER_RESPONSE_INVALID',
  ],
  [
    'a gzip body without end',
    (response) => {
      const gzip = createGzip();
      response.on('close', () => gzip.destroy());
      gzip.pipe(response.writeHead(200, zip));
      writeForEver(response, Buffer.alloc(65_536, ' '), gzip);
    },
    'PROVIDER_RESPONSE_INVALID',
  ],
  [
    'one byte too many',
    (response) => reply(response, 200, 'x'.repeat(maxBytes + 1)),
    'PROVIDER_RESPONSE_INVALID',
  ],
  [
    'text that is not UTF-8',
    (response) => reply(response, 200, Buffer.from([0x22, 0xff, 0xfe, 0x22])),
    'PROVIDER_RESPONSE_INVALID',
  ],
  [
    'an unknown content encoding',
    (response) => reply(response, 200, good, { 'content-encoding': 'zstd-ish' }),
    'PROVIDER_RESPONSE_INVALID',
  ],
  [
    'less than its content-length says',
    (response) => {
      writeAndDestroy(response.writeHead(200, { 'content-length': '1000' }), good);
    },
    'PROVIDER_UNAVAILABLE',
  ],
  [
    'a chunked body that breaks off',
    (response) => {
      writeAndDestroy(response.writeHead(200), good);
    },
    'PROVIDER_UNAVAILABLE',
  ],
  [
    'gzip that is cut short',
    (response) => reply(response, 200, gzipSync(good).subarray(0, -12), zip),
    'PROVIDER_UNAVAILABLE',
  ],
  [
    'plain text that calls itself gzip',
    (response) => reply(response, 200, good, zip),
    'PROVIDER_UNAVAILABLE',
  ],
  [
    'brotli of noise',
    (response) => reply(response, 200, Buffer.alloc(999, 7), { 'content-encoding': 'br' }),
    'PROVIDER_UNAVAILABLE',
  ],
  ['no answer at all', (response) => void response.socket?.destroy(), 'PROVIDER_UNAVAILABLE'],
  [
    'something that is not HTTP',
    (response) => void response.socket?.end('hello\r\n\r\n'),
    'PROVIDER_UNAVAILABLE',
  ],
];

describe.each(bad)('%s', (_name, answer, code) => {
  test('is a failure with a code, however often it comes, and leaves no socket behind', async () => {
    const { stand, ask } = await startExchange(answer, 2);
    const times = code === 'PROVIDER_RESPONSE_INVALID' && _name.includes('without end') ? 10 : 50;
    for (let round = 0; round < times; round += 1) {
      const error = await refusalOf(ask());
      expect([code, 'PROVIDER_RESPONSE_INVALID']).toContain(error.code);
      expect(error.retryable).toBe(true);
    }
    await expect.poll(() => stand.connections()).toBeLessThanOrEqual(2);
  });
});

describe('time', () => {
  const slow: [string, Answer][] = [
    ['a drip of bytes that never ends', drip],
    ['a vendor that never answers', () => {}],
    ['headers, then silence', (response) => response.writeHead(200).flushHeaders()],
    [
      'compressed bytes, then silence',
      (response) => void response.writeHead(200, zip).write(gzipSync(good).subarray(0, 8)),
    ],
  ];
  test.each(slow)('is up for %s, and its socket is closed', async (_name, answer) => {
    const { stand, ask } = await startExchange(answer, 2);
    const asked = Array.from({ length: 8 }, () => refusalOf(ask({ timeoutMs: 150 })));
    expect((await Promise.all(asked)).map(({ code }) => code)).toEqual(asked.map(() => 'PROVIDER_TIMEOUT'));
    await expect.poll(() => stand.connections()).toBeLessThanOrEqual(2);
  });

  test('a caller who leaves in the middle of a body gets the reason, and the socket is closed', async () => {
    const leaving = new AbortController();
    const { stand, ask } = await startExchange((response) => {
      drip(response);
      setTimeout(() => leaving.abort(new Error('gone')), 30);
    });
    await expect(ask({}, leaving.signal)).rejects.toThrow('gone');
    await expect.poll(() => stand.connections()).toBe(0);
  });
});

test('answers that are whole use one socket again and again', async () => {
  const sockets = new Set<unknown>();
  const { ask } = await startExchange((response) => {
    sockets.add(response.socket);
    reply(response, 200, gzipSync(good, { level: constants.Z_BEST_SPEED }), zip);
  }, 2);
  for (let round = 0; round < 50; round += 1) await ask();
  expect(sockets.size).toBeLessThanOrEqual(2);
});
