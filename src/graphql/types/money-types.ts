/** Money as clients see it, and sums over rows: exact, one per currency, null where a part is unknown. */

import { money, type Money } from '../../domain/money.ts';
import type { Totals } from '../../reports/totals.ts';
import { builder } from '../builder.ts';

export const MoneyType = builder.objectRef<Money>('Money').implement({
  description: 'An exact amount in one currency, in its main unit (yuan, dollars).',
  fields: (t) => ({
    amount: t.expose('amount', {
      type: 'Decimal',
      description: 'The amount, digit for digit as the provider sent it.',
    }),
    currency: t.expose('currency', { type: 'CurrencyCode', description: 'Its currency.' }),
  }),
});

export const TotalsType = builder.objectRef<Totals>('Totals').implement({
  description:
    'Exact sums in one currency over all matching rows, not only those of the page. Currencies are never added to each other: each has its own Totals.',
  fields: (t) => ({
    currency: t.expose('currency', { type: 'CurrencyCode', description: 'The currency of these sums.' }),
    rowCount: t.exposeInt('rowCount', { description: 'The number of rows in these sums.' }),
    listCost: t.field({
      type: MoneyType,
      nullable: true,
      resolve: ({ listCost, currency }) => money(listCost, currency),
      description:
        'The sum at list price. Null if any row lacks a list price, because a sum of the others would be too small.',
    }),
    billedCost: t.field({
      type: MoneyType,
      resolve: ({ billedCost, currency }) => money(billedCost, currency),
      description:
        'The sum of billed costs: after discounts, before vouchers. For invoices, the sum of their totals, whatever their status: filter by statuses to leave out drafts and void invoices.',
    }),
    voucherAmount: t.field({
      type: MoneyType,
      nullable: true,
      resolve: ({ voucherAmount, currency }) => money(voucherAmount, currency),
      description: 'The part covered by vouchers or coupons. Null if any row does not report it.',
    }),
    cashAmount: t.field({
      type: MoneyType,
      nullable: true,
      resolve: ({ cashAmount, currency }) => money(cashAmount, currency),
      description: 'The part to be paid in cash. Null if any row does not report it.',
    }),
    effectiveCost: t.field({
      type: MoneyType,
      nullable: true,
      resolve: ({ effectiveCost, currency }) => money(effectiveCost, currency),
      description:
        'In spend: what the days of the period cost, the sum of EffectiveCost in the FOCUS export. The payment of a subscription is spread evenly over its term, which may have begun before the period or end after it; everything else counts where it is billed. After vouchers, as far as rows report them. coverage says since when subscriptions are known (effectiveCostSince): their bills are read only if you ask for this field. Null elsewhere.',
    }),
  }),
});
