/** reconciliation: an account's month in each list that its provider has, and where the lists disagree. */

import type { CalendarDate } from '../../domain/calendar.ts';
import { money } from '../../domain/money.ts';
import {
  readReconciliation,
  toBalance,
  type AccountReconciliation,
} from '../../query/read-reconciliation.ts';
import { selectAccounts } from '../../query/sources.ts';
import type { Reconciliation, Residual, ResidualLine } from '../../reports/reconciliation.ts';
import { AccountType } from '../types/account-types.ts';
import { builder } from '../builder.ts';
import { CoverageType } from '../types/coverage-types.ts';
import { ReconciledViewEnum } from '../types/enums.ts';
import { toDates } from '../../query/asked-period.ts';
import { MoneyType, TotalsType } from '../types/money-types.ts';

const ResidualLineType = builder
  .objectRef<ResidualLine & Pick<Residual, 'currency'>>('ResidualLine')
  .implement({
    description: 'A product and day for which two views differ.',
    fields: (t) => ({
      day: t.expose('day', { type: 'Date', description: "The day, in the provider's zone." }),
      product: t.exposeString('product', { description: 'Product.name' }),
      category: t.exposeString('category', { nullable: true, description: 'Product.category' }),
      leftAmount: t.field({
        type: MoneyType,
        description: 'The amount in the left view; zero if it has no row.',
        resolve: ({ leftAmount, currency }) => money(leftAmount, currency),
      }),
      rightAmount: t.field({
        type: MoneyType,
        description: 'The amount in the right view; zero if it has no row.',
        resolve: ({ rightAmount, currency }) => money(rightAmount, currency),
      }),
      difference: t.field({
        type: MoneyType,
        description: 'Left less right.',
        resolve: ({ difference, currency }) => money(difference, currency),
      }),
    }),
  });

const ResidualType = builder.objectRef<Residual>('Residual').implement({
  description: 'The difference between two views of a month that should show the same money.',
  fields: (t) => ({
    left: t.expose('left', { type: ReconciledViewEnum, description: 'The one view.' }),
    right: t.expose('right', { type: ReconciledViewEnum, description: 'The other.' }),
    leftAmount: t.field({
      type: MoneyType,
      description: 'Billed cost in the left view.',
      resolve: ({ leftAmount, currency }) => money(leftAmount, currency),
    }),
    rightAmount: t.field({
      type: MoneyType,
      description: 'Billed cost in the right view.',
      resolve: ({ rightAmount, currency }) => money(rightAmount, currency),
    }),
    difference: t.field({
      type: MoneyType,
      description: 'Left minus right, exact. Zero: the sums agree; see lines for single days and products.',
      resolve: ({ difference, currency }) => money(difference, currency),
    }),
    lines: t.field({
      type: [ResidualLineType],
      description:
        'The products and days for which they differ. Empty if they agree everywhere, or if one view is only a total (an invoice).',
      resolve: ({ lines, currency }) => lines.map((line) => ({ ...line, currency })),
    }),
  }),
});

const AccountReconciliationType = builder
  .objectRef<AccountReconciliation>('AccountReconciliation')
  .implement({
    description:
      "An account's month in each view that its provider offers. A view is null if the provider does not offer it, or if it could not be read: coverage says which.",
    fields: (t) => {
      const view = (description: string, of: (one: AccountReconciliation) => Reconciliation['bills']) =>
        t.field({ type: [TotalsType], nullable: true, description, resolve: (one) => of(one) });
      return {
        account: t.expose('account', { type: AccountType, description: 'The account.' }),
        month: t.expose('month', {
          type: 'YearMonth',
          description: "The billing period: a month, in the account's zone.",
        }),
        bills: view('Bills of the billing period, whenever they start.', ({ bills }) => bills),
        dailyDetails: view('Daily details.', ({ dailyDetails }) => dailyDetails),
        charges: view("Bills and daily details together: the account's cost.", ({ charges }) => charges),
        apiKeyUsage: view(
          'Usage by API key: a part of the daily details, grouped by key. Exists from 2026-01 on.',
          ({ apiKeyUsage }) => apiKeyUsage,
        ),
        invoices: view(
          'Invoices or statements whose period starts in the month, without void ones. Empty if there is none (yet).',
          ({ invoices }) => invoices,
        ),
        residuals: t.expose('residuals', {
          type: [ResidualType],
          description:
            'CHARGES compared with INVOICES, and USAGE_BY_PRODUCT (daily details of the products that API keys use) compared with USAGE_BY_KEY. One for each currency, if both views could be read.',
        }),
        isBalanced: t.boolean({
          nullable: true,
          description:
            'Whether all views agree. False as soon as two differ. Null while a comparison is missing and no two differ: there are not two views, the provider has no statement for the month yet, or a view could not be read. Before a month is final its views may differ for a while, because statements lag a day behind.',
          resolve: toBalance,
        }),
        daysWithoutCharges: t.field({
          type: ['Date'],
          description:
            'Past days without any daily detail, although other days have some and the usage of these days should have arrived.',
          resolve: ({ daysWithoutCharges }): readonly CalendarDate[] => daysWithoutCharges,
        }),
        coverage: t.field({
          type: CoverageType,
          description: 'How old, complete and final each view is.',
          resolve: ({ sources }) => ({ sources }),
        }),
      };
    },
  });

builder.queryField('reconciliation', (t) =>
  t.field({
    type: [AccountReconciliationType],
    description:
      "Compares the total of a billing period in each view that a provider offers (charges, usage by key, invoice or statement), and shows each difference to the last digit, with the days and products that cause it. A subscription counts in the month with which its provider bills it, even if it starts in the month before or after. One entry per account. If an account's views could not be read, its coverage says so, and the other accounts are still complete.",
    args: {
      month: t.arg({ type: 'YearMonth', required: true, description: 'The billing period: "2026-02".' }),
      accounts: t.arg.idList({ description: 'Account.id. Null: every account.' }),
      providers: t.arg.idList({ description: 'Provider.id. Null: every provider.' }),
    },
    resolve: (_root, { month, accounts, providers }, context) => {
      context.allowance.takeList();
      // Refuses a month outside the allowed years.
      toDates({ month });
      const chosen = selectAccounts({ accounts, providers }, context);
      return Promise.all(chosen.map((account) => readReconciliation(account, month, context)));
    },
  }),
);
