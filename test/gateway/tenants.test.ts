/**
 * A client cannot learn that another's accounts exist: whatever it asks, the answer is to the last byte that of a
 * gateway which never had them, also after the other has asked, and while the other's vendors fail.
 */

import { expect, test } from 'vitest';

import { sandboxCredentials } from '../../src/sandbox/vendors.ts';
import { seen, send, type Got } from '../support/ask.ts';
import { startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { startRelay, type Relay } from '../support/relay.ts';

const tokens = { a: 'token-of-tenant-a-4f1d', b: 'token-of-tenant-b-77a0' };
/** B has an account at the provider of A too, whose id begins as that of A. */
const ofB = { account: 'ppio-main-2', provider: 'novita', key: 'sk_of_tenant_b_0c2e' };
const ofNobody = { account: 'ppio-main-9', provider: 'notone' };
const traces = /ppio-main-2|novita|aione|streamlake|tenant-b|Secret|0c2e/i;

const page = 'first: 3) { totalCount nodes { id account { id name } billedCost { amount currency } }';
const rest = `edges { cursor } pageInfo { hasNextPage endCursor } totals { currency rowCount billedCost { amount } listCost { amount } }
  coverage { complete asOf sources { account { id name provider { id name } } kind status rowCount settlement { status finalAt }
    notices { code message } error { code message retryAfterSeconds } } } }`;
const month = 'period: { month: "2026-02" }';
const dimensions = [
  'ACCOUNT',
  'PROVIDER',
  'MONTH',
  'DAY',
  'PRODUCT',
  'CATEGORY',
  'BILLING_METHOD',
  'PROJECT',
  'API_KEY',
];

type Names = Readonly<Record<'account' | 'provider', string>>;

/** What can be asked about accounts and providers of these names, beside what can be asked about everything. */
function questionsAbout({ account, provider }: Names): string[] {
  const scopes = [
    `accounts: ["${account}"]`,
    `accounts: ["ppio-main", "${account}"]`,
    `providers: ["${provider}"]`,
    `providers: ["ppio", "${provider}"]`,
    `accounts: ["ppio-main"], providers: ["${provider}"]`,
  ];
  const named = [
    `{ account(id: "${account}") { id name kinds bills(${month}) { totalCount } } }`,
    `{ account(id: "${account}") { balance { available { amount currency } status error { message } runway { days } } vendorBudgets { budgets { keyName } } summary { cost { amount } } } }`,
    `{ node(id: "${account}") { id ... on Account { name } } }`,
    `{ nodes(ids: ["${account}", "ppio-main", "${account}"]) { id } }`,
    `{ accounts(providers: ["${provider}"]) { id } }`,
  ];
  const scoped = scopes.flatMap((scope) => [
    `{ bills(${month}, filter: { ${scope} }, ${page} ${rest} }`,
    `{ dailyDetails(${month}, filter: { ${scope} }, ${page} ${rest} }`,
    `{ apiKeyUsage(${month}, filter: { ${scope} }, ${page} ${rest} }`,
    `{ invoices(filter: { ${scope} }) { totalCount } }`,
    `{ spend(${month}, groupBy: [ACCOUNT], filter: { ${scope} }) { groups { key { value } rowCount previous { totals { rowCount } } } previous { coverage { complete } } } }`,
    `{ forecast(month: "2026-03", filter: { ${scope} }) { totals { expected { amount } } coverage { complete } } }`,
    `{ anomalies(${month}, filter: { ${scope} }) { count coverage { complete } } }`,
    `{ restatements(${month}, filter: { ${scope} }) { sources { account { id } kind segmentCount pendingCount error { code } } } }`,
    `{ reconciliation(month: "2026-02", ${scope}) { account { id } isBalanced } }`,
  ]);
  return [...named, ...scoped].flatMap((query) => [query, priceOf(query)]);
}

function priceOf(query: string): string {
  return `{ queryCost(query: ${JSON.stringify(query)}) { requested cached upstream isAllowed } }`;
}

/** What concerns everything that the caller may see. */
const everything = [
  '{ accounts { id name currency kinds provider { id name } } providers { id name } }',
  '{ accounts { id balance { source available { amount currency } asOf status error { code message } } vendorBudgets { budgets { keyName used { currency } } } summary { cost { amount } } } }',
  `{ bills(${month}, ${page} ${rest} dailyDetails(${month}, ${page} ${rest} apiKeyUsage(${month}, ${page} ${rest} }`,
  `{ bills(period: { month: "2026-03" }, orderBy: { field: BILLED_COST }, ${page} ${rest} }`,
  '{ invoices { totalCount nodes { number } coverage { complete sources { account { id } kind error { code } } } } }',
  `{ bills(${month}, first: -1) { totalCount } }`,
  '{ budgets(month: "2026-03") { id budgetId name amount { amount currency } spent { amount } state coverage { sources { account { id } kind status error { code message } } } } }',
  '{ forecast(month: "2026-03", groupBy: [ACCOUNT]) { groupCount groups { key { value label } } totals { expected { amount currency } } notices { message } coverage { sources { account { id } kind status error { code message } } } } }',
  `{ anomalies(${month}) { count anomalies { id day account { id } } coverage { sources { account { id } kind status error { code message } } } } }`,
  `{ spend(${month}, groupBy: [ACCOUNT], convertTo: "USD") { converted { billedCost { amount } } } }`,
  `{ spend(${month}, groupBy: [DAY], timeZone: "Asia/Tokyo") { totals { rowCount } coverage { sources { account { id } status error { code message } } } } }`,
  ...dimensions.map(
    (dimension) =>
      `{ spend(${month}, groupBy: [${dimension}], top: 2) { groups { key { value label } rowCount shares { ratio } totals { billedCost { amount } } previous { changes { difference { amount } } } }
         rest { groupCount rowCount } totals { rowCount } previous { coverage { complete sources { account { id } } } }
         coverage { complete sources { account { id } kind status } } } }`,
  ),
  `{ reconciliation(month: "2026-02") { account { id } isBalanced charges { rowCount } coverage { sources { account { id } error { code message } } } } }`,
  `{ restatements(${month}) { restatements { account { id } } sources { account { id } kind segmentCount pendingCount rowCount error { code } } } }`,
].flatMap((query) => [query, priceOf(query)]);

const paths = [
  '/readyz',
  '/healthz',
  '/graphql',
  '/export/focus.csv?month=2026-02',
  '/export/focus.ndjson?month=2026-02&partial=true',
  '/export/focus.ndjson?month=2026-02&accounts=ppio-main',
];

function pathsAbout({ account }: Names): string[] {
  return [
    `/export/focus.csv?month=2026-02&accounts=${account}`,
    `/export/focus.ndjson?month=2026-02&accounts=ppio-main,${account}&partial=true`,
  ];
}

function askAs(gateway: TestGateway, token: string, body: object): Promise<Got> {
  return send(gateway, { headers: { authorization: `Bearer ${token}` }, body: JSON.stringify(body) });
}

async function fetchAs(gateway: TestGateway, token: string, path: string): Promise<Got> {
  const accept = path === '/graphql' ? { accept: 'text/html' } : {};
  return send(gateway, { method: 'GET', path, headers: { authorization: `Bearer ${token}`, ...accept } });
}

async function everySeen(
  gateway: TestGateway,
  cursors: readonly string[],
  names: Names,
): Promise<Map<string, string>> {
  const told = new Map<string, string>();
  for (const query of [...everything, ...questionsAbout(names)]) {
    told.set(query, seen(await askAs(gateway, tokens.a, { query })));
  }
  for (const path of [...paths, ...pathsAbout(names)])
    told.set(path, seen(await fetchAs(gateway, tokens.a, path)));
  const query = `query ($after: String) { bills(${month}, after: $after, ${page} ${rest} }`;
  for (const after of cursors) {
    told.set(after, seen(await askAs(gateway, tokens.a, { query, variables: { after } })));
  }
  return told;
}

/** However busy the machine is, all are answered. */
const limits = { maxLagMs: 60_000, deadlineSeconds: 600 };

const a = { id: 'tenant-a', tokens: [tokens.a], accounts: ['ppio-main'], permissions: ['raw'] };
const b = {
  id: 'tenant-b',
  tokens: [tokens.b],
  accounts: ['ppio-main-2', 'novita-us', 'aione-hq', 'streamlake-prod'],
};

function withBoth(relay: Relay) {
  return ({ accounts, ...settings }: Settings) => ({
    ...settings,
    accounts: [
      ...accounts.map((account) =>
        account.id === 'ppio-main' ? account : { ...account, name: `Secret ${account.name}` },
      ),
      {
        ...accounts[0],
        id: ofB.account,
        name: 'Secret second',
        credential: { apiKey: ofB.key },
        baseUrl: relay.url,
      },
    ],
    clients: [a, b],
    budgets: [
      ownBudget,
      { ...ownBudget, id: 'secret', name: 'Secret', filter: { accounts: ['ppio-main', ofB.account] } },
    ],
    limits,
  });
}

const ownBudget = { id: 'own', name: 'Own', filter: { accounts: ['ppio-main'] }, amount: { CNY: '100' } };

/** The same gateway in a world that has no tenant B. */
function withoutB({ accounts, ...settings }: Settings) {
  return {
    ...settings,
    accounts: accounts.filter(({ id }) => id === 'ppio-main'),
    clients: [a],
    budgets: [ownBudget],
    limits,
  };
}

test("no answer to A tells anything of B's accounts: each is that of a gateway without B", async (context) => {
  const alone = await startGateway({ settings: withoutB });
  // B's second account lies at the vendor of the other world: its rows are those of A's, under another id.
  const keys = { from: ofB.key, to: sandboxCredentials.ppio.apiKey };
  const relay = await startRelay(alone.sandbox.vendors.ppio.url, keys);
  context.onTestFinished(() => relay.stop());
  const both = await startGateway({ settings: withBoth(relay) });
  const bills = `{ bills(${month}, ${page} ${rest} dailyDetails(${month}, ${page} ${rest} apiKeyUsage(${month}, ${page} ${rest} invoices { totalCount } }`;

  const compare = async (cursors: readonly string[]): Promise<void> => {
    const [told, expected] = [await everySeen(both, cursors, ofB), await everySeen(alone, cursors, ofB)];
    expect(told.size).toBeGreaterThan(100);
    expect([...told.values()].filter((answer) => answer.includes('GRAPHQL_VALIDATION'))).toEqual([]);
    for (const [question, answer] of told)
      expect({ question, answer }).toEqual({ question, answer: expected.get(question) });
  };
  await compare([]);

  // B asks for all there is, so that its rows are in the memory of the gateway.
  const warm = await askAs(both, tokens.b, { query: bills });
  expect(warm.errors).toEqual([]);
  expect(warm.text).toContain('ppio-main-2');
  expect((await fetchAs(both, tokens.b, '/export/focus.csv?month=2026-02')).text).toContain('Secret');
  const cursors = warm.text.match(/"cursor":"([^"]+)"/g)?.map((text) => text.slice(10, -1)) ?? [];
  expect(cursors.length).toBeGreaterThan(3);
  await compare(cursors);

  for (const vendor of ['novita', 'aione', 'streamlake'] as const)
    both.sandbox.vendors[vendor].fault = { name: 'broken' };
  await relay.stop();
  for (const gateway of [both, alone]) gateway.clock.nowMs += 3_700_000;
  const failed = await askAs(both, tokens.b, { query: bills.replaceAll('2026-02', '2026-03') });
  expect(failed.text).toMatch(/PROVIDER_UNAVAILABLE/);
  await compare(cursors);
});

