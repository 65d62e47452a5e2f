/** Whatever is sent, the answer is one that is documented, in time, and the gateway lives on as if nothing had been. */

import { connect } from 'node:net';

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { schema } from '../../src/graphql/schema.ts';
import { send, type Got, type Sent } from '../support/ask.ts';
import { createRandom, mutate, randomDocument, type RandomDocument } from '../support/documents.ts';
import { startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { startProcess } from '../support/process.ts';

/** Every code that a client may meet. */
const codes = new Set([
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'INVALID_PERIOD',
  'INVALID_CURSOR',
  'UNSUPPORTED_BY_PROVIDER',
  'TIMEZONE_NOT_DERIVABLE',
  'EXCHANGE_RATE_MISSING',
  'QUERY_TOO_EXPENSIVE',
  'RATE_LIMITED',
  'OVERLOADED',
  'PROVIDER_CREDENTIAL_REJECTED',
  'PROVIDER_REJECTED',
  'PROVIDER_RATE_LIMITED',
  'PROVIDER_UNAVAILABLE',
  'PROVIDER_TIMEOUT',
  'PROVIDER_RESPONSE_INVALID',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);
/** A trace of the program in an answer. */
const inside = /node_modules|\bat [\w.<>]+ \(|\.ts:\d+|file:\/\/|node:internal|\/src\//;

/** However busy the machine is, all are answered; and none takes longer than its deadline and what the way takes. */
const limits = { maxLagMs: 60_000, deadlineSeconds: 10 };
const withinMs = 30_000;
const patient = (settings: Settings) => ({ ...settings, limits });

function inTime<T>(answer: Promise<T>): Promise<T> {
  const timer = Promise.withResolvers<never>();
  const timeout = setTimeout(() => timer.reject(new Error('no answer within the deadline')), withinMs);
  return Promise.race([answer, timer.promise]).finally(() => clearTimeout(timeout));
}

function check(got: Got): void {
  expect(got.status).toBeLessThan(500);
  for (const { message, extensions } of got.errors) {
    expect(codes).toContain(extensions.code);
    expect(extensions.requestId).toBe(got.headers['x-request-id']);
    expect(extensions['retryable']).toBeTypeOf('boolean');
    expect(message).not.toMatch(inside);
  }
  if (got.status !== 200) expect(got.text).not.toMatch(inside);
}

const post = (gateway: TestGateway, body: string | Buffer, headers: Sent['headers'] = {}): Promise<Got> =>
  inTime(send(gateway, { body, headers }));

const askFor = (gateway: TestGateway, { query, variables }: RandomDocument): Promise<Got> =>
  post(gateway, JSON.stringify({ query, variables }));

/** Nothing that was asked has left a mark. */
async function isWell(gateway: TestGateway): Promise<void> {
  const { data, errors } = await gateway.query<{ bills: { totalCount: number } }>(
    '{ bills(period: { month: "2026-02" }) { totalCount } }',
  );
  expect(errors).toBeUndefined();
  expect(data.bills.totalCount).toBeGreaterThan(0);
  expect(gateway.log.filter((line) => /"event":"bug"|"event":"yoga"/.test(line))).toEqual([]);
}

/** One seed that fails is enough to see it again: `seeds(1, [seed])`. */
const seeds = (numRuns: number) => ({ numRuns, endOnFailure: true });

describe('a random document that fits the schema', () => {
  test('is answered or refused with documented codes', async () => {
    const gateway = await startGateway({ settings: patient });
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const got = await askFor(gateway, randomDocument(schema, createRandom(seed)));
        check(got);
        if (got.data !== undefined) answered += 1;
      }),
      seeds(600),
    );
    // Most are no nonsense, or this would be a test of refusals.
    expect(answered).toBeGreaterThan(200);
    await isWell(gateway);
  });

  test('costs no more than queryCost said it would', async () => {
    let compared = 0;
    const gateway = await startGateway({ settings: patient });
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const document = randomDocument(schema, createRandom(seed));
        if (seed % 25 === 0) await gateway.restart();
        const price =
          'query ($query: String!, $variables: JSON) { queryCost(query: $query, variables: $variables) { upstream requested } }';
        const announced = await askFor(gateway, { query: price, variables: { ...document } });
        check(announced);
        const { queryCost } = (announced.data ?? {}) as {
          queryCost?: { upstream: number; requested: number } | null;
        };
        const got = await askFor(gateway, document);
        check(got);
        if (queryCost == null || got.data === undefined) return;
        compared += 1;
        const { extensions } = JSON.parse(got.text) as {
          extensions: { cost: { actual: number; requested: number } };
        };
        expect(extensions.cost.actual).toBeLessThanOrEqual(queryCost.upstream);
      }),
      seeds(200),
    );
    expect(compared).toBeGreaterThan(40);
    await isWell(gateway);
  });

  test('costs no more than queryCost said where lists lie within rows', async () => {
    const gateway = await startGateway({ settings: patient });
    const lists = (month: string): string =>
      `bills(period: { month: "${month}" }) { totalCount } invoices(period: { month: "${month}" }) { totalCount }`;
    const query = `{ bills(period: { month: "2026-02" }) { nodes { account { ${lists('2026-01')} } } edges { node { account { ${lists('2025-12')} } } } } }`;
    const price = 'query ($query: String!) { queryCost(query: $query) { upstream } }';
    const announced = await gateway.query<{ queryCost: { upstream: number } }>(price, { query });
    const got = await post(gateway, JSON.stringify({ query }));
    const { extensions } = JSON.parse(got.text) as { extensions: { cost: { actual: number } } };
    expect(got.data).toBeDefined();
    expect(extensions.cost.actual).toBeLessThanOrEqual(announced.data.queryCost.upstream);
  });

  test('is answered or refused with documented codes while vendors fail in all their ways', async () => {
    const names = [
      'broken',
      'unauthorized',
      'truncated',
      'wrongType',
      'redirect',
      'echo',
      'reset',
      'notFound',
    ] as const;
    const gateway = await startGateway({ settings: patient });
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const random = createRandom(seed);
        if (seed % 20 === 0) await gateway.restart();
        for (const vendor of Object.values(gateway.sandbox.vendors)) {
          const name = names[Math.floor(random() * names.length * 2)];
          vendor.fault = name === undefined ? null : { name };
        }
        check(await askFor(gateway, randomDocument(schema, random)));
      }),
      seeds(100),
    );
    for (const vendor of Object.values(gateway.sandbox.vendors)) vendor.fault = null;
    await gateway.restart();
    await isWell(gateway);
  });

  test('but for a few tokens is refused, or answered, with documented codes', async () => {
    const gateway = await startGateway({ settings: patient });
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const random = createRandom(seed);
        const { query, variables } = randomDocument(schema, random);
        check(await askFor(gateway, { query: mutate(query, random), variables }));
      }),
      seeds(1000),
    );
    await isWell(gateway);
  });
});

