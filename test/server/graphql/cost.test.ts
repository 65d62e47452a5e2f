/** A small request cannot make the process do without bound; what one costs is told with it, and beforehand. */

import * as fc from 'fast-check';
import { getIntrospectionQuery } from 'graphql';
import { describe, expect, onTestFinished, test } from 'vitest';

import { total } from '../../../src/domain/meter.ts';

import { startGateway, type TestGateway } from '../../support/gateway.ts';
import { startRedis } from '../../support/redis.ts';
import { ask, codesOf, send, tokens, vendorCalls, withClients, type Got } from '../../support/ask.ts';

interface Cost {
  readonly requested: number;
  readonly actual: number;
  readonly cached: number;
}

/** What an answer says that it cost, and its errors. */
async function costAndCodes(gateway: TestGateway, query: string) {
  const got = await send(gateway, { body: JSON.stringify({ query }) });
  const { extensions } = JSON.parse(got.text) as { extensions: { cost: Cost } };
  return { cost: extensions.cost, codes: codesOf(got) };
}

const costOf = async (gateway: TestGateway, query: string): Promise<Cost> =>
  (await costAndCodes(gateway, query)).cost;

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

describe('every answer says what it cost', () => {
  const query = '{ bills(period: { month: "2026-02" }) { totalCount } invoices { totalCount } }';

  test('as much as was read while nothing is there, and nothing once it is', async () => {
    const gateway = await startGateway();
    const cold = await costOf(gateway, query);
    expect(cold).toEqual({ requested: cold.requested, actual: cold.requested, cached: 0 });
    expect(cold.requested).toBeGreaterThan(1);
    const calls = vendorCalls(gateway);
    const { requested } = cold;
    expect(await costOf(gateway, query)).toEqual({ requested, actual: 0, cached: requested });
    // A segment that two fields need is read, and counted, once.
    const twice = `{ again: bills(period: { month: "2026-02" }) { totalCount } ${query.slice(1)}`;
    expect(await costOf(gateway, twice)).toEqual({ requested, actual: 0, cached: requested });
    expect(vendorCalls(gateway)).toBe(calls);
  });

  test('of what is there in part, only the rest', async () => {
    const gateway = await startGateway();
    const january = await costOf(gateway, '{ bills(period: { month: "2026-01" }) { totalCount } }');
    const both = await costOf(
      gateway,
      '{ bills(period: { dates: { from: "2026-01-01", to: "2026-02-28" } }) { totalCount } }',
    );
    expect(both.cached).toBe(january.requested);
    expect(both.requested).toBe(both.actual + both.cached);
  });

  test.each([
    ['a syntax error', '{'],
    ['an unknown field', '{ nothing }'],
    ['too deep a query', `${'{ accounts '.repeat(20)}{ id }${' }'.repeat(20)}`],
    ['an argument that cannot be', '{ bills(period: { month: "2026-13" }) { totalCount } }'],
    ['a mutation', 'mutation { x }'],
    ['no rows', '{ accounts { id } }'],
    ['a price', '{ queryCost(query: "{ invoices { totalCount } }") { requested } }'],
  ])('nothing for %s', async (_name, text) => {
    expect(await costOf(await startGateway(), text)).toEqual({ requested: 0, actual: 0, cached: 0 });
  });
});

interface Price {
  readonly requested: number;
  readonly upstream: number;
  readonly cached: number;
  readonly isAllowed: boolean;
}

const priceQuery =
  'query Price($query: String!, $operationName: String, $variables: JSON) { queryCost(query: $query, operationName: $operationName, variables: $variables) { requested upstream cached isAllowed limit depth aliases fields } }';

const priceOf = (gateway: TestGateway, query: string, others: Record<string, unknown> = {}) =>
  gateway.query<{ queryCost: Price | null }>(priceQuery, { query, ...others });

