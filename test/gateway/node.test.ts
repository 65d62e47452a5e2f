/** Whatever has an id can be fetched again by it: rows of every kind, accounts and providers; and nothing that is not one's own. */

import { expect, test } from 'vitest';

import { startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { ask, codesOf, send, tokens, vendorCalls, withClients } from '../support/ask.ts';

const month = 'period: { month: "2026-02" }';
const money = '{ amount currency }';
const fields = `__typename id ... on Charge { account { id } product { productId name } billedCost ${money} chargePeriod { start } settlement { status } }
  ... on ApiKeyUsage { cycle apiKey { keyId } } ... on Invoice { account { id } number total ${money} }`;

interface Row {
  readonly __typename: string;
  readonly id: string;
  readonly account: { readonly id: string };
}

/** Rows of every kind, cycle and account. */
async function someRows(gateway: TestGateway): Promise<Row[]> {
  const lists = [
    `bills(${month})`,
    `dailyDetails(${month})`,
    `apiKeyUsage(${month}, cycle: DAY)`,
    `apiKeyUsage(${month}, cycle: WEEK)`,
    `apiKeyUsage(${month}, cycle: MONTH)`,
    'invoices',
  ];
  const query = `{ accounts { ${lists.map((list, index) => `l${index}: ${list.replace(/\)$|$/, (end) => (end === ')' ? ', first: 3)' : ''))} { nodes { ... on Node { ${fields} } } }`).join(' ')} } }`;
  const { data, errors } = await gateway.query<{ accounts: Record<string, { nodes: Row[] } | null>[] }>(
    query,
  );
  expect(errors).toBeUndefined();
  return data.accounts.flatMap((account) =>
    Object.values(account).flatMap((list) => list?.nodes.slice(0, 3) ?? []),
  );
}

const find = (ids: readonly string[]): string => `{ nodes(ids: ${JSON.stringify(ids)}) { ${fields} } }`;

test('rows of every kind are found again by their ids, the same to the last field, without a call to a vendor', async () => {
  const gateway = await startGateway();
  const rows = await someRows(gateway);
  expect(new Set(rows.map(({ __typename }) => __typename)).size).toBe(4);
  expect(new Set(rows.map(({ account }) => account.id)).size).toBe(4);
  const calls = vendorCalls(gateway);
  const { data, errors } = await gateway.query(find(rows.map(({ id }) => id)));
  expect([data, errors]).toEqual([{ nodes: rows }, undefined]);
  const [first] = rows;
  expect((await gateway.query(`{ node(id: "${first?.id}") { ${fields} } }`)).data).toEqual({ node: first });
  expect(vendorCalls(gateway)).toBe(calls);
});

test('a row is found by a gateway that has read nothing yet, at the price of its day', async () => {
  const gateway = await startGateway();
  const detail = (await someRows(gateway)).find(({ id }) => id.startsWith('daily:streamlake'));
  await gateway.restart();
  const calls = vendorCalls(gateway);
  const query = find([detail?.id ?? '']);
  const price = await gateway.query<{ queryCost: { upstream: number } }>(
    `{ queryCost(query: ${JSON.stringify(query)}) { upstream } }`,
  );
  expect((await gateway.query(query)).data).toEqual({ nodes: [detail] });
  expect([vendorCalls(gateway) - calls, price.data.queryCost.upstream]).toEqual([1, 1]);
});

test('a row that its vendor lists with the month beside its own is found', async () => {
  const gateway = await startGateway();
  const args =
    'period: { dates: { from: "2026-01-01", to: "2026-03-01" } }, filter: { accounts: ["ppio-main"] }';
  const bills = `{ bills(${args}, first: 1000) { nodes { id chargePeriod { start } raw } } }`;
  const { data } = await gateway.query<{
    bills: { nodes: { raw: Record<string, string>; chargePeriod: { start: string } }[] };
  }>(bills);
  const later = data.bills.nodes.find(({ chargePeriod }) => chargePeriod.start >= '2026-02-01');
  const { ownerID = '', startTime = '' } = later?.raw ?? {};
  const set = { startTime: String(Date.parse('2026-01-20T00:00:00Z') / 1000) };
  gateway.sandbox.vendors.ppio.quirks = {
    edits: [{ list: 'bill/monthly/list', where: { ownerID, startTime }, set }],
  };
  await gateway.restart();
  const moved = await gateway.query<{ bills: { nodes: { id: string; raw: { startTime: string } }[] } }>(
    bills,
  );
  const id = moved.data.bills.nodes.find(({ raw }) => raw.startTime === set.startTime)?.id ?? '';
  expect((await gateway.query(`{ node(id: "${id}") { id } }`)).data).toEqual({ node: { id } });
});