test('bodies of every kind are answered or refused with documented codes', async () => {
  const gateway = await startGateway({ settings: patient });
  const deep = (open: string, close: string, count = 100_000): string =>
    open.repeat(count) + close.repeat(count);
  const plain = '{"query":"{ __typename }"}';
  const shapes = [
    deep('[', ']'),
    `{"query":"{ __typename }","variables":${deep('[', ']')}}`,
    `{"query":"query ($v: JSON) { queryCost(query: \\"{ __typename }\\", variables: $v) { requested } }","variables":{"v":${deep('[', ']')}}}`,
    `{"query":"query ($v: JSON) { queryCost(query: \\"{ __typename }\\", variables: $v) { requested } }","variables":{"v":${deep('{"a":', '}', 40_000).replace('{"a":}', '{"a":1}')}}}`,
    `{"query":"query ($v: [ID!]!) { nodes(ids: $v) { id } }","variables":{"v":${deep('[', ']')}}}`,
    `{"query":"{ __typename }","extensions":${deep('[', ']')}}`,
    `{"query":"{ bills(period: ${deep('{a:', '}', 20_000)}) { totalCount } }"}`,
    deep('{"query":', '}', 20_000),
    '{"query":"{ __typename }","query":"{ nothing }"}',
    '{"query":"{ __typename }","__proto__":{"query":"{ nothing }"}}',
    '{"query":"{ __typename }","constructor":1,"toString":2}',
    '{"query":"{ __typename }","variables":{"__proto__":{"a":1}}}',
    '{"query":"query ($__proto__: Int) { __typename }","variables":{"__proto__":1}}',
    '{"query":"{ __proto__: __typename constructor: __typename }"}',
    '{"query":"\\ud800","operationName":"\\udfff"}',
    '{"query":"query \\u0000 { __typename }"}',
    '[]',
    '[[]]',
    '[{"query":"{ __typename }"}]',
    'null',
    '"query"',
    '1e999',
    '{"query":{"toString":"x"}}',
    '{"query":"{ __typename }","operationName":[]}',
    '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}',
    `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"${'0'.repeat(64)}"}}}`,
    '{"id":7}',
    `{"documentId":"${'a'.repeat(5000)}"}`,
  ];
  for (const body of shapes) check(await post(gateway, body));
  for (const encoding of ['utf16le', 'latin1', 'base64', 'hex'] as const) {
    check(
      await post(
        gateway,
        Buffer.from(`${plain} ü`, encoding === 'base64' || encoding === 'hex' ? 'utf8' : encoding),
      ),
    );
    check(await post(gateway, Buffer.from(Buffer.from(plain).toString(encoding))));
  }
  check(await post(gateway, Buffer.from(`\uFEFF${plain}`)));
  const headers = fc.dictionary(
    fc.constantFrom(
      'accept',
      'accept-encoding',
      'content-type',
      'content-encoding',
      'origin',
      'sec-fetch-site',
      'x-request-id',
      'traceparent',
      'authorization',
      'if-none-match',
      'expect',
      'cookie',
      'range',
    ),
    fc.oneof(
      fc.string({ maxLength: 60 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, '?')),
      fc.constantFrom(
        '*/*;q=0',
        'gzip;q=1e9',
        'zstd, gzip;q=0',
        'text/html',
        'null',
        'application/json;charset=utf-7',
        ','.repeat(2000),
      ),
    ),
    { maxKeys: 3 },
  );
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((text) => Buffer.from(text)),
    fc.json().map((text) => Buffer.from(text.slice(0, -1))),
    fc
      .record(
        {
          query: fc.string({ unit: 'binary' }),
          variables: fc.jsonValue(),
          operationName: fc.jsonValue(),
          extensions: fc.jsonValue(),
        },
        { requiredKeys: [] },
      )
      .map((value) => Buffer.from(JSON.stringify(value))),
    fc.constant(Buffer.from(plain)),
  );
  await fc.assert(
    fc.asyncProperty(bodies, headers, async (body, sent) => {
      check(await post(gateway, body, sent));
    }),
    seeds(600),
  );
  const paths = fc.oneof(
    fc.webQueryParameters().map((query) => `/graphql?${query}`),
    fc.webQueryParameters().map((query) => `/graphql?query=%7B__typename%7D&variables=${query}`),
    fc.webQueryParameters().map((query) => `/export/focus.csv?month=2026-02&${query}`),
    fc.webPath().map((path) => (path === '' ? '/' : path)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'TRACE'),
      paths,
      headers,
      async (method, path, sent) => {
        check(await inTime(send(gateway, { method, path, headers: sent })));
      },
    ),
    seeds(500),
  );
  await isWell(gateway);
});

