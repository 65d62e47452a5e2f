/** Gives codes to errors that graphql-js throws without one, at the place where we know what was being done. */

import { GraphQLError } from 'graphql';

/**
 * GraphQL's own codes: for text that does not parse, a document that does not fit the schema, values that do not fit.
 */
export type GraphqlCode = 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED' | 'BAD_USER_INPUT';

/** The same error with a code, replacing any other. */
export function withCode(error: GraphQLError, code: GraphqlCode): GraphQLError {
  const { message, nodes = null, source = null, positions = null, path = null, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions: { ...extensions, code } });
}

/** Runs a step of graphql-js. @throws GraphQLError with the code, if the step throws one */
export function coding<T>(code: GraphqlCode, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof GraphQLError ? withCode(error, code) : error;
  }
}
