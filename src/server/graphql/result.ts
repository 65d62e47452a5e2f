/** The result of a request as we send it: errors with the request id, the cost, and data that is already JSON text. */

import { GraphQLError, type ExecutionResult } from 'graphql';
import type { GraphQLHTTPExtensions } from 'graphql-yoga';

import type { Cost } from '../../query/loaders.ts';
import { reportedCost } from '../../query/reported-cost.ts';
import type { Validity } from '../../query/validity.ts';
import type { MediaType } from '../http/answer.ts';
import type { Log } from '../observability/log.ts';
import type { Exchange } from './exchange.ts';
import { isBug } from './mask-errors.ts';
import { httpOf } from './refusal.ts';

export interface Answer {
  /** JSON; null: the request was refused before it ran. */
  readonly data: string | null;
  readonly errors: readonly GraphQLError[];
  readonly cost: Cost;
  /** What the same answer costs a client that gets it from the cache. */
  readonly cachedCost: Cost;
  /** How long it is right; null: it never ran. */
  readonly validity: Validity | null;
  readonly http: GraphQLHTTPExtensions;
}

/** The data of a result, already written as JSON. */
export interface JsonText {
  readonly json: string;
}

/** The cost of a request that never ran. */
const free: Cost = { requested: 0, actual: 0, cached: 0 };

/** Completes a result; logs a bug under the request id that its error carries. */
export function toAnswer(
  { data, errors = [] }: ExecutionResult<JsonText>,
  { requestId, context }: Exchange,
  log: Log,
): Answer {
  const [first] = errors;
  const cost = context?.segments.cost() ?? free;
  const { requested } = cost;
  const visibility = context?.visibility ?? { bound: null };
  return {
    data: data?.json ?? null,
    errors: errors.map((error) => {
      if (isBug(error)) log.error({ event: 'bug', requestId, cause: stackOf(error.originalError) });
      return withRequest(error, requestId);
    }),
    cost,
    cachedCost: reportedCost({ requested, actual: 0, cached: requested }, visibility),
    validity: context?.validity ?? null,
    http: data == null && first !== undefined ? httpOf(first) : { status: 200 },
  };
}

/** The status in a media type: 200 in plain JSON if the clients that accept it read no other body. */
export function statusOf({ http: { status = 200, spec = false } }: Answer, mediaType: MediaType): number {
  return spec && mediaType === 'application/json' ? 200 : status;
}

/** The JSON text of an answer. */
export function writeAnswer({ data, errors, cost }: Pick<Answer, 'data' | 'errors' | 'cost'>): string {
  const reported = errors.length === 0 ? '' : `"errors":${JSON.stringify(errors)},`;
  const found = data === null ? '' : `"data":${data},`;
  return `{${reported}${found}"extensions":{"cost":${JSON.stringify(cost)}}}`;
}

/** Copies an error, because the errors of a cached document are shared by its requests. */
function withRequest(error: GraphQLError, requestId: string): GraphQLError {
  const { message, nodes = null, source = null, positions = null, path = null } = error;
  const { http: _http, ...reported } = error.extensions;
  const extensions = { ...reported, retryable: reported['retryable'] ?? false, requestId };
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}

function stackOf(cause: unknown): string {
  if (cause instanceof GraphQLError && cause.originalError !== undefined) return stackOf(cause.originalError);
  return cause instanceof Error ? (cause.stack ?? cause.message) : typeof cause;
}
