/**
 * The one place that turns errors into GraphQL errors. An error that is neither ours nor GraphQL's is a bug: masked,
 * and logged.
 */

import { GraphQLError } from 'graphql';

import { isGatewayError, type GatewayError } from '../../domain/errors.ts';

/** An error as a client may see it. A bug becomes INTERNAL_SERVER_ERROR and reveals nothing else. */
export function toClientError(error: unknown): GraphQLError {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  if (isGatewayError(original)) return locate(original.message, error, extensionsOf(original));
  const code = error instanceof GraphQLError ? codeOf(error) : null;
  if (error instanceof GraphQLError && code !== null && isGraphqlOwn(original)) {
    // Yoga adds fields for developers that may quote the request.
    const { originalError: _original, unexpected: _unexpected, ...extensions } = error.extensions;
    const isYogas = yogaCodes.has(code);
    // An invalid request has the same status in every media type.
    const own = isYogas
      ? { code: 'BAD_USER_INPUT', http: { ...Object(extensions['http']), spec: false } }
      : {};
    return locate(error.message, error, { ...extensions, ...own });
  }
  const message = 'Something went wrong inside the gateway. Look up the request id in its log.';
  return locate(message, error, { code: 'INTERNAL_SERVER_ERROR' });
}

/** Whether GraphQL itself threw it. Anything that other code throws is a bug, even if it has a code of its own. */
function isGraphqlOwn(original: unknown): boolean {
  return original instanceof GraphQLError || original === undefined;
}

/** Whether an error is a bug of ours and not an answer. */
export function isBug(error: GraphQLError): boolean {
  return error.extensions['code'] === 'INTERNAL_SERVER_ERROR';
}

function extensionsOf(error: GatewayError): Record<string, unknown> {
  const { code, retryable, retryAfterSeconds, account, provider, details } = error;
  return { code, retryable, retryAfterSeconds, account, provider, ...details };
}

/** Codes that Yoga sets. */
const yogaCodes = new Set(['BAD_REQUEST', 'OPERATION_RESOLUTION_FAILURE']);

/** The code that was set where the error arose; null: nobody expected this error. */
function codeOf({ extensions: { code } }: GraphQLError): string | null {
  return typeof code === 'string' ? code : null;
}

/** An error at its place in the document; the cause stays inside, for the log. */
function locate(message: string, error: unknown, extensions: Record<string, unknown>): GraphQLError {
  const originalError = error instanceof Error ? error : null;
  if (!(error instanceof GraphQLError)) return new GraphQLError(message, { originalError, extensions });
  const { nodes = null, source = null, positions = null, path = null } = error;
  return new GraphQLError(message, { nodes, source, positions, path, originalError, extensions });
}
