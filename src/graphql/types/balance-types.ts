/** What is left on an account, and until when. */

import type { Decimal } from '../../domain/decimal.ts';
import { money } from '../../domain/money.ts';
import type { BalanceReading } from '../../domain/snapshots.ts';
import { readBalance, readRunway, type Balance, type BalanceRunway } from '../../query/read-balance.ts';
import { builder } from '../builder.ts';
import { AccountType } from './account-types.ts';
import { BalanceSourceEnum } from './enums.ts';
import { EstimateType } from './estimate-type.ts';
import { MoneyType } from './money-types.ts';
import { SnapshotInterface } from './snapshot-interface.ts';

const RunwayType = builder.objectRef<BalanceRunway>('Runway').implement({
  description: 'How long an account lasts if its days go on as they were.',
  fields: (t) => ({
    days: t.exposeInt('days', {
      description: 'Whole days of dailyCash that what is available pays for. 0: nothing is left.',
    }),
    exhaustedOn: t.expose('exhaustedOn', {
      type: 'Date',
      description: "The day, in the account's zone, on which nothing is left: that of the balance and days.",
    }),
    dailyCash: t.field({
      type: EstimateType,
      description:
        'What the median of the last complete days cost, at most 14 of them: the part borne in cash where the provider tells it apart, else the whole.',
      resolve: ({ dailyCash, currency }) => ({ estimated: dailyCash, currency }),
    }),
    basedOnDays: t.exposeInt('basedOnDays', {
      description:
        'How many days that is. Days before the first charge, and days whose usage may still be coming in, are not among them.',
    }),
  }),
});

const BalanceType = builder.objectRef<Balance>('Balance').implement({
  interfaces: [SnapshotInterface],
  description:
    'What is left on an account. Its amounts overlap in ways that no provider documents: never add them. What is not known is null, never 0; any of them may be negative.',
  fields: (t) => {
    const part = (name: Exclude<keyof BalanceReading, 'kind' | 'currency'>, description: string) =>
      t.field({
        type: MoneyType,
        nullable: true,
        description: `${description} Null: not told.`,
        resolve: ({ reported }) =>
          reported && money(reported[name] satisfies Decimal | null, reported.currency),
      });
    return {
      source: t.expose('source', { type: BalanceSourceEnum, description: 'Who tells it.' }),
      available: part('available', 'What can still be spent.'),
      cash: part('cash', 'What was paid in and is not spent.'),
      creditLimit: part('creditLimit', 'What may be spent beyond that.'),
      pending: part('pending', 'Charges that are not settled yet, as the provider counts them.'),
      outstanding: part('outstanding', 'Invoices that are not paid.'),
      runway: t.field({
        type: RunwayType,
        nullable: true,
        description:
          'How long what is available lasts (where that is not told: cash). Null: fewer than five complete days are known, or the median day costs nothing, or it lasts for more than a century. Reads the charges of the last 16 days.',
        resolve: (balance, _args, context) => readRunway(balance, context),
      }),
    };
  },
});

builder.objectField(AccountType, 'balance', (t) =>
  t.field({
    type: BalanceType,
    nullable: true,
    description:
      "What is left on the account: by its provider, read a minute ago at most, or, where that tells none, what the settings declare less what was charged since. Null: neither tells one. One small call where it is not held; a declared one needs the account's charges since.",
    resolve: (account, _args, context) => readBalance(account, context),
  }),
);
