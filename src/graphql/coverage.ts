/** Coverage as clients see it: how old, how complete and how final an answer is. */

import type { Instant } from '../domain/calendar.ts';
import type { Notice, SourceCoverage } from '../domain/coverage.ts';
import type { GatewayError } from '../domain/errors.ts';
import type { Settlement } from '../domain/settlement.ts';
import { AccountType } from './account.ts';
import { builder, type Coverage } from './builder.ts';
import { NoticeCodeEnum, RowKindEnum, SettlementStatusEnum, SourceStatusEnum } from './enums.ts';
import { TotalsType } from './totals.ts';

export const SettlementType = builder.objectRef<Settlement>('Settlement').implement({
  description: 'Until when the provider may still change its figures.',
  fields: (t) => ({
    status: t.expose('status', {
      type: SettlementStatusEnum,
      description: 'PROVISIONAL when read before finalAt, FINAL when read after it.',
    }),
    finalAt: t.expose('finalAt', {
      type: 'DateTime',
      nullable: true,
      description: 'From when on the figures are final. Null: the provider publishes no such moment.',
    }),
  }),
});

/** Not the error itself: a resolver that returns an Error has thrown it. */
export type SourceError = Pick<GatewayError, 'code' | 'message' | 'retryable' | 'retryAfterSeconds'>;

const NoticeType = builder.objectRef<Notice>('Notice').implement({
  description: 'Something that a careful accountant would want told.',
  fields: (t) => ({
    code: t.expose('code', { type: NoticeCodeEnum, description: 'What it is about.' }),
    message: t.exposeString('message', { description: 'In words.' }),
    date: t.expose('date', {
      type: 'Date',
      nullable: true,
      description: 'The date of the row that it speaks of. Null: the period as a whole.',
    }),
  }),
});

export const SourceErrorType = builder.objectRef<SourceError>('SourceError').implement({
  description: 'Why a source is STALE or FAILED.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'The same codes as in errors[].extensions.code.' }),
    message: t.exposeString('message', { description: 'In words.' }),
    retryable: t.exposeBoolean('retryable', { description: 'Whether asking again later can help.' }),
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', {
      nullable: true,
      description: 'When asking again can help. Null: not known.',
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
      description: 'The kind of row that was read. Null: the account has none that could answer.',
    }),
    status: t.expose('status', { type: SourceStatusEnum, description: 'How it answered.' }),
    asOf: t.expose('asOf', {
      type: 'DateTime',
      nullable: true,
      description: 'When the oldest part of its rows was read from the provider. Null when nothing was read.',
    }),
    settlement: t.expose('settlement', { type: SettlementType, description: 'Of the least settled part.' }),
    rowCount: t.exposeInt('rowCount', { description: 'Its rows that match, on all pages.' }),
    notices: t.expose('notices', { type: [NoticeType], description: 'What should be known about its rows.' }),
    error: t.field({
      type: SourceErrorType,
      nullable: true,
      description: 'Set when STALE or FAILED.',
      resolve: ({ error }): SourceError | null => error && toSourceError(error),
    }),
  }),
});

export const CoverageType = builder.objectRef<Coverage>('Coverage').implement({
  description:
    'How old, how complete and how final an answer is. A total that lacks an account says so here.',
  fields: (t) => ({
    complete: t.boolean({
      description: 'Every account asked has answered for the whole period. False: totals lack at least one.',
      resolve: ({ sources }) => sources.every(({ status }) => status !== 'FAILED'),
    }),
    asOf: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the oldest part of this answer was read from its provider. Null when nothing was read.',
      resolve: ({ sources }) => oldest(sources.flatMap(({ asOf }) => asOf ?? [])),
    }),
    sources: t.expose('sources', { type: [SourceCoverageType], description: 'Each account that was asked.' }),
  }),
});

builder.globalConnectionFields((t) => ({
  totalCount: t.exposeInt('totalCount', { description: 'Rows that match, on all pages.' }),
  totals: t.field({
    type: [TotalsType],
    description: 'Sums over all rows that match, one per currency; empty when there are no rows.',
    resolve: ({ totals }) => totals(),
  }),
  coverage: t.expose('coverage', { type: CoverageType, description: 'How old, complete and final this is.' }),
}));

/** What a client sees of an error that did not fail its field. */
export function toSourceError({ code, message, retryable, retryAfterSeconds }: GatewayError): SourceError {
  return { code, message, retryable, retryAfterSeconds };
}

function oldest(instants: readonly Instant[]): Instant | null {
  return instants.length === 0 ? null : (Math.min(...instants) as Instant);
}
