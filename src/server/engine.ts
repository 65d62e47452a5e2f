/** GraphQL Yoga, set up for this schema: documents made ready once, errors with codes, the page of GraphiQL. */

import { createYoga, type Plugin } from 'graphql-yoga';
import {
  getOperationAST,
  GraphQLError,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';

import { addMonths, dateIn, monthOf, utc, type Clock } from '../domain/calendar.ts';
import type { GatewayContext } from '../graphql/context.ts';
import { execute } from '../graphql/execution/execute.ts';
import { createPlanner, type Planner } from '../graphql/execution/plan.ts';
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

/** What came of an operation. */
export interface Result {
  /** JSON; null: it was refused before it ran. */
  readonly data: string | null;
  readonly errors: readonly GraphQLError[];
}

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
    plugins: [executePlugin(schema)],
  });

  /** The result of an operation. Every error in it has a code, and carries the id of the request. */
  async function run({ prepared, params, context, requestId }: Operation): Promise<Result> {
    const { document, faults } = prepared;
    if (faults.length > 0) return { data: null, errors: told(faults, requestId) };
    const { execute } = yoga.getEnveloped();
    try {
      const { data, errors }: ExecutionResult<JsonText> = await execute({
        schema,
        document,
        contextValue: context,
        operationName: params.operationName,
        variableValues: params.variables ?? {},
      });
      return { data: data?.json ?? null, errors: told(errors ?? [], requestId) };
    } catch (error) {
      return refused(error, requestId);
    }
  }

  /** The result of what could not be run. */
  function refused(error: unknown, requestId: string): Result {
    return { data: null, errors: told([error], requestId) };
  }

  /** Errors as clients see them; a bug is logged under the id that its error carries. */
  function told(errors: readonly unknown[], requestId: string): GraphQLError[] {
    return errors.map((error) => {
      const client = error instanceof GraphQLError && causes.has(error) ? error : masked(error, causes);
      if (isBug(client)) log.error({ event: 'bug', requestId, cause: stackOf(causes.get(client)) });
      Object.assign(client.extensions, { retryable: client.extensions['retryable'] ?? false, requestId });
      return client;
    });
  }

  return { run, refused, page: yoga };
}

/** The data of a result, written already. */
interface JsonText {
  readonly json: string;
}

function executePlugin(schema: GraphQLSchema): Plugin {
  const executeToJson = createExecute(schema);
  return { onExecute: ({ setExecuteFn }) => setExecuteFn(executeToJson) };
}

/** Executes into JSON text. Plans live as long as their document does. */
function createExecute(schema: GraphQLSchema) {
  const planners = new WeakMap<DocumentNode, Planner>();
  return async ({ document, contextValue, operationName, variableValues }: ExecutionArgs) => {
    const operation = getOperationAST(document, operationName);
    if (operation == null) throw new GraphQLError('The document has no such operation.');
    const planner = planners.get(document) ?? createPlanner(schema, document);
    planners.set(document, planner);
    const variables = variableValues ?? {};
    const { data, errors } = await execute({ schema, planner, operation, context: contextValue, variables });
    const told = errors.length === 0 ? {} : { errors };
    return data === null ? told : { data: { json: data }, ...told };
  };
}

function masked(error: unknown, causes: Causes): GraphQLError {
  const client = toClientError(error);
  causes.set(client, error);
  return client;
}

function stackOf(cause: unknown): string {
  if (cause instanceof GraphQLError && cause.originalError !== undefined) return stackOf(cause.originalError);
  return cause instanceof Error ? (cause.stack ?? cause.message) : typeof cause;
}

/** Last month: it has rows of every kind, and on most days it is settled. */
function exampleMonth(now: Clock): string {
  return addMonths(monthOf(dateIn(now(), utc)), -1);
}