test('an id of nothing gives null, whether the account is there, seen, or has such rows', async () => {
  const gateway = await startGateway({ settings: withClients() });
  const all = (
    await ask(
      gateway,
      `{ bills(${month}, filter: { accounts: ["novita-us"] }) { nodes { id } } }`,
      tokens.all,
    )
  ).data as { bills: { nodes: { id: string }[] } };
  const [{ id: hidden } = { id: '' }] = all.bills.nodes;
  const ids = [
    hidden,
    'novita-us',
    'novita',
    'bill:ppio-main:2026-02-03:AAAAAAAAAAAAAAAAAAAAAAAA',
    'bill:ppio-main:2026-02-03:AAAAAAAAAAAAAAAAAAAAAAAA:1772323200000',
    'bill:ppio-main:0001-01-01:AAAAAAAAAAAAAAAAAAAAAAAA',
    'bill:nobody:2026-02-03:AAAAAAAAAAAAAAAAAAAAAAAA',
    'daily:ppio-main:2999-01-01:AAAAAAAAAAAAAAAAAAAAAAAA',
    '',
  ];
  const got = await ask(gateway, `{ nodes(ids: ${JSON.stringify(ids)}) { id } }`, tokens.one);
  expect([got.data, got.errors]).toEqual([{ nodes: ids.map(() => null) }, []]);
});

test("one vendor's fault is the error of its own rows alone", async () => {
  const gateway = await startGateway();
  const rows = await someRows(gateway);
  await gateway.restart();
  gateway.sandbox.vendors.aione.fault = { name: 'notFound' };
  const { data, errors } = await gateway.query(find(rows.map(({ id }) => id)));
  const isFailed = ({ account }: Row): boolean => account.id === 'aione-hq';
  expect(data).toEqual({ nodes: rows.map((row) => (isFailed(row) ? null : row)) });
  expect(errors?.map(({ path, extensions }) => [path, extensions.code, extensions['account']])).toEqual(
    rows.flatMap((row, index) =>
      isFailed(row) ? [[['nodes', index], 'PROVIDER_RESPONSE_INVALID', 'aione-hq']] : [],
    ),
  );
});

test('accounts that are called like providers are found by what the settings call them, and by their ids', async () => {
  const called: Readonly<Record<string, string>> = { 'novita-us': 'ppio', 'aione-hq': 'aione' };
  const settings = (all: Settings): unknown => ({
    ...all,
    accounts: all.accounts.map((account) => ({ ...account, id: called[account.id] ?? account.id })),
  });
  const gateway = await startGateway({ settings });
  const { data } = await gateway.query<{ accounts: { id: string }[]; providers: { id: string }[] }>(
    '{ accounts { id } providers { id } }',
  );
  const ids = [...data.accounts, ...data.providers].map(({ id }) => id);
  expect(new Set(ids).size).toBe(8);
  const nodes = await gateway.query(`{ nodes(ids: ${JSON.stringify(ids)}) { id __typename } }`);
  const typed = ids.map((id, index) => ({ id, __typename: index < 4 ? 'Account' : 'Provider' }));
  expect(nodes.data).toEqual({ nodes: typed });
  for (const name of ['ppio', 'account:ppio']) {
    const found = await gateway.query(
      `{ account(id: "${name}") { id provider { id } } bills(${month}, filter: { accounts: ["${name}"] }) { coverage { sources { account { id } } } }
         spend(${month}, groupBy: [ACCOUNT], filter: { accounts: ["${name}"] }) { groups { key { value } } } }`,
    );
    expect(found).toMatchObject({
      data: {
        account: { id: 'account:ppio', provider: { id: 'novita' } },
        bills: { coverage: { sources: [{ account: { id: 'account:ppio' } }] } },
        spend: { groups: [{ key: [{ value: 'account:ppio' }] }] },
      },
    });
    const failed = await gateway.query(
      `{ bills(${month}, filter: { accounts: ["${name.replace('ppio', 'aione')}"] }) { totalCount } }`,
    );
    expect(failed.errors?.[0]?.extensions).toMatchObject({
      code: 'UNSUPPORTED_BY_PROVIDER',
      account: 'aione',
    });
    const path = `/export/focus.ndjson?month=2026-02&accounts=${name}`;
    expect((await send(gateway, { method: 'GET', path })).text).toContain('"x_AccountId":"ppio"');
  }
});

test('rows of an export have the ids that they have in lists, and are found by them', async () => {
  const gateway = await startGateway();
  const { text } = await send(gateway, { method: 'GET', path: '/export/focus.ndjson?month=2026-02' });
  const ids = [
    ...new Set(
      text
        .trim()
        .split('\n')
        .map((line) => String(JSON.parse(line).x_RowId)),
    ),
  ];
  const some = ids.filter((_id, index) => index % Math.ceil(ids.length / 90) === 0);
  const { data } = await gateway.query(`{ nodes(ids: ${JSON.stringify(some)}) { id } }`);
  expect(data).toEqual({ nodes: some.map((id) => ({ id })) });
  for (const id of ids) expect(id).not.toMatch(/^[-+=@]/);
});

test('more than a hundred ids are refused', async () => {
  const gateway = await startGateway();
  const got = await ask(
    gateway,
    `{ nodes(ids: ${JSON.stringify(Array.from({ length: 101 }, () => 'x'))}) { id } }`,
  );
  expect(codesOf(got)).toEqual(['BAD_USER_INPUT']);
});
