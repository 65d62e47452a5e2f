/** GraphQL Yoga, set up for this schema: documents made ready once, errors with codes, the page of GraphiQL. */

import { createYoga } from 'graphql-yoga';
import { GraphQLError, type ExecutionResult, type GraphQLSchema } from 'graphql';

import { addMonths, dateIn, monthOf, utc, type Clock } from '../domain/calendar.ts';
import type { GatewayContext } from '../graphql/context.ts';
import { isBug, toClientError } from './errors.ts';
import { graphiqlOptions, renderPage } from './graphiql.ts';
import type { Log } from './log.ts';
import type { Params } from './params.ts';
import type { Prepared } from './prepare.ts';

export interface EngineSettings {
  readonly schema: GraphQLSchema;
  readonly graphiql: boolean;
  readonly log: Log;
  readonly now: Clock;
}

/** One operation that is to be run. */
export interface Operation {
  readonly prepared: Prepared;
  readonly params: Pick<Params, 'operationName' | 'variables'>;
  readonly context: GatewayContext;
  readonly requestId: string;
}

/** What stands behind an error that was told to a client. */
type Causes = WeakMap<GraphQLError, unknown>;

/** Runs operations, and serves the page. */
export function createEngine({ schema, graphiql, log, now }: EngineSettings) {
  const causes: Causes = new WeakMap();
  const yoga = createYoga({
    schema,
    landingPage: false,
    multipart: false,
    cors: false,
    // What reads requests and makes documents ready is in front of it.
    parserAndValidationCache: false,
    logging: { debug() {}, info() {}, warn: (...args) => log.warn({ event: 'yoga', args }), error() {} },
    graphiql: graphiql ? () => graphiqlOptions(exampleMonth(now)) : false,
    renderGraphiQL: renderPage,
    maskedErrors: { maskError: (error) => masked(error, causes) },
  });

  /** The result of an operation. Every error in it has a code, and carries the id of the request. */
  async function run({ prepared, params, context, requestId }: Operation): Promise<ExecutionResult> {
    const { document, faults } = prepared;
    if (faults.length > 0) return told({ errors: faults }, requestId, causes, log);
    const { execute } = yoga.getEnveloped();
    try {
      const result: ExecutionResult = await execute({
        schema,
        document,
        contextValue: context,
        operationName: params.operationName,
        variableValues: params.variables ?? {},
      });
      return told(result, requestId, causes, log);
    } catch (error) {
      return refused(error, requestId);
    }
  }

  /** The result of what could not be run. */
  function refused(error: unknown, requestId: string): ExecutionResult {
    return told({ errors: [masked(error, causes)] }, requestId, causes, log);
  }

  return { run, refused, page: yoga };
}

function masked(error: unknown, causes: Causes): GraphQLError {
  const client = toClientError(error);
  causes.set(client, error);
  return client;
}

/** A bug is logged under the id that its error carries. */
function told(result: ExecutionResult, requestId: string, causes: Causes, log: Log): ExecutionResult {
  if (result.errors === undefined) return result;
  const errors = result.errors.map((error) => {
    const client = causes.has(error) ? error : masked(error, causes);
    if (isBug(client)) log.error({ event: 'bug', requestId, cause: stackOf(causes.get(client)) });
    Object.assign(client.extensions, { retryable: client.extensions['retryable'] ?? false, requestId });
    return client;
  });
  return { ...result, errors };
}

function stackOf(cause: unknown): string {
  if (cause instanceof GraphQLError && cause.originalError !== undefined) return stackOf(cause.originalError);
  return cause instanceof Error ? (cause.stack ?? cause.message) : typeof cause;
}

/** Last month: it has rows of every kind, and on most days it is settled. */
function exampleMonth(now: Clock): string {
  return addMonths(monthOf(dateIn(now(), utc)), -1);
}
