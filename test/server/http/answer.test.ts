/** However an answer is packed, it is the same answer: media type, encoding and status are what the client can read. */

import { request } from 'node:http';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { startGateway, type GraphqlError, type TestGateway } from '../../support/gateway.ts';

const large =
  '{ dailyDetails(period: { month: "2026-02" }, first: 200) { nodes { id billedCost { amount currency } } } }';
const small = '{ __typename }';
const invalid = '{ nothing }';
const graphqlJson = 'application/graphql-response+json';

interface Packed {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** As it comes from the wire: nothing is decoded, and no header is added. */
function fetchPacked(
  gateway: TestGateway,
  query: string,
  headers: Record<string, string>,
  method = 'POST',
): Promise<Packed> {
  const path = method === 'GET' ? `/graphql?query=${encodeURIComponent(query)}` : '/graphql';
  const json: Record<string, string> = method === 'GET' ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${gateway.app.url}${path}`,
      { method, headers: { ...json, ...headers }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(method === 'GET' ? undefined : JSON.stringify({ query }));
  });
}

const typeOf = ({ headers }: Packed): string => String(headers['content-type']).split(';')[0] ?? '';

describe('an answer that is compressed', () => {
  const decoders: [string, (body: Buffer) => Buffer][] = [
    ['gzip', (body) => gunzipSync(body)],
    ['zstd', (body) => zstdDecompressSync(body)],
  ];
  test.each(decoders)(
    'by %s is to the last byte the one that is not, and smaller',
    async (encoding, decode) => {
      const gateway = await startGateway();
      await fetchPacked(gateway, large, {});
      // Once more: now it comes from the cache, as the others do.
      const plain = await fetchPacked(gateway, large, {});
      const packed = await fetchPacked(gateway, large, { 'accept-encoding': encoding });
      expect([plain.headers['content-encoding'], packed.headers['content-encoding']]).toEqual([
        undefined,
        encoding,
      ]);
      expect(decode(packed.body).equals(plain.body)).toBe(true);
      expect(packed.body.length).toBeLessThan(plain.body.length / 2);
      for (const one of [plain, packed]) {
        expect(one.headers['content-length']).toBe(String(one.body.length));
        // Else a cache on the way would give it to who cannot read it.
        expect(String(one.headers['vary'])).toMatch(/accept-encoding/);
        expect(String(one.headers['vary'])).toMatch(/accept(,|$)/);
      }
    },
  );

  test('is so when a client asks for it, and never otherwise', async () => {
    const gateway = await startGateway();
    const expected: [string | null, string | undefined][] = [
      [null, undefined],
      ['', undefined],
      ['identity', undefined],
      ['br', undefined],
      ['br, deflate', undefined],
      ['gzip;q=0', undefined],
      ['gzip;q=0, zstd;q=0.5', 'zstd'],
      ['zstd;q=0, *', 'gzip'],
      ['identity, gzip;q=0.5', undefined],
      ['gzip, deflate, br', 'gzip'],
      ['gzip, deflate, br, zstd', 'zstd'],
      ['GZIP', 'gzip'],
      ['identity;q=0', undefined],
      ['nonsense;;;q=x,,', undefined],
    ];
    for (const [accepted, encoding] of expected) {
      const headers: Record<string, string> = accepted === null ? {} : { 'accept-encoding': accepted };
      const got = await fetchPacked(gateway, large, headers);
      expect([accepted, got.status, got.headers['content-encoding']]).toEqual([accepted, 200, encoding]);
    }
  });

  test('is not so when it is small, or a refusal', async () => {
    const gateway = await startGateway();
    for (const [query, accept] of [
      [small, '*/*'],
      [invalid, '*/*'],
      [large, 'text/plain'],
    ] as const) {
      const got = await fetchPacked(gateway, query, { accept, 'accept-encoding': 'zstd, gzip' });
      expect(got.headers['content-encoding']).toBeUndefined();
      expect(JSON.parse(got.body.toString())).toBeTypeOf('object');
    }
  });
});

describe('the media type', () => {
  const expected: [string | null, string][] = [
    [null, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['application/json', 'application/json'],
    ['APPLICATION/JSON', 'application/json'],
    ['application/json;charset=utf-8', 'application/json'],
    ['application/json; charset="UTF-8"; q=0.9', 'application/json'],
    [graphqlJson, graphqlJson],
    [`${graphqlJson};charset=utf-8`, graphqlJson],
    [`${graphqlJson}, application/json`, graphqlJson],
    // As graphql-http's examples, Apollo and urql write it.
    [`${graphqlJson}; charset=utf-8, application/json; charset=utf-8`, graphqlJson],
    [
      `${graphqlJson}, application/graphql+json, application/json, text/event-stream, multipart/mixed`,
      graphqlJson,
    ],
    [`${graphqlJson};q=0.5, application/json;q=0.9`, 'application/json'],
    [`application/json;q=0.5, ${graphqlJson};q=0.9`, graphqlJson],
    [`application/json, ${graphqlJson}`, 'application/json'],
    [`application/json;q=0, */*`, graphqlJson],
    [`${graphqlJson};q=0, */*`, 'application/json'],
    ['text/html;q=0.9, */*;q=0.1', 'application/json'],
    ['text/plain, application/json;q=0.001', 'application/json'],
    ['nonsense, application/json', 'application/json'],
  ];
  test.each(expected)('that a client asks for by "%s" is %s', async (accept, type) => {
    const gateway = await startGateway();
    const headers: Record<string, string> = accept === null ? {} : { accept };
    const got = await fetchPacked(gateway, small, headers);
    expect([got.status, typeOf(got), JSON.parse(got.body.toString())]).toMatchObject([
      200,
      type,
      { data: { __typename: 'Query' } },
    ]);
    expect(got.headers['content-type']).toMatch(/charset=utf-8$/);
    // In plain JSON errors of a document are 200, in GraphQL's own 400: as the specification says.
    expect((await fetchPacked(gateway, invalid, headers)).status).toBe(type === graphqlJson ? 400 : 200);
  });

  test.each([
    'text/plain',
    'text/html',
    'application/xml;q=0.9, image/*',
    'application/json;q=0',
    '*/*;q=0',
    'nonsense',
    'application/jsonp',
    'text/event-stream',
  ])('"%s" cannot be served: 406, with a code that can be read, and nothing is done', async (accept) => {
    const gateway = await startGateway();
    const got = await fetchPacked(gateway, large, { accept });
    const { errors } = JSON.parse(got.body.toString()) as { errors: GraphqlError[] };
    expect([got.status, typeOf(got)]).toEqual([406, 'application/json']);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', retryable: false } }]);
    expect(errors[0]?.extensions.requestId).toBe(got.headers['x-request-id']);
    expect(gateway.calls('ppio')).toBe(0);
  });

  test.each([
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
    ['text/html', 'text/html'],
    ['application/json, text/html;q=0.9', 'application/json'],
    ['application/json, text/html;q=0', 'application/json'],
    ['text/html;q=0.1, */*', 'application/json'],
    ['*/*', 'application/json'],
    [`${graphqlJson}, text/html;q=0.5`, graphqlJson],
    ['application/json, TEXT/HTML;q=0.9', 'application/json'],
  ])('of a GET by "%s" is %s: the page only for who would rather have it', async (accept, type) => {
    const gateway = await startGateway();
    const got = await fetchPacked(gateway, small, { accept }, 'GET');
    expect([got.status, typeOf(got)]).toEqual([200, type]);
  });

  test('is never a fault of the gateway, whatever stands in the headers', async () => {
    const gateway = await startGateway();
    const word = fc.constantFrom(
      'application/json',
      graphqlJson,
      '*/*',
      'text/html',
      'gzip',
      'zstd',
      'identity',
      '*',
    );
    const part = fc.tuple(
      word,
      fc.constantFrom('', ';q=0', ';q=0.5', ';q=2', ';q=', ';charset=utf-8', ';"', '; ;', ';q=0.9;x=y', '\t'),
    );
    const header = fc
      .array(
        fc.oneof(
          part.map((parts) => parts.join('')),
          fc.stringMatching(/^[ -~]{0,20}$/),
        ),
        { maxLength: 5 },
      )
      .map((parts) => parts.join(','));
    await fc.assert(
      fc.asyncProperty(header, header, fc.constantFrom('GET', 'POST'), async (accept, encoding, method) => {
        const got = await fetchPacked(gateway, small, { accept, 'accept-encoding': encoding }, method);
        expect([200, 406]).toContain(got.status);
      }),
      { numRuns: 300 },
    );
    expect(gateway.log.filter((line) => line.includes('"bug"'))).toEqual([]);
  });
});
