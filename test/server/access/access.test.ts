/** Who gets in and what they see: nobody without a token, nobody's accounts but one's own, no page of another site. */

import { readFileSync } from 'node:fs';

import { createHash } from 'node:crypto';
import { connect } from 'node:net';

import { describe, expect, onTestFinished, test } from 'vitest';

import { startGateway } from '../../support/gateway.ts';
import { ask, codesOf, send, tokens, vendorCalls, withClients } from '../../support/ask.ts';

const bills =
  '{ bills(period: { month: "2026-02" }) { totalCount coverage { sources { account { id } } } } }';

describe('without a valid token', () => {
  const wrong: [string, Record<string, string>][] = [
    ['no header', {}],
    ['a token nobody has', { authorization: 'Bearer token-of-somebody-else' }],
    ['a token cut short', { authorization: `Bearer ${tokens.all.slice(0, -1)}` }],
    ['a token and more', { authorization: `Bearer ${tokens.all} x` }],
    ['another scheme', { authorization: `Basic ${tokens.all}` }],
    ['no scheme', { authorization: tokens.all }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['a header of 8 kB', { authorization: `Bearer ${'x'.repeat(8000)}` }],
  ];
  test.each(wrong)('(%s) nothing is executed and no vendor asked', async (_name, headers) => {
    const gateway = await startGateway({ settings: withClients() });
    const got = await send(gateway, { headers, body: JSON.stringify({ query: bills }) });
    expect([got.status, codesOf(got), got.data]).toEqual([401, ['UNAUTHENTICATED'], undefined]);
    expect(got.headers['www-authenticate']).toMatch(/^Bearer/);
    expect(vendorCalls(gateway)).toBe(0);
  });

  test.each(['GET', 'POST', 'OPTIONS', 'HEAD', 'PUT'])(
    '%s, even as a browser asks for a page, gives no answer of GraphQL',
    async (method) => {
      const gateway = await startGateway({ settings: withClients() });
      const path = `/graphql?query=${encodeURIComponent('{ accounts { id } }')}`;
      for (const accept of ['text/html', 'application/json', 'text/html, application/json;q=2']) {
        const got = await send(gateway, {
          method,
          path,
          headers: { accept },
          body: JSON.stringify({ query: bills }),
        });
        expect(got.status).toBeLessThan(500);
        expect(got.text).not.toContain('ppio-main');
        expect(got.data ?? null).toBeNull();
      }
      expect(vendorCalls(gateway)).toBe(0);
    },
  );

  test('the page of GraphiQL opens, since it holds nothing, and /healthz and /readyz answer', async () => {
    const gateway = await startGateway({ settings: withClients() });
    const page = await send(gateway, { method: 'GET', headers: { accept: 'text/html' } });
    expect([page.status, page.headers['content-type']]).toEqual([200, expect.stringContaining('text/html')]);
    expect(page.text).not.toContain('ppio-main');
    for (const path of ['/healthz', '/readyz']) {
      expect((await send(gateway, { method: 'GET', path })).status).toBe(200);
    }
  });
});

describe('a token', () => {
  test('opens, written out or as its SHA-256, also when a client has several', async () => {
    const digest = createHash('sha256').update(tokens.one).digest('hex');
    for (const form of [digest, digest.toUpperCase()]) {
      const clients = [
        { id: 'finance', tokens: [tokens.all, tokens.two], accounts: ['*'] },
        { id: 'hashed', tokens: [`sha256:${form}`], accounts: ['ppio-main'] },
      ];
      const gateway = await startGateway({ settings: (settings) => ({ ...settings, clients }) });
      for (const token of Object.values(tokens)) {
        expect((await ask(gateway, '{ accounts { id } }', token)).status).toBe(200);
      }
      // Who has read the settings cannot get in with what stands there.
      for (const stolen of [form, `sha256:${form}`]) {
        expect((await ask(gateway, '{ accounts { id } }', stolen)).status).toBe(401);
      }
    }
  });

  test('is taken whatever the case of the word Bearer', async () => {
    const gateway = await startGateway({ settings: withClients() });
    const headers = { authorization: `bearer ${tokens.all}` };
    expect((await send(gateway, { headers, body: '{"query":"{ __typename }"}' })).status).toBe(200);
  });
});

describe('a client sees its own accounts alone', () => {
  const everyone = '{ accounts { id } providers { id } }';

  test('in lists of accounts and providers', async () => {
    const gateway = await startGateway({ settings: withClients() });
    expect((await ask(gateway, everyone, tokens.one)).data).toEqual({
      accounts: [{ id: 'ppio-main' }],
      providers: [{ id: 'ppio' }],
    });
    expect((await ask(gateway, everyone, tokens.all)).data).toEqual({
      accounts: ['ppio-main', 'novita-us', 'aione-hq', 'streamlake-prod'].map((id) => ({ id })),
      providers: ['ppio', 'novita', 'aione', 'streamlake'].map((id) => ({ id })),
    });
  });

  test('in rows and their coverage; no other vendor is asked on its behalf', async () => {
    const gateway = await startGateway({ settings: withClients() });
    const lists = `{ invoices { coverage { sources { account { id } } } }
      dailyDetails(period: { month: "2026-02" }) { coverage { sources { account { id } } } }
      apiKeyUsage(period: { month: "2026-02" }) { coverage { sources { account { id } } } } }`;
    const { data } = await ask(gateway, bills, tokens.one);
    expect(data).toMatchObject({ bills: { coverage: { sources: [{ account: { id: 'ppio-main' } }] } } });
    const all = await ask(gateway, lists, tokens.one);
    expect(all.text).toContain('ppio-main');
    for (const other of ['novita', 'aione', 'streamlake'] as const) {
      expect(all.text).not.toContain(other);
      expect(gateway.calls(other)).toBe(0);
    }
  });

  test("another's account cannot be told from one that does not exist", async () => {
    const gateway = await startGateway({ settings: withClients() });
    const whole = await ask(gateway, '{ accounts { id node: id } }', tokens.all);
    expect(whole.text).toContain('novita-us');
    const questions = [
      (id: string) => `{ account(id: "${id}") { id } }`,
      (id: string) => `{ node(id: "${id}") { id } }`,
      (id: string) => `{ nodes(ids: ["ppio-main", "${id}"]) { id } }`,
      (id: string) =>
        `{ bills(period: { month: "2026-02" }, filter: { accounts: ["${id}"] }) { totalCount } }`,
      (id: string) => `{ invoices(filter: { accounts: ["ppio-main", "${id}"] }) { totalCount } }`,
    ];
    for (const question of questions) {
      const others = await ask(gateway, question('novita-us'), tokens.one);
      const nobodys = await ask(gateway, question('no-such-1'), tokens.one);
      const plain = (text: string) => text.replaceAll(/novita-us|no-such-1|"requestId":"[^"]*"/g, '');
      expect(plain(others.text)).toBe(plain(nobodys.text));
      expect(others.status).toBe(nobodys.status);
    }
    const byProvider = (id: string) =>
      `{ accounts(providers: ["${id}"]) { id } bills(period: { month: "2026-02" }, filter: { providers: ["${id}"] }) { totalCount } }`;
    const others = await ask(gateway, byProvider('novita'), tokens.one);
    const nobodys = await ask(gateway, byProvider('notone'), tokens.one);
    const plain = (text: string) => text.replaceAll(/novita|notone|"requestId":"[^"]*"/g, '');
    expect(plain(others.text)).toBe(plain(nobodys.text));
    expect(gateway.calls('novita')).toBe(0);
  });

  test("even after another client's question filled the cache", async () => {
    const gateway = await startGateway({ settings: withClients() });
    const first = await ask(gateway, bills, tokens.all);
    const second = await ask(gateway, bills, tokens.one);
    const third = await ask(gateway, bills, tokens.all);
    expect(first.text).toContain('novita-us');
    expect(second.text).not.toContain('novita-us');
    expect(third.data).toEqual(first.data);
  });
});

test('a client that asks too often is told when to come back, and others are not held up', async () => {
  const clients = [
    { id: 'eager', tokens: [tokens.one, tokens.two], accounts: ['*'], requestsPerMinute: 2 },
    { id: 'calm', tokens: [tokens.all], accounts: ['*'] },
  ];
  const gateway = await startGateway({ settings: (settings) => ({ ...settings, clients }) });
  const query = '{ __typename }';
  // Two tokens, one client: the limit is the client's.
  expect((await ask(gateway, query, tokens.one)).status).toBe(200);
  expect((await ask(gateway, query, tokens.two)).status).toBe(200);
  const refused = await ask(gateway, bills, tokens.one);
  const seconds = Number(refused.headers['retry-after']);
  expect([refused.status, codesOf(refused), seconds > 0 && seconds <= 30]).toEqual([
    429,
    ['RATE_LIMITED'],
    true,
  ]);
  expect(refused.errors[0]?.extensions).toMatchObject({ retryable: true, retryAfterSeconds: seconds });
  expect(vendorCalls(gateway)).toBe(0);
  expect((await ask(gateway, query, tokens.all)).status).toBe(200);
});

describe('without clients', () => {
  test.each(['localhost', 'LOCALHOST:4000', '127.0.0.1:80', '[::1]:4000'])(
    'this machine may ask by its own name %s',
    async (host) => {
      const gateway = await startGateway();
      expect((await ask(gateway, '{ __typename }', undefined, { host })).status).toBe(200);
    },
  );

  test.each([
    'evil.example',
    'evil.example:4000',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'localhost@evil',
    '[',
  ])('a page that pointed its own name %s here gets nothing', async (host) => {
    const gateway = await startGateway();
    const headers = { host, origin: `http://${host}` };
    for (const sent of [{ host }, headers]) {
      const got = await ask(gateway, bills, undefined, sent);
      expect([got.status, codesOf(got)]).toEqual([403, ['FORBIDDEN']]);
    }
    expect(vendorCalls(gateway)).toBe(0);
  });
});

describe("another site's page", () => {
  const foreign: [string, Record<string, string>][] = [
    ['names its origin', { origin: 'https://evil.example' }],
    ['hides its origin', { origin: 'null' }],
    ['has this host on another port', { origin: 'http://127.0.0.1:1' }],
    ['is cross-site, says the browser', { 'sec-fetch-site': 'cross-site' }],
    [
      'was asked for by another name',
      { origin: 'https://evil.example', 'x-forwarded-host': 'billing.example' },
    ],
    ['is of the same site alone', { origin: 'https://evil.example', 'sec-fetch-site': 'same-site' }],
    ['is cross-site in an image', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ];
  test.each(foreign)('that %s is refused, by POST and by GET', async (_name, headers) => {
    const gateway = await startGateway();
    const path = `/graphql?query=${encodeURIComponent(bills)}`;
    for (const sent of [{ body: JSON.stringify({ query: bills }) }, { method: 'GET', path }]) {
      const got = await send(gateway, { ...sent, headers });
      expect([got.status, codesOf(got)]).toEqual([403, ['FORBIDDEN']]);
      expect(got.headers['access-control-allow-origin']).toBeUndefined();
    }
    expect(vendorCalls(gateway)).toBe(0);
  });

  test('that has its name point here is refused, whatever it says of a proxy', async () => {
    const gateway = await startGateway();
    for (const more of [
      { origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' },
      { origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' },
      { origin: 'http://localhost', 'x-forwarded-host': 'localhost' },
    ]) {
      const got = await send(gateway, {
        headers: { host: 'evil.example', ...more },
        body: JSON.stringify({ query: bills }),
      });
      expect([got.status, codesOf(got)]).toEqual([403, ['FORBIDDEN']]);
    }
    expect(vendorCalls(gateway)).toBe(0);
  });

  test('that leads here by a link may show GraphiQL', async () => {
    const gateway = await startGateway();
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', accept: 'text/html' };
    expect((await send(gateway, { method: 'GET', headers })).status).toBe(200);
  });

  test.each([
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data; boundary=x',
    '',
    'application/jsonp',
    'text/json',
  ])('cannot post as "%s", which a browser sends without asking first', async (type) => {
    const gateway = await startGateway();
    const got = await send(gateway, {
      headers: { 'content-type': type },
      body: JSON.stringify({ query: bills }),
    });
    expect([got.status, codesOf(got)]).toEqual([415, ['BAD_USER_INPUT']]);
    expect(vendorCalls(gateway)).toBe(0);
  });
});

test('the page of this gateway may ask behind a proxy that puts its own Host', async () => {
  const gateway = await startGateway({ settings: withClients() });
  for (const more of [
    { 'sec-fetch-site': 'same-origin' },
    { 'x-forwarded-host': 'billing.example' },
    { 'x-forwarded-host': 'billing.example, inner.example:8080' },
  ]) {
    const got = await ask(gateway, '{ __typename }', tokens.all, {
      origin: 'https://billing.example',
      host: 'gateway:4000',
      ...more,
    });
    expect(got.status).toBe(200);
  }
});

describe('an origin that the settings allow', () => {
  const origin = 'https://app.example.com';
  const start = () =>
    startGateway({
      settings: withClients({
        server: { port: 0, cors: { origins: [origin, 'https://finance.example.com'] } },
      }),
    });

  test('may ask, and its browser may read the answer', async () => {
    const gateway = await start();
    const got = await ask(gateway, '{ __typename }', tokens.all, { origin, 'sec-fetch-site': 'cross-site' });
    expect([got.status, got.headers['access-control-allow-origin']]).toEqual([200, origin]);
    expect(String(got.headers['vary'])).toMatch(/origin/i);
  });

  test('gets leave in its preflight to send a token and JSON', async () => {
    const headers = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    };
    const got = await send(await start(), { method: 'OPTIONS', headers });
    expect([got.status, got.headers['access-control-allow-origin']]).toEqual([204, origin]);
    expect(String(got.headers['access-control-allow-headers'])).toMatch(/authorization/i);
    expect(String(got.headers['access-control-allow-methods'])).toMatch(/POST/);
  });

  test('may read a refusal too: why, and when to come back', async () => {
    const got = await ask(await start(), '{ __typename }', 'not-the-right-token', { origin });
    expect([got.status, got.headers['access-control-allow-origin']]).toEqual([401, origin]);
  });

  test('is not joined by others', async () => {
    const gateway = await start();
    for (const other of [
      'https://app.example.com.evil.example',
      'http://app.example.com',
      'https://evil.example',
    ]) {
      const got = await ask(gateway, '{ __typename }', tokens.all, { origin: other });
      expect([got.status, got.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    }
  });
});

describe('a request that makes no sense is the fault of who sent it, never a 500', () => {
  const json = { 'content-type': 'application/json' };
  const senseless: [string, Parameters<typeof send>[1]][] = [
    ['JSON cut off', { body: '{"query":' }],
    ['no body', { body: '' }],
    ['null', { body: 'null' }],
    ['a number', { body: '7' }],
    ['a list, which would be a batch', { body: '[{"query":"{ __typename }"}]' }],
    ['no query', { body: '{}' }],
    ['a query that is a number', { body: '{"query":7}' }],
    ['variables that are text', { body: '{"query":"{ __typename }","variables":"x"}' }],
    ['an unknown operation', { body: '{"query":"query A { __typename }","operationName":"B"}' }],
    ['bytes that are not UTF-8', { body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }],
    ['a syntax error', { body: '{"query":"{"}' }],
    [
      'GET with variables that are not JSON',
      { method: 'GET', path: '/graphql?query=%7B__typename%7D&variables=%7Bx' },
    ],
    [
      'GET with extensions that are not JSON',
      { method: 'GET', path: '/graphql?query=%7B__typename%7D&extensions=%7Bx' },
    ],
    ['GET without a query', { method: 'GET' }],
    ['GET with two queries', { method: 'GET', path: '/graphql?query=%7B__typename%7D&query=%7Ba%7D' }],
    [
      'GET with variables given twice',
      { method: 'GET', path: '/graphql?query=%7B__typename%7D&variables=%7B%7D&variables=%7B%7D' },
    ],
    ['GET with an unknown parameter', { method: 'GET', path: '/graphql?query=%7B__typename%7D&operation=A' }],
    ['GET with a bad escape', { method: 'GET', path: '/graphql?query=%E0%A4%A' }],
    ['a wrong method', { method: 'PUT', headers: json, body: '{}' }],
    ['a wrong method, DELETE', { method: 'DELETE' }],
    ['an unknown path', { method: 'GET', path: '/nothing/here' }],
    ['a path of yoga', { method: 'GET', path: '/healthz/yoga' }],
    ['a path with double slashes', { method: 'GET', path: '//graphql' }],
  ];
  test.each(senseless)('%s', async (_name, sent) => {
    const gateway = await startGateway();
    const got = await send(gateway, sent);
    expect(got.status).toBeGreaterThanOrEqual(400);
    expect(got.status).toBeLessThan(500);
    expect(codesOf(got)).not.toContain('INTERNAL_SERVER_ERROR');
    expect(gateway.log.filter((line) => line.includes('"bug"'))).toEqual([]);
    expect((await ask(gateway, '{ __typename }')).status).toBe(200);
  });

  test.each(['[', 'a b', ':', '127.0.0.1:99999', 'ex%ample'])(
    'a Host "%s", when tokens decide who gets in',
    async (host) => {
      const gateway = await startGateway({ settings: withClients() });
      const got = await ask(gateway, '{ __typename }', tokens.all, { host });
      expect(got.status).toBeLessThan(500);
      expect(got.text).not.toMatch(/node_modules|^\s+at /m);
      expect((await ask(gateway, '{ __typename }', tokens.all)).status).toBe(200);
    },
  );

  test('a body that is too large is refused, and the gateway lives on', async () => {
    const gateway = await startGateway({ settings: withClients({ limits: { maxBodyBytes: 1000 } }) });
    const query = `{ __typename } #${'x'.repeat(2000)}`;
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      const got = await ask(gateway, query, tokens.all, headers);
      expect([got.status, got.data]).toEqual([413, undefined]);
    }
    expect((await ask(gateway, '{ __typename }', tokens.all)).data).toEqual({ __typename: 'Query' });
  });

  test('a body that is far too large is told so, whatever way it is sent, and its connection goes on', async () => {
    const gateway = await startGateway({ settings: withClients() });
    const { hostname, port } = new URL(gateway.app.url);
    const body = JSON.stringify({ query: `{ __typename } #${'x'.repeat(5_000_000)}` });
    const head = `POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${tokens.all}\r\ncontent-type: application/json\r\n`;
    const whole = `${head}content-length: ${body.length}\r\n\r\n${body}`;
    const chunked = `${head}transfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    for (const request of [whole, chunked, whole, chunked]) {
      const socket = connect({ host: hostname, port: Number(port) });
      onTestFinished(() => void socket.destroy());
      // As many clients do: it reads nothing before it has sent all.
      socket.pause();
      for (let time = 0; time < 2; time += 1) {
        const failed = await new Promise((resolve) =>
          socket.write(request, (error) => resolve(error ?? null)),
        );
        expect(failed).toBe(null);
      }
      let text = '';
      socket.on('data', (chunk: Buffer) => void (text += String(chunk))).resume();
      await expect.poll(() => text.match(/^HTTP\/1\.1 413 /gm)?.length).toBe(2);
    }
  });

  test('a path that does not exist is 404 and says where GraphQL is', async () => {
    const got = await send(await startGateway(), { method: 'GET', path: '/nothing' });
    expect([got.status, codesOf(got)]).toEqual([404, ['BAD_USER_INPUT']]);
    expect(got.errors[0]?.message).toContain('/graphql');
  });
});

describe('the code of an error says where it arose', () => {
  const cases: [string, string, Record<string, unknown>, string][] = [
    ['an invalid document', '{ accounts {', {}, 'GRAPHQL_PARSE_FAILED'],
    ['a variable that is not declared', '{ account(id: $x) { id } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a variable that is not used', 'query Q($x: ID) { accounts { id } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a variable of another type',
      'query Q($x: Int!) { account(id: $x) { id } }',
      { x: 1 },
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a field that is not there', '{ nothing }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['more errors than are told', `{ ${'nothing '.repeat(20)} }`, {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a literal of another type', '{ account(id: {}) { id } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a value that is missing', 'query Q($x: ID!) { account(id: $x) { id } }', {}, 'BAD_USER_INPUT'],
    ['a value of another type', 'query Q($x: ID!) { account(id: $x) { id } }', { x: {} }, 'BAD_USER_INPUT'],
    [
      'a value that no scalar takes',
      'query Q($x: Date!) { bills(period: { dates: { from: $x, to: $x } }) { totalCount } }',
      { x: 'Variable' },
      'BAD_USER_INPUT',
    ],
  ];
  test.each(cases)('%s', async (_name, query, variables, code) => {
    const gateway = await startGateway();
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const response = await fetch(`${gateway.app.url}/graphql`, {
        method: 'POST',
        headers: { accept, 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
      expect([...new Set(errors.map(({ extensions }) => extensions.code))]).toEqual([code]);
    }
  });
});

describe('the schema as text', () => {
  const read = async (
    introspection: boolean | 'permitted',
    token: string,
    init: { method?: string; headers?: Record<string, string> } = {},
  ) => {
    const gateway = await startGateway({ settings: withClients({ server: { port: 0, introspection } }) });
    const url = `${gateway.app.url}/schema.graphql`;
    const headers = { authorization: `Bearer ${token}`, ...init.headers };
    return fetch(url, { ...init, headers });
  };

  test('is what the file in the repository says, for all who may introspect', async () => {
    const response = await read(true, tokens.one);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const text = await response.text();
    expect(text).toBe(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'));
    const etag = response.headers.get('etag') ?? '';
    expect((await read(true, tokens.one, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const head = await read(true, tokens.one, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('is for nobody else', async () => {
    expect((await read('permitted', tokens.one)).status).toBe(403);
    expect((await read(false, tokens.one)).status).toBe(404);
    expect((await read(true, 'nobody')).status).toBe(401);
    expect((await read(true, tokens.one, { method: 'PUT' })).status).toBe(405);
  });
});

describe('introspection, switched off', () => {
  const start = () => startGateway({ settings: withClients({ server: { port: 0, introspection: false } }) });

  test.each([
    '{ __schema { types { name } } }',
    '{ __type(name: "Query") { name } }',
    '{ ...F } fragment F on Query { __schema { types { name } } }',
  ])('does not answer %s', async (query) => {
    const got = await ask(await start(), query, tokens.all);
    expect(codesOf(got)).toContain('GRAPHQL_VALIDATION_FAILED');
    expect(got.data ?? null).toBeNull();
  });

  test('is not given away by suggestions either', async () => {
    const got = await ask(
      await start(),
      '{ acounts { id } bills(period: { mnth: "2026-02" }) { totalCont } }',
      tokens.all,
    );
    expect(codesOf(got)).toContain('GRAPHQL_VALIDATION_FAILED');
    expect(got.text).not.toMatch(/did you mean/i);
  });

  test('leaves ordinary questions and __typename alone', async () => {
    const got = await ask(await start(), '{ __typename accounts { __typename } }', tokens.one);
    expect(got.data).toEqual({ __typename: 'Query', accounts: [{ __typename: 'Account' }] });
  });
});

describe('the id of a request', () => {
  /** The closed list of API.md, as far as a request can fail before it reaches a vendor. */
  const codes = [
    'BAD_USER_INPUT',
    'GRAPHQL_PARSE_FAILED',
    'GRAPHQL_VALIDATION_FAILED',
    'QUERY_TOO_EXPENSIVE',
  ];
  const failing: [string, Parameters<typeof send>[1]][] = [
    ['of GraphQL', { body: '{"query":"{ nothing }"}' }],
    ['of syntax', { body: '{"query":"{"}' }],
    [
      'of a resolver',
      { body: '{"query":"{ bills(period: { month: \\"2026-02\\" }, first: -1) { totalCount } }"}' },
    ],
    ['of JSON', { body: '{' }],
    ['of a missing query', { body: '{}' }],
    ['of the method', { method: 'PUT' }],
    ['of the content type', { headers: { 'content-type': 'text/plain' }, body: '{}' }],
    ['of the path', { path: '/nothing' }],
    ['of the size', { body: JSON.stringify({ query: 'x'.repeat(300_000) }) }],
  ];
  test.each(failing)(
    'comes back in the header and in errors %s, each with a documented code',
    async (_name, sent) => {
      const gateway = await startGateway();
      const got = await send(gateway, {
        ...sent,
        headers: { 'x-request-id': 'req-1.2:3', ...sent?.headers },
      });
      expect(got.headers['x-request-id']).toBe('req-1.2:3');
      expect(got.errors.map(({ extensions }) => extensions?.requestId)).toEqual(
        got.errors.map(() => 'req-1.2:3'),
      );
      for (const { extensions } of got.errors) expect(codes).toContain(extensions?.code);
      expect(got.errors.length).toBeGreaterThan(0);
    },
  );

  test.each(['', 'a b', 'x'.repeat(129), '<script>', '{"a":1}'])('that is "%s" is replaced', async (id) => {
    const gateway = await startGateway();
    const got = await ask(gateway, '{ nothing }', undefined, { 'x-request-id': id });
    expect(got.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(got.errors[0]?.extensions.requestId).toBe(got.headers['x-request-id']);
  });
});
