/** Who gets in: by host, by web origin, by token, and not too often. Whoever does not is told why. */

import type { IncomingMessage, ServerResponse } from 'node:http';

import Negotiator from 'negotiator';

import { KeysUnavailable, type Authenticate, type Client } from './auth.ts';
import type { TakeFromBudget } from './budget.ts';
import type { Outcome } from './metrics.ts';
import { Refusal } from './reply.ts';

export interface AdmissionSettings {
  readonly authenticate: Authenticate;
  readonly take: TakeFromBudget;
  /** Who may have the page: everybody, nobody, or who is permitted. */
  readonly graphiql: boolean | 'permitted';
  /** Without clients only this machine may ask, and only by a name of its own: a page elsewhere could point its name here. */
  readonly loopbackOnly: boolean;
  readonly corsOrigins: readonly string[];
}

/** What is known of a request that was let in. */
export interface Admitted {
  /** Null: only the GraphiQL page may be sent. */
  readonly client: Client | null;
  readonly requestId: string;
  /** Aborts when the client has gone. Made when it is asked for. */
  readonly left: () => AbortSignal;
  /** When it came, on a clock that never jumps. */
  readonly receivedAtMs: number;
  /** To be filled in: what the log says of the request when it is done. */
  readonly facts: RequestFacts;
}

/** Who read what. */
export interface RequestFacts {
  client?: string;
  operation?: string | null;
  outcome?: Outcome;
  /** Whether the answer was one that was kept. */
  isKept?: boolean;
  /** The accounts of which rows were read. */
  accounts?: readonly string[];
}

/** Lets a request in: the client that it comes from, or null for whoever only opens the page. @throws Refusal */
export async function admit(
  settings: AdmissionSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Client | null> {
  const client = familiarClient(settings, request) ?? (await lookAt(settings, request));
  const { graphiql } = settings;
  if (wantsPage(request)) {
    // A browser cannot send a token when it opens the page, and there is nothing secret in it.
    if (graphiql === true) return client;
    if (graphiql === 'permitted' && client?.permissions.has('graphiql') === true) return client;
    throw new Refusal(406, 'BAD_USER_INPUT', 'There is no page here: ask with Accept: application/json.');
  }
  if (client === null) {
    const message = 'A valid token is needed: Authorization: Bearer <token>.';
    throw new Refusal(401, 'UNAUTHENTICATED', message, { headers: { 'www-authenticate': 'Bearer' } });
  }
  await countRequest(settings.take, client, response);
  return client;
}

/** All that a request is judged by before its body. */
const judgedBy = [
  'host',
  'origin',
  'sec-fetch-site',
  'sec-fetch-mode',
  'content-type',
  'content-encoding',
  'authorization',
] as const;

/** A request that was let in, and from whom it came. */
interface Familiar {
  readonly settings: AdmissionSettings;
  readonly method: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly client: Client;
}

/** The last one of each connection: clients repeat themselves. */
const lastOf = new WeakMap<object, Familiar>();

/** From whom a request comes that is like the last one of its connection; null: it has to be looked at. */
function familiarClient(
  settings: AdmissionSettings,
  { socket, method, headers }: IncomingMessage,
): Client | null {
  const last = lastOf.get(socket);
  if (last === undefined || last.settings !== settings || last.method !== method) return null;
  return judgedBy.every((name) => last.headers[name] === headers[name]) ? last.client : null;
}

/** @throws Refusal */
async function lookAt(settings: AdmissionSettings, request: IncomingMessage): Promise<Client | null> {
  refuseSenseless(settings, request);
  const client = await identify(settings.authenticate, request);
  const { socket, method, headers } = request;
  if (client?.isLasting === true) lastOf.set(socket, { settings, method, headers, client });
  return client;
}

/** Whatever the request is, and whoever sends it. */
function refuseSenseless(settings: AdmissionSettings, { method, headers }: IncomingMessage): void {
  if (settings.loopbackOnly && !isLoopbackName(headers.host)) {
    const message = 'Without clients in its settings the gateway answers to localhost alone.';
    throw new Refusal(403, 'FORBIDDEN', message);
  }
  const bad = (message: string, status = 400): Refusal => new Refusal(status, 'BAD_USER_INPUT', message);
  if (!URL.canParse(`http://${headers.host}`)) throw bad('The Host header names no host.');
  if (isForeign(headers, settings.corsOrigins)) {
    const message = 'Requests from this web origin are not allowed: name it in server.cors.origins.';
    throw new Refusal(403, 'FORBIDDEN', message);
  }
  if (method === 'POST' && !/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    throw bad('Send the request as application/json.', 415);
  }
  if (!/^(identity)?$/i.test(headers['content-encoding'] ?? '')) {
    throw bad('Send the request without a content encoding.', 415);
  }
}

async function identify(authenticate: Authenticate, { headers }: IncomingMessage): Promise<Client | null> {
  try {
    return await authenticate(headers.authorization);
  } catch (error) {
    if (!(error instanceof KeysUnavailable)) throw error;
    const message = 'The token cannot be checked now, since the keys of its issuer cannot be read.';
    const details = { facts: { retryable: true, retryAfterSeconds: 5 }, headers: { 'retry-after': '5' } };
    throw new Refusal(503, 'UNAUTHENTICATED', message, details);
  }
}

/** What is left of its budget is told with every answer. */
async function countRequest(take: TakeFromBudget, client: Client, response: ServerResponse): Promise<void> {
  const { id, requestsPerMinute } = client;
  if (requestsPerMinute === null) return;
  const taking = take(`${id}:requests`, requestsPerMinute, 1);
  const { isAllowed, remaining, resetSeconds, retryAfterSeconds } =
    taking instanceof Promise ? await taking : taking;
  response.setHeader('ratelimit-policy', `"requests";q=${requestsPerMinute};w=60`);
  response.setHeader('ratelimit', `"requests";r=${remaining};t=${resetSeconds}`);
  if (isAllowed) return;
  throw new Refusal(429, 'RATE_LIMITED', `This client may ask ${requestsPerMinute} times a minute.`, {
    headers: { 'retry-after': String(retryAfterSeconds) },
    facts: { retryable: true, retryAfterSeconds },
  });
}

/** Whether a browser opens GraphiQL: it would rather have a page than JSON. */
export function wantsPage({ method, url = '', headers }: IncomingMessage): boolean {
  const { accept = '' } = headers;
  if (method !== 'GET' || !/^\/graphql(\?|$)/.test(url) || !/text\/html/.test(accept)) return false;
  const types = ['text/html', 'application/json', 'application/graphql-response+json'];
  return new Negotiator({ headers: { accept } }).mediaType(types) === 'text/html';
}

export function isLoopbackName(host: string | undefined): boolean {
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
