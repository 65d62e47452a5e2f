/** What a client is not permitted to do is refused before it begins: the providers' own rows, the schema, the page. */

import {
  buildClientSchema,
  getIntrospectionQuery,
  isInterfaceType,
  isObjectType,
  type IntrospectionQuery,
} from 'graphql';
import { describe, expect, test } from 'vitest';

import { schema } from '../../../src/graphql/schema.ts';
import { startGateway } from '../../support/gateway.ts';
import { ask, codesOf, send, tokens, vendorCalls, withClients, type Got } from '../../support/ask.ts';

const may = { raw: 'token-of-auditors-51c2', schema: 'token-of-tool-makers-8d0e' } as const;

/** Beside those without any permission: one that may see raw rows, one that may see schema and page. */
function withPermissions(changes: Record<string, unknown> = {}) {
  return withClients({
    clients: [
      { id: 'finance', tokens: [tokens.all], accounts: ['*'] },
      { id: 'auditors', tokens: [may.raw], accounts: ['*'], permissions: ['raw'] },
      { id: 'makers', tokens: [may.schema], accounts: ['*'], permissions: ['introspection', 'graphiql'] },
    ],
    ...changes,
  });
}

const month = 'period: { month: "2026-02" }, first: 1';

describe("providers' own rows", () => {
  const questions: [string, string][] = [
    ['of bills', `{ bills(${month}) { nodes { raw } } }`],
    ['of daily details', `{ dailyDetails(${month}) { nodes { raw } } }`],
    ['of usage by key', `{ apiKeyUsage(${month}) { nodes { raw } } }`],
    ['of invoices', '{ invoices(first: 1) { nodes { raw } } }'],
    ['within edges', `{ bills(${month}) { edges { node { raw } } } }`],
    ['under another name', `{ bills(${month}) { nodes { id: raw } } }`],
    ['in a fragment', `{ bills(${month}) { nodes { ...F } } } fragment F on Bill { raw }`],
    ['of the interface', `{ bills(${month}) { nodes { ... on Charge { raw } } } }`],
    [
      'in a fragment of the interface within a fragment',
      `{ bills(${month}) { ...C } } fragment C on BillConnection { nodes { ...F } } fragment F on Charge { raw }`,
    ],
    ['in a fragment without a type', `{ bills(${month}) { nodes { ... { ... { raw } } } } }`],
    [
      'nested in accounts',
      `{ accounts(providers: ["ppio", "novita"]) { bills(${month}) { nodes { raw } } } }`,
    ],
    ['nested in one account', `{ account(id: "ppio-main") { dailyDetails(${month}) { nodes { raw } } } }`],
    ['found by id', `{ node(id: "ppio-main") { ... on Account { bills(${month}) { nodes { raw } } } } }`],
    [
      'found by ids',
      `{ nodes(ids: ["ppio-main"]) { ... on Account { bills(${month}) { nodes { raw } } } } }`,
    ],
    ['by a condition that holds', `{ bills(${month}) { nodes { raw @include(if: true) } } }`],
    ['beside other fields', `{ accounts { id } bills(${month}) { totalCount nodes { id raw } } }`],
  ];

  test.each(questions)(
    '%s are told to those who may see them, and to others nothing is read for it',
    async (_name, query) => {
      const gateway = await startGateway({ settings: withPermissions() });
      for (const token of [tokens.all, may.schema]) {
        const got = await ask(gateway, query, token);
        expect([got.status, codesOf(got), got.data]).toEqual([403, ['FORBIDDEN'], undefined]);
        expect(got.errors[0]?.extensions).toMatchObject({ permissions: ['raw'], retryable: false });
      }
      const path = `/graphql?query=${encodeURIComponent(query)}`;
      const headers = { authorization: `Bearer ${tokens.all}` };
      expect((await send(gateway, { method: 'GET', path, headers })).status).toBe(403);
      expect(vendorCalls(gateway)).toBe(0);
      const got = await ask(gateway, query, may.raw);
      expect([got.status, codesOf(got)]).toEqual([200, []]);
      expect(vendorCalls(gateway)).toBeGreaterThan(0);
      // It was made ready for somebody who may; who may not is refused all the same.
      expect((await ask(gateway, query, tokens.all)).status).toBe(403);
    },
  );

  test('are marked on every type that has them: a new one cannot be forgotten', () => {
    const types = Object.values(schema.getTypeMap()).filter(
      (type) => isObjectType(type) || isInterfaceType(type),
    );
    const raw = types.flatMap((type) => type.getFields()['raw'] ?? []);
    expect(raw.length).toBeGreaterThanOrEqual(5);
    expect(raw.map(({ extensions }) => extensions['permission'])).toEqual(raw.map(() => 'raw'));
  });

  test('have no price for those who may not see them', async () => {
    const gateway = await startGateway({ settings: withPermissions() });
    const query = `{ queryCost(query: ${JSON.stringify(questions[0]?.[1])}) { requested } }`;
    const got = await ask(gateway, query, tokens.all);
    expect([got.data, codesOf(got)]).toEqual([{ queryCost: null }, ['FORBIDDEN']]);
    expect((await ask(gateway, query, may.raw)).data).toMatchObject({
      queryCost: { requested: expect.any(Number) },
    });
  });

  test('are there for everybody where there are no clients', async () => {
    const gateway = await startGateway();
    expect(codesOf(await ask(gateway, `{ bills(${month}) { nodes { raw } } }`))).toEqual([]);
  });
});

