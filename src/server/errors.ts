/** The one translation of errors to GraphQL. What is neither ours nor GraphQL's own is a bug: masked, and logged. */

import { GraphQLError } from 'graphql';

import { isGatewayError, type GatewayError } from '../domain/errors.ts';

/** An error as a client may see it. Bugs become INTERNAL_SERVER_ERROR and say nothing else. */
export function toClientError(error: unknown): GraphQLError {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  if (isGatewayError(original)) return locate(original.message, error, extensionsOf(original));
  if (error instanceof GraphQLError && (original instanceof GraphQLError || original === undefined)) {
    // What yoga adds for developers may quote the request.
    const {
      originalError: _original,
      unexpected: _unexpected,
      http: _http,
      ...extensions
    } = error.extensions;
    return locate(error.message, error, { ...extensions, code: codeOf(error) });
  }
  const message = 'Something went wrong inside the gateway. The request id finds it in the log.';
  return locate(message, error, { code: 'INTERNAL_SERVER_ERROR' });
}

/** Whether an error is a bug of ours rather than an answer. */
export function isBug(error: GraphQLError): boolean {
  return error.extensions['code'] === 'INTERNAL_SERVER_ERROR';
}

function extensionsOf(error: GatewayError): Record<string, unknown> {
  const { code, retryable, retryAfterSeconds, account, provider, facts } = error;
  return { code, retryable, retryAfterSeconds, account, provider, ...facts };
}

/** Words of the executor's own. */
const yogaCodes = new Set(['BAD_REQUEST', 'OPERATION_RESOLUTION_FAILURE']);

/** GraphQL's own errors: from parsing, from validation, from values that do not fit; and those of a request that is none. */
function codeOf(error: GraphQLError): unknown {
  const { code } = error.extensions;
  if (typeof code === 'string') return yogaCodes.has(code) ? 'BAD_USER_INPUT' : code;
  if (error.message.startsWith('Syntax Error')) return 'GRAPHQL_PARSE_FAILED';
  // Where validation stopped it names no place.
  if (error.message.startsWith('Too many validation errors')) return 'GRAPHQL_VALIDATION_FAILED';
  if (error.message.startsWith('Variable ') || error.path !== undefined) return 'BAD_USER_INPUT';
  // Without a place in the document it is about the request around it.
  return error.locations === undefined ? 'BAD_USER_INPUT' : 'GRAPHQL_VALIDATION_FAILED';
}

function locate(message: string, error: unknown, extensions: Record<string, unknown>): GraphQLError {
  if (!(error instanceof GraphQLError)) return new GraphQLError(message, { extensions });
  const { nodes = null, source = null, positions = null, path = null } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}
