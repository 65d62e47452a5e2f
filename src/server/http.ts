/** How a request gets in: node:http, request ids, health, who asks and how often; then GraphQL. Stops without losing one. */

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { admit, type AdmissionSettings, type Admitted } from './admission.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import { overloaded } from './graphql.ts';
import type { Log } from './log.ts';
import type { Overload } from './overload.ts';
import { Refusal, refuse, sendJson } from './reply.ts';

/** Answers a request that was let in. @throws Refusal */
type Serve = (request: IncomingMessage, response: ServerResponse, admitted: Admitted) => Promise<void>;

/** What may change while the server runs, when the settings are read again. */
export interface Serving extends AdmissionSettings {
  readonly graphql: Serve;
  readonly exportFocus: Serve;
}

export interface HttpSettings {
  readonly host: string;
  readonly port: number;
  readonly serving: () => Serving;
  readonly overload: Overload;
  /** What /readyz says beside "ready". */
  readonly readiness: () => Readonly<Record<string, unknown>>;
  readonly log: Log;
}

export interface HttpServer {
  readonly url: string;
  /** Says that it is stopping, then closes the port, lets requests under way finish for so long, and breaks off the rest. */
  stop(drainMs: number, withinMs: number): Promise<void>;
}

/** Whoever takes longer to send a request is cut off. */
const headersWithinMs = 5000;
const requestWithinMs = 10_000;
/** Whoever takes nothing of an answer for so long, or up to twice as long (node looks that often), is cut off, too. */
const stalledMs = 10_000;
/** An answer is taken within so long, however large. */
const takenWithinMs = 600_000;

/** Listens, and resolves when it does. */
export async function startHttp(settings: HttpSettings): Promise<HttpServer> {
  const state = { stopping: false };
  /** Answers under way, and since when they are being sent; null: not yet. */
  const answering = new Map<ServerResponse, number | null>();
  const server = createServer(
    { headersTimeout: headersWithinMs, requestTimeout: requestWithinMs, connectionsCheckingInterval: 1000 },
    (request, response) => {
      answering.set(response, null);
      response.on('close', () => answering.delete(response));
      void receive(settings, state, request, response);
    },
  );
  const sweeper = setInterval(() => cutOff(answering), 5000).unref();
  // With a listener, node leaves it to us, idle connections too: one that waits for its answer is silent for a reason.
  server.setTimeout(stalledMs, (socket) => {
    const isAwaited = [...answering.keys()].some(({ req }) => req.socket === socket);
    if (!isAwaited || socket.writableLength > 0) socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, resolve);
  });
  const { address, port, family } = server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;
  return {
    url: `http://${host}:${port}`,
    async stop(drainMs, withinMs) {
      state.stopping = true;
      await new Promise((resolve) => setTimeout(resolve, drainMs));
      // A connection that stays open after its answer would be waited for.
      for (const response of answering.keys())
        if (!response.headersSent) response.setHeader('connection', 'close');
      await close(server, withinMs);
      clearInterval(sweeper);
    },
  };
}

/** Whoever takes an answer byte by byte would be served for ever. */
function cutOff(answering: Map<ServerResponse, number | null>): void {
  const now = performance.now();
  for (const [response, since] of answering) {
    if (since === null && response.headersSent) answering.set(response, now);
    if (since !== null && now - since > takenWithinMs) response.destroy();
  }
}

async function receive(
  settings: HttpSettings,
  state: { readonly stopping: boolean },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = readRequestId(request);
  response.setHeader('x-request-id', requestId);
  if (state.stopping) response.setHeader('connection', 'close');
  try {
    const [path = '/'] = (request.url ?? '/').split('?');
    const serving = settings.serving();
    if (path === '/healthz') sendJson(response, 200, { status: 'alive' });
    else if (path === '/readyz') sendReadiness(settings, state.stopping, response);
    else if (path === '/graphql') await serve(serving.graphql, 'GET, POST', settings, request, response);
    else if (path === '/export/focus.csv' || path === '/export/focus.ndjson')
      await serve(serving.exportFocus, 'GET', settings, request, response);
    else if (path === '/' && request.method === 'GET')
      response.writeHead(302, { location: '/graphql' }).end();
    else {
      const message =
        'There is nothing here; GraphQL is at /graphql, exports at /export/focus.csv and .ndjson.';
      throw new Refusal(404, 'BAD_USER_INPUT', message);
    }
  } catch (error) {
    fail(error, settings.log, response, requestId);
  }
}

function fail(error: unknown, log: Log, response: ServerResponse, requestId: string): void {
  if (error instanceof Refusal && !response.headersSent) return refuse(response, error, requestId);
  log.error({ event: 'bug', requestId, cause: error instanceof Error ? error.stack : typeof error });
  if (response.headersSent) return void response.destroy();
  const message = 'Something went wrong inside the gateway.';
  refuse(response, new Refusal(500, 'INTERNAL_SERVER_ERROR', message), requestId);
}

function sendReadiness(settings: HttpSettings, stopping: boolean, response: ServerResponse): void {
  sendJson(response, stopping ? 503 : 200, {
    status: stopping ? 'stopping' : 'ready',
    ...settings.readiness(),
  });
}

async function serve(
  answer: Serve,
  methods: string,
  settings: HttpSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const serving = settings.serving();
  const receivedAtMs = performance.now();
  allowOrigin(request, serving.corsOrigins, response);
  if (request.method === 'OPTIONS') return answerPreflight(response, methods);
  if (settings.overload.isOver()) throw overloaded();
  const end = settings.overload.begin();
  try {
    const client = await admit(serving, request, response);
    const requestId = String(response.getHeader('x-request-id'));
    await answer(request, response, { client, requestId, left: () => leavingOf(response), receivedAtMs });
  } finally {
    end();
  }
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

function readRequestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

/** Idle connections are closed at once, the others after their answer. */
async function close(server: Server, withinMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const timer = setTimeout(() => server.closeAllConnections(), withinMs);
  await closed;
  clearTimeout(timer);
}