/** Bytes to a port, then the end; all that comes back. */
function sendRaw(url: string, bytes: Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  return inTime(
    new Promise((resolve) => {
      const chunks: Buffer[] = [];
      const socket = connect({ host: hostname, port: Number(port) }, () => socket.end(bytes));
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('error', () => {});
      socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    }),
  );
}

test('what is hardly HTTP gets a refusal or nothing, and never reaches a resolver', async () => {
  const gateway = await startGateway({ settings: patient });
  const host = 'host: localhost\r\ncontent-type: application/json\r\n';
  const plain = '{"query":"{ __typename }"}';
  const length = `content-length: ${plain.length}\r\n`;
  const lines = [
    '',
    '\r\n\r\n\r\n',
    '\u0000'.repeat(1000),
    'GET\r\n\r\n',
    'GET /graphql\r\n\r\n',
    'GET /graphql HTTP/9.9\r\n\r\n',
    'GET /graphql HTTP/1.0\r\n\r\n',
    `GET /graphql HTTP/1.1\r\n\r\n`,
    `GET http://[::1/graphql HTTP/1.1\r\n${host}\r\n`,
    `GET * HTTP/1.1\r\n${host}\r\n`,
    `GET //graphql?query={__typename} HTTP/1.1\r\n${host}\r\n`,
    `GET /graphql?query=%00%ff HTTP/1.1\r\n${host}\r\n`,
    `GET /${'x'.repeat(60_000)} HTTP/1.1\r\n${host}\r\n`,
    `GET /graphql HTTP/1.1\r\n${host}x: ${'y'.repeat(60_000)}\r\n\r\n`,
    `GET /graphql HTTP/1.1\r\n${host}${'a: b\r\n'.repeat(5000)}\r\n`,
    `GET /graphql HTTP/1.1\r\n${host}: no name\r\n\r\n`,
    `GET /graphql HTTP/1.1\r\n${host}bad name: x\r\n\r\n`,
    `GET /graphql HTTP/1.1\r\n${host}x: a\u0000b\r\n\r\n`,
    `GET /graphql HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n`,
    `CONNECT localhost:1 HTTP/1.1\r\n${host}\r\n`,
    `GET /graphql HTTP/1.1\r\n${host}upgrade: websocket\r\nconnection: upgrade\r\n\r\n`,
    `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
    `POST /graphql HTTP/1.1\r\n${host}content-length: 5\r\ncontent-length: 6\r\n\r\n{"a":1`,
    `POST /graphql HTTP/1.1\r\n${host}content-length: -1\r\n\r\n${plain}`,
    `POST /graphql HTTP/1.1\r\n${host}content-length: 99999999999999999999\r\n\r\n${plain}`,
    `POST /graphql HTTP/1.1\r\n${host}content-length: 100\r\n\r\n${plain}`,
    `POST /graphql HTTP/1.1\r\n${host}${length}transfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    `POST /graphql HTTP/1.1\r\n${host}transfer-encoding: chunked\r\n\r\nzz\r\n${plain}\r\n0\r\n\r\n`,
    `POST /graphql HTTP/1.1\r\n${host}transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n${plain}`,
    `POST /graphql HTTP/1.1\r\n${host}transfer-encoding: chunked\r\n\r\n-1\r\n${plain}`,
    `POST /graphql HTTP/1.1\r\n${host}transfer-encoding: gzip, chunked\r\n\r\n1a\r\n${plain}\r\n0\r\n\r\n`,
    `POST /graphql HTTP/1.1\r\n${host}transfer-encoding: chunked\r\n\r\n1a;${'x'.repeat(50_000)}\r\n${plain}\r\n0\r\n\r\n`,
    `POST /graphql HTTP/1.1\r\n${host}expect: the-unexpected\r\n${length}\r\n${plain}`,
    `POST /graphql HTTP/1.1\r\n${host}${length}\r\n${plain}`.repeat(50),
    `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03`,
  ];
  const raw = async (bytes: Buffer): Promise<void> => {
    const text = await sendRaw(gateway.app.url, bytes);
    const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
    expect(text === '' || statuses.length > 0).toBe(true);
    for (const status of statuses) expect(status === 503 || status < 500).toBe(true);
    expect(text).not.toMatch(inside);
  };
  for (const line of lines) await raw(Buffer.from(line, 'latin1'));
  const good = Buffer.from(`POST /graphql HTTP/1.1\r\n${host}${length}\r\n${plain}`);
  const damaged = fc
    .array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
    .map((changes) => {
      const bytes = Buffer.from(good);
      for (const [at, byte] of changes) bytes[at] = byte;
      return bytes;
    });
  await fc.assert(fc.asyncProperty(damaged, raw), seeds(500));
  await isWell(gateway);
});

test('in a heap of 256 MB, bombs of every kind and two thousand different documents of 400 faults are refused', async () => {
  const gateway = startProcess(['sandbox'], { PORT: '0', NODE_OPTIONS: '--max-old-space-size=256' });
  const [, url = ''] = await gateway.until(/GraphiQL +(http:\/\/[\d.:]+)\/graphql/);
  const ask = async (query: string) => {
    const response = await inTime(
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        body: JSON.stringify({ query }),
      }),
    );
    const body = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
    return {
      status: response.status,
      data: body.data,
      codes: body.errors?.map(({ extensions }) => extensions.code) ?? [],
    };
  };
  const many = (count: number, part: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => part(index)).join(' ');
  const bombs = [
    `{ ${many(900, (index) => `a${index}: __typename`)} }`,
    `{ ${many(300, (index) => `a${index}: bills(period: { month: "2026-02" }) { totalCount }`)} }`,
    `${'{ a '.repeat(900)}${'} '.repeat(900)}`,
    `{ a(b: ${'['.repeat(100_000)}`,
    `{ ...F0 } ${many(30, (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`)} fragment F30 on Query { __typename }`,
    '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
    `{ __typename ${'@include(if: true) '.repeat(390)} }`,
    `{ __typename ${many(600, (index) => `@d${index}`)} }`,
    `query (${many(390, (index) => `$v${index}: Int`)}) { __typename }`,
    `{ __schema { types { ${'fields { type { '.repeat(5)} name ${'} } '.repeat(5)} } } }`,
    '#'.repeat(200_000),
  ];
  for (let round = 0; round < 5; round += 1) {
    for (const bomb of bombs) {
      const { status, codes: told } = await ask(bomb);
      expect([bomb.slice(0, 60), status]).toEqual([bomb.slice(0, 60), 400]);
      for (const code of told) expect(codes).toContain(code);
    }
  }
  for (let index = 0; index < 2000; index += 50) {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, one) =>
        ask(`{ ${many(400, (field) => `field${index + one}x${field}`)} }`),
      ),
    );
    for (const { status, data } of answers)
      expect([400, 503].includes(status) && data === undefined).toBe(true);
  }
  await expect.poll(async () => (await ask('{ accounts { id } }')).status).toBe(200);
  expect(gateway.child.exitCode).toBeNull();
  expect(gateway.output()).not.toMatch(/"event":"bug"|heap out of memory/);
});
