/**
 * A client that is bound to values of an allocation cannot learn what is not its own cost: whatever it asks, the answer
 * is to the last byte that of a gateway whose vendors charge nobody else, also after others have asked.
 */

import { GraphQLObjectType } from 'graphql';
import { expect, test } from 'vitest';

import { schema } from '../../src/graphql/schema.ts';
import { dateText } from '../../src/sandbox/days.ts';
import { keyDaysOf } from '../../src/sandbox/ppio-novita-truth.ts';
import { partsOf, type OracleCharge, type OracleRule } from '../support/allocation-oracle.ts';
import { seen, send, type Got } from '../support/ask.ts';
import { startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { createSigningKey, jwtSettings, sign, startIssuer } from '../support/issuer.ts';
import { seed, units } from '../support/oracle.ts';
import { trueCharges, trueKeyCharges } from '../support/spend-oracle.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const february = { from: '2026-02-01', to: '2026-03-01' };
const tokens = { search: 'token-of-search-4f1d', finance: 'token-of-finance-77a0' };
const shared = 'RTX 4090 24GB';

const rules: OracleRule[] = [
  { when: { apiKeyNames: ['prod-*', 'us-prod'] }, to: 'search' },
  { when: { products: [shared] }, split: { search: 30, research: 70 } },
  { when: { providers: ['ppio', 'novita'] }, to: 'research' },
];
const budget = { amount: { CNY: '1000' }, filter: { allocations: { team: ['search'] } } };
const settingsOf = ({ accounts, ...settings }: Settings): object => ({
  ...settings,
  accounts,
  allocations: [
    { id: 'team', name: 'Team', rules },
    { id: 'secret', name: 'Secret', rules: [{ to: 'secret-customer' }] },
  ],
  clients: [
    {
      id: 'search',
      tokens: [tokens.search],
      accounts: ['*'],
      allocations: { team: ['search'] },
      permissions: ['introspection'],
    },
    { id: 'finance', tokens: [tokens.finance], accounts: ['*'], permissions: ['raw', 'operations'] },
  ],
  budgets: [
    { id: 'own', ...budget },
    { id: 'all', amount: { CNY: '1000' } },
    { id: 'secret', ...budget, filter: { allocations: { team: ['search', 'research'] } } },
    { id: 'narrow', ...budget, filter: { ...budget.filter, categories: ['llm'] } },
    { id: 'other', ...budget, filter: { allocations: { team: ['search'], secret: ['secret-customer'] } } },
  ],
  // Fewer than others have rows: how many there are is not to be told.
  limits: { maxLagMs: 60_000, deadlineSeconds: 600, maxUpstreamCalls: 5000, maxVisitedRows: 60_000 },
});

const names = new Map(
  (['ppio', 'novita'] as const).flatMap((brand) =>
    keyDaysOf(seed, brand, nowMs).map(({ keyId, keyName }) => [keyId, keyName] as const),
  ),
);
const ofSearch = (name: string): boolean => name.startsWith('prod-') || name === 'us-prod';

/** The rows of others, gone from the lists of a vendor. */
function withoutOthers(): { list: string; where: Record<string, string>; set: null }[] {
  const keys = [...names].filter(([, name]) => !ofSearch(name)).map(([ownerID]) => ownerID);
  const charges = trueCharges(nowMs, { from: '2025-01-01', to: '2026-06-01' });
  const products = new Set(
    charges.flatMap(({ values: { PRODUCT } }) => (PRODUCT === shared ? [] : (PRODUCT ?? []))),
  );
  return [
    ...keys.map((ownerID) => ({ list: 'apikey/bill/list', where: { ownerID }, set: null })),
    ...[...products].flatMap((productName) => [
      { list: 'bill/list', where: { productName }, set: null },
      { list: 'bill/monthly/list', where: { productName }, set: null },
    ]),
  ];
}

const month = 'period: { month: "2026-02" }';
const coverage =
  'coverage { complete asOf sources { account { id name currency kinds provider { id name timeZone homepage } } kind status rowCount period { from to } settlement { status finalAt } notices { code message date } error { code message } } }';
const totals =
  'totals { currency rowCount billedCost { amount } listCost { amount } voucherAmount { amount } cashAmount { amount } }';
const report = `groupCount groups { key { dimension value label } rowCount ${totals} tokens { total } shares { ratio } converted { billedCost { amount } } previous { isPartial ${totals} changes { difference { amount } } } }
  rest { groupCount rowCount ${totals} } ${totals} previous { from to vanishedCount vanished { key { value } } comparison { ${totals} } ${coverage} } ${coverage}`;
const dimensions = [
  'ACCOUNT',
  'ALLOCATION',
  'API_KEY',
  'BILLING_METHOD',
  'CATEGORY',
  'DAY',
  'FEE_ITEM',
  'MONTH',
  'PRODUCT',
  'PRODUCT_ID',
  'PROJECT',
  'PROVIDER',
  'RESOURCE',
  'SUB_ACCOUNT',
  'WEEK',
];

function questionsAbout(value: string): string[] {
  const filters = [
    `allocations: [{ id: "team", values: ["${value}"] }]`,
    `allocations: [{ id: "team", values: [null, "${value}", "search"] }]`,
    `allocations: [{ id: "team", values: ["search"] }, { id: "team", values: ["${value}"] }]`,
  ];
  return filters.flatMap((filter) => [
    `{ spend(${month}, groupBy: [ALLOCATION], allocation: "team", filter: { ${filter} }) { ${report} } }`,
    `{ spend(${month}, groupBy: [API_KEY], filter: { ${filter} }) { ${report} } }`,
    `{ forecast(month: "2026-03", filter: { ${filter} }) { spent { amount } totals { expected { amount } } ${coverage} } }`,
    `{ anomalies(${month}, filter: { ${filter} }) { count ${coverage} } }`,
  ]);
}

const everything = [
  '{ allocations { id allocationId name values boundTo clients { clientId } } accounts { id name currency kinds provider { id } } providers { id name kinds } }',
  ...dimensions.map(
    (dimension) => `{ spend(${month}, groupBy: [${dimension}], allocation: "team") { ${report} } }`,
  ),
  `{ spend(${month}, groupBy: [DAY, PRODUCT], top: 2, orderBy: KEY) { ${report} } }`,
  `{ spend(period: { dates: { from: "2025-12-20", to: "2026-03-10" } }, groupBy: [MONTH]) { ${report} } }`,
  `{ spend(period: { toDate: "2026-03" }, groupBy: [ACCOUNT]) { ${report} } }`,
  `{ spend(${month}, groupBy: [], convertTo: "EUR") { ${report} } }`,
  `{ spend(${month}, groupBy: [DAY], timeZone: "Asia/Tokyo") { ${report} } }`,
  `{ spend(${month}, groupBy: [PRODUCT], filter: { projects: ["x"], resources: ["od-ppio-0"] }) { ${report} } }`,
  `{ spend(${month}, groupBy: [PRODUCT], filter: { categories: ["gpu"], productName: "rtx" }) { ${report} } }`,
  `{ spend(${month}, groupBy: [], filter: { accounts: ["streamlake-prod"] }) { ${report} } }`,
  `{ spend(${month}, groupBy: [], filter: { accounts: ["aione-hq"] }) { ${report} } }`,
  `{ budgets(month: "2026-02") { id budgetId name spent { amount } remaining { amount } ratio state exceededOn otherCurrencies { amount currency } forecast { expected { amount } } ${coverage} } }`,
  `{ forecast(month: "2026-03", groupBy: [ALLOCATION, ACCOUNT], allocation: "team") { groupCount groups { key { value label } spent { amount } settledShare totals { low { amount } expected { amount } high { amount } } } notices { code message } totals { expected { amount } } backtest { months } ${coverage} } }`,
  `{ forecast(month: "2026-03", groupBy: [API_KEY]) { groupCount groups { key { value label } } ${coverage} } }`,
  `{ anomalies(period: { dates: { from: "2026-01-05", to: "2026-03-18" } }) { count anomalies { id day key { dimension value label } actual { amount } contributions { label reason difference { amount } } settlement { status } } ${coverage} } }`,
  `{ anomalies(period: { dates: { from: "2026-01-05", to: "2026-03-18" } }, allocation: "team") { count anomalies { id day key { value label } actual { amount } } ${coverage} } }`,
  '{ node(id: "ppio-main") { id ... on Account { name } } nodes(ids: ["ppio", "nobody"]) { id } account(id: "novita-us") { name } }',
  // What it may not ask.
  `{ bills(${month}) { totalCount } }`,
  `{ reconciliation(month: "2026-02") { isBalanced } }`,
  `{ accounts { balance { available { amount } } } }`,
  `{ accounts { history { status segmentsHeld } } }`,
  `{ allocationCheck(id: "team", month: "2026-02") { rules { rowCount } } }`,
  `{ spend(${month}, groupBy: [ALLOCATION], allocation: "secret") { groupCount } }`,
  `{ spend(${month}, groupBy: [NOPE]) { groupCount } }`,
  `{ spend(${month}, groupBy: [PRODUCT], filter: { accounts: ["nope"] }) { groupCount } }`,
].flatMap((query) => [
  query,
  `{ queryCost(query: ${JSON.stringify(query)}) { requested cached upstream isAllowed } }`,
]);

const paths = [
  '/export/focus.csv?month=2026-02',
  '/export/focus.ndjson?month=2026-02&partial=true',
  '/metrics',
  '/readyz',
];

const as = (token: string) => ({ authorization: `Bearer ${token}` });

function askAs(gateway: TestGateway, token: string, query: string): Promise<Got> {
  return send(gateway, { headers: as(token), body: JSON.stringify({ query }) });
}

async function everySeen(
  gateway: TestGateway,
  value: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const told = new Map<string, string>();
  const nodes = ids.map((id) => `{ node(id: "${id}") { id } nodes(ids: ["${id}"]) { id } }`);
  for (const query of [...everything, ...questionsAbout(value), ...nodes]) {
    const got = await askAs(gateway, tokens.search, query);
    expect([query, got.text.includes('INTERNAL_SERVER_ERROR')]).toEqual([query, false]);
    told.set(query, seen(got));
  }
  for (const path of paths) {
    told.set(path, seen(await send(gateway, { method: 'GET', path, headers: as(tokens.search) })));
  }
  return told;
}

test('no answer tells of what is not its own: each is that of a gateway whose vendors charge nobody else', async () => {
  const alone = await startGateway({ settings: settingsOf, nowMs });
  const both = await startGateway({ settings: settingsOf, nowMs });
  for (const vendor of ['ppio', 'novita'] as const) {
    alone.sandbox.vendors[vendor].quirks = { edits: withoutOthers() };
    // A row of others that a careful accountant is told of.
    const where = { productName: vendor === 'ppio' ? 'A100 80GB' : 'H200 141GB' };
    both.sandbox.vendors[vendor].quirks = {
      edits: [{ list: 'bill/monthly/list', where, set: { voucherAmount: '1' } }],
    };
  }
  const days = Array.from({ length: 460 }, (_, index) => dateText(20_089 + index));
  alone.sandbox.vendors.streamlake.quirks = {
    edits: days.map((BillingCycle) => ({
      list: 'DescribeBillDayDetail',
      where: { BillingCycle },
      set: null,
    })),
  };

  const compare = async (ids: readonly string[]): Promise<void> => {
    const [told, expected] = [
      await everySeen(both, 'research', ids),
      await everySeen(alone, 'research', ids),
    ];
    expect(told.size).toBeGreaterThan(60);
    for (const [question, answer] of told) {
      expect({ question, answer }).toEqual({ question, answer: expected.get(question) });
      expect([question, /GRAPHQL_VALIDATION/.test(answer) && !question.includes('NOPE')]).toEqual([
        question,
        false,
      ]);
    }
  };
  await compare([]);

  // Others ask for all there is, in the very words of the bound client as well.
  const all = await askAs(
    both,
    tokens.finance,
    `{ apiKeyUsage(${month}, first: 40) { nodes { id apiKey { name } } } dailyDetails(${month}, first: 40) { nodes { id } } invoices { nodes { id } } }`,
  );
  expect(all.errors).toEqual([]);
  for (const query of everything) await askAs(both, tokens.finance, query);
  // The two worlds are not alike, and what is said of others' rows is there to be told.
  const notices = `{ spend(${month}, groupBy: [CATEGORY]) { coverage { sources { notices { code } } } } }`;
  const worlds = [both, alone].map((gateway) => askAs(gateway, tokens.finance, notices));
  const [full, bare] = (await Promise.all(worlds)).map(({ text }) => text);
  expect(full).toContain('AMOUNT_MISMATCH');
  expect(bare).not.toContain('AMOUNT_MISMATCH');
  const ids = [...new Set(all.text.match(/"id":"([^"]+)"/g)?.map((text) => text.slice(6, -1)) ?? [])];
  expect(ids.length).toBeGreaterThan(80);
  await compare(ids.slice(0, 90));
});

test("others' values and values that nobody has are answered alike, to the last byte", async () => {
  const gateway = await startGateway({ settings: settingsOf, nowMs });
  for (const [index, query] of questionsAbout('research').entries()) {
    const [others, nobodys] = [
      seen(await askAs(gateway, tokens.search, query)),
      seen(await askAs(gateway, tokens.search, questionsAbout('nobodys!')[index] ?? '')),
    ];
    expect(others.replaceAll(/max-age=\d+/g, '')).toBe(nobodys.replaceAll(/max-age=\d+/g, ''));
  }
});

test('it sees its own cost to the last digit, and its part of what is shared', async () => {
  const gateway = await startGateway({ settings: settingsOf, nowMs });
  const toCharge = (charge: ReturnType<typeof trueCharges>[number], grain: bigint): OracleCharge => ({
    fields: {
      providers: charge.values.PROVIDER,
      products: charge.values.PRODUCT,
      apiKeyNames: charge.values.API_KEY === null ? null : (names.get(charge.values.API_KEY) ?? null),
    },
    day: charge.values.DAY ?? '',
    currency: charge.currency,
    amounts: { billed: charge.billed / grain },
  });
  const keyed = new Set(['llm', 'gen_api', 'web_search']);
  const cost = trueCharges(nowMs, february).filter(
    ({ kind, values }) => kind === 'BILL' || !keyed.has(values.CATEGORY ?? ''),
  );
  const sums = new Map<string, bigint>();
  for (const charge of [...cost, ...trueKeyCharges(nowMs, february)]) {
    const grain = charge.values.PROVIDER === 'ppio' ? 1_000_000n : 1n;
    for (const { value, amounts } of partsOf(rules, toCharge(charge, grain), new Map())) {
      if (value !== 'search') continue;
      const key = `${charge.values.PROVIDER} ${charge.values.PRODUCT}`;
      sums.set(key, (sums.get(key) ?? 0n) + (amounts['billed'] ?? 0n) * grain);
    }
  }
  const { data } = (await askAs(
    gateway,
    tokens.search,
    `{ spend(${month}, groupBy: [PROVIDER, PRODUCT]) { groups { key { value } totals { billedCost { amount } } } } }`,
  )) as {
    data: { spend: { groups: { key: { value: string }[]; totals: { billedCost: { amount: string } }[] }[] } };
  };
  const found = new Map(
    data.spend.groups.map(({ key, totals: [own] }) => [
      key.map(({ value }) => value).join(' '),
      units(own?.billedCost.amount ?? '0'),
    ]),
  );
  expect(found).toEqual(sums);
  expect(found.has(`ppio ${shared}`)).toBe(true);
  const { data: told } = (await askAs(
    gateway,
    tokens.search,
    '{ budgets(month: "2026-02") { budgetId } allocations { allocationId values boundTo clients { clientId } } }',
  )) as { data: unknown };
  expect(told).toEqual({
    budgets: [{ budgetId: 'own' }, { budgetId: 'narrow' }],
    allocations: [{ allocationId: 'team', values: ['search'], boundTo: ['search'], clients: null }],
  });
  const { data: listed } = (await askAs(
    gateway,
    tokens.finance,
    '{ allocations { allocationId boundTo clients { clientId values } } }',
  )) as { data: unknown };
  expect(listed).toEqual({
    allocations: [
      { allocationId: 'team', boundTo: null, clients: [{ clientId: 'search', values: ['search'] }] },
      { allocationId: 'secret', boundTo: null, clients: [] },
    ],
  });
});

test('a field that nobody has thought of is refused: of query, account and provider, all but what is named here', async () => {
  const open = {
    Query: [
      'account',
      'accounts',
      'allocations',
      'anomalies',
      'budgets',
      'forecast',
      'node',
      'nodes',
      'providers',
      'queryCost',
      'spend',
    ],
    Account: ['currency', 'id', 'kinds', 'name', 'provider', 'timeZone'],
    Provider: ['homepage', 'id', 'kinds', 'name', 'timeZone'],
  };
  const gateway = await startGateway({ settings: settingsOf, nowMs });
  const literals: Readonly<Record<string, string>> = {
    'PeriodInput!': '{ month: "2026-02" }',
    'YearMonth!': '"2026-02"',
    'ID!': '"ppio-main"',
    'String!': '"x"',
    '[ID!]!': '["ppio-main"]',
    '[SpendDimension!]!': '[DAY]',
  };
  for (const [name, allowed] of Object.entries(open)) {
    const type = schema.getType(name);
    if (!(type instanceof GraphQLObjectType)) throw new Error(name);
    for (const { name: field, args, type: result } of Object.values(type.getFields())) {
      if (allowed.includes(field)) continue;
      const needed = args.filter((arg) => String(arg.type).endsWith('!') && arg.defaultValue === undefined);
      const given = needed.map((arg) => `${arg.name}: ${literals[String(arg.type)]}`).join(', ');
      const isLeaf = /^\[?(String|Int|Boolean|ID|[A-Z]\w*(Status|Kind|Code))\b/.test(String(result));
      const selected = `${field}${given === '' ? '' : `(${given})`} ${isLeaf ? '' : '{ __typename }'}`;
      const query = {
        Query: `{ ${selected} }`,
        Account: `{ accounts { ${selected} } }`,
        Provider: `{ providers { ${selected} } }`,
      }[name];
      const { status, errors, text } = await askAs(gateway, tokens.search, query ?? '');
      expect([query, status, errors[0]?.extensions.code, text.includes('"data"')]).toEqual([
        query,
        403,
        'FORBIDDEN',
        false,
      ]);
    }
  }
});

test('a signed token is bound by its claim; without one, or by an allocation that is not there, it sees no cost', async (context) => {
  const key = await createSigningKey('one');
  const issuer = await startIssuer([key], context);
  const jwt = jwtSettings(issuer, { allocationsClaim: 'own', permissionsClaim: 'may' });
  const gateway = await startGateway({ settings: (given) => ({ ...settingsOf(given), jwt }), nowMs });
  const query = `{ accounts { id } spend(${month}, groupBy: []) { totals { currency billedCost { amount } } } }`;
  const of = async (claims: Record<string, unknown>) => {
    const token = await sign(key, nowMs, {
      billing_accounts: ['ppio-main', 'novita-us'],
      may: ['raw', 'operations'],
      ...claims,
    });
    const got = await askAs(gateway, token, query);
    const rows = await askAs(gateway, token, `{ bills(${month}, first: 1) { totalCount } }`);
    const metrics = await send(gateway, { method: 'GET', path: '/metrics', headers: as(token) });
    return {
      data: got.data as { accounts: unknown[]; spend: unknown },
      rows: rows.status,
      metrics: metrics.status,
    };
  };
  const search = await askAs(
    gateway,
    tokens.search,
    `{ spend(${month}, groupBy: [], filter: { accounts: ["ppio-main", "novita-us"] }) { totals { currency billedCost { amount } } } }`,
  );
  const own = await of({ own: { team: ['search'] } });
  expect(own.data.spend).toEqual((search.data as { spend: unknown }).spend);
  expect([own.rows, own.metrics]).toEqual([403, 401]);
  expect((await of({ own: { team: 'search' } })).data.spend).toEqual(own.data.spend);
  expect((await of({ own: '*' })).rows).toBe(200);
  for (const claim of [
    undefined,
    null,
    {},
    [],
    'team',
    ['team'],
    { squad: ['search'] },
    { team: ['search'], squad: ['a'] },
  ]) {
    const { data, rows } = await of(claim === undefined ? {} : { own: claim });
    expect([claim, data.accounts, rows]).toEqual([claim, [], 403]);
  }
  for (const values of [[], ['nobody'], ['*'], [null]]) {
    const { data, rows } = await of({ own: { team: values } });
    expect([values, (data.spend as { totals: unknown[] }).totals, rows]).toEqual([values, [], 403]);
  }
});
