/** reconciliation: an account's month in each view its provider offers, and where these do not agree. */

import type { Account } from '../domain/account.ts';
import {
  after,
  dateIn,
  type CalendarDate,
  type DateRange,
  type Instant,
  type YearMonth,
} from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import type { RowKind } from '../domain/rows.ts';
import type { Reading } from '../ledger/reading.ts';
import {
  isZero,
  reconcile,
  type Reconciliation,
  type Residual,
  type ResidualLine,
  type Rows,
} from '../reports/reconciliation.ts';
import { AccountType } from './account.ts';
import { builder } from './builder.ts';
import { sourceOf, type GatewayContext } from './context.ts';
import { CoverageType } from './coverage.ts';
import { ReconciledViewEnum } from './enums.ts';
import { toDates } from './period.ts';
import { byCategories, readSource, selectAccounts, toCoverage } from './sources.ts';
import { money, Money, TotalsType } from './totals.ts';

interface AccountReconciliation extends Reconciliation {
  readonly account: Account;
  readonly month: YearMonth;
  readonly sources: readonly SourceCoverage[];
}

async function readReconciliation(
  account: Account,
  month: YearMonth,
  dates: DateRange,
  context: GatewayContext,
): Promise<AccountReconciliation> {
  const read = async <K extends RowKind>(kind: K): Promise<Reading<K> | null> => {
    const source = sourceOf(context.visible, account, kind);
    if (source === undefined) return null;
    return readSource(source, dates, kind === 'API_KEY_USAGE' ? () => ['DAY'] : byCategories(null), context);
  };
  const [bills, dailyDetails, apiKeyUsage, invoices] = await Promise.all([
    read('BILL'),
    read('DAILY_DETAIL'),
    read('API_KEY_USAGE'),
    read('INVOICE'),
  ]);
  const reconciliation = await reconcile({
    bills: rowsOf(bills, context),
    dailyDetails: rowsOf(dailyDetails, context),
    apiKeyUsage: rowsOf(apiKeyUsage, context),
    invoices: rowsOf(invoices, context),
    isCostWhole: [bills, dailyDetails].every((reading) => reading?.status !== 'FAILED'),
    keyedCategories: account.provider.keyedCategories,
    month: dates,
    openDay: openDayOf(account, dailyDetails?.asOf ?? context.ledger.now()),
  });
  const readings = [bills, dailyDetails, apiKeyUsage, invoices].filter((reading) => reading !== null);
  const sources = await Promise.all(readings.map((reading) => coverageOf(reading)));
  return { ...reconciliation, account, month, sources };
}

/** The first day whose usage may not have come in yet. */
function openDayOf({ provider, timeZone }: Account, readAt: Instant): CalendarDate {
  return dateIn(after(readAt, -provider.usageLagHours * 3_600_000), timeZone);
}

/** Of a list that does not reach back so far nothing is known: it is not a list without rows. */
function rowsOf<K extends RowKind>(reading: Reading<K> | null, { allowance }: GatewayContext): Rows<K> {
  const isThere =
    reading !== null &&
    reading.status !== 'FAILED' &&
    reading.notices.every(({ code }) => code !== 'PERIOD_CLAMPED');
  if (!isThere) return null;
  return (visitor) =>
    reading.visit((row) => {
      allowance.visitRows(1);
      visitor(row);
    });
}

async function coverageOf(reading: Reading<RowKind>): Promise<SourceCoverage> {
  let rowCount = 0;
  await reading.visit(() => {
    rowCount += 1;
  });
  return toCoverage(reading, rowCount);
}

const ResidualLineType = builder
  .objectRef<ResidualLine & Pick<Residual, 'currency'>>('ResidualLine')
  .implement({
    description: 'A product and day on which two views differ.',
    fields: (t) => ({
      day: t.expose('day', { type: 'Date', description: "The day, in the provider's zone." }),
      product: t.exposeString('product', { description: 'Product.name' }),
      category: t.exposeString('category', { nullable: true, description: 'Product.category' }),
      leftAmount: t.field({
        type: Money,
        description: 'What the left view has of it; zero where it has no row.',
        resolve: ({ leftAmount, currency }) => money(leftAmount, currency),
      }),
      rightAmount: t.field({
        type: Money,
        description: 'What the right view has of it; zero where it has no row.',
        resolve: ({ rightAmount, currency }) => money(rightAmount, currency),
      }),
      difference: t.field({
        type: Money,
        description: 'Left less right.',
        resolve: ({ difference, currency }) => money(difference, currency),
      }),
    }),
  });

