/** Who gets in: by host, by web origin, by token, and not too often. Whoever does not is told why. */

import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Authenticate, Client } from './auth.ts';
import type { Spend } from './budget.ts';
import { refuse, type HttpCode } from './reply.ts';

export interface AdmissionSettings {
  readonly authenticate: Authenticate;
  readonly spend: Spend;
  readonly graphiql: boolean;
  /** Without clients only this machine may ask, and only by a name of its own: a page elsewhere could point its name here. */
  readonly loopbackOnly: boolean;
  readonly corsOrigins: readonly string[];
}

/** What is known of a request that was let in. */
export interface Admitted {
  /** Null: only the GraphiQL page may be sent, or what a browser asks before it asks. */
  readonly client: Client | null;
  readonly requestId: string;
  /** Aborts when the client has gone. */
  readonly left: AbortSignal;
}

interface Refusal {
  readonly status: number;
  readonly code: HttpCode;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Lets a request in, or answers it with a refusal; then null. */
export function admit(
  settings: AdmissionSettings,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Admitted | null {
  allowOrigin(request.headers.origin, settings.corsOrigins, response);
  const client = settings.authenticate(request.headers.authorization);
  const refusal = refusalOf(settings, request) ?? refusalOfClient(settings, request, client);
  if (refusal !== null) {
    const { status, code, message, headers = {}, facts } = refusal;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    refuse(response, status, code, message, requestId, facts);
    return null;
  }
  const controller = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) controller.abort(new DOMException('The client has gone.', 'AbortError'));
  });
  return { client, requestId, left: controller.signal };
}

/** Whatever the request is, and whoever sends it. */
function refusalOf(settings: AdmissionSettings, { method, url, headers }: IncomingMessage): Refusal | null {
  const bad = (message: string, status = 400): Refusal => ({ status, code: 'BAD_USER_INPUT', message });
  if (settings.loopbackOnly && !isLoopbackName(headers.host)) {
    const message = 'Without clients in its settings the gateway answers to localhost alone.';
    return { status: 403, code: 'FORBIDDEN', message };
  }
  if (!URL.canParse(`http://${headers.host}`)) return bad('The Host header names no host.');
  if (isForeign(headers, settings.corsOrigins)) {
    const message = 'Requests from this web origin are not allowed: name it in server.cors.origins.';
    return { status: 403, code: 'FORBIDDEN', message };
  }
  if (method === 'POST' && !/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    return bad('Send the request as application/json.', 415);
  }
  if (!/^(identity)?$/i.test(headers['content-encoding'] ?? '')) {
    return bad('Send the request without a content encoding.', 415);
  }
  const unreadable = unreadableParameter(url ?? '');
  return unreadable === null ? null : bad(`The parameter ${unreadable} is not JSON.`);
}

function refusalOfClient(
  { graphiql, spend }: AdmissionSettings,
  request: IncomingMessage,
  client: Client | null,
): Refusal | null {
  if (client === null) {
    if (request.method === 'OPTIONS' || (graphiql && wantsPage(request))) return null;
    const message = 'A valid token is needed: Authorization: Bearer <token>.';
    return { status: 401, code: 'UNAUTHENTICATED', message, headers: { 'www-authenticate': 'Bearer' } };
  }
  const retryAfterSeconds = spend(client);
  if (retryAfterSeconds === null) return null;
  return {
    status: 429,
    code: 'RATE_LIMITED',
    message: `This client may ask ${client.requestsPerMinute} times a minute.`,
    headers: { 'retry-after': String(retryAfterSeconds) },
    facts: { retryable: true, retryAfterSeconds },
  };
}

/** The GraphiQL page holds nothing secret, and a browser cannot send a token when it opens it. */
function wantsPage({ method, url = '', headers }: IncomingMessage): boolean {
  const isGraphql = /^\/graphql(\?|$)/.test(url);
  return isGraphql && method === 'GET' && /(^|,)\s*text\/html\s*(;|,|$)/.test(headers.accept ?? '');
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

/** What a page may read beside the body. */
const exposed = [
  'retry-after',
  'x-request-id',
  'content-disposition',
  'x-coverage-accounts',
  'x-coverage-failed',
  'x-coverage-stale',
  'x-coverage-without-charges',
  'x-coverage-as-of',
  'x-coverage-settlement',
].join(', ');

/** A page of an allowed origin may read the answer, also when it is a refusal. */
function allowOrigin(origin: string | undefined, allowed: readonly string[], response: ServerResponse): void {
  if (origin === undefined || !allowed.includes(origin)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-expose-headers', exposed);
  response.setHeader('vary', 'origin');
}

/** Which of a GET's JSON parameters cannot be read; null when all can. */
function unreadableParameter(url: string): string | null {
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