describe('queryCost', () => {
  const date = fc
    .integer({ min: 0, max: 200 })
    .map((days) => new Date(Date.UTC(2025, 7, 20 + days)).toISOString().slice(0, 10));
  const period = fc.oneof(
    fc
      .constantFrom('2025-12', '2026-01', '2026-02', '2026-03')
      .map((month) => `period: { month: "${month}" }`),
    fc.tuple(date, fc.integer({ min: 0, max: 40 })).map(([from, days]) => {
      const to = new Date(Date.parse(from) + days * 86_400_000).toISOString().slice(0, 10);
      return `period: { dates: { from: "${from}", to: "${to}" } }`;
    }),
  );
  const flag = fc.constantFrom(
    '',
    '@include(if: true)',
    '@include(if: false)',
    '@skip(if: true)',
    '@include(if: $yes)',
    '@include(if: $no)',
    '@skip(if: $no)',
  );
  const categories = fc.constantFrom(
    '',
    'filter: { categories: ["gpu"] }',
    'filter: { categories: ["llm", "cloud_storage"] }',
  );
  const list = fc
    .tuple(
      fc.constantFrom('bills', 'dailyDetails'),
      period,
      categories,
      fc.constantFrom('totalCount', 'nodes { id }', 'totals { currency }'),
      flag,
    )
    .map(([name, when, filter, fields, only]) => `${name}(${when} ${filter}) ${only} { ${fields} }`);
  const usage = fc
    .tuple(period, fc.constantFrom('DAY', 'WEEK', 'MONTH'), flag)
    .map(([when, cycle, only]) => `apiKeyUsage(${when}, cycle: ${cycle}) ${only} { totalCount }`);
  const before = 'changes { ratio }';
  const whole = 'from comparison { changes { ratio } }';
  const compared = fc.constantFrom(
    '',
    `previous { ${whole} }`,
    `groups { previous { ${before} } }`,
    `...Report`,
    `... on SpendReport { groups { ...Portion } }`,
    `previous @include(if: $no) { ${whole} }`,
    `groups { previous @skip(if: $yes) { ${before} } }`,
    `... @include(if: $yes) { previous { ${whole} } }`,
    `... @skip(if: $yes) { ...Report }`,
    `rest { previous { ${before} } }`,
    `other: previous { ${whole} }`,
  );
  const spend = fc
    .tuple(
      period,
      fc.constantFrom('', 'PROVIDER', 'ACCOUNT, MONTH', 'DAY', 'API_KEY', 'PRODUCT, CATEGORY'),
      fc.constantFrom(
        '',
        'top: 2',
        'timeZone: "Asia/Shanghai"',
        'timeZone: "Europe/Berlin"',
        'filter: { providers: ["ppio"] }',
        'filter: { categories: ["gpu"] }',
      ),
      compared,
      flag,
    )
    .map(
      ([when, groupBy, others, fields, only]) =>
        `spend(${when}, groupBy: [${groupBy}] ${others}) ${only} { totals { currency } ${fields} }`,
    );
  const single = fc.constantFrom(
    'invoices { totalCount }',
    'accounts { id }',
    'reconciliation(month: "2026-02") { __typename }',
    'restatements(period: { month: "2026-02" }) { __typename }',
  );
  const field = fc.oneof(list, usage, spend, single);
  const nested = fc
    .tuple(fc.constantFrom('ppio-main', 'novita-us'), fc.oneof(list, usage))
    .map(([id, inner]) => `account(id: "${id}") { ${inner} }`);
  const query = fc
    .array(fc.oneof({ weight: 3, arbitrary: field }, nested), { minLength: 1, maxLength: 3 })
    .map((fields) => {
      const aliased = fields.map((text, index) => `f${index}: ${text}`).join(' ');
      const report = aliased.includes('...Report')
        ? `fragment Report on SpendReport { groups { ...Portion } }`
        : '';
      const portion = /\.\.\.Portion/.test(`${aliased}${report}`)
        ? `fragment Portion on SpendGroup { previous { ${before} } }`
        : '';
      return `query($yes: Boolean = true, $no: Boolean = false) { a: __typename @include(if: $yes) b: __typename @skip(if: $no) ${aliased} } ${report} ${portion}`;
    });

  test('tells what the same query then really costs, and itself asks no vendor', async () => {
    const gateway = await startGateway();
    let priced = 0;
    await fc.assert(
      fc.asyncProperty(query, async (text) => {
        const calls = vendorCalls(gateway);
        const { data } = await priceOf(gateway, text);
        expect(vendorCalls(gateway)).toBe(calls);
        const { cost, codes } = await costAndCodes(gateway, text);
        expect(codes).not.toContain('GRAPHQL_VALIDATION_FAILED');
        const { requested = 0, upstream = 0, cached = 0, isAllowed = true } = data.queryCost ?? {};
        expect({ requested, actual: upstream, cached }).toEqual(cost);
        expect(isAllowed).toBe(true);
        if (upstream > 0) priced += 1;
      }),
      { numRuns: 40 },
    );
    // Else it would have been shown for the cache alone.
    expect(priced).toBeGreaterThan(3);
  });

  const february = 'period: { month: "2026-02" }';
  const details = `dailyDetails(${february}) { totalCount }`;
  test.each([
    ['all that have the list', `{ bills(${february}, first: 1000) { nodes { account { ${details} } } } }`],
    [
      'those of a filter',
      `{ bills(${february}, filter: { accounts: ["novita-us"] }) { nodes { account { invoices { totalCount } } } } }`,
    ],
    [
      'those of a filter, in a fragment of what rows have in common',
      `{ bills(${february}, filter: { accounts: ["novita-us"] }, first: 1000) { nodes { ...C } } }
       fragment C on Charge { account { ${details} } }`,
    ],
    [
      'those of a variable, in a fragment',
      `query ($yes: Boolean = true, $providers: [ID!] = ["ppio"]) { ...F }
       fragment F on Query { invoices(filter: { providers: $providers }) @include(if: $yes) { nodes { ...I } } }
       fragment I on Invoice { account { ${details} } }`,
    ],
    [
      'one account',
      `{ account(id: "ppio-main") { bills(${february}) { nodes { account { invoices { totalCount } } } } } }`,
    ],
    [
      'none, where the field is skipped',
      `{ bills(${february}, filter: { accounts: ["novita-us"] }) { nodes { id account @skip(if: true) { ${details} } } } }`,
    ],
  ])('prices lists of the accounts of rows exactly where each has a row: %s', async (_name, text) => {
    const gateway = await startGateway();
    const { data } = await priceOf(gateway, text);
    const { cost, codes } = await costAndCodes(gateway, text);
    expect(codes).toEqual([]);
    expect(cost.requested).toBeGreaterThan(1);
    expect(data.queryCost).toMatchObject({ requested: cost.requested, upstream: cost.actual });
  });

  test('prices lists of the accounts of rows too high, never too low, where an account has no row on the page', async () => {
    const gateway = await startGateway();
    const text = `{ bills(${february}, first: 1) { nodes { account { ${details} } } } }`;
    const { data } = await priceOf(gateway, text);
    const { cost } = await costAndCodes(gateway, text);
    expect(data.queryCost?.requested).toBeGreaterThan(cost.requested);
  });

  test('prices the period before wherever it is asked for, and not where it is not', async () => {
    const gateway = await startGateway();
    const report = (fields: string, more = ''): string =>
      `query($yes: Boolean = true) { spend(period: { month: "2026-02" }, groupBy: [PROVIDER]) { totals { currency } ${fields} } a: __typename @include(if: $yes) } ${more}`;
    const requested = async (text: string) => (await priceOf(gateway, text)).data.queryCost?.requested ?? 0;
    const alone = await requested(report(''));
    const inFragment = [
      '...R',
      'fragment R on SpendReport { groups { ...G } } fragment G on SpendGroup { previous { changes { ratio } } }',
    ] as const;
    for (const text of [
      report('previous { coverage { complete } }'),
      report('groups { previous { changes { ratio } } }'),
      report(...inFragment),
      report('groups { previous @include(if: $yes) { changes { ratio } } }'),
    ]) {
      expect(await requested(text)).toBeGreaterThan(alone * 1.5);
    }
    expect(await requested(report('groups { previous @skip(if: $yes) { changes { ratio } } }'))).toBe(alone);
    expect(vendorCalls(gateway)).toBe(0);
  });

  test('tells the price of ten years, which the query itself is refused for, with the same price', async () => {
    const gateway = await startGateway();
    const years =
      '{ dailyDetails(period: { dates: { from: "2016-01-01", to: "2025-12-31" } }) { totalCount } }';
    const { data } = await priceOf(gateway, years);
    expect(data.queryCost).toMatchObject({ isAllowed: false, limit: 500, cached: 0 });
    const { errors } = await gateway.query(years);
    expect(errors).toMatchObject([
      {
        extensions: {
          code: 'QUERY_TOO_EXPENSIVE',
          cost: data.queryCost?.upstream,
          limit: 500,
          retryable: false,
        },
      },
    ]);
    expect(errors?.[0]?.message).toContain('queryCost');
    expect(vendorCalls(gateway)).toBe(0);
  });

  const bills = 'query($month: YearMonth!) { bills(period: { month: $month }) { totalCount } }';
  const cases: [string, string, Record<string, unknown>, string | null][] = [
    ['variables', bills, { variables: { month: '2026-02' } }, null],
    ['a variable that is missing', bills, {}, 'BAD_USER_INPUT'],
    ['a variable of a wrong type', bills, { variables: { month: { x: 1 } } }, 'BAD_USER_INPUT'],
    ['variables that are a list', bills, { variables: ['2026-02'] }, 'BAD_USER_INPUT'],
    ['variables that are text', bills, { variables: '{"month":"2026-02"}' }, 'BAD_USER_INPUT'],
    [
      'one operation of two',
      'query A { invoices { totalCount } } query B { accounts { id } }',
      { operationName: 'A' },
      null,
    ],
    [
      'none of two operations',
      'query A { invoices { totalCount } } query B { accounts { id } }',
      {},
      'BAD_USER_INPUT',
    ],
    [
      'an operation that is not there',
      'query A { invoices { totalCount } }',
      { operationName: 'C' },
      'BAD_USER_INPUT',
    ],
    ['a syntax error', '{ invoices', {}, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ nothing }', {}, 'BAD_USER_INPUT'],
    [
      'a period that cannot be',
      '{ bills(period: { dates: { from: "2026-03-01", to: "2026-02-01" } }) { totalCount } }',
      {},
      'INVALID_PERIOD',
    ],
    [
      'a query that is too deep',
      `${'{ accounts '.repeat(20)}{ id }${' }'.repeat(20)}`,
      {},
      'QUERY_TOO_EXPENSIVE',
    ],
    ['a price', '{ queryCost(query: "{ __typename }") { requested } }', {}, 'BAD_USER_INPUT'],
    [
      'a price in a fragment',
      '{ ...F } fragment F on Query { x: queryCost(query: "{ __typename }") { requested } }',
      {},
      'BAD_USER_INPUT',
    ],
    [
      'a price under a condition',
      '{ accounts { id } queryCost(query: "{") @skip(if: true) { requested } }',
      {},
      'BAD_USER_INPUT',
    ],
    ['a fragment that spreads itself', '{ ...F } fragment F on Query { ...F }', {}, 'BAD_USER_INPUT'],
    ['what fails in part', '{ accounts { bills(period: { month: "2026-02" }) { totalCount } } }', {}, null],
    ['the schema', '{ __schema { queryType { name } } }', {}, null],
  ];
  test.each(cases)('of %s is told, or why there is none', async (_name, text, others, code) => {
    const gateway = await startGateway();
    const { data, errors = [] } = await priceOf(gateway, text, others);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(code === null ? [] : [code]);
    expect(data.queryCost === null).toBe(code !== null);
    expect([vendorCalls(gateway), gateway.log.filter((line) => line.includes('"bug"'))]).toEqual([0, []]);
  });

  test('is told of what a client may see, and of nothing else', async () => {
    const gateway = await startGateway({ settings: withClients() });
    const priced = `{ queryCost(query: ${JSON.stringify('{ invoices { totalCount } bills(period: { month: "2026-02" }) { totalCount } }')}) { requested } }`;
    const [all, one] = [await ask(gateway, priced, tokens.all), await ask(gateway, priced, tokens.one)];
    const requestedOf = ({ data }: Got): number => (data as { queryCost: Price }).queryCost.requested;
    expect(requestedOf(one)).toBeLessThan(requestedOf(all));
    const foreign = `{ queryCost(query: ${JSON.stringify('{ account(id: "novita-us") { bills(period: { month: "2026-02" }) { totalCount } } }')}) { requested } }`;
    expect((await ask(gateway, foreign, tokens.one)).text).toBe(
      (await ask(gateway, foreign.replaceAll('novita-us', 'nobody-is'), tokens.one)).text
        .replaceAll('nobody-is', 'novita-us')
        .replaceAll(/[0-9a-f-]{36}/g, '-'),
    );
  });
});
