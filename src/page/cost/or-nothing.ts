/** An answer whose main field is null is no answer: its errors are a failure, and not something that is missing beside it. */

import type { QueryResult } from '../shell/use-query.ts';

export function orNothing<Data extends object>(
  query: QueryResult<Data>,
  field: keyof Data,
): QueryResult<Data> {
  const { data } = query;
  return data !== null && data[field] === null ? { ...query, data: null } : query;
}
