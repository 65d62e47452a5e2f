/** The routes: health, metrics, GraphQL, exports, MCP. Each request gets an id, and a log line when it is done. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Route } from '../../domain/metric-table.ts';
import type { Tracing } from '../../domain/tracing.ts';
import {
  admit,
  leavingOf,
  type AdmissionSettings,
  type Admitted,
  type AccessLogFields,
} from '../access/admission.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import { parseExportPath } from '../export/export-names.ts';
import { overloaded } from '../graphql/ask.ts';
import type { Log } from '../observability/log.ts';
import { sendMetrics, sendReadiness, type OperatorSettings } from '../observability/operator-routes.ts';
import { servePage } from '../page/page-route.ts';
import { serveSession } from '../page/session-route.ts';
import type { Overload } from './overload.ts';
import { HttpError, refuse, refuseJsonRpc, sendJson } from './reply.ts';
import { traceRequest } from '../observability/trace-context.ts';

/** Answers an admitted request. @throws HttpError */
type Serve = (request: IncomingMessage, response: ServerResponse, admitted: Admitted) => Promise<void>;

/** What may change while the server runs, when the settings are reloaded. */
export interface ServerRuntime extends AdmissionSettings {
  readonly graphql: Serve;
  readonly exportFocus: Serve;
  /** Null: the settings say no. */
  readonly mcp: Serve | null;
  readonly schemaText: Serve;
}

export interface RouteSettings extends OperatorSettings {
  readonly runtime: () => ServerRuntime;
  readonly overload: Overload;
  readonly log: Log;
  readonly tracing: Tracing;
}

/** The status in the log and the metrics when the client did not wait for its answer, as proxies use it. */
const leftStatus = 499;

/** Whether the server is about to stop. */
export interface ServerState {
  stopping: boolean;
}

const paths: ReadonlyMap<string, Route> = new Map([
  ['/graphql', 'graphql'],
  ['/graphql/', 'graphql'],
  ['/mcp', 'mcp'],
  ['/schema.graphql', 'schema'],
  ['/healthz', 'healthz'],
  ['/readyz', 'readyz'],
  ['/metrics', 'metrics'],
  ['/', 'page'],
  ['/session', 'session'],
]);

/** Answers all requests. Call the function that it returns when the response has ended, in whatever way. */
export function createRoutes(settings: RouteSettings, state: Readonly<ServerState>) {
  const { metrics, log } = settings;

  return (request: IncomingMessage, response: ServerResponse): (() => void) => {
    const receivedAtMs = performance.now();
    const requestId = readRequestId(request);
    response.setHeader('x-request-id', requestId);
    if (state.stopping) response.setHeader('connection', 'close');
    const route = routeOf(request.url);
    const logFields: AccessLogFields = {};
    void answerOrRefuse(settings, state, route, { request, response, requestId, receivedAtMs, logFields });
    return () => {
      const durationMs = performance.now() - receivedAtMs;
      // A client that left before the answer got no status.
      const status = response.headersSent ? response.statusCode : leftStatus;
      metrics.answered(route, status, durationMs / 1000);
      if (route !== 'graphql' && route !== 'export' && route !== 'mcp') return;
      const isWhole = response.writableFinished ? undefined : false;
      log.answered({
        requestId,
        route,
        status,
        isWhole,
        durationMs: round(durationMs),
        ...logFields,
      });
    };
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly receivedAtMs: number;
  readonly logFields: AccessLogFields;
}

/** Never rejects. */
async function answerOrRefuse(
  settings: RouteSettings,
  state: Readonly<ServerState>,
  route: Route,
  exchange: Exchange,
): Promise<void> {
  const { request, response, requestId } = exchange;
  await traceRequest(settings.tracing, request, response, route, requestId, async () => {
    try {
      await answer(settings, state, route, exchange);
    } catch (error) {
      fail(error, settings.log, response, requestId, route === 'mcp' ? refuseJsonRpc : refuse);
    }
  });
}

async function answer(
  settings: RouteSettings,
  { stopping }: Readonly<ServerState>,
  route: Route,
  exchange: Exchange,
): Promise<void> {
  const { request, response } = exchange;
  const runtime = settings.runtime();
  if (route === 'healthz') return sendJson(response, 200, { status: 'alive' });
  if (route === 'readyz') return sendReadiness(settings, stopping, request, response);
  if (route === 'metrics') return sendMetrics(settings, request, response);
  if (route === 'graphql') return serve(runtime.graphql, 'GET, POST', settings, exchange);
  if (route === 'export') return serve(runtime.exportFocus, 'GET, HEAD', settings, exchange);
  if (route === 'mcp' && runtime.mcp !== null) return serve(runtime.mcp, 'POST', settings, exchange);
  if (route === 'schema') return serve(runtime.schemaText, 'GET, HEAD', settings, exchange);
  if (route === 'session' && runtime.page !== false) return serveSession(runtime, request, response);
  if (route === 'page') {
    if (runtime.page !== false) return servePage(runtime, request, response);
    if (/^\/(\?|$)/.test(request.url ?? '/') && /^(GET|HEAD)$/.test(request.method ?? '')) {
      // Relative, because a proxy may add a prefix that we do not know.
      return void response.writeHead(302, { location: 'graphql' }).end();
    }
  }
  const message =
    'There is nothing here; GraphQL is at /graphql, its schema at /schema.graphql, exports at /export/focus.csv and others, and MCP at /mcp unless the settings say no.';
  throw new HttpError(404, 'BAD_USER_INPUT', message);
}

async function serve(
  give: Serve,
  methods: string,
  settings: RouteSettings,
  { request, response, requestId, receivedAtMs, logFields }: Exchange,
): Promise<void> {
  const { overload, metrics } = settings;
  const runtime = settings.runtime();
  allowOrigin(request, runtime.cors, response);
  if (request.method === 'OPTIONS') return answerPreflight(response, methods, runtime.cors);
  const entering = !overload.isOver() && overload.enter();
  if (!(entering instanceof Promise ? await entering : entering)) {
    metrics.shed();
    throw overloaded();
  }
  // A client that left while it waited needs no answer.
  if (response.destroyed) return;
  const end = overload.begin();
  try {
    const client = await admit(runtime, request, response);
    if (client !== null) logFields.client = client.id;
    await give(request, response, {
      client,
      requestId,
      abortSignal: () => leavingOf(response),
      receivedAtMs,
      logFields,
    });
  } catch (error) {
    if (error instanceof HttpError && error.code === 'OVERLOADED') metrics.shed();
    throw error;
  } finally {
    end();
  }
}

function fail(
  error: unknown,
  log: Log,
  response: ServerResponse,
  requestId: string,
  refuse: typeof refuseJsonRpc,
): void {
  if (error instanceof HttpError && !response.headersSent) return refuse(response, error, requestId);
  log.error({ event: 'bug', requestId, cause: error instanceof Error ? error.stack : typeof error });
  if (response.headersSent) return void response.destroy();
  const message = 'Something went wrong inside the gateway.';
  refuse(response, new HttpError(500, 'INTERNAL_SERVER_ERROR', message), requestId);
}

function routeOf(url = '/'): Route {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  if (path.startsWith('/assets/')) return 'page';
  return paths.get(path) ?? (parseExportPath(path) === null ? 'other' : 'export');
}

function readRequestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