/** Whether the whole schema was told, nothing of it, or a refusal. */
function tellOf(got: Got): string {
  if (got.status === 200) {
    expect(buildClientSchema(got.data as IntrospectionQuery).getQueryType()?.name).toBe('Query');
    return 'told';
  }
  expect(got.text).not.toContain('billedCost');
  return `${got.status} ${[...new Set(codesOf(got))].join()}`;
}

const introspections = [
  getIntrospectionQuery(),
  '{ ...F } fragment F on Query { alias: __type(name: "Query") { name } }',
];

describe.each([
  [true, { [tokens.all]: 'told', [may.schema]: 'told' }],
  [false, { [tokens.all]: '400 GRAPHQL_VALIDATION_FAILED', [may.schema]: '400 GRAPHQL_VALIDATION_FAILED' }],
  ['permitted', { [tokens.all]: '403 FORBIDDEN', [may.schema]: 'told' }],
])('with introspection: %s', (introspection, expected) => {
  const start = () => startGateway({ settings: withPermissions({ server: { port: 0, introspection } }) });

  test('the schema is told to whom it should be, and __typename to everybody', async () => {
    const gateway = await start();
    const [whole = '', part = ''] = introspections;
    for (const [token, outcome] of Object.entries(expected)) {
      expect(tellOf(await ask(gateway, whole, token))).toBe(outcome);
      const got = await ask(gateway, part, token);
      expect(got.status === 200 ? 'told' : `${got.status} ${codesOf(got)[0]}`).toBe(outcome);
      expect((await ask(gateway, '{ __typename accounts { __typename } }', token)).status).toBe(200);
    }
  });

  test('a wrong name is answered with a guess only where the schema is everybody’s', async () => {
    const got = await ask(await start(), '{ acounts { id } }', may.schema);
    expect(/did you mean/i.test(got.text)).toBe(introspection === true);
  });
});

describe.each([
  [true, { '': 200, [tokens.all]: 200, [may.schema]: 200 }],
  [false, { '': 406, [tokens.all]: 406, [may.schema]: 406 }],
  ['permitted', { '': 406, [tokens.all]: 406, [may.schema]: 200 }],
])('with graphiql: %s', (graphiql, expected) => {
  test('the page is sent to whom it should be, and answers to everybody with a token', async () => {
    const gateway = await startGateway({ settings: withPermissions({ server: { port: 0, graphiql } }) });
    for (const [token, status] of Object.entries(expected)) {
      const authorization: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
      const headers = { ...authorization, accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
      const got = await send(gateway, { method: 'GET', headers });
      expect([got.status, got.text.includes('<html')]).toEqual([status, status === 200]);
      if (token !== '') expect((await ask(gateway, '{ accounts { id } }', token)).status).toBe(200);
    }
  });
});
