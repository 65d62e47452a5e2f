/** Clients that send hashes instead of queries, as they come: each query ends well, and is paid for once. */

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client/core';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { describe, expect, onTestFinished, test } from 'vitest';

import { codesOf, send, tokens, withClients } from '../support/ask.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

/** A question unlike the others, so that no cache of a client has its answer. */
const question = (index: number): string =>
  `query Q${index} { bills(period: { month: "2026-02" }, first: ${index + 1}) { totalCount } }`;

/** How many requests it took, and what their bodies or URLs were. */
interface Counted {
  readonly fetch: typeof fetch;
  readonly sent: string[];
}

function counted(): Counted {
  const sent: string[] = [];
  return {
    sent,
    fetch: (input, init) => {
      const url = input instanceof Request ? input.url : input.toString();
      sent.push(`${url} ${typeof init?.body === 'string' ? init.body : ''}`);
      return fetch(input, init);
    },
  };
}

type Open = (url: string, counted: Counted) => (query: string) => Promise<unknown>;

const headers = { authorization: `Bearer ${tokens.one}` };
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const apollo =
  (useGETForHashedQueries: boolean): Open =>
  (uri, { fetch }) => {
    const link = new PersistedQueryLink({ sha256, useGETForHashedQueries }).concat(
      new HttpLink({ uri, headers, fetch }),
    );
    const client = new ApolloClient({ cache: new InMemoryCache(), link });
    return async (query) => (await client.query({ query: gql(query) })).data;
  };

const urql =
  (preferGetForPersistedQueries?: boolean): Open =>
  (url, { fetch }) => {
    const given = preferGetForPersistedQueries === undefined ? {} : { preferGetForPersistedQueries };
    const exchanges = [persistedExchange(given), fetchExchange];
    const client = new Client({ url, exchanges, fetch, fetchOptions: { headers } });
    return async (query) => {
      const { data, error } = await client.query(query, {}).toPromise();
      if (error !== undefined) throw error;
      return data;
    };
  };

const clients: [string, Open][] = [
  ["Apollo's link", apollo(false)],
  ["Apollo's link, by GET", apollo(true)],
  ["urql's exchange, by GET as it does of itself", urql()],
  ["urql's exchange, by POST", urql(false)],
];

/** What is left of a client's budget, as every answer says it. */
async function remaining(gateway: TestGateway, body: object): Promise<[number, string | undefined]> {
  const got = await send(gateway, { headers, body: JSON.stringify(body) });
  return [Number(/r=(\d+)/.exec(String(got.headers['ratelimit']))?.[1]), codesOf(got)[0]];
}

function start(changes: Record<string, unknown> = {}, requestsPerMinute = 600): Promise<TestGateway> {
  const client = { id: 'dashboard', tokens: [tokens.one], accounts: ['*'], requestsPerMinute };
  return startGateway({ settings: withClients({ clients: [client], ...changes }) });
}

describe.each(clients)('%s', (_name, open) => {
  test('meets no documents: it is told so once, and asks in full from then on', async () => {
    const gateway = await start();
    const counting = counted();
    const ask = open(`${gateway.app.url}/graphql`, counting);
    for (let index = 0; index < 5; index += 1) {
      expect(await ask(question(index))).toMatchObject({ bills: { totalCount: expect.any(Number) } });
    }
    expect(counting.sent).toHaveLength(6);
  });

  test('asks as often as its budget says: what it is told of persisted queries is no part of it', async () => {
    const gateway = await start({}, 3);
    const ask = open(`${gateway.app.url}/graphql`, counted());
    for (let index = 0; index < 3; index += 1) {
      expect(await ask(question(index))).toMatchObject({ bills: { totalCount: expect.any(Number) } });
    }
    await expect(ask(question(3))).rejects.toThrow(/3 times a minute|429/);
  });

  test('finds documents by their hash, and sends the others in full, each paid for once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'documents-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    // Of the first question, as this client prints it.
    const gateway = await start();
    const printing = counted();
    await open(`${gateway.app.url}/graphql`, printing)(question(0));
    const printed = textIn(printing.sent.at(-1) ?? '');
    writeFileSync(join(folder, 'q0.graphql'), `${printed}\n`);

    const trusting = await start({ documents: { folder } }, 3);
    const counting = counted();
    const ask = open(`${trusting.app.url}/graphql`, counting);
    for (const index of [0, 1, 2]) {
      expect(await ask(question(index))).toMatchObject({ bills: { totalCount: expect.any(Number) } });
    }
    expect(counting.sent).toHaveLength(5);
    expect(counting.sent[0]).not.toContain('totalCount');
    await expect(ask(question(3))).rejects.toThrow(/3 times a minute|429/);
  });
});

/** The query of a request, of its body or its URL. */
function textIn(sent: string): string {
  const [url = '', ...body] = sent.split(' ');
  const text = body.join(' ');
  if (text === '') return new URL(url).searchParams.get('query') ?? '';
  return (JSON.parse(text) as { query: string }).query;
}

describe('a miss', () => {
  const extensions = { persistedQuery: { version: 1, sha256Hash: sha256('anything') } };

  test.each([
    ['without documents', null, 'PersistedQueryNotSupported', 'PERSISTED_QUERY_NOT_SUPPORTED', 400],
    ['among documents', '{ accounts { id } }', 'PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND', 404],
  ])('%s is told in the words of the protocol', async (_name, text, message, code, status) => {
    const folder = mkdtempSync(join(tmpdir(), 'documents-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    if (text !== null) writeFileSync(join(folder, 'a.graphql'), text);
    const gateway = await start(text === null ? {} : { documents: { folder } });
    for (const [accept, expected] of [
      ['application/graphql-response+json', status],
      // Clients of phones read no body of another status.
      ['application/json', 200],
      ['*/*', 200],
    ] as const) {
      for (const method of ['POST', 'GET']) {
        const asked = new URLSearchParams({ extensions: JSON.stringify(extensions) });
        const got = await send(gateway, {
          method,
          path: method === 'GET' ? `/graphql?${asked}` : '/graphql',
          headers: { ...headers, accept },
          ...(method === 'GET' ? {} : { body: JSON.stringify({ extensions, variables: {} }) }),
        });
        expect([got.status, codesOf(got), got.errors[0]?.message]).toEqual([expected, [code], message]);
        expect(got.errors[0]?.extensions).toMatchObject({ retryable: false, requestId: expect.any(String) });
        expect(got.headers['cache-control']).toBe('no-store');
      }
    }
  });

  test('costs nothing of the budget; as many are free as may be asked, so that no one asks for ever', async () => {
    const gateway = await start({}, 4);
    const query = '{ __typename }';
    expect(await remaining(gateway, { query })).toEqual([3, undefined]);
    for (let index = 0; index < 4; index += 1) {
      expect(await remaining(gateway, { extensions })).toEqual([3, 'PERSISTED_QUERY_NOT_SUPPORTED']);
    }
    expect(await remaining(gateway, { extensions })).toEqual([2, 'PERSISTED_QUERY_NOT_SUPPORTED']);
    expect(await remaining(gateway, { query })).toEqual([1, undefined]);
  });

  test('of a client that has nothing left is refused as all else is', async () => {
    const gateway = await start({}, 1);
    expect(await remaining(gateway, { query: '{ __typename }' })).toEqual([0, undefined]);
    expect(await remaining(gateway, { extensions })).toEqual([0, 'RATE_LIMITED']);
  });
});
