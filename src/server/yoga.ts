/** GraphQL Yoga, set up for this schema: limits, errors with codes, GraphiQL. What happens before it is in http.ts. */

import { createYoga, type Plugin } from 'graphql-yoga';
import { GraphQLError, NoSchemaIntrospectionCustomRule, validate, type GraphQLSchema } from 'graphql';

import { addMonths, dateIn, monthOf, utc, type Clock } from '../domain/calendar.ts';
import type { GatewayContext } from '../graphql/context.ts';
import type { Admitted } from './admission.ts';
import { isBug, toClientError } from './errors.ts';
import { graphiqlOptions, renderPage } from './graphiql.ts';
import { parseWithin, type DocumentLimits } from './limits.ts';
import type { Log } from './log.ts';
import { createRequest, type RequestSettings } from './request.ts';

export interface YogaSettings extends RequestSettings {
  readonly schema: GraphQLSchema;
  readonly limits: RequestSettings['limits'] & DocumentLimits & { readonly maxBodyBytes: number };
  readonly corsOrigins: readonly string[];
  readonly graphiql: boolean;
  readonly introspection: boolean;
  readonly log: Log;
}

/** The GraphQL part of the server, as a handler of node:http requests. */
export function createGraphql(settings: YogaSettings) {
  const { corsOrigins, log, limits } = settings;
  const causes: Causes = new WeakMap();
  return createYoga<Admitted, GatewayContext>({
    schema: settings.schema,
    landingPage: false,
    multipart: false,
    // Yoga cannot do without one; http.ts has its own, and sends nothing but /graphql here.
    healthCheckEndpoint: '/healthz/yoga',
    maxRequestBodySize: limits.maxBodyBytes,
    logging: { debug() {}, info() {}, warn: (...args) => log.warn({ event: 'yoga', args }), error() {} },
    cors:
      corsOrigins.length === 0
        ? false
        : { origin: [...corsOrigins], methods: ['GET', 'POST'], credentials: true },
    graphiql: settings.graphiql ? () => graphiqlOptions(exampleMonth(settings.now)) : false,
    renderGraphiQL: renderPage,
    context: ({ client, left }) => {
      if (client !== null) return createRequest(settings, client, left);
      throw new GraphQLError('A token is needed.', { extensions: { code: 'UNAUTHENTICATED' } });
    },
    maskedErrors: { maskError: (error) => masked(error, causes) },
    plugins: [documentPlugin(settings), resultPlugin(log, causes)],
  });
}

/** The limits are set through setParseFn and setValidationFn: envelop ignores changed options. */
function documentPlugin({ limits, introspection }: YogaSettings): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string, options?: object) => parseWithin(limits, source, options));
    },
    onValidate({ setValidationFn, addValidationRule }) {
      if (!introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
      setValidationFn((schema: GraphQLSchema, document, rules, _options, typeInfo) =>
        validate(schema, document, rules, { maxErrors: 5, hideSuggestions: !introspection }, typeInfo),
      );
    },
  };
}

/** What stands behind an error that was told to a client. */
type Causes = WeakMap<GraphQLError, unknown>;

function masked(error: unknown, causes: Causes): GraphQLError {
  const told = toClientError(error);
  causes.set(told, error);
  return told;
}

/** Every error carries the id of its request, and a bug is logged under it. All results pass here, also refusals of yoga's own. */
function resultPlugin(log: Log, causes: Causes): Plugin<object, Admitted> {
  return {
    onResultProcess(hook) {
      const { result } = hook;
      const { requestId } = hook.serverContext;
      if (Array.isArray(result) || !('errors' in result) || result.errors === undefined) return;
      const errors = result.errors.map((error: GraphQLError) => {
        const told = causes.has(error) ? error : masked(error, causes);
        if (isBug(told)) log.error({ event: 'bug', requestId, cause: stackOf(causes.get(told)) });
        Object.assign(told.extensions, { retryable: told.extensions['retryable'] ?? false, requestId });
        return told;
      });
      hook.setResult({ ...result, errors });
    },
  };
}

function stackOf(cause: unknown): string {
  if (cause instanceof GraphQLError && cause.originalError !== undefined) return stackOf(cause.originalError);
  return cause instanceof Error ? (cause.stack ?? cause.message) : typeof cause;
}

/** Last month: it has rows of every kind, and on most days it is settled. */
function exampleMonth(now: Clock): string {
  return addMonths(monthOf(dateIn(now(), utc)), -1);
}
