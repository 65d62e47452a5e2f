/** How a request gets in: node:http, request ids, health, who asks and how often; then GraphQL. Stops without losing one. */

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ErrorCode } from '../domain/errors.ts';
import type { Authenticate } from './auth.ts';
import type { Spend } from './budget.ts';
import type { Log } from './log.ts';
import type { Admitted } from './yoga.ts';

export interface HttpSettings {
  readonly host: string;
  readonly port: number;
  readonly authenticate: Authenticate;
  readonly spend: Spend;
  readonly graphql: (request: IncomingMessage, response: ServerResponse, admitted: Admitted) => unknown;
  readonly graphiql: boolean;
  /** Without clients only this machine may ask, and only by a name of its own: a page elsewhere could point its name here. */
  readonly loopbackOnly: boolean;
  readonly corsOrigins: readonly string[];
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
    else if (path === '/graphql') await admit(settings, request, response, requestId);
    else if (path === '/' && request.method === 'GET')
      response.writeHead(302, { location: '/graphql' }).end();
    else refuse(response, 404, 'BAD_USER_INPUT', 'There is nothing here; GraphQL is at /graphql.', requestId);
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

async function admit(
  settings: HttpSettings,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  const { headers } = request;
  allowOrigin(headers.origin, settings.corsOrigins, response);
  if (settings.loopbackOnly && !isLoopbackName(headers.host)) {
    const message = 'Without clients in its settings the gateway answers to localhost alone.';
    return refuse(response, 403, 'FORBIDDEN', message, requestId);
  }
  if (!URL.canParse(`http://${headers.host}`)) {
    return refuse(response, 400, 'BAD_USER_INPUT', 'The Host header names no host.', requestId);
  }
  if (isForeign(headers, settings.corsOrigins)) {
    const message = 'Requests from this web origin are not allowed: name it in server.cors.origins.';
    return refuse(response, 403, 'FORBIDDEN', message, requestId);
  }
  if (request.method === 'POST' && !/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    return refuse(response, 415, 'BAD_USER_INPUT', 'Send the request as application/json.', requestId);
  }
  if (!/^(identity)?$/i.test(headers['content-encoding'] ?? '')) {
    return refuse(response, 415, 'BAD_USER_INPUT', 'Send the request without a content encoding.', requestId);
  }
  const unreadable = unreadableParameter(request);
  if (unreadable !== null) {
    return refuse(response, 400, 'BAD_USER_INPUT', `The parameter ${unreadable} is not JSON.`, requestId);
  }
  const client = settings.authenticate(headers.authorization);
  if (client !== null) {
    const retryAfterSeconds = settings.spend(client);
    if (retryAfterSeconds !== null) {
      response.setHeader('retry-after', String(retryAfterSeconds));
      const message = `This client may ask ${client.requestsPerMinute} times a minute.`;
      return refuse(response, 429, 'RATE_LIMITED', message, requestId, {
        retryable: true,
        retryAfterSeconds,
      });
    }
  } else if (request.method !== 'OPTIONS' && !(settings.graphiql && wantsPage(request))) {
    response.setHeader('www-authenticate', 'Bearer');
    const message = 'A valid token is needed: Authorization: Bearer <token>.';
    return refuse(response, 401, 'UNAUTHENTICATED', message, requestId);
  }
  const controller = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) controller.abort(new DOMException('The client has gone.', 'AbortError'));
  });
  await settings.graphql(request, response, { client, requestId, left: controller.signal });
}

/** The GraphiQL page holds nothing secret, and a browser cannot send a token when it opens it. */
function wantsPage({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && /(^|,)\s*text\/html\s*(;|,|$)/.test(headers.accept ?? '');
}

function isLoopbackName(host: string | undefined): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host ?? '');
}

/** A browser says where a request comes from; what is neither this origin nor an allowed one is refused. */
function isForeign(headers: IncomingMessage['headers'], allowed: readonly string[]): boolean {
  const { origin } = headers;
  if (origin === undefined)
    return headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate';
  if (allowed.includes(origin)) return false;
  return !URL.canParse(origin) || new URL(origin).host !== headers.host;
}

/** A page of an allowed origin may read the answer, also when it is a refusal. */
function allowOrigin(origin: string | undefined, allowed: readonly string[], response: ServerResponse): void {
  if (origin === undefined || !allowed.includes(origin)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-expose-headers', 'retry-after, x-request-id');
  response.setHeader('vary', 'origin');
}

/** Which of a GET's JSON parameters cannot be read; null when all can. */
function unreadableParameter({ url = '' }: IncomingMessage): string | null {
  const parameters = new URL(url, 'http://gateway').searchParams;
  const isJson = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  return ['variables', 'extensions'].find((name) => !isJson(parameters.get(name) ?? 'null')) ?? null;
}

function readRequestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

type HttpCode = ErrorCode | 'INTERNAL_SERVER_ERROR';

function refuse(
  response: ServerResponse,
  status: number,
  code: HttpCode,
  message: string,
  requestId: string,
  facts: Readonly<Record<string, unknown>> = {},
): void {
  sendJson(response, status, {
    errors: [{ message, extensions: { code, retryable: false, ...facts, requestId } }],
  });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  response.writeHead(status, headers).end(`${JSON.stringify(body)}\n`);
}

/** Idle connections are closed at once, the others after their answer. */
async function close(server: Server, withinMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const timer = setTimeout(() => server.closeAllConnections(), withinMs);
  await closed;
  clearTimeout(timer);
}
