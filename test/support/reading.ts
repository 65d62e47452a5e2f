/** Reads a whole list through a gateway, page by page, and gives its rows in the oracle's terms. */

import type { TestGateway } from './gateway.ts';
import { units, type TrueRow } from './oracle.ts';

interface Money {
  readonly amount: string;
  readonly currency: string;
}

export interface Totals {
  readonly currency: string;
  readonly rowCount: number;
  readonly listCost: Money | null;
  readonly billedCost: Money;
  readonly voucherAmount: Money | null;
  readonly cashAmount: Money | null;
}

export interface Source {
  readonly account: { readonly id: string };
  readonly status: string;
  readonly asOf: string | null;
  readonly rowCount: number;
  readonly settlement: { readonly status: string; readonly finalAt: string | null };
  readonly notices: readonly { readonly code: string; readonly message: string }[];
  readonly error: { readonly code: string; readonly retryable: boolean } | null;
}

export interface Connection {
  readonly totalCount: number;
  readonly totals: readonly Totals[];
  readonly coverage: {
    readonly complete: boolean;
    readonly asOf: string | null;
    readonly sources: readonly Source[];
  };
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly nodes: readonly Node[];
}

export interface Node {
  readonly id: string;
  readonly account: { readonly id: string };
  readonly listCost?: Money | null;
  readonly billedCost: Money;
  readonly voucherAmount?: Money | null;
  readonly cashAmount?: Money | null;
  readonly [field: string]: unknown;
}

export type List = 'bills' | 'apiKeyUsage' | 'dailyDetails' | 'invoices';

const money = '{ amount currency }';
const charge = `listCost ${money} billedCost ${money} voucherAmount ${money} cashAmount ${money} chargePeriod { start }`;
const fields: Record<List, string> = {
  bills: `${charge} product { category } resourceId providerTradeType providerBillingMethod`,
  apiKeyUsage: `${charge} product { name } apiKey { keyId } inputTokens`,
  dailyDetails: `${charge} day projectId feeItem factors resourceId product { name } providerBillingMethod`,
  invoices: `billedCost: total ${money} number providerStatus dueDate`,
};

export const coverage = `coverage { complete asOf sources {
  account { id } status asOf rowCount settlement { status finalAt } notices { code message } error { code retryable }
} }`;

const totals = `totals { currency rowCount listCost ${money} billedCost ${money} voucherAmount ${money} cashAmount ${money} }`;

/** `args` stands beside the paging: `period: { month: "2026-02" }`. */
export function listQuery(list: List, args: string): string {
  return `{ list: ${list}(${args}) { totalCount ${totals} ${coverage}
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { id account { id } ${fields[list]} } } }`;
}

/** All pages of a list, and the connection of the first. */
export async function readAll(gateway: TestGateway, list: List, args: string, pageSize: number) {
  const nodes: Node[] = [];
  let first: Connection | null = null;
  for (let after: string | null = null; ;) {
    const paging: string = after === null ? `first: ${pageSize}` : `first: ${pageSize}, after: "${after}"`;
    const { data, errors } = await gateway.query<{ list: Connection }>(listQuery(list, `${args}, ${paging}`));
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    first ??= data.list;
    nodes.push(...data.list.nodes);
    after = data.list.pageInfo.endCursor;
    if (!data.list.pageInfo.hasNextPage) return { nodes, first };
  }
}

/** A row of an answer in the oracle's terms. */
export function toTrueRow(list: List, node: Node, utcOffsetHours: number): TrueRow {
  const text = (name: string): string => String(node[name]);
  const start = Date.parse(Object(node['chargePeriod']).start ?? '1970-01-01T00:00:00Z');
  const date = new Date(start + utcOffsetHours * 3_600_000).toISOString().slice(0, 10);
  const what = {
    bills: () => [
      Object(node['product']).category,
      text('resourceId'),
      text('providerTradeType'),
      text('providerBillingMethod'),
      start / 1000,
    ],
    apiKeyUsage: () => [
      date,
      Object(node['apiKey']).keyId,
      Object(node['product']).name,
      text('inputTokens'),
    ],
    dailyDetails: () => [
      ...['day', 'projectId', 'feeItem', 'factors', 'resourceId'].map((name) => node[name]),
      Object(node['product']).name,
      text('providerBillingMethod'),
    ],
    invoices: () => [text('number'), text('providerStatus'), node['dueDate']],
  }[list]();
  const amount = (value: Money | null | undefined): bigint | null =>
    value == null ? null : units(value.amount);
  return {
    account: node.account.id,
    currency: node.billedCost.currency,
    what: what.join('|'),
    billed: units(node.billedCost.amount),
    list: amount(node.listCost),
    voucher: amount(node.voucherAmount),
    cash: amount(node.cashAmount),
  };
}

/** Totals of an answer in the oracle's terms. */
export function toTrueTotals(answered: readonly Totals[]) {
  const amount = (value: Money | null): bigint | null => (value === null ? null : units(value.amount));
  return answered.map(({ currency, rowCount, ...sums }) => ({
    currency,
    rowCount,
    billed: amount(sums.billedCost),
    list: amount(sums.listCost),
    voucher: amount(sums.voucherAmount),
    cash: amount(sums.cashAmount),
  }));
}

/** Rows in an order of their own, as text, so that two lists can be compared. */
export function sorted(rows: readonly TrueRow[]): string[] {
  return rows
    .map((row) =>
      [row.account, row.what, row.currency, row.billed, row.list, row.voucher, row.cash].join(' '),
    )
    .toSorted();
}