const ResidualType = builder.objectRef<Residual>('Residual').implement({
  description: 'What is left when one view of a month is taken from another that shows the same money.',
  fields: (t) => ({
    left: t.expose('left', { type: ReconciledViewEnum, description: 'The one view.' }),
    right: t.expose('right', { type: ReconciledViewEnum, description: 'The other.' }),
    leftAmount: t.field({
      type: Money,
      description: 'Billed cost in the left view.',
      resolve: ({ leftAmount, currency }) => money(leftAmount, currency),
    }),
    rightAmount: t.field({
      type: Money,
      description: 'Billed cost in the right view.',
      resolve: ({ rightAmount, currency }) => money(rightAmount, currency),
    }),
    difference: t.field({
      type: Money,
      description: 'Left less right, exact. Zero: they agree in sum; see lines.',
      resolve: ({ difference, currency }) => money(difference, currency),
    }),
    lines: t.field({
      type: [ResidualLineType],
      description:
        'The products and days on which they differ. Empty where they agree everywhere, or where one view is a total alone (an invoice).',
      resolve: ({ lines, currency }) => lines.map((line) => ({ ...line, currency })),
    }),
  }),
});

const AccountReconciliationType = builder
  .objectRef<AccountReconciliation>('AccountReconciliation')
  .implement({
    description:
      "An account's month in each view its provider offers. A view is null where the provider has none, or where it could not be read: coverage says which.",
    fields: (t) => {
      const view = (description: string, of: (one: AccountReconciliation) => Reconciliation['bills']) =>
        t.field({ type: [TotalsType], nullable: true, description, resolve: (one) => of(one) });
      return {
        account: t.expose('account', { type: AccountType, description: 'The account.' }),
        month: t.expose('month', { type: 'YearMonth', description: "The month, in the account's zone." }),
        bills: view('Bills that start in the month.', ({ bills }) => bills),
        dailyDetails: view('Daily details.', ({ dailyDetails }) => dailyDetails),
        charges: view("Bills and daily details together: the account's cost.", ({ charges }) => charges),
        apiKeyUsage: view(
          'Usage by key: a part of the daily details, seen otherwise. Exists from 2026-01 on.',
          ({ apiKeyUsage }) => apiKeyUsage,
        ),
        invoices: view(
          'Invoices or statements whose period starts in the month, void ones left out.',
          ({ invoices }) => invoices,
        ),
        residuals: t.expose('residuals', {
          type: [ResidualType],
          description:
            'CHARGES against INVOICES, and USAGE_BY_PRODUCT (daily details of the products that keys use) against USAGE_BY_KEY, for each currency, as far as both could be read.',
        }),
        isBalanced: t.boolean({
          nullable: true,
          description:
            'Whether no two views differ anywhere. Null where there are not two views to compare. A month that is not final may differ for a while: statements lag a day behind.',
          resolve: ({ residuals }) =>
            residuals.length === 0
              ? null
              : residuals.every(({ difference, lines }) => isZero(difference) && lines.length === 0),
        }),
        daysWithoutCharges: t.field({
          type: ['Date'],
          description:
            'Days that have ended, and whose usage should have come in, on which the daily details have no row, though they have on others.',
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
      "What a month comes to in each view that a provider offers (charges, usage by key, invoice or statement), and what is left between them, to the last digit, with the days and products where it arises. One for each account; an account whose views could not be read says so in its coverage, and leaves the others' whole.",
    args: {
      month: t.arg({ type: 'YearMonth', required: true, description: 'The month: "2026-02".' }),
      accounts: t.arg.idList({ description: 'Account.id. Null: every account.' }),
      providers: t.arg.idList({ description: 'Provider.id. Null: every provider.' }),
    },
    resolve: (_root, { month, accounts, providers }, context) => {
      context.allowance.takeList();
      const dates = toDates({ month });
      const chosen = selectAccounts({ accounts, providers }, context);
      return Promise.all(chosen.map((account) => readReconciliation(account, month, dates, context)));
    },
  }),
);
