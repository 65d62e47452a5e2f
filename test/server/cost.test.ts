/** A small request cannot make the process do without bound, and tools can still ask for the schema. */

import { getIntrospectionQuery } from 'graphql';
import { expect, test } from 'vitest';

import { startGateway } from '../support/gateway.ts';

const usage = 'apiKeyUsage(period: { dates: { from: "2026-01-01", to: "2026-03-18" } }, first: 1000)';

test('lists of ids do not multiply lists of rows without bound', async () => {
  const gateway = await startGateway();
  const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Account { ${usage} { nodes { raw } } } } }`;
  const ask = async (count: number) =>
    (await gateway.query(query, { ids: Array.from({ length: count }, () => 'ppio-main') })).errors;
  expect(await ask(3000)).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  const errors = (await ask(100)) ?? [];
  expect(errors.length).toBeGreaterThan(80);
  expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['QUERY_TOO_EXPENSIVE']));
  expect(gateway.calls('ppio')).toBe(3);
});

test('one request may have so many lists answered, and no more', async () => {
  const gateway = await startGateway({ settings: (settings) => ({ ...settings, limits: { maxLists: 3 } }) });
  const fields = [0, 1, 2, 3].map((index) => `f${index}: invoices(first: 0) { totalCount }`);
  const { errors } = await gateway.query(`{ ${fields.join(' ')} }`);
  expect(errors).toMatchObject([
    { path: ['f3'], extensions: { code: 'QUERY_TOO_EXPENSIVE', limit: 3, retryable: false } },
  ]);
});

test("GraphiQL's and code generators' introspection is not too deep", async () => {
  const gateway = await startGateway();
  const { data, errors } = await gateway.query<{ __schema: { types: object[] } }>(getIntrospectionQuery());
  expect(errors).toBeUndefined();
  expect(data.__schema.types.length).toBeGreaterThan(40);
});

test('introspection that nests without end is refused', async () => {
  const gateway = await startGateway();
  const nested = (depth: number): string =>
    depth === 0 ? 'name' : `fields { type { ${nested(depth - 1)} } }`;
  const { errors } = await gateway.query(`{ __schema { types { ${nested(8)} } } }`);
  expect(errors?.length).toBeGreaterThan(0);
});
