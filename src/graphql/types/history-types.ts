/** AccountHistory: how far back an account's figures are ready. */

import type { HistoryState } from '../../domain/history-state.ts';
import { builder } from '../builder.ts';
import { AccountType } from './account-types.ts';
import { SourceErrorType, toSourceError, type SourceError } from './coverage-types.ts';
import { HistoryStatusEnum } from './enums.ts';

const HistoryType = builder.objectRef<HistoryState>('History').implement({
  description:
    "How far back this account's figures are ready, so that no query waits for the provider. The gateway reads them in the background, cost before keys and invoices and the newest first, as fast as the account's quota allows; queries of clients go first.",
  fields: (t) => ({
    status: t.expose('status', { type: HistoryStatusEnum, description: 'Whether the history is complete.' }),
    from: t.expose('from', {
      type: 'YearMonth',
      description:
        "The first month of the history, by the settings (history.months); or the provider's own first month, if that is later.",
    }),
    heldFrom: t.expose('heldFrom', {
      type: 'YearMonth',
      nullable: true,
      description:
        'Every month from this one on is ready, so a query from here on is answered at once. Null: not even the current month is ready.',
    }),
    segmentsHeld: t.exposeInt('segmentsHeld', {
      description:
        'How many of segmentsPlanned have been read. A segment is what the gateway reads at once, such as one day.',
    }),
    segmentsPlanned: t.exposeInt('segmentsPlanned', {
      description: 'The number of segments of these months.',
    }),
    estimatedCompleteAt: t.expose('estimatedCompleteAt', {
      type: 'DateTime',
      nullable: true,
      description:
        "When the history will be complete, at the pace of the account's quota. Null if it is complete, paused or off.",
    }),
    error: t.field({
      type: SourceErrorType,
      nullable: true,
      description: 'Why the last reading failed. Null if it succeeded.',
      resolve: ({ error }): SourceError | null => error && toSourceError(error),
    }),
  }),
});

builder.objectField(AccountType, 'history', (t) =>
  t.field({
    type: HistoryType,
    description: "How far back this account's figures are ready, and how much is still to be read.",
    resolve(account, _args, { history, validity }) {
      validity.endsNow();
      return history.of(account);
    },
  }),
);
