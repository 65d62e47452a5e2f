/** The clients that frontends use work as their manuals say: Apollo Client, urql, graphql-request, code generators. */

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client/core';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as operations from '@graphql-codegen/typescript-operations';
import { cacheExchange, Client, fetchExchange } from '@urql/core';
import { buildSchema, parse } from 'graphql';
import { ClientError, GraphQLClient } from 'graphql-request';
import { describe, expect, test } from 'vitest';

import { tokens, withClients } from '../support/ask.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { root } from '../support/process.ts';

const pageText = `query Page($month: YearMonth!, $first: Int!, $after: String) {
  bills(period: { month: $month }, first: $first, after: $after) {
    totalCount
    nodes { id billedCost { amount currency } account { id } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const wrongText =
  'query Wrong($month: YearMonth!) { bills(period: { month: $month }, first: -1) { totalCount } }';

interface Page {
  readonly bills: {
    readonly totalCount: number;
    readonly nodes: readonly { readonly id: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

type Variables = Readonly<Record<string, unknown>>;

/** What a client's library comes to: data, or the codes of the errors that it throws or gives back. */
interface Asking {
  readonly page: (variables: Variables) => Promise<Page>;
  readonly codes: (variables: Variables) => Promise<readonly unknown[]>;
}

const authorization = (token: string): string => `Bearer ${token}`;

function apollo(uri: string, token: string): Asking {
  const link = new HttpLink({ uri, headers: { authorization: authorization(token) } });
  const client = new ApolloClient({ cache: new InMemoryCache(), link });
  return {
    async page(variables) {
      const { data } = await client.query<Page>({ query: gql(pageText), variables });
      if (data === undefined) throw new TypeError('no data');
      return data;
    },
    async codes(variables) {
      const error: unknown = await client
        .query({ query: gql(wrongText), variables })
        .catch((reason: unknown) => reason);
      if (!CombinedGraphQLErrors.is(error)) throw error;
      return error.errors.map(({ extensions }) => extensions?.['code']);
    },
  };
}

function urql(url: string, token: string, preferGetMethod?: false): Asking {
  const client = new Client({
    url,
    exchanges: [cacheExchange, fetchExchange],
    fetchOptions: { headers: { authorization: authorization(token) } },
    ...(preferGetMethod === undefined ? {} : { preferGetMethod }),
  });
  return {
    async page(variables) {
      const { data, error } = await client.query<Page>(pageText, variables).toPromise();
      if (data === undefined) throw error ?? new TypeError('no data');
      return data;
    },
    async codes(variables) {
      const { error } = await client.query(wrongText, variables).toPromise();
      return (error?.graphQLErrors ?? []).map(({ extensions }) => extensions['code']);
    },
  };
}

function graphqlRequest(url: string, token: string): Asking {
  const client = new GraphQLClient(url, { headers: { authorization: authorization(token) } });
  return {
    page: (variables) => client.request<Page>(pageText, variables),
    async codes(variables) {
      const error: unknown = await client.request(wrongText, variables).catch((reason: unknown) => reason);
      if (!(error instanceof ClientError)) throw error;
      return (error.response.errors ?? []).map(({ extensions }) => extensions['code']);
    },
  };
}

/** The bills of February as one page, asked without any library. */
async function allIds(gateway: TestGateway, token: string): Promise<string[]> {
  const response = await fetch(`${gateway.app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: authorization(token) },
    body: JSON.stringify({ query: pageText, variables: { month: '2026-02', first: 1000 } }),
  });
  const { data } = (await response.json()) as { data: Page };
  return data.bills.nodes.map(({ id }) => id);
}

const libraries: [string, (url: string, token: string) => Asking][] = [
  ['Apollo Client', apollo],
  ['urql, by GET as it does of itself', urql],
  ['urql, by POST', (url, token) => urql(url, token, false)],
  ['graphql-request', graphqlRequest],
];

describe.each(libraries)('%s', (_name, open) => {
  test('pages through bills: every row once, in order', async () => {
    const gateway = await startGateway({ settings: withClients() });
    for (const token of [tokens.all, tokens.one]) {
      const expected = await allIds(gateway, token);
      const client = open(`${gateway.app.url}/graphql`, token);
      const ids: string[] = [];
      let after: string | null = null;
      do {
        const { bills }: Page = await client.page({ month: '2026-02', first: 3, after });
        expect(bills.totalCount).toBe(expected.length);
        ids.push(...bills.nodes.map(({ id }) => id));
        after = bills.pageInfo.hasNextPage ? bills.pageInfo.endCursor : null;
      } while (after !== null && ids.length <= expected.length);
      expect(expected.length).toBeGreaterThan(6);
      expect(ids).toEqual(expected);
    }
  });

  test('gives errors with their codes: of arguments, of variables, of the token', async () => {
    const gateway = await startGateway({ settings: withClients() });
    const url = `${gateway.app.url}/graphql`;
    const client = open(url, tokens.one);
    expect(await client.codes({ month: '2026-02' })).toEqual(['BAD_USER_INPUT']);
    expect(await client.codes({ month: 'February' })).toEqual(['BAD_USER_INPUT']);
    await expect(open(url, 'token-of-nobody-at-all').page({ month: '2026-02', first: 1 })).rejects.toThrow();
  });
});

