/** Coverage as clients see it: how old, how complete and how final an answer is. */

import type { Instant } from '../../domain/calendar.ts';
import { coveredDates, type Notice, type SourceCoverage } from '../../domain/coverage.ts';
import type { GatewayError } from '../../domain/errors.ts';
import type { Settlement } from '../../domain/settlement.ts';
import { AccountType } from './account-types.ts';
import { builder, type Coverage } from '../builder.ts';
import { NoticeCodeEnum, RowKindEnum, SettlementStatusEnum, SourceStatusEnum } from './enums.ts';
import { DatesType } from './period.ts';
import { TotalsType } from './money-types.ts';

export const SettlementType = builder.objectRef<Settlement>('Settlement').implement({
  description: 'Until when the provider may still change its figures.',
  fields: (t) => ({
    status: t.expose('status', {
      type: SettlementStatusEnum,
      description: 'PROVISIONAL if the figures were read before finalAt, FINAL if they were read after it.',
    }),
    finalAt: t.expose('finalAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'The moment at which the figures become final. Null: the provider publishes no such moment.',
    }),
  }),
});

/** The fields of the error and not the error itself, because returning an Error from a resolver throws it. */
export type SourceError = Pick<GatewayError, 'code' | 'message' | 'retryable' | 'retryAfterSeconds'>;

export const NoticeType = builder.objectRef<Notice>('Notice').implement({
  description: 'Something that a careful accountant wants to know.',
  fields: (t) => ({
    code: t.expose('code', { type: NoticeCodeEnum, description: 'What it is about.' }),
    message: t.exposeString('message', { description: 'In words.' }),
    date: t.expose('date', {
      type: 'Date',
      nullable: true,
      description: 'The date of the row that it is about. Null: it is about the whole period.',
    }),
  }),
});

export const SourceErrorType = builder.objectRef<SourceError>('SourceError').implement({
  description: 'Why a source is STALE or FAILED.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'The same codes as in errors[].extensions.code.' }),
    message: t.exposeString('message', { description: 'In words.' }),
    retryable: t.exposeBoolean('retryable', { description: 'Whether a retry can help.' }),
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', {
      nullable: true,
      description: 'After how many seconds a retry can help. Null: not known.',
    }),
  }),
});

const SourceCoverageType = builder.objectRef<SourceCoverage>('SourceCoverage').implement({
  description: 'What one list of one account contributed to an answer.',
  fields: (t) => ({
    account: t.expose('account', { type: AccountType, description: 'The account.' }),
    kind: t.expose('kind', {
      type: RowKindEnum,
      nullable: true,
      description: 'The kind of row that was read. Null: the account has no list that could answer.',
    }),
    status: t.expose('status', { type: SourceStatusEnum, description: 'How it answered.' }),
    period: t.expose('period', {
      type: DatesType,
      nullable: true,
      description:
        "The requested dates, in the provider's zone, or in the zone of the report if one was given. Null if everything was requested, or the account has no list that could answer.",
    }),
    asOf: t.expose('asOf', {
      type: 'DateTime',
      nullable: true,
      description: 'When the oldest part of its rows was read from the provider. Null when nothing was read.',
    }),
    settlement: t.expose('settlement', {
      type: SettlementType,
      description: 'The settlement of the least settled part.',
    }),
    provisionalFrom: t.expose('provisionalFrom', {
      type: 'Date',
      nullable: true,
      description:
        'The first requested date whose figures may still change; all earlier ones are final. Null: all are final, nothing was read, or everything was requested of a list without dates.',
    }),
    rowCount: t.exposeInt('rowCount', { description: 'Its rows that match, on all pages.' }),
    notices: t.expose('notices', { type: [NoticeType], description: 'What you should know about its rows.' }),
    effectiveCostSince: t.field({
      type: 'Date',
      nullable: true,
      description:
        'Subscriptions that began before this date are not in effectiveCost: bills are read back to the first day of the history, or of the period if that is earlier. Null: effectiveCost was not asked for, or this is no list of subscriptions.',
      resolve: ({ effectiveSince }) => effectiveSince ?? null,
    }),
    error: t.field({
      type: SourceErrorType,
      nullable: true,
      description: 'Set if the status is STALE or FAILED.',
      resolve: ({ error }): SourceError | null => error && toSourceError(error),
    }),
  }),
});

export const CoverageType = builder.objectRef<Coverage>('Coverage').implement({
  description: 'How old, how complete and how final an answer is. If a total lacks an account, this says so.',
  fields: (t) => ({
    complete: t.boolean({
      description:
        'Whether every account has answered for the whole period. False: the totals lack at least one.',
      resolve: ({ sources }) => sources.every(({ status }) => status !== 'FAILED'),
    }),
    asOf: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the oldest part of this answer was read from its provider. Null when nothing was read.',
      resolve: ({ sources }) => oldest(sources.flatMap(({ asOf }) => asOf ?? [])),
    }),
    period: t.field({
      type: DatesType,
      nullable: true,
      description:
        'From the first to the last date that any source was asked for. Null if everything was requested.',
      resolve: ({ sources }) => coveredDates(sources),
    }),
    sources: t.expose('sources', {
      type: [SourceCoverageType],
      description: 'One entry for each list of each account that was asked.',
    }),
  }),
});

builder.globalConnectionFields((t) => ({
  totalCount: t.exposeInt('totalCount', { description: 'Rows that match, on all pages.' }),
  totals: t.field({
    type: [TotalsType],
    description: 'Sums over all matching rows, one per currency; empty if there are no rows.',
    resolve: ({ totals }) => totals(),
  }),
  coverage: t.expose('coverage', {
    type: CoverageType,
    description: 'How old, complete and final the answer is.',
  }),
}));

/** What a client sees of an error that did not fail its field. */
export function toSourceError({ code, message, retryable, retryAfterSeconds }: GatewayError): SourceError {
  return { code, message, retryable, retryAfterSeconds };
}

function oldest(instants: readonly Instant[]): Instant | null {
  return instants.length === 0 ? null : (Math.min(...instants) as Instant);
}
