/** CORS: pages of the origins in the settings may send requests and read the answers. */

import type { IncomingMessage, ServerResponse } from 'node:http';

export interface CorsSettings {
  /** Origins as browsers send them; `localhost` means every page that this machine serves. */
  readonly origins: readonly string[];
  /** The headers that their pages may send, in addition to the usual ones. */
  readonly headers: readonly string[];
}

/** The response headers that a page may read. */
const exposed = [
  'retry-after',
  'ratelimit',
  'ratelimit-policy',
  'etag',
  'date',
  'allow',
  'www-authenticate',
  'x-request-id',
  'content-disposition',
  'content-encoding',
  'x-coverage-accounts',
  'x-coverage-failed',
  'x-coverage-stale',
  'x-coverage-without-charges',
  'x-coverage-without-invoice-ids',
  'x-coverage-as-of',
  'x-coverage-settlement',
].join(', ');

/** The request headers that a page may send: those that GraphQL clients and tracing tools add by themselves. */
const sendable = [
  ['authorization', 'content-type', 'accept', 'accept-language', 'cache-control', 'pragma'],
  ['if-none-match', 'x-request-id', 'x-correlation-id', 'x-requested-with'],
  // Apollo Client and Studio, Apollo's mobile clients, other GraphQL clients.
  ['apollographql-client-name', 'apollographql-client-version', 'apollo-require-preflight'],
  ['x-apollo-operation-name', 'x-apollo-operation-id', 'x-apollo-operation-type'],
  ['graphql-client-name', 'graphql-client-version', 'x-graphql-client-name', 'x-graphql-client-version'],
  ['graphql-preflight', 'graphql-require-preflight', 'x-graphql-yoga-csrf'],
  // MCP clients, of all revisions.
  ['mcp-protocol-version', 'mcp-method', 'mcp-name', 'mcp-session-id', 'last-event-id'],
  // OpenTelemetry, Sentry, Datadog, Zipkin, New Relic, Elastic, Application Insights, AWS.
  ['traceparent', 'tracestate', 'baggage', 'sentry-trace'],
  ['x-datadog-trace-id', 'x-datadog-parent-id', 'x-datadog-origin', 'x-datadog-sampling-priority'],
  ['b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled', 'x-b3-flags'],
  ['newrelic', 'elastic-apm-traceparent', 'request-id', 'request-context', 'x-amzn-trace-id'],
].flat();

/** Whether pages of an origin may send requests. */
export function isAllowedOrigin(origin: string, { origins }: CorsSettings): boolean {
  return origins.includes(origin) || (origins.includes('localhost') && isOriginHere(origin));
}

/** Whether this machine serves the page, on any port. A name that somebody has pointed here does not count. */
function isOriginHere(origin: string): boolean {
  return /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.test(origin);
}

/** Lets a page of an allowed origin read the answer, even a refusal. */
export function allowOrigin(
  { headers }: IncomingMessage,
  settings: CorsSettings,
  response: ServerResponse,
): void {
  if (settings.origins.length > 0) response.setHeader('vary', 'origin');
  const { origin } = headers;
  if (origin === undefined || !isAllowedOrigin(origin, settings)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-expose-headers', exposed);
}

/** Answers a preflight request. */
export function answerPreflight(response: ServerResponse, methods: string, { headers }: CorsSettings): void {
  response.setHeader('allow', methods);
  if (response.hasHeader('access-control-allow-origin')) {
    response.setHeader('access-control-allow-methods', methods);
    response.setHeader('access-control-allow-headers', [...sendable, ...headers].join(', '));
    response.setHeader('access-control-max-age', '600');
  }
  response.writeHead(204).end();
}
