/** An answer whose main field is null is no answer: its errors are a failure, and not something that is missing beside it. */

import type { QueryResult } from '../shell/use-query.ts';

export function orNothing<Data extends object>(
  query: QueryResult<Data>,
  field: keyof Data,
): QueryResult<Data> {
  const { data } = query;
  return data !== null && data[field] === null ? { ...query, data: null } : query;
}

/** Where the heading of the view is not that of the answer: what answers another question is not shown. */
export function currentOnly<Data>(query: QueryResult<Data>): QueryResult<Data> {
  return query.isCurrent ? query : { ...query, data: null, errors: [], loading: true };
}
