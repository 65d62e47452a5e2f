/** Money as clients see it, and sums over rows: exact, one per currency, null where a part is unknown. */

import { sumDecimals, type Decimal } from '../domain/decimal.ts';
import type { ChargeRow, CurrencyCode, InvoiceRow } from '../domain/rows.ts';
import { builder } from './builder.ts';

export interface MoneyShape {
  readonly amount: Decimal;
  readonly currency: CurrencyCode;
}

/** An amount with its currency; an unknown amount is null, not zero. */
export function money(amount: Decimal, currency: CurrencyCode): MoneyShape;
export function money(amount: Decimal | null, currency: CurrencyCode): MoneyShape | null;
export function money(amount: Decimal | null, currency: CurrencyCode): MoneyShape | null {
  return amount === null ? null : { amount, currency };
}

export interface Totals {
  readonly currency: CurrencyCode;
  readonly rowCount: number;
  readonly listCost: MoneyShape | null;
  readonly billedCost: MoneyShape;
  readonly voucherAmount: MoneyShape | null;
  readonly cashAmount: MoneyShape | null;
}

/** Sums over rows, one per currency, in alphabetical order of the currencies. An invoice's total is its billed cost. */
export function toTotals(rows: readonly (ChargeRow | InvoiceRow)[]): Totals[] {
  const byCurrency = Map.groupBy(rows, (row) => row.currency);
  return [...byCurrency]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, group]) => ({
      currency,
      rowCount: group.length,
      listCost: sum(group, currency, (row) => ('total' in row ? null : row.listCost)),
      billedCost: {
        currency,
        amount: sumDecimals(group.map((row) => ('total' in row ? row.total : row.billedCost))),
      },
      voucherAmount: sum(group, currency, (row) => ('total' in row ? null : row.voucherAmount)),
      cashAmount: sum(group, currency, (row) => ('total' in row ? null : row.cashAmount)),
    }));
}

/** Null when any row does not know its part: a sum of the others would be too small. */
function sum<Row>(
  rows: readonly Row[],
  currency: CurrencyCode,
  part: (row: Row) => Decimal | null,
): MoneyShape | null {
  const parts = rows.map(part);
  return parts.every((value) => value !== null) ? { amount: sumDecimals(parts), currency } : null;
}

export const Money = builder.objectRef<MoneyShape>('Money').implement({
  description: 'An exact amount in one currency, in its main unit (yuan, dollars).',
  fields: (t) => ({
    amount: t.expose('amount', {
      type: 'Decimal',
      description: "The amount, digit for digit the provider's.",
    }),
    currency: t.expose('currency', { type: 'CurrencyCode', description: 'Its currency.' }),
  }),
});

export const TotalsType = builder.objectRef<Totals>('Totals').implement({
  description:
    'Exact sums in one currency over all rows that match, not only those of the page. Different currencies are never added: there is one Totals per currency.',
  fields: (t) => ({
    currency: t.expose('currency', { type: 'CurrencyCode', description: 'The currency of these sums.' }),
    rowCount: t.exposeInt('rowCount', { description: 'How many rows were added.' }),
    listCost: t.expose('listCost', {
      type: Money,
      nullable: true,
      description: 'Sum at list price. Null when any row lacks it: a sum of the rest would be too small.',
    }),
    billedCost: t.expose('billedCost', {
      type: Money,
      description:
        'Sum of what was billed: after discounts, before vouchers. For invoices, the sum of their totals whatever their status: filter by statuses to leave drafts and void ones out.',
    }),
    voucherAmount: t.expose('voucherAmount', {
      type: Money,
      nullable: true,
      description: 'The part covered by vouchers or coupons. Null when any row lacks it.',
    }),
    cashAmount: t.expose('cashAmount', {
      type: Money,
      nullable: true,
      description: 'The part to be borne in cash. Null when any row lacks it.',
    }),
  }),
});