test("B's names and names that nobody has are answered alike, to the last byte", async () => {
  const relay = await startRelay('http://127.0.0.1:1', { from: ofB.key, to: 'none' });
  const gateway = await startGateway({ settings: withBoth(relay) });
  const plain = (text: string): string =>
    text.replaceAll(/ppio-main-[29]|novita|notone/g, 'NAME').replaceAll(/"content-length":"\d+"/g, '');
  for (const round of ['cold', 'after B has asked']) {
    const [others, nobodys] = [await everySeen(gateway, [], ofB), await everySeen(gateway, [], ofNobody)];
    const answers = [...others.entries()].map(([question, answer]) => [
      round,
      plain(question),
      plain(answer),
    ]);
    // Each set asks the same in the same order; what it was asked first was not in memory yet.
    const uncosted = (text: string): string => text.replaceAll(/\\?"cost\\?":\{[^}]*\}/g, '');
    expect(answers.map((one) => one.map(uncosted))).toEqual(
      [...nobodys.entries()].map(([question, answer]) => [
        round,
        uncosted(plain(question)),
        uncosted(plain(answer)),
      ]),
    );
    for (const [question, answer] of others) {
      // What was asked comes back in some refusals, cut out here; nothing else does.
      const told = answer.replaceAll(/there is no (account|provider) [^;]*;/g, '');
      if (!question.startsWith('/graphql')) expect([question, told.match(traces)]).toEqual([question, null]);
    }
    await askAs(gateway, tokens.b, { query: `{ bills(${month}) { totalCount } invoices { totalCount } }` });
  }
  await relay.stop();
});
