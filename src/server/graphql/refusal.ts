/** Refusals for Yoga: errors that carry the status and the headers of their answer. */

import { GraphQLError } from 'graphql';
import type { GraphQLHTTPExtensions } from 'graphql-yoga';

import type { HttpCode } from '../http/reply.ts';

/**
 * An error that refuses a request. With `spec` its status is 200 in plain JSON, because some clients read no other
 * body.
 */
export function refusal(
  code: HttpCode,
  message: string,
  http: GraphQLHTTPExtensions = { status: 400 },
  details: Readonly<Record<string, unknown>> = {},
): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...details, http } });
}

/**
 * The status of a request that was refused before it ran, as GraphQL over HTTP says: 400 in GraphQL's own media type;
 * in plain JSON 200, as clients expect, unless the request was too large.
 */
export function httpOf({ extensions: { code, http } }: GraphQLError): GraphQLHTTPExtensions {
  if (code === 'INTERNAL_SERVER_ERROR') return { status: 500 };
  if (code === 'QUERY_TOO_EXPENSIVE') return { status: 400 };
  return http ?? { status: 400, spec: true };
}
