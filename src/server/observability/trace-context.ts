/** The span of a request, by OpenTelemetry's conventions for HTTP servers. */

import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Route } from '../../domain/metric-table.ts';
import type { Tracing } from '../../domain/tracing.ts';

/** Frequent requests that say nothing about the gateway's work: they get no spans. */
const unwatched: ReadonlySet<Route> = new Set(['healthz', 'readyz', 'metrics']);
/** How much of a path a span contains. */
const maxPathLength = 200;

/** Runs `work`, which answers and does not throw, within the trace that the request names. */
export function traceRequest(
  tracing: Tracing,
  request: IncomingMessage,
  response: ServerResponse,
  route: Route,
  requestId: string,
  work: () => Promise<void>,
): Promise<void> {
  if (unwatched.has(route)) return work();
  const answer = async (): Promise<void> => {
    await work();
    // A client that left before the answer got no status.
    if (response.headersSent) tracing.endWithStatus(response.statusCode);
  };
  const attributes = () => ({
    ...attributesOf(request),
    'http.route': `/${route}`,
    'billing.request_id': requestId,
  });
  return tracing.withinTrace(request.headers, () =>
    tracing.inSpan(`${request.method} /${route}`, attributes, answer, 'server'),
  );
}

/** The path, without the query in it. */
function attributesOf({ method = '', url = '', headers: { host } }: IncomingMessage) {
  const [path = ''] = url.split('?', 1);
  const server = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : null;
  return {
    'http.request.method': method,
    'url.scheme': 'http',
    'url.path': path.slice(0, maxPathLength),
    ...(server === null
      ? {}
      : { 'server.address': server.hostname, 'server.port': Number(server.port === '' ? 80 : server.port) }),
  };
}
