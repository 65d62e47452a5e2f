/** The schema builder: the TypeScript type of each scalar, and the context of every resolver. */

import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';

import type { CalendarDate, Instant, YearMonth } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import type { Decimal } from '../domain/decimal.ts';
import type { CurrencyCode, IntegerText, RawJson } from '../domain/rows.ts';
import type { GatewayContext } from '../query/context.ts';
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
  /** The fields of every connection besides its edges. */
  Connection: {
    totalCount: number;
    totals: () => Promise<readonly Totals[]>;
    coverage: Coverage;
  };
}

/** What `coverage` is made from. */
export interface Coverage {
  readonly sources: readonly SourceCoverage[];
}

export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [RelayPlugin],
  defaultFieldNullability: false,
  relay: {
    cursorType: 'String',
    nodesOnConnection: { description: 'The rows of this page.' },
    // node.ts defines Node and its fields.
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    pageInfoTypeOptions: { description: 'The position of a page among all matching rows.' },
    hasNextPageFieldOptions: { description: 'Whether rows follow this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether rows precede this page.' },
    startCursorFieldOptions: { description: 'Cursor of the first row; null on an empty page.' },
    endCursorFieldOptions: { description: 'Cursor of the last row; null on an empty page.' },
    firstArgOptions: { description: 'How many rows from the start: 0 to 1000; 100 by default.' },
    lastArgOptions: { description: 'How many rows from the end: 0 to 1000. Do not combine it with first.' },
    afterArgOptions: {
      description: 'Only rows after this cursor, from the same field with the same arguments.',
    },
    beforeArgOptions: {
      description: 'Only rows before this cursor, from the same field with the same arguments.',
    },
    pageInfoFieldOptions: { description: 'Where this page lies.' },
    edgesFieldOptions: { description: 'The rows of this page, each with its cursor.' },
    cursorFieldOptions: {
      description: 'Opaque. Pass it to after or before. It stays valid when the rows are read again.',
    },
    nodeFieldOptions: { description: 'The row.' },
    defaultEdgeTypeOptions: { description: 'A row and its cursor.' },
  },
});

builder.queryType({ description: 'Bills, usage and invoices of every account the caller may see.' });
