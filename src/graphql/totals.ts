/** Money as clients see it, and sums over rows: exact, one per currency, null where a part is unknown. */

import type { Decimal } from '../domain/decimal.ts';
import type { CurrencyCode } from '../domain/rows.ts';
import type { Totals } from '../reports/totals.ts';
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
    listCost: t.field({
      type: Money,
      nullable: true,
      resolve: ({ listCost, currency }) => money(listCost, currency),
      description: 'Sum at list price. Null when any row lacks it: a sum of the rest would be too small.',
    }),
    billedCost: t.field({
      type: Money,
      resolve: ({ billedCost, currency }) => money(billedCost, currency),
      description:
        'Sum of what was billed: after discounts, before vouchers. For invoices, the sum of their totals whatever their status: filter by statuses to leave drafts and void ones out.',
    }),
    voucherAmount: t.field({
      type: Money,
      nullable: true,
      resolve: ({ voucherAmount, currency }) => money(voucherAmount, currency),
      description: 'The part covered by vouchers or coupons. Null when any row lacks it.',
    }),
    cashAmount: t.field({
      type: Money,
      nullable: true,
      resolve: ({ cashAmount, currency }) => money(cashAmount, currency),
      description: 'The part to be borne in cash. Null when any row lacks it.',
    }),
  }),
});
