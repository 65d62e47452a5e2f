/** Paging: forward, backward, from either end and between two cursors, nothing is lost, doubled or shown out of turn. */

import { expect, test } from 'vitest';

import { startGateway } from '../support/gateway.ts';

interface Page {
  readonly list: {
    readonly totalCount: number;
    readonly edges: readonly { readonly cursor: string; readonly node: Row }[];
    readonly pageInfo: {
      hasNextPage: boolean;
      hasPreviousPage: boolean;
      startCursor: string | null;
      endCursor: string | null;
    };
  };
}
interface Row {
  readonly id: string;
  readonly account: { readonly id: string };
  readonly chargePeriod: { readonly start: string };
  readonly billedCost: { readonly amount: string; readonly currency: string };
  readonly product: { readonly name: string };
}

const period = 'period: { dates: { from: "2026-01-01", to: "2026-03-01" } }';
const year = 'period: { dates: { from: "2025-04-01", to: "2026-04-01" } }';
const query = (args: string) => `{ list: bills(${args}) {
  totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  edges { cursor node { id account { id } chargePeriod { start } billedCost { amount currency } product { name } } } } }`;

test('pages of 7 forward and backward give the rows of one large page, in its order', async () => {
  const gateway = await startGateway();
  const page = async (args: string) => (await gateway.query<Page>(query(`${period}, ${args}`))).data.list;
  for (const order of [
    '',
    'orderBy: { field: BILLED_COST, direction: ASC },',
    'orderBy: { field: PRODUCT_NAME },',
  ]) {
    const whole = (await page(`${order} first: 1000`)).edges.map(({ node }) => node.id);
    expect(whole.length).toBeGreaterThan(30);
    const forward: string[] = [];
    for (let cursor = ''; ;) {
      const { edges, pageInfo } = await page(`${order} first: 7 ${cursor}`);
      forward.push(...edges.map(({ node }) => node.id));
      expect(pageInfo.hasPreviousPage).toBe(cursor !== '');
      if (!pageInfo.hasNextPage) break;
      cursor = `after: "${pageInfo.endCursor}"`;
    }
    expect(forward).toEqual(whole);
    const backward: string[] = [];
    for (let cursor = ''; ;) {
      const { edges, pageInfo } = await page(`${order} last: 7 ${cursor}`);
      backward.unshift(...edges.map(({ node }) => node.id));
      expect(pageInfo.hasNextPage).toBe(cursor !== '');
      if (!pageInfo.hasPreviousPage) break;
      cursor = `before: "${pageInfo.startCursor}"`;
    }
    expect(backward).toEqual(whole);
  }
});

test('newest first, then account, then id, by default', async () => {
  const gateway = await startGateway();
  const { edges } = (await gateway.query<Page>(query(`${period}, first: 1000`))).data.list;
  const keys = edges.map(({ node }) => [node.chargePeriod.start, node.account.id, node.id] as const);
  const sorted = keys.toSorted(([a, b, c], [x, y, z]) =>
    a === x ? (b === y ? (c < z ? -1 : 1) : b < y ? -1 : 1) : a < x ? 1 : -1,
  );
  expect(keys).toEqual(sorted);
});

test('costs are ordered as numbers within a currency, and currencies are kept apart', async () => {
  const gateway = await startGateway();
  const { edges } = (
    await gateway.query<Page>(query(`${year}, first: 1000, orderBy: { field: BILLED_COST }`))
  ).data.list;
  const currencies = edges.map(({ node }) => node.billedCost.currency);
  expect(currencies).toEqual(currencies.toSorted());
  for (const currency of ['CNY', 'USD']) {
    const amounts = edges
      .filter(({ node }) => node.billedCost.currency === currency)
      .map(({ node }) => Number(node.billedCost.amount));
    expect(amounts).toEqual(amounts.toSorted((a, b) => b - a));
  }
  expect(edges.some(({ node }) => node.billedCost.amount.startsWith('-'))).toBe(true);
});

test('between two cursors are the rows between them; a page of none still counts all', async () => {
  const gateway = await startGateway();
  const page = async (args: string) => (await gateway.query<Page>(query(`${period}, ${args}`))).data.list;
  const { edges, totalCount } = await page('first: 10');
  const [from, to] = [edges[2]?.cursor, edges[7]?.cursor];
  const between = await page(`after: "${from}", before: "${to}"`);
  expect(between.edges.map(({ node }) => node.id)).toEqual(edges.slice(3, 7).map(({ node }) => node.id));
  expect(between.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
  const none = await page('first: 0');
  expect(none).toMatchObject({
    totalCount,
    edges: [],
    pageInfo: { startCursor: null, endCursor: null, hasNextPage: true },
  });
});

test('a cursor stays good when the rows are read again and amounts have changed', async () => {
  const gateway = await startGateway({ nowMs: Date.parse('2026-02-20T12:00:00Z') });
  gateway.sandbox.vendors.ppio.quirks = { mutating: true };
  const page = async (args: string) => (await gateway.query<Page>(query(`${period}, ${args}`))).data.list;
  const whole = (await page('first: 1000')).edges.map(({ node }) => node.id);
  const { pageInfo } = await page('first: 10');
  gateway.clock.nowMs += 7_200_000;
  const rest = await page(`first: 1000, after: "${pageInfo.endCursor}"`);
  expect(rest.edges.map(({ node }) => node.id)).toEqual(whole.slice(10));
});

test.each([
  ['edited by hand', (cursor: string) => `${cursor.slice(0, -1)}${cursor.endsWith('A') ? 'B' : 'A'}`, period],
  ['of another period', (cursor: string) => cursor, 'period: { month: "2026-01" }'],
  ['of another filter', (cursor: string) => cursor, `${period}, filter: { providers: ["ppio"] }`],
  ['of another order', (cursor: string) => cursor, `${period}, orderBy: { field: BILLED_COST }`],
  ['made up', () => Buffer.from('OffsetConnection:-5').toString('base64'), period],
  ['empty', () => '', period],
])('a cursor %s is refused before anything is asked of a vendor', async (_name, change, args) => {
  const gateway = await startGateway();
  const { data } = await gateway.query<Page>(query(`${period}, first: 5`));
  await gateway.restart();
  const calls = gateway.calls('ppio');
  const { errors } = await gateway.query(
    query(`${args}, first: 5, after: "${change(data.list.pageInfo.endCursor ?? '')}"`),
  );
  expect(errors).toMatchObject([{ extensions: { code: 'INVALID_CURSOR', retryable: false } }]);
  expect(gateway.calls('ppio')).toBe(calls);
});

test.each(['first: -1', 'first: 1001', 'last: -1', 'last: 1001', 'first: 1, last: 1'])(
  '%s is refused',
  async (args) => {
    const gateway = await startGateway();
    const { errors } = await gateway.query(query(`${period}, ${args}`));
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(gateway.calls('ppio')).toBe(0);
  },
);
