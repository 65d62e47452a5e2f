/** Admission: lets a request in by its host, web origin, token and budget, or says why not. */

import type { IncomingMessage, ServerResponse } from 'node:http';

import Negotiator from 'negotiator';

import type { OperationOutcome } from '../../domain/metric-table.ts';
import { KeysUnavailable, type Authenticate, type Client } from './auth.ts';
import type { Taken, ConsumeBudget } from './budget.ts';
import type { CorsSettings } from '../http/cors.ts';
import { HttpError } from '../http/reply.ts';
import { isForeign, isFromOurPage } from './origins.ts';
import type { Session, Sessions } from './sessions.ts';

export interface AdmissionSettings {
  readonly authenticate: Authenticate;
  readonly sessions: Sessions;
  readonly consume: ConsumeBudget;
  /** Who may open GraphiQL: everybody, nobody, or clients with the permission. */
  readonly graphiql: boolean | 'permitted';
  /** Who may use the cost page. Its files hold no secret: nobody signs in there without the permission. */
  readonly page: boolean | 'permitted';
  /**
   * Without clients, only this machine may ask, and only by a loopback name: a foreign page could point its own name
   * here.
   */
  readonly loopbackOnly: boolean;
  readonly cors: CorsSettings;
}

/** What we know of a request that was let in. */
export interface Admitted {
  /** Null: only the GraphiQL page may be sent. */
  readonly client: Client | null;
  readonly requestId: string;
  /** Aborts when the client has left. Created on first use. */
  readonly abortSignal: () => AbortSignal;
  /** When it arrived, on a clock that never jumps. */
  readonly receivedAtMs: number;
  /** Filled in while it runs: what the log says when the request is done. */
  readonly logFields: AccessLogFields;
}

/** Who read what. */
export interface AccessLogFields {
  client?: string;
  operation?: string | null;
  /** The tool of MCP that asked. */
  tool?: string;
  outcome?: OperationOutcome;
  /** Whether a cached response answered. */
  isCached?: boolean;
  /** The accounts whose rows were read. */
  accounts?: readonly string[];
}

