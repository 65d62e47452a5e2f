/** A small request cannot make the process do without bound, and tools can still ask for the schema. */

import { getIntrospectionQuery } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';

import { total } from '../../src/domain/meter.ts';
import { startGateway } from '../support/gateway.ts';
import { startRedis } from '../support/redis.ts';
import { vendorCalls } from './ask.ts';

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

const february = 'period: { month: "2026-02" }';
const report = `spend(${february}, groupBy: [PROVIDER]) { totals { rowCount } }`;
const sums = `dailyDetails(${february}, first: 0) { totalCount }`;

test('one request may have so many rows looked at, shown or not, and no more', async () => {
  const { data: truth } = await (
    await startGateway()
  ).query<Record<'details' | 'bills', { totalCount: number }>>(
    `{ details: ${sums} bills(${february}, first: 0) { totalCount } }`,
  );
  const [details, all] = [truth.details.totalCount, truth.details.totalCount + truth.bills.totalCount];
  const start = (maxVisitedRows: number) =>
    startGateway({ settings: (settings) => ({ ...settings, limits: { maxVisitedRows } }) });
  const codesOf = (errors: readonly { extensions: object }[] = []) =>
    errors.map(({ extensions }) => extensions);
  const refusal = (limit: number) => ({ code: 'QUERY_TOO_EXPENSIVE', limit, retryable: false });

  const gateway = await start(all);
  const other = (name: string) =>
    `dailyDetails(${february}, filter: { productName: "${name}" }) { totalCount }`;
  // None of the rows is shown, and those that do not match were looked at all the same.
  const nothing = `dailyDetails(${february}, filter: { productName: "no such product" }) { totalCount }`;
  for (const query of [report, sums, nothing]) {
    expect((await gateway.query(`{ ${query} }`)).errors).toBeUndefined();
  }
  const { data, errors } = await gateway.query(
    `{ first: ${other('x')} second: ${other('y')} third: ${other('z')} }`,
  );
  expect(Object.values(data ?? {}).filter((field) => field === null).length).toBeGreaterThan(0);
  expect(codesOf(errors)[0]).toMatchObject(refusal(all));
  // The next request begins anew.
  expect((await gateway.query(`{ ${report} }`)).errors).toBeUndefined();

  const narrow = await start(details - 1);
  for (const query of [report, sums, nothing, 'reconciliation(month: "2026-02") { isBalanced }']) {
    const answer = await narrow.query(`{ ${query} }`);
    expect(codesOf(answer.errors)).toMatchObject([refusal(details - 1)]);
  }
  expect((await narrow.query(`{ invoices(first: 0) { totalCount } }`)).errors).toBeUndefined();
});

test('fields that plan too many upstream calls together make none at all, not even those of the first', async () => {
  const start = (maxUpstreamCalls: number) =>
    startGateway({ settings: (settings) => ({ ...settings, limits: { maxUpstreamCalls } }) });
  // Six lists each of PPIO and Novita, nine and a day of StreamLake's: neither is too much by itself.
  const [bills, details] = [`bills(${february}) { totalCount }`, `dailyDetails(${february}) { totalCount }`];
  const planned = 2 * 6 + 2 * 9 + 28;
  const gateway = await start(planned - 1);
  const query = `{ ${bills} ${details} account(id: "ppio-main") { bills(${february}) { totalCount } } }`;
  const { errors = [] } = await gateway.query(query);
  expect(errors.length).toBeGreaterThan(1);
  for (const { extensions } of errors) {
    expect(extensions).toMatchObject({
      code: 'QUERY_TOO_EXPENSIVE',
      cost: planned,
      limit: planned - 1,
      retryable: false,
    });
  }
  expect(vendorCalls(gateway)).toBe(0);
  // In two requests they are not too much; and then both cost nothing.
  expect((await gateway.query(`{ ${bills} }`)).errors).toBeUndefined();
  expect((await gateway.query(query)).errors).toBeUndefined();
  expect((await (await start(planned)).query(query)).errors).toBeUndefined();
});

test('all fields of a request look into the store together', async () => {
  const redis = { url: (await startRedis({ onTestFinished })).url, timeoutMs: 2000 };
  const gateway = await startGateway({ settings: (settings) => ({ ...settings, redis }) });
  const query = `{ ${['a', 'b', 'c']
    .map((name, index) => `${name}: bills(period: { month: "2026-0${index + 1}" }) { totalCount }`)
    .join(' ')} invoices { totalCount } }`;
  const first = await gateway.query(query);
  expect(first.errors).toBeUndefined();
  const calls = vendorCalls(gateway);
  await gateway.restart();
  const looks = total(gateway.app.meter, 'shared_calls');
  expect((await gateway.query<object>(query)).data).toEqual(first.data);
  expect(total(gateway.app.meter, 'shared_calls') - looks).toBe(1);
  expect(vendorCalls(gateway)).toBe(calls);
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
