/** How a request gets in: node:http, request ids, health, who asks and how often; then GraphQL. Stops without losing one. */

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { admit, type AdmissionSettings, type Admitted } from './admission.ts';
import type { Log } from './log.ts';
import { refuse, sendJson } from './reply.ts';

/** Answers a request that was let in. */
type Serve = (request: IncomingMessage, response: ServerResponse, admitted: Admitted) => unknown;

export interface HttpSettings extends AdmissionSettings {
  readonly host: string;
  readonly port: number;
  readonly graphql: Serve;
  readonly exportFocus: Serve;
  /** What /readyz says beside "ready". */
  readonly readiness: () => Readonly<Record<string, unknown>>;
  readonly log: Log;
}

export interface HttpServer {
  readonly url: string;
  /** Says that it is stopping, then closes the port, lets requests under way finish for so long, and breaks off the rest. */
  stop(drainMs: number, withinMs: number): Promise<void>;
}

/** Listens, and resolves when it does. */
export async function startHttp(settings: HttpSettings): Promise<HttpServer> {
  const state = { stopping: false };
  const answering = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    answering.add(response);
    response.on('close', () => answering.delete(response));
    void receive(settings, state, request, response);
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
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
      for (const response of answering) if (!response.headersSent) response.setHeader('connection', 'close');
      await close(server, withinMs);
    },
  };
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
    if (path === '/healthz') sendJson(response, 200, { status: 'alive' });
    else if (path === '/readyz') sendReadiness(settings, state.stopping, response);
    else if (path === '/graphql') await serve(settings.graphql, settings, request, response, requestId);
    else if (path === '/export/focus.csv' || path === '/export/focus.ndjson')
      await serve(settings.exportFocus, settings, request, response, requestId);
    else if (path === '/' && request.method === 'GET')
      response.writeHead(302, { location: '/graphql' }).end();
    else {
      const message =
        'There is nothing here; GraphQL is at /graphql, exports at /export/focus.csv and .ndjson.';
      refuse(response, 404, 'BAD_USER_INPUT', message, requestId);
    }
  } catch (error) {
    settings.log.error({
      event: 'bug',
      requestId,
      cause: error instanceof Error ? error.stack : typeof error,
    });
    if (response.headersSent) response.destroy();
    else
      refuse(response, 500, 'INTERNAL_SERVER_ERROR', 'Something went wrong inside the gateway.', requestId);
  }
}

function sendReadiness(settings: HttpSettings, stopping: boolean, response: ServerResponse): void {
  sendJson(response, stopping ? 503 : 200, {
    status: stopping ? 'stopping' : 'ready',
    ...settings.readiness(),
  });
}

async function serve(
  answer: Serve,
  settings: HttpSettings,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  const admitted = admit(settings, request, response, requestId);
  if (admitted !== null) await answer(request, response, admitted);
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
