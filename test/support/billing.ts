/** Subscriptions that are billed with another month than they start in. */

import type { Edit } from '../../src/sandbox/vendor.ts';
import type { TestGateway } from './gateway.ts';

interface RawBill {
  readonly ownerID: string;
  readonly startTime: string;
  readonly amount: string;
}
interface RawStatement {
  readonly billingMonth: string;
  readonly totalAmount: string;
}

/** PPIO's subscriptions of graphics cards that start in a month, as it sends them. */
export async function rawBills(gateway: Pick<TestGateway, 'query'>, month: string): Promise<RawBill[]> {
  const { data } = await gateway.query<{ bills: { nodes: { raw: RawBill }[] } }>(
    `{ bills(period: { month: "${month}" }, filter: { providers: ["ppio"], categories: ["gpu"] }) { nodes { raw } } }`,
  );
  return data.bills.nodes.map(({ raw }) => raw);
}

/**
 * From now on PPIO bills a subscription that starts in one month with another, and its statements say so. Gives what
 * it costs, in units of 1e-10. The gateway has read what was before.
 */
export async function billedWith(
  { query, sandbox }: Pick<TestGateway, 'query' | 'sandbox'>,
  starts: string,
  cycle: string,
): Promise<bigint> {
  const bills = await rawBills({ query }, starts);
  const [first] = bills;
  if (first === undefined) throw new Error('no subscription');
  const { ownerID, startTime } = first;
  const alike = bills.filter((one) => one.ownerID === ownerID && one.startTime === startTime);
  const moved = alike.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  const { data } = await query<{ invoices: { nodes: { raw: RawStatement }[] } }>(
    '{ invoices(filter: { providers: ["ppio"] }) { nodes { raw } } }',
  );
  const statements = data.invoices.nodes.map(({ raw }) => raw);
  const statement = (month: string, more: bigint): Edit => {
    const total = statements.find(({ billingMonth }) => billingMonth === month)?.totalAmount ?? '0';
    const set = { totalAmount: String(BigInt(total) + more), status: 'paid' };
    return { list: 'monthly/bill', where: { billingMonth: month }, set };
  };
  const bill: Edit = { list: 'bill/monthly/list', where: { ownerID, startTime }, set: { cycle } };
  sandbox.vendors.ppio.quirks = { edits: [bill, statement(starts, -moved), statement(cycle, moved)] };
  return moved * 1_000_000n;
}
