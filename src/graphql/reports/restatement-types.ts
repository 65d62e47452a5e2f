/** The types of restatements, and the field that returns them. */

import { toRowId } from '../../domain/public-ids.ts';
import type { Restatement } from '../../domain/restatement.ts';
import { rowKinds } from '../../domain/rows.ts';
import { AccountType } from '../types/account-types.ts';
import { ApiKeyUsageType } from '../types/api-key-usage.ts';
import { BillType } from '../types/bill.ts';
import { builder } from '../builder.ts';
import { SourceErrorType, toSourceError } from '../types/coverage-types.ts';
import { DailyDetailType } from '../types/daily-detail.ts';
import { RowKindEnum } from '../types/enums.ts';
import { InvoiceType } from '../types/invoice.ts';
import { toSourcedRow, typeOfRow, type SourcedRow } from '../../query/sourced-rows.ts';
import { toPeriod } from '../../query/asked-period.ts';
import { DatesType, PeriodInput } from '../types/period.ts';
import {
  differenceOf,
  detailsOf,
  readRestatements,
  type RestatementReport,
  type RestatementSource,
  type SourcedRestatement,
} from '../../query/read-restatements.ts';
import { money } from '../../domain/money.ts';
import { MoneyType } from '../types/money-types.ts';

const ChangeKind = builder.enumType('RestatementChange', {
  description: 'What happened to a row.',
  values: {
    ADDED: { description: 'The row was not there before, although its day had passed.' },
    REMOVED: { description: 'The row is no longer there.' },
    CHANGED: { description: 'The amounts or quantities of the row have changed.' },
  },
});

function changeOf({ before, after }: Restatement): typeof ChangeKind.$inferType {
  if (before === null) return 'ADDED';
  return after === null ? 'REMOVED' : 'CHANGED';
}

const RestatedRowType = builder.unionType('RestatedRow', {
  description: 'A row of any kind.',
  types: [BillType, ApiKeyUsageType, DailyDetailType, InvoiceType],
  resolveType: ({ row }) => typeOfRow(row),
});

/** A row as it was at one of the two readings. */
function rowAt(restatement: SourcedRestatement, side: 'before' | 'after'): SourcedRow | null {
  const row = restatement[side];
  const readAt = side === 'before' ? restatement.beforeReadAt : restatement.afterReadAt;
  return row === null ? null : toSourcedRow(row, restatement.account, readAt, true);
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
    rowId: t.id({
      description: 'The id of the row in lists; before and after have ids of their own.',
      resolve: (restatement) => toRowId(restatement.account.id, detailsOf(restatement)),
    }),
    date: t.field({
      type: 'Date',
      description: "The day on which it starts, in the provider's zone.",
      resolve: (restatement) => detailsOf(restatement).date,
    }),
    difference: t.field({
      type: MoneyType,
      description:
        'The billed cost after minus the billed cost before (for an invoice, its total). Example: -2.50 if the provider took 2.50 back.',
      resolve: (restatement) => money(differenceOf(restatement), detailsOf(restatement).currency),
    }),
    wasFinal: t.exposeBoolean('wasFinal', {
      description:
        'Whether the row was final already: then the provider changed a figure that it had called final.',
    }),
    beforeReadAt: t.expose('beforeReadAt', {
      type: 'DateTime',
      description: 'When the row was read before it changed.',
    }),
    afterReadAt: t.expose('afterReadAt', {
      type: 'DateTime',
      description: 'When the final reading was made.',
    }),
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
    "How much of an account's list has been compared. A segment is what the gateway reads at once, such as one day, or one month of a category.",
  fields: (t) => ({
    account: t.expose('account', { type: AccountType, description: 'The account.' }),
    kind: t.expose('kind', { type: RowKindEnum, description: 'The kind of row.' }),
    period: t.expose('period', { type: DatesType, description: 'The requested dates.' }),
    segmentCount: t.exposeInt('segmentCount', {
      description: 'Segments of the period. 0 if the provider never calls its figures final.',
    }),
    comparedCount: t.exposeInt('comparedCount', {
      description:
        'How many of these were read both before and after they became final. The others cannot be compared, because nobody read them in time.',
    }),
    pendingCount: t.exposeInt('pendingCount', { description: 'How many of these are not final yet.' }),
    rowCount: t.exposeInt('rowCount', { description: 'Rows that were restated.' }),
    differences: t.expose('differences', {
      type: [MoneyType],
      description: 'The sum of the differences, one per currency.',
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
  description: 'What providers changed, and how much of the period could be compared.',
  fields: (t) => ({
    restatements: t.expose('rows', { type: [RestatementType], description: 'The rows, newest first.' }),
    sources: t.expose('sources', {
      type: [RestatementSourceType],
      description: 'Each list of each account.',
    }),
  }),
});

const RestatementFilter = builder.inputType('RestatementFilter', {
  description: 'Selects restatements. All given fields must match; within a list one match is enough.',
  fields: (t) => ({
    accounts: t.idList({ description: 'Account.id. Null: every account.' }),
    providers: t.idList({ description: 'Provider.id. Null: every provider.' }),
    kinds: t.field({ type: [RowKindEnum], description: 'Null: every kind.' }),
    changes: t.field({ type: [ChangeKind], description: 'Null: every change.' }),
    wasFinal: t.boolean({
      description: 'True: only rows that were final before. False: only rows that were provisional.',
    }),
  }),
});

builder.queryField('restatements', (t) =>
  t.field({
    type: RestatementReportType,
    nullable: true,
    description:
      'What providers changed, row by row, between the last provisional reading of a period and its final reading. The gateway makes the final reading by itself once the figures are final, and this query makes those that are due. Rows of days that lay in the future at the earlier reading do not count. Restatements are kept in Redis, if there is one.',
    args: {
      period: t.arg({
        type: PeriodInput,
        required: true,
        description: 'Selects rows that start in this period.',
      }),
      filter: t.arg({ type: RestatementFilter, description: 'Which of them. Null: all.' }),
    },
    resolve: (_root, args, context) => {
      const filter = args.filter ?? {};
      context.allowance.takeList();
      context.validity.endsNow();
      return readRestatements(
        {
          scope: filter,
          period: toPeriod(args.period, context),
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
