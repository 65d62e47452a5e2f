/** What restatements look like, and the field that asks for them. */

import type { Restatement } from '../domain/restatement.ts';
import { rowKinds } from '../domain/rows.ts';
import { AccountType } from './account.ts';
import { ApiKeyUsageType } from './api-key-usage.ts';
import { BillType } from './bill.ts';
import { builder } from './builder.ts';
import { SourceErrorType, toSourceError } from './coverage.ts';
import { DailyDetailType } from './daily-detail.ts';
import { RowKindEnum } from './enums.ts';
import { InvoiceType } from './invoice.ts';
import { PeriodInput, toDates } from './period.ts';
import type { Sourced } from './views.ts';
import {
  differenceOf,
  factsOf,
  readRestatements,
  type RestatementReport,
  type RestatementSource,
  type SourcedRestatement,
} from './restatement.ts';
import { Money, money } from './totals.ts';

const ChangeKind = builder.enumType('RestatementChange', {
  description: 'What happened to a row.',
  values: {
    ADDED: { description: 'It was not there before, though its time had passed.' },
    REMOVED: { description: 'It is not there any more.' },
    CHANGED: { description: 'Its amounts or quantities differ.' },
  },
});

function changeOf({ before, after }: Restatement): typeof ChangeKind.$inferType {
  if (before === null) return 'ADDED';
  return after === null ? 'REMOVED' : 'CHANGED';
}

const RestatedRowType = builder.unionType('RestatedRow', {
  description: 'A row of any kind.',
  types: [BillType, ApiKeyUsageType, DailyDetailType, InvoiceType],
  resolveType: ({ row }) => {
    if ('total' in row) return 'Invoice';
    if ('apiKey' in row) return 'ApiKeyUsage';
    return 'tradeType' in row ? 'Bill' : 'DailyDetail';
  },
});

/** A row as it was at one of the two readings. */
function rowAt(
  restatement: SourcedRestatement,
  side: 'before' | 'after',
): Sourced<'BILL'> | Sourced<'API_KEY_USAGE'> | Sourced<'DAILY_DETAIL'> | Sourced<'INVOICE'> | null {
  const row = restatement[side];
  const { account } = restatement;
  const readAt = side === 'before' ? restatement.beforeReadAt : restatement.afterReadAt;
  if (row === null) return null;
  if ('total' in row) return { row, account, readAt };
  if ('apiKey' in row) return { row, account, readAt };
  return 'tradeType' in row ? { row, account, readAt } : { row, account, readAt };
}

const RestatementType = builder.objectRef<SourcedRestatement>('Restatement').implement({
  description: 'A row that the provider added, removed or changed after it had been read.',
  fields: (t) => ({
    account: t.expose('account', { type: AccountType, description: 'The account.' }),
    kind: t.expose('kind', { type: RowKindEnum, description: 'The kind of row.' }),
    change: t.field({
      type: ChangeKind,
      description: 'What happened to it.',
      resolve: (restatement) => changeOf(restatement),
    }),
    rowId: t.id({ description: 'The id of the row.', resolve: (restatement) => factsOf(restatement).id }),
    date: t.field({
      type: 'Date',
      description: "The day on which it starts, in the provider's zone.",
      resolve: (restatement) => factsOf(restatement).date,
    }),
    difference: t.field({
      type: Money,
      description: 'Billed cost (of an invoice, its total) after less that before.',
      resolve: (restatement) => money(differenceOf(restatement), factsOf(restatement).currency),
    }),
    wasFinal: t.exposeBoolean('wasFinal', {
      description: 'Whether it had been final already: then the provider changed what it had called final.',
    }),
    beforeReadAt: t.expose('beforeReadAt', { type: 'DateTime', description: 'When it was read before.' }),
    afterReadAt: t.expose('afterReadAt', { type: 'DateTime', description: 'When it was read as final.' }),
    before: t.field({
      type: RestatedRowType,
      nullable: true,
      description: 'As it was. Null: it was added.',
      resolve: (restatement) => rowAt(restatement, 'before'),
    }),
    after: t.field({
      type: RestatedRowType,
      nullable: true,
      description: 'As it is. Null: it was removed.',
      resolve: (restatement) => rowAt(restatement, 'after'),
    }),
  }),
});

const RestatementSourceType = builder.objectRef<RestatementSource>('RestatementSource').implement({
  description:
    'How far a list of an account has been compared. A segment is what the gateway reads in one go: a month of a category, a day.',
  fields: (t) => ({
    account: t.expose('account', { type: AccountType, description: 'The account.' }),
    kind: t.expose('kind', { type: RowKindEnum, description: 'The kind of row.' }),
    segmentCount: t.exposeInt('segmentCount', {
      description: 'Segments of the period. 0 where the provider never calls its figures final.',
    }),
    comparedCount: t.exposeInt('comparedCount', {
      description:
        'Of these, how many were read before they were final and after. Of the others nothing can be said: nobody asked for them in time.',
    }),
    pendingCount: t.exposeInt('pendingCount', { description: 'Of these, how many are not final yet.' }),
    rowCount: t.exposeInt('rowCount', { description: 'Rows that were restated.' }),
    differences: t.expose('differences', {
      type: [Money],
      description: 'The sums of their differences, one per currency.',
    }),
    error: t.field({
      type: SourceErrorType,
      nullable: true,
      description: 'Why final figures could not be read.',
      resolve: ({ error }) => error && toSourceError(error),
    }),
  }),
});

const RestatementReportType = builder.objectRef<RestatementReport>('RestatementReport').implement({
  description: 'What providers restated, and how much of the period could be compared.',
  fields: (t) => ({
    restatements: t.expose('rows', { type: [RestatementType], description: 'The rows, newest first.' }),
    sources: t.expose('sources', {
      type: [RestatementSourceType],
      description: 'Each list of each account.',
    }),
  }),
});

const RestatementFilter = builder.inputType('RestatementFilter', {
  description: 'Which restatements. Several fields must all hold; within a list one is enough.',
  fields: (t) => ({
    accounts: t.idList({ description: 'Account.id. Null: every account.' }),
    providers: t.idList({ description: 'Provider.id. Null: every provider.' }),
    kinds: t.field({ type: [RowKindEnum], description: 'Null: every kind.' }),
    changes: t.field({ type: [ChangeKind], description: 'Null: every change.' }),
    wasFinal: t.boolean({
      description: 'True: only what had been called final before. False: only what was provisional.',
    }),
  }),
});

builder.queryField('restatements', (t) =>
  t.field({
    type: RestatementReportType,
    nullable: true,
    description:
      'What providers changed between the last reading of a period while its figures were provisional and the reading after they had become final, row by row. Figures that were read in time are read again when they are final, without anybody asking; what is due is read now. Rows of days that had not come at the earlier reading are no restatement. Kept in Redis, where there is one.',
    args: {
      period: t.arg({ type: PeriodInput, required: true, description: 'Rows that start in it.' }),
      filter: t.arg({ type: RestatementFilter, description: 'Which of them. Null: all.' }),
    },
    resolve: (_root, args, context) => {
      const filter = args.filter ?? {};
      context.allowance.takeList();
      context.lifetime.endsNow();
      return readRestatements(
        {
          scope: filter,
          dates: toDates(args.period),
          kinds: filter.kinds ?? rowKinds,
          matches: (row) =>
            (filter.changes?.includes(changeOf(row)) ?? true) &&
            (filter.wasFinal == null || filter.wasFinal === row.wasFinal),
        },
        context,
      );
    },
  }),
);
