/** What is asked where: health, metrics, GraphQL, exports; each request with an id, and a line in the log when it is done. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { inSpan, withinTrace } from '../domain/span.ts';
import {
  admit,
  isLoopbackName,
  type AdmissionSettings,
  type Admitted,
  type RequestFacts,
} from './admission.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import { overloaded } from './graphql.ts';
import { describe, type AccountState } from './health.ts';
import type { Log } from './log.ts';
import type { Metrics, Route } from './metrics.ts';
import type { Overload } from './overload.ts';
import { Refusal, refuse, sendJson } from './reply.ts';

/** Answers a request that was let in. @throws Refusal */
type Serve = (request: IncomingMessage, response: ServerResponse, admitted: Admitted) => Promise<void>;

/** What may change while the server runs, when the settings are read again. */
export interface Serving extends AdmissionSettings {
  readonly graphql: Serve;
  readonly exportFocus: Serve;
}

export interface RouteSettings {
  readonly serving: () => Serving;
  readonly overload: Overload;
  readonly metrics: Metrics;
  /** What /readyz says beside "ready". */
  readonly readiness: () => Readonly<Record<string, unknown>>;
  /** What it says of each account, to those who may see it. */
  readonly accounts: () => readonly AccountState[];
  readonly log: Log;
}

/** What the log and the counters say where a client did not wait for its answer, as proxies do. */
const leftStatus = 499;

/** Whether the server is about to stop. */
export interface ServerState {
  stopping: boolean;
}

const paths: ReadonlyMap<string, Route> = new Map([
  ['/graphql', 'graphql'],
  ['/export/focus.csv', 'export'],
  ['/export/focus.ndjson', 'export'],
  ['/healthz', 'healthz'],
  ['/readyz', 'readyz'],
  ['/metrics', 'metrics'],
]);

/** Answers whatever is asked. What it gives back is to be called when the response has ended, in whatever way. */
export function createRoutes(settings: RouteSettings, state: Readonly<ServerState>) {
  const { metrics, log } = settings;

  return (request: IncomingMessage, response: ServerResponse): (() => void) => {
    const receivedAtMs = performance.now();
    const requestId = readRequestId(request);
    response.setHeader('x-request-id', requestId);
    if (state.stopping) response.setHeader('connection', 'close');
    const route = routeOf(request.url);
    const facts: RequestFacts = {};
    void answerOrRefuse(settings, state, route, { request, response, requestId, receivedAtMs, facts });
    return () => {
      const durationMs = performance.now() - receivedAtMs;
      // Who left before there was an answer has been told nothing.
      const status = response.headersSent ? response.statusCode : leftStatus;
      metrics.answered(route, status, durationMs / 1000);
      if (route !== 'graphql' && route !== 'export') return;
      const isWhole = response.writableFinished ? undefined : false;
      log.answered({
        requestId,
        route,
        status,
        isWhole,
        durationMs: round(durationMs),
        ...facts,
      });
    };
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly receivedAtMs: number;
  readonly facts: RequestFacts;
}

/** Never rejects. */
async function answerOrRefuse(
  settings: RouteSettings,
  state: Readonly<ServerState>,
  route: Route,
  exchange: Exchange,
): Promise<void> {
  const { request, response, requestId } = exchange;
  try {
    await withinTrace(request.headers, () =>
      inSpan(
        `${request.method} /${route}`,
        { 'http.route': `/${route}`, 'billing.request_id': requestId },
        () => answer(settings, state, route, exchange),
        'server',
      ),
    );
  } catch (error) {
    fail(error, settings.log, response, requestId);
  }
}

async function answer(
  settings: RouteSettings,
  { stopping }: Readonly<ServerState>,
  route: Route,
  exchange: Exchange,
): Promise<void> {
  const { request, response } = exchange;
  const serving = settings.serving();
  if (route === 'healthz') return sendJson(response, 200, { status: 'alive' });
  if (route === 'readyz') return sendReadiness(settings, stopping, request, response);
  if (route === 'metrics') return sendMetrics(settings, request, response);
  if (route === 'graphql') return serve(serving.graphql, 'GET, POST', settings, exchange);
  if (route === 'export') return serve(serving.exportFocus, 'GET', settings, exchange);
  if (request.url === '/' && request.method === 'GET') {
    return void response.writeHead(302, { location: '/graphql' }).end();
  }
  const message = 'There is nothing here; GraphQL is at /graphql, exports at /export/focus.csv and .ndjson.';
  throw new Refusal(404, 'BAD_USER_INPUT', message);
}

async function serve(
  give: Serve,
  methods: string,
  settings: RouteSettings,
  { request, response, requestId, receivedAtMs, facts }: Exchange,
): Promise<void> {
  const { overload, metrics } = settings;
  const serving = settings.serving();
  allowOrigin(request, serving.corsOrigins, response);
  if (request.method === 'OPTIONS') return answerPreflight(response, methods);
  if (overload.isOver()) {
    metrics.shed();
    throw overloaded();
  }
  const end = overload.begin();
  try {
    const client = await admit(serving, request, response);
    if (client !== null) facts.client = client.id;
    await give(request, response, {
      client,
      requestId,
      left: () => leavingOf(response),
      receivedAtMs,
      facts,
    });
  } catch (error) {
    if (error instanceof Refusal && error.code === 'OVERLOADED') metrics.shed();
    throw error;
  } finally {
    end();
  }
}

/** Everybody may know whether the gateway is ready; how an account is, only who may see all of it. */
async function sendReadiness(
  settings: RouteSettings,
  stopping: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const accounts = (await mayOperate(settings, request))
    ? { accounts: settings.accounts().map((state) => describe(state)) }
    : {};
  const status = stopping ? 'stopping' : 'ready';
  sendJson(response, stopping ? 503 : 200, { status, ...settings.readiness(), ...accounts });
}

async function sendMetrics(
  settings: RouteSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!(await mayOperate(settings, request))) {
    const message = 'Metrics are for clients with the permission operations: Authorization: Bearer <token>.';
    throw new Refusal(401, 'UNAUTHENTICATED', message, { headers: { 'www-authenticate': 'Bearer' } });
  }
  const { text, contentType } = await settings.metrics.read();
  response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' }).end(text);
}

async function mayOperate(settings: RouteSettings, { headers }: IncomingMessage): Promise<boolean> {
  const { authenticate, loopbackOnly } = settings.serving();
  // Without clients this machine alone is told, and no page elsewhere that has its name point here.
  if (loopbackOnly && !isLoopbackName(headers.host)) return false;
  try {
    const client = await authenticate(headers.authorization);
    // What is told is told of all accounts.
    return client?.permissions.has('operations') === true && client.accounts === null;
  } catch {
    return false;
  }
}

function fail(error: unknown, log: Log, response: ServerResponse, requestId: string): void {
  if (error instanceof Refusal && !response.headersSent) return refuse(response, error, requestId);
  log.error({ event: 'bug', requestId, cause: error instanceof Error ? error.stack : typeof error });
  if (response.headersSent) return void response.destroy();
  const message = 'Something went wrong inside the gateway.';
  refuse(response, new Refusal(500, 'INTERNAL_SERVER_ERROR', message), requestId);
}

function leavingOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const leave = (): void => controller.abort(new DOMException('The client has gone.', 'AbortError'));
  if (response.destroyed) leave();
  response.on('close', () => {
    if (!response.writableFinished) leave();
  });
  return controller.signal;
}

function routeOf(url = '/'): Route {
  const query = url.indexOf('?');
  return paths.get(query < 0 ? url : url.slice(0, query)) ?? 'other';
}

function readRequestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
