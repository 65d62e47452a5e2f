/**
 * GraphQL Yoga, set up for this schema. Plugins, one file each, add what it lacks; graphql-route.ts comes before it.
 */

import type { ExecutionResult } from 'graphql';
import { createYoga } from 'graphql-yoga';

import { addMonths, dateIn, monthOf, utc, type Clock } from '../../domain/calendar.ts';
import type { Log } from '../observability/log.ts';
import { createDocumentCaches, useDocuments, type DocumentSettings } from './document-plugin.ts';
import type { Exchange, ServerContext } from './exchange.ts';
import { useExecution, type ExecutionSettings } from './execution-plugin.ts';
import { graphiqlOptions, renderPage } from './graphiql.ts';
import { toClientError } from './mask-errors.ts';
import { createIdenticalRequests } from './identical-requests.ts';
import { idNames, useParams } from './params-plugin.ts';
import type { Documents } from './persisted-documents.ts';
import type { ResponseCache } from './response-cache.ts';
import { toAnswer, type Answer, type JsonText } from './result.ts';

export interface YogaSettings extends DocumentSettings, ExecutionSettings {
  readonly graphiql: boolean;
  readonly documents: Documents;
  readonly answers: ResponseCache;
  readonly log: Log;
  readonly now: Clock;
}

/** A request that was admitted and read. */
export interface Asked {
  readonly method: string;
  /** As sent: Yoga and its plugins check them. */
  readonly params: object;
}

export interface Gateway {
  /** Answers a request; null: the response is cached, and the exchange has it. */
  ask(asked: Asked, exchange: Exchange): Promise<Answer | null>;
  /** The page of GraphiQL. */
  page(): Promise<Response>;
}

const endpoint = 'http://gateway/graphql';

/** Answers GraphQL requests, and those for the page. */
export function createGateway(settings: YogaSettings): Gateway {
  const { schema, graphiql, documents, answers, log, now } = settings;
  const yoga = createYoga<ServerContext>({
    schema,
    landingPage: false,
    cors: false,
    // The route has already refused bodies that are too large.
    maxRequestBodySize: false,
    extraParamNames: [...idNames],
    logging: { debug() {}, info() {}, warn: (...args) => log.warn({ event: 'yoga', args }), error() {} },
    graphiql: graphiql ? () => graphiqlOptions(exampleMonth(now)) : false,
    renderGraphiQL: renderPage,
    maskedErrors: { maskError: toClientError },
    parserAndValidationCache: createDocumentCaches(),
    plugins: [
      useParams(documents, answers, createIdenticalRequests(answers)),
      useDocuments(settings),
      useExecution(settings),
    ],
  });
  // One fetch API request for all: creating one each, with a response, would cost more than all else that Yoga does.
  const get = new yoga.fetchAPI.Request(endpoint);
  const post = new yoga.fetchAPI.Request(endpoint, { method: 'POST' });

  return {
    async ask({ method, params }, exchange) {
      const request = method === 'GET' ? get : post;
      try {
        const result = await yoga.getResultForParams({ params, request }, { exchange });
        return exchange.known === null ? toAnswer(result as ExecutionResult<JsonText>, exchange, log) : null;
      } catch (error) {
        return toAnswer({ errors: [toClientError(error)] }, exchange, log);
      }
    },
    page: async () => yoga.fetch(endpoint, { headers: { accept: 'text/html' } }),
  };
}

/** Last month: it has rows of every kind, and is settled on most days. */
function exampleMonth(now: Clock): string {
  return addMonths(monthOf(dateIn(now(), utc)), -1);
}
