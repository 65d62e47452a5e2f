/**
 * Clients that keep what they are sent by its id show the same as one that keeps nothing: Apollo and urql keep by type and
 * id, Relay by id alone. None of them is configured.
 */

import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client/core';
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { parse, print, type DocumentNode } from 'graphql';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { schema } from '../../src/graphql/schema.ts';
import { startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { createRelayClient, withIds } from '../support/relay-client.ts';

// Apollo and Relay say on the console what they find wrong with an answer.
beforeEach(() => {
  vi.spyOn(console, 'error');
});
afterEach(() => {
  const said = [...vi.mocked(console.error).mock.calls];
  vi.restoreAllMocks();
  if (said.length > 0) throw new Error(`said on the console: ${JSON.stringify(said)}`);
});

/** An account that is called like its own provider, and one that is called like another's. */
const called: Readonly<Record<string, string>> = { 'streamlake-prod': 'streamlake', 'novita-us': 'ppio' };

function namedLikeProviders(settings: Settings): unknown {
  const accounts = settings.accounts.map((account) => ({ ...account, id: called[account.id] ?? account.id }));
  return { ...settings, accounts };
}

const money = '{ amount currency }';
const account = 'account { name currency provider { name timeZone } }';
const charge = `${account} product { productId name category } chargePeriod { start end } billingPeriod
  listCost ${money} billedCost ${money} cashAmount ${money} settlement { status finalAt }`;
const bill = `${charge} resourceId quantity unitPrice ${money}`;
const usage = `${charge} cycle apiKey { keyId name maskedKey } inputTokens requestCount`;
const detail = `${charge} day resourceId feeItem quantity tokens { input total }`;
const invoice = `${account} number billingPeriod total ${money} status`;

const month = 'period: { month: "2026-02" }';
const lists = {
  bills: [month, bill],
  apiKeyUsage: [`${month}, cycle: DAY`, usage],
  dailyDetails: [month, detail],
  invoices: ['', invoice],
} as const;
type List = keyof typeof lists;

interface Page {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly { readonly id: string; readonly __typename: string }[];
}

type Ask = (query: string) => Promise<unknown>;

/** A document as all of them ask it: with the ids and type names that Relay's compiler adds. */
const full = (query: string): string => print(withIds(schema, query));

/** Every page of every list, whoever the vendor is; and who is there. */
async function queriesOf(ask: Ask): Promise<string[]> {
  const queries = ['{ accounts { name provider { name homepage } } providers { name timeZone } }'];
  for (const [list, [args, fields]] of Object.entries(lists)) {
    for (let after: string | null = null, isLast = false; !isLast;) {
      const paging: string = after === null ? '' : `, after: "${after}"`;
      const query = `{ list: ${list}(${args === '' ? '' : `${args}, `}first: 200${paging}) { totalCount pageInfo { hasNextPage endCursor } nodes { ${fields} } } }`;
      queries.push(query);
      const { list: page } = (await ask(query)) as { list: Page };
      after = page.pageInfo.endCursor;
      isLast = !page.pageInfo.hasNextPage;
    }
  }
  for (const cycle of ['WEEK', 'MONTH']) {
    queries.push(`{ apiKeyUsage(${month}, cycle: ${cycle}, first: 500) { nodes { ${usage} } } }`);
  }
  return queries;
}

/** A client without a cache. */
function uncached(gateway: TestGateway): Ask {
  return async (query) => {
    const { data, errors } = await gateway.query<unknown>(full(query));
    expect(errors).toBeUndefined();
    return data;
  };
}

interface CachingClient {
  ask(query: string): Promise<unknown>;
  read(query: string): unknown;
}

function apollo(gateway: TestGateway): CachingClient {
  const link = new HttpLink({ uri: `${gateway.app.url}/graphql` });
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const query = (text: string): DocumentNode => parse(full(text));
  return {
    ask: (text) => client.query({ query: query(text), fetchPolicy: 'network-only' }),
    read: (text) => client.readQuery({ query: query(text) }),
  };
}

function graphcache(gateway: TestGateway): CachingClient {
  // It says of every type without an id that it has none: those lie with what they are a part of.
  const exchanges = [cacheExchange({ logger() {} }), fetchExchange];
  const client = new Client({ url: `${gateway.app.url}/graphql`, preferGetMethod: false, exchanges });
  return {
    ask: (text) => client.query(full(text), {}, { requestPolicy: 'network-only' }).toPromise(),
    read: async (text) =>
      (await client.query(full(text), {}, { requestPolicy: 'cache-only' }).toPromise()).data,
  };
}

function relay(gateway: TestGateway): CachingClient {
  return createRelayClient(schema, (query) => gateway.query<unknown>(query));
}

const clients = [
  ["Apollo's InMemoryCache", apollo],
  ["urql's graphcache", graphcache],
  ["Relay's store", relay],
] as const;

test.each(clients)(
  '%s shows every row of every vendor as it is, once all pages are in it',
  async (_name, create) => {
    const gateway = await startGateway({ settings: namedLikeProviders });
    const plain = uncached(gateway);
    const queries = await queriesOf(plain);
    const client = create(gateway);
    for (const query of queries) await client.ask(query);
    let rowCount = 0;
    const types = new Set<string>();
    for (const query of queries) {
      const expected = await plain(query);
      expect(await client.read(query)).toEqual(expected);
      for (const { __typename } of Object.values(expected as Record<List, Page>).flatMap(
        (one) => one.nodes ?? [],
      )) {
        types.add(__typename);
        rowCount += 1;
      }
    }
    expect(rowCount).toBeGreaterThan(1000);
    expect([...types].toSorted()).toEqual(['ApiKeyUsage', 'Bill', 'DailyDetail', 'Invoice']);
  },
);

test.each(clients)('%s keeps what a row was apart from what the vendor made of it', async (_name, create) => {
  // February is final from 3 March 10:00 UTC.
  const gateway = await startGateway({ nowMs: Date.parse('2026-03-01T05:00:00Z') });
  const plain = uncached(gateway);
  const day =
    'period: { dates: { from: "2026-02-12", to: "2026-02-13" } }, filter: { accounts: ["ppio-main"] }';
  const list = `{ dailyDetails(${day}) { nodes { ${detail} raw } } }`;
  const { dailyDetails } = (await plain(list)) as {
    dailyDetails: { nodes: readonly { id: string; raw: Readonly<Record<string, string>> }[] };
  };
  const { ownerID = '', startTime = '', amount = '0' } = dailyDetails.nodes[0]?.raw ?? {};
  const set = { amount: String(BigInt(amount) + 12_345n) };
  gateway.sandbox.vendors.ppio.quirks = {
    edits: [{ list: 'bill/list', where: { ownerID, startTime }, set }],
  };
  gateway.clock.nowMs = Date.parse('2026-03-03T10:00:01Z');
  const rows = `... on DailyDetail { ${detail} }`;
  const queries = [
    `{ restatements(period: { month: "2026-02" }, filter: { kinds: [DAILY_DETAIL] }) { restatements { rowId before { ${rows} } after { ${rows} } } } }`,
    list,
  ];
  const client = create(gateway);
  for (const query of queries) await client.ask(query);
  for (const query of queries) expect(await client.read(query)).toEqual(await plain(query));
  const { restatements } = (await plain(queries[0] ?? '')) as {
    restatements: { restatements: { rowId: string; before: { id: string }; after: { id: string } }[] };
  };
  const [{ rowId, before, after } = { rowId: '', before: { id: '' }, after: { id: '' } }] =
    restatements.restatements;
  expect(dailyDetails.nodes.map(({ id }) => id)).toContain(rowId);
  expect(new Set([rowId, before.id, after.id]).size).toBe(3);
  // Each of the three can be fetched again.
  const node = `{ nodes(ids: ${JSON.stringify([rowId, before.id, after.id])}) { ${rows} } }`;
  const found = (await plain(node)) as { nodes: { billedCost: { amount: string } }[] };
  expect(found.nodes.slice(1)).toEqual([before, after]);
  expect(found.nodes.map(({ billedCost }) => billedCost)).toEqual(
    [after, before, after].map((one) => Object(one).billedCost),
  );
});
