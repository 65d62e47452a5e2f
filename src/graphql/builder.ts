/** The schema builder: which TypeScript value stands behind each scalar, and what every resolver is given. */

import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';

import { GatewayError } from '../domain/errors.ts';
import type { CalendarDate, Instant, YearMonth } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import type { Decimal } from '../domain/decimal.ts';
import type { CurrencyCode, IntegerText, RawJson } from '../domain/rows.ts';
import type { GatewayContext } from './context.ts';
import type { Totals } from '../reports/totals.ts';

export interface SchemaTypes {
  Context: GatewayContext;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    Decimal: { Input: Decimal; Output: Decimal };
    BigInt: { Input: IntegerText; Output: IntegerText };
    Date: { Input: CalendarDate; Output: CalendarDate };
    YearMonth: { Input: YearMonth; Output: YearMonth };
    DateTime: { Input: Instant; Output: Instant };
    CurrencyCode: { Input: CurrencyCode; Output: CurrencyCode };
    JSON: { Input: unknown; Output: RawJson };
  };
  /** What every connection has beside its edges. */
  Connection: {
    totalCount: number;
    totals: () => Promise<readonly Totals[]>;
    coverage: Coverage;
  };
}

/** How whole an answer is. */
export interface Coverage {
  readonly sources: readonly SourceCoverage[];
}

export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [RelayPlugin],
  defaultFieldNullability: false,
  relay: {
    cursorType: 'String',
    // Account ids come from the settings, are unique and readable, and are what filters take: they stay as they are.
    encodeGlobalID: (_typename, id) => String(id),
    decodeGlobalID: (id) => ({ typename: 'Account', id }),
    nodesOnConnection: { description: 'The rows of this page.' },
    nodeTypeOptions: { description: 'Something that can be fetched again by its id.' },
    nodeQueryOptions: {
      description: 'The object of an id, or null. Accounts are nodes.',
      args: { id: { description: 'Account.id' } },
    },
    nodesQueryOptions: {
      description: 'The objects of several ids, in order; null where there is none.',
      args: { ids: { description: 'Account.id of each; at most 100.' } },
      resolve: (_root, { ids }, _context, _info, resolveNodes) => {
        if (ids.length <= 100) return resolveNodes(ids);
        throw new GatewayError('BAD_USER_INPUT', `ids holds ${ids.length} ids, and may hold 100`);
      },
    },
    idFieldOptions: { description: 'What node(id) takes.' },
    pageInfoTypeOptions: { description: 'Where a page lies among all the rows that match.' },
    hasNextPageFieldOptions: { description: 'Whether rows follow this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether rows precede this page.' },
    startCursorFieldOptions: { description: 'Cursor of the first row; null on an empty page.' },
    endCursorFieldOptions: { description: 'Cursor of the last row; null on an empty page.' },
    firstArgOptions: { description: 'How many rows from the start: 0 to 1000. 100 unless told.' },
    lastArgOptions: { description: 'How many rows from the end: 0 to 1000. Not together with first.' },
    afterArgOptions: {
      description: 'Only rows after this cursor, from the same field with the same arguments.',
    },
    beforeArgOptions: {
      description: 'Only rows before this cursor, from the same field with the same arguments.',
    },
    pageInfoFieldOptions: { description: 'Where this page lies.' },
    edgesFieldOptions: { description: 'The rows of this page, each with its cursor.' },
    cursorFieldOptions: {
      description: 'Opaque; goes to after or before. Stays good when the rows are read again.',
    },
    nodeFieldOptions: { description: 'The row.' },
    defaultEdgeTypeOptions: { description: 'A row and its cursor.' },
  },
});

builder.queryType({ description: 'Bills, usage and invoices of every account the caller may see.' });