/** Lets a request in: returns its client, or null when it only opens the page. @throws HttpError */
export async function admit(
  settings: AdmissionSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Client | null> {
  validateHeaders(settings, request);
  const { client } = await identify(settings, request);
  const { graphiql } = settings;
  if (wantsPage(request)) {
    // A browser cannot send a token when it opens the page, and the page contains no secret.
    if (graphiql === true) return client;
    if (graphiql === 'permitted' && client?.permissions.has('graphiql') === true) return client;
    throw new HttpError(406, 'BAD_USER_INPUT', 'There is no page here: ask with Accept: application/json.');
  }
  if (client === null) {
    const message = 'A valid token is needed: Authorization: Bearer <token>.';
    throw new HttpError(401, 'UNAUTHENTICATED', message, { headers: { 'www-authenticate': 'Bearer' } });
  }
  await countRequest(settings.consume, client, response);
  return client;
}

/** Checks that apply to every request and every client. @throws HttpError */
export function validateHeaders(
  settings: Pick<AdmissionSettings, 'loopbackOnly' | 'cors'>,
  { method, headers }: IncomingMessage,
): void {
  if (settings.loopbackOnly && !isLoopbackName(headers.host)) {
    const message = 'The settings name no clients, so the gateway answers to localhost only.';
    throw new HttpError(403, 'FORBIDDEN', message);
  }
  const bad = (message: string, status = 400): HttpError => new HttpError(status, 'BAD_USER_INPUT', message);
  if (!URL.canParse(`http://${headers.host}`)) throw bad('The Host header names no host.');
  if (isForeign(headers, settings.cors)) {
    const message = 'Requests from this web origin are not allowed: name it in server.cors.origins.';
    throw new HttpError(403, 'FORBIDDEN', message);
  }
  if (method === 'POST' && !/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    throw bad('Send the request as application/json.', 415);
  }
  if (!/^(identity)?$/i.test(headers['content-encoding'] ?? '')) {
    throw bad('Send the request without a content encoding.', 415);
  }
}

/** Who asks. */
export interface Identity {
  /** Null: nobody that we know. */
  readonly client: Client | null;
  /** Null: the client needs none. */
  readonly session: Session | null;
}

/**
 * Who asks, by the Authorization header or else by the cookie of the page, which counts only where it was our own page
 * that asked. @throws HttpError when nobody can tell now
 */
export async function identify(
  settings: Pick<AdmissionSettings, 'authenticate' | 'sessions' | 'page'>,
  request: IncomingMessage,
): Promise<Identity> {
  const { authenticate, sessions, page } = settings;
  const { authorization, cookie } = request.headers;
  const client = await verify(authenticate, authorization);
  if (client !== null || authorization !== undefined) return { client, session: null };
  const isOurs = page !== false && cookie !== undefined && isFromOurPage(request.headers);
  const session = isOurs ? await sessions.open(request) : null;
  if (session === null) return { client: null, session: null };
  const signedIn = await verify(authenticate, `Bearer ${session.token}`);
  return signedIn !== null && mayUsePage(signedIn, page)
    ? { client: signedIn, session }
    : { client: null, session: null };
}

/** Whether a client may sign in to the cost page. */
export function mayUsePage({ permissions }: Client, page: AdmissionSettings['page']): boolean {
  return page === true || (page === 'permitted' && permissions.has('page'));
}

/** The client of an Authorization header. @throws HttpError when nobody can tell now */
export async function verify(
  authenticate: Authenticate,
  authorization: string | undefined,
): Promise<Client | null> {
  try {
    return await authenticate(authorization);
  } catch (error) {
    if (!(error instanceof KeysUnavailable)) throw error;
    const message = 'The token cannot be checked now, because the keys of its issuer cannot be read.';
    const details = { details: { retryable: true, retryAfterSeconds: 5 }, headers: { 'retry-after': '5' } };
    throw new HttpError(503, 'UNAUTHENTICATED', message, details);
  }
}

/** Takes the request from its client's budget, and reports what is left in the headers. */
async function countRequest(consume: ConsumeBudget, client: Client, response: ServerResponse): Promise<void> {
  const { id, requestsPerMinute } = client;
  if (requestsPerMinute === null) return;
  const taking = consume(`${id}:requests`, requestsPerMinute, 1);
  const taken = taking instanceof Promise ? await taking : taking;
  sayWhatIsLeft(taken, requestsPerMinute, response);
  if (taken.isAllowed) return;
  const { retryAfterSeconds } = taken;
  throw new HttpError(429, 'RATE_LIMITED', `This client may ask ${requestsPerMinute} times a minute.`, {
    headers: { 'retry-after': String(retryAfterSeconds) },
    details: { retryable: true, retryAfterSeconds },
  });
}

/** Gives a request back to its client's budget, but only a minute's budget of them: beyond that they count. */
export async function uncountRequest(
  consume: ConsumeBudget,
  { id, requestsPerMinute }: Client,
  response: ServerResponse,
): Promise<void> {
  if (requestsPerMinute === null) return;
  const { isAllowed } = await consume(`${id}:free-requests`, requestsPerMinute, 1);
  if (!isAllowed) return;
  sayWhatIsLeft(await consume(`${id}:requests`, requestsPerMinute, -1), requestsPerMinute, response);
}

function sayWhatIsLeft(
  { remaining, resetSeconds }: Taken,
  perMinute: number,
  response: ServerResponse,
): void {
  response.setHeader('ratelimit-policy', `"requests";q=${perMinute};w=60`);
  response.setHeader('ratelimit', `"requests";r=${remaining};t=${resetSeconds}`);
}

/** A signal that aborts when the client leaves before the response is complete. */
export function leavingOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const leave = (): void => controller.abort(new DOMException('The client has gone.', 'AbortError'));
  if (response.destroyed) leave();
  response.on('close', () => {
    if (!response.writableFinished) leave();
  });
  return controller.signal;
}

/** Whether a browser opens GraphiQL: then it prefers a page to JSON. */
export function wantsPage({ method, url = '', headers }: IncomingMessage): boolean {
  const { accept = '' } = headers;
  if (method !== 'GET' || !/^\/graphql\/?(\?|$)/.test(url) || !/text\/html/.test(accept)) return false;
  const types = ['text/html', 'application/json', 'application/graphql-response+json'];
  return new Negotiator({ headers: { accept } }).mediaType(types) === 'text/html';
}

export function isLoopbackName(host: string | undefined): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host ?? '');
}
