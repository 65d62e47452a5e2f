/** The names of the gateway's own tools. A file of its own, because settings are checked without loading the tools. */

/** The tools that are operations of their name in `operations/`. */
export const operationNames = [
  'check_access',
  'spend',
  'compare_spend',
  'balances',
  'budgets',
  'forecast',
  'anomalies',
  'invoices',
  'reconcile',
  'rows',
  'query_cost',
] as const;
export type OperationName = (typeof operationNames)[number];

/** All: `graphql` runs an operation of its caller. */
export const toolNames = [...operationNames, 'graphql'] as const;
