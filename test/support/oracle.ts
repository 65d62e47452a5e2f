/**
 * The oracle: what answers must add up to, worked out from the sandbox's truth with arithmetic of its own. Shares no
 * code with the gateway. Money is a BigInt in units of 1e-10.
 */

import { invoicesOf } from '../../src/sandbox/aione.ts';
import { dateText, dayOf } from '../../src/sandbox/days.ts';
import { dayDetailsOf } from '../../src/sandbox/streamlake-truth.ts';
import { statementsOf, usageDaysOf } from '../../src/sandbox/ppio-novita-truth-usage.ts';
import {
  keyDaysOf,
  offsetHours,
  subscriptionsOf,
  windowOf,
  type Brand,
} from '../../src/sandbox/ppio-novita-truth.ts';
import { vendorIds, type VendorId } from '../../src/sandbox/vendors.ts';

export const seed = 20_260_201;

/** One row as the truth has it; `what` tells it from others of its kind. */
export interface TrueRow {
  readonly account: string;
  readonly currency: string;
  readonly what: string;
  readonly billed: bigint;
  readonly list: bigint | null;
  readonly voucher: bigint | null;
  readonly cash: bigint | null;
}

export interface Range {
  readonly from: string;
  readonly to: string;
}

const currencies = { ppio: 'CNY', novita: 'USD' } as const;
const accounts = { ppio: 'ppio-main', novita: 'novita-us' } as const;

/** "12.5" in units of 1e-10. */
export function units(text: string): bigint {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole) * 10n ** 10n + BigInt(fraction.padEnd(10, '0'));
  return text.startsWith('-') ? -value : value;
}

/** What a vendor's answers must hold; a list that it lacks is an absent key. */
interface VendorTruth {
  readonly bills?: (nowMs: number, range: Range) => TrueRow[];
  readonly usage?: (nowMs: number, range: Range, cycle: Cycle) => TrueRow[];
  readonly details?: (nowMs: number, range: Range) => TrueRow[];
  /** `range` null: all there are. */
  readonly invoices?: (nowMs: number, range: Range | null) => TrueRow[];
}

type Cycle = 'Day' | 'Week' | 'Month';

/** One entry for each vendor of the sandbox. */
const truths: Readonly<Record<VendorId, VendorTruth>> = {
  ppio: truthOfBrand('ppio'),
  novita: truthOfBrand('novita'),
  aione: {
    invoices: (nowMs, range) =>
      invoicesOf(seed, nowMs)
        .filter((invoice) => range === null || inRange(invoice.periodStart, range))
        .map((invoice) => ({
          account: 'aione-hq',
          currency: 'CNY',
          what: [invoice.number, invoice.status, invoice.dueDate].join('|'),
          billed: invoice.total * 1_000_000n,
          list: null,
          voucher: null,
          cash: null,
        })),
  },
  streamlake: {
    details: (nowMs, range) =>
      daysOf(range).flatMap((day) =>
        dayDetailsOf(seed, day, nowMs).map((row) => ({
          account: 'streamlake-prod',
          currency: row.currency,
          what: [dateText(day), row.project, row.feeItem, row.factors, null, '快手万擎', 'post_paid'].join(
            '|',
          ),
          billed: row.billed,
          list: row.list,
          voucher: row.voucher,
          cash: row.billed - row.voucher,
        })),
      ),
  },
};

export function trueBills(nowMs: number, range: Range): TrueRow[] {
  return vendorIds.flatMap((id) => truths[id].bills?.(nowMs, range) ?? []);
}

export function trueUsage(nowMs: number, range: Range, cycle: Cycle): TrueRow[] {
  return vendorIds.flatMap((id) => truths[id].usage?.(nowMs, range, cycle) ?? []);
}

export function trueDetails(nowMs: number, range: Range): TrueRow[] {
  return vendorIds.flatMap((id) => truths[id].details?.(nowMs, range) ?? []);
}

export function trueInvoices(nowMs: number, range: Range | null): TrueRow[] {
  return vendorIds.flatMap((id) => truths[id].invoices?.(nowMs, range) ?? []);
}

function truthOfBrand(brand: Brand): VendorTruth {
  const of = (row: Omit<TrueRow, 'account' | 'currency'>): TrueRow => ({
    ...row,
    account: accounts[brand],
    currency: currencies[brand],
  });
  return {
    bills: (nowMs, range) =>
      subscriptionsOf(seed, brand, nowMs)
        .filter((line) => inRange(dateAt(line.startSeconds, brand), range))
        .map((line) =>
          of({
            ...money(brand, line.amount, line.voucher),
            what: [line.category, line.ownerId, line.tradeType, line.billingMethod, line.startSeconds].join(
              '|',
            ),
          }),
        ),
    usage(nowMs, range, cycle) {
      const days = keyDaysOf(seed, brand, nowMs).filter((row) => dateText(row.day) >= '2026-01-01');
      const groups = Map.groupBy(days, (row) =>
        [dateText(windowOf(cycle, row.day)[0]), row.keyId, row.product].join('|'),
      );
      return [...groups]
        .filter(([what]) => inRange(what.slice(0, 10), range))
        .map(([what, group]) =>
          of({
            ...money(brand, add(group.map((row) => row.amount)), add(group.map((row) => row.voucher))),
            what: `${what}|${group.some((row) => row.category === 'llm') ? add(group.map((row) => row.input)) : 'null'}`,
          }),
        );
    },
    details: (nowMs, range) =>
      usageDaysOf(seed, brand, nowMs)
        .filter(({ day }) => inRange(dateText(day), range))
        .map((usage) =>
          of({
            ...money(brand, usage.amount, usage.voucher),
            what: [
              dateText(usage.day),
              null,
              null,
              null,
              usage.ownerId || null,
              usage.product,
              usage.billingMethod,
            ].join('|'),
          }),
        ),
    invoices: (nowMs, range) =>
      statementsOf(seed, brand, nowMs)
        .filter(({ month }) => month >= '2025-10' && (range === null || inRange(`${month}-01`, range)))
        .map(({ id, status, total }) =>
          of({ what: [id, status, null].join('|'), billed: total, list: null, voucher: null, cash: null }),
        ),
  };
}

function daysOf({ from, to }: Range): number[] {
  return Array.from({ length: Math.max(0, dayOf(to) - dayOf(from)) }, (_, index) => dayOf(from) + index);
}

/** The sums of rows by currency, as `totals` should give them. */
export function trueTotals(rows: readonly TrueRow[]) {
  return [...Map.groupBy(rows, (row) => row.currency)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, group]) => ({
      currency,
      rowCount: group.length,
      billed: add(group.map((row) => row.billed)),
      list: addKnown(group.map((row) => row.list)),
      voucher: addKnown(group.map((row) => row.voucher)),
      cash: addKnown(group.map((row) => row.cash)),
    }));
}

function money(brand: Brand, amount: bigint, voucher: bigint) {
  // Only Novita says what it would have cost at list price: a tenth more, in the sandbox.
  return {
    billed: amount,
    list: brand === 'novita' ? amount + amount / 10n : null,
    voucher,
    cash: amount - voucher,
  };
}

function dateAt(seconds: number, brand: Brand): string {
  return new Date((seconds + offsetHours[brand] * 3600) * 1000).toISOString().slice(0, 10);
}

function inRange(date: string, { from, to }: Range): boolean {
  return date >= from && date < to;
}

function add(values: readonly bigint[]): bigint {
  return values.reduce((sum, value) => sum + value, 0n);
}

function addKnown(values: readonly (bigint | null)[]): bigint | null {
  return values.every((value) => value !== null) ? add(values) : null;
}