test("Apollo's persisted queries name trusted documents, and send all other documents in full", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'documents-'));
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const settings = withClients({ documents: { folder } });
  // As Apollo prints it, the typename of every selection included.
  const printed = await printedByApollo();
  writeFileSync(join(folder, 'page.graphql'), printed);
  const gateway = await startGateway({ settings });
  const sent: string[] = [];
  const fetchCounted: typeof fetch = (input, init) => {
    sent.push(JSON.stringify(init?.body));
    return fetch(input, init);
  };
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: new PersistedQueryLink({ sha256 }).concat(
      new HttpLink({
        uri: `${gateway.app.url}/graphql`,
        headers: { authorization: authorization(tokens.all) },
        fetch: fetchCounted,
      }),
    ),
  });
  const variables = { month: '2026-02', first: 3 };
  const trusted = await client.query<Page>({ query: gql(pageText), variables });
  expect(trusted.data?.bills.nodes).toHaveLength(3);
  expect(sent).toHaveLength(1);
  expect(sent[0]).not.toContain('bills(');
  const other = await client.query({ query: gql('query Other { accounts { id } }') });
  expect(other.data).toMatchObject({ accounts: expect.arrayContaining([expect.anything()]) });
  // First by its hash, which nobody knows; then in full.
  expect(sent).toHaveLength(3);
});

/** The text of the query of pages as Apollo Client sends it. */
async function printedByApollo(): Promise<string> {
  let text = '';
  const link = new HttpLink({
    uri: 'http://127.0.0.1:1/graphql',
    fetch: async (_input, { body } = {}) => {
      if (typeof body === 'string') text = (JSON.parse(body) as { query: string }).query;
      throw new TypeError('it is not sent');
    },
  });
  const client = new ApolloClient({ cache: new InMemoryCache(), link });
  await client.query({ query: gql(pageText), variables: { month: '2026-02', first: 1 } }).catch(() => {});
  return text;
}

test('a list that an account never has takes nothing of an answer away: it is null there, and an error where it was asked for', async () => {
  const gateway = await startGateway();
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: new HttpLink({ uri: `${gateway.app.url}/graphql` }),
  });
  const month = 'period: { month: "2026-02" }';
  const lists = `bills(${month}) { totalCount } apiKeyUsage(${month}) { totalCount } dailyDetails(${month}) { totalCount } invoices(${month}) { totalCount }`;
  const { data } = await client.query<{ accounts: ({ kinds: string[] } & Record<string, unknown>)[] }>({
    query: gql(`{ accounts { kinds ${lists} } }`),
  });
  const fields = {
    BILL: 'bills',
    API_KEY_USAGE: 'apiKeyUsage',
    DAILY_DETAIL: 'dailyDetails',
    INVOICE: 'invoices',
  };
  const nulls = data?.accounts.map((account) =>
    Object.entries(fields).map(([kind, field]) => [account.kinds.includes(kind), account[field] !== null]),
  );
  expect(nulls).toHaveLength(4);
  expect(nulls?.flat().filter(([hasKind, hasList]) => hasKind !== hasList)).toEqual([]);
  expect(nulls?.flat().some(([hasKind]) => hasKind === false)).toBe(true);

  const aione = await gateway.query(`{ account(id: "aione-hq") { bills(${month}) { totalCount } } }`);
  expect(aione).toMatchObject({ data: { account: { bills: null } } });
  expect(aione.errors).toBeUndefined();
  // What is asked wrongly is told all the same.
  for (const [args, code] of [
    [`${month}, first: -1`, 'BAD_USER_INPUT'],
    // Within an account there are none to choose.
    [`${month}, filter: { accounts: ["aione-hq"] }`, 'GRAPHQL_VALIDATION_FAILED'],
  ] as const) {
    const wrong = await gateway.query(`{ account(id: "aione-hq") { bills(${args}) { totalCount } } }`);
    expect(wrong.errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
  }
  for (const filter of ['accounts: ["aione-hq"]', 'providers: ["aione"]']) {
    const named = await gateway.query(`{ bills(${month}, filter: { ${filter} }) { totalCount } }`);
    expect(named).toMatchObject({
      data: { bills: null },
      errors: [{ extensions: { code: 'UNSUPPORTED_BY_PROVIDER', account: 'aione-hq' } }],
    });
  }
});

test('code generated from the schema and operations has every scalar as text', async () => {
  const schema = buildSchema(readFileSync(join(root, 'schema.graphql'), 'utf8'));
  const document = parse(`${pageText}
    query Spend($period: PeriodInput!) {
      spend(period: $period, groupBy: [PROVIDER, DAY]) {
        groups { key { label value } totals { billedCost { amount currency } listCost { amount } } shares { ratio } }
        coverage { complete asOf sources { status settlement { status finalAt } error { code } } }
      }
    }
    query Usage($filter: ApiKeyUsageFilter) {
      apiKeyUsage(period: { month: "2026-02" }, filter: $filter) { nodes { inputTokens billingPeriod apiKey { keyId } } }
    }`);
  const scalars = Object.fromEntries(
    ['BigInt', 'CurrencyCode', 'Date', 'DateTime', 'Decimal', 'YearMonth'].map((name) => [name, 'string']),
  );
  const code = await codegen({
    filename: 'generated.ts',
    schema: parse(readFileSync(join(root, 'schema.graphql'), 'utf8')),
    schemaAst: schema,
    documents: [{ location: 'operations.graphql', document }],
    config: { scalars: { ...scalars, JSON: 'unknown' }, strictScalars: true },
    plugins: [{ typescript: {} }, { operations: {} }],
    pluginMap: { typescript, operations },
  });
  // Strict, the generator refuses a scalar that it was not told of; JSON alone is not text.
  expect(code).toMatch(/type PageQuery = /);
  expect(code).toMatch(/type SpendQuery = /);
  expect(code).toMatch(/amount: string/);
  expect(code).toMatch(/inputTokens: string \| null/);
  expect(code).not.toMatch(/: any\b/);
});
