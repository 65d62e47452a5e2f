/** What everything says of itself that a provider tells of an account as it stands now. */

import type { Snapshot } from '../../query/read-snapshot.ts';
import { builder } from '../builder.ts';
import { SourceErrorType, toSourceError, type SourceError } from './coverage-types.ts';
import { SourceStatusEnum } from './enums.ts';

export const SnapshotInterface = builder
  .interfaceRef<Pick<Snapshot<'BALANCE'>, 'asOf' | 'status' | 'error'>>('Snapshot')
  .implement({
    description: 'What was told of an account as it stood at a moment: no list, no period, never final.',
    fields: (t) => ({
      asOf: t.expose('asOf', {
        type: 'DateTime',
        description:
          'When it was so: when the provider was read, or, for a declared balance, until when the charges are known that were taken off.',
      }),
      status: t.expose('status', {
        type: SourceStatusEnum,
        description:
          'FRESH, or STALE: the provider could not be read now, and the last known figures stand in. If none are known, the field is an error.',
      }),
      error: t.field({
        type: SourceErrorType,
        nullable: true,
        description: 'Why it is STALE.',
        resolve: ({ error }): SourceError | null => error && toSourceError(error),
      }),
    }),
  });
