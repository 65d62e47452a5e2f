/** The schema, built from its types. */

import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';

import './types/scalars.ts';
import './types/snapshot-types.ts';
import './types/account-types.ts';
import './types/api-key-usage.ts';
import './types/balance-types.ts';
import './types/bill.ts';
import './types/coverage-types.ts';
import './types/daily-detail.ts';
import './types/history-types.ts';
import './types/invoice.ts';
import './types/node-queries.ts';
import './document/query-cost.ts';
import './reports/allocation-types.ts';
import './reports/alert-types.ts';
import './reports/anomaly-types.ts';
import './reports/budget-types.ts';
import './reports/forecast-types.ts';
import './reports/reconciliation-types.ts';
import './reports/restatement-types.ts';
import './reports/spend-query.ts';
import { builder } from './builder.ts';

/** The one schema of this gateway, built when this file is imported. */
export const schema: GraphQLSchema = builder.toSchema();

/** The schema as text, in a fixed order. */
export function schemaText(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
