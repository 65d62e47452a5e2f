/** The schema, put together from its types. */

import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';

import './scalars.ts';
import './account.ts';
import './api-key-usage.ts';
import './bill.ts';
import './coverage.ts';
import './daily-detail.ts';
import './invoice.ts';
import './query-cost.ts';
import './reconciliation.ts';
import './restatement-types.ts';
import './spend.ts';
import { builder } from './builder.ts';

/** The one schema of this gateway; made once, at import. */
export const schema: GraphQLSchema = builder.toSchema();

/** The schema as text, in a fixed order. */
export function schemaText(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
