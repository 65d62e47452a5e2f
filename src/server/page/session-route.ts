/**
 * /session: who reads the cost page. GET says it, POST with a token signs in, DELETE signs out. A session is a cookie
 * and no more (access/sessions.ts).
 */

import type { IncomingMessage, ServerResponse } from 'node:http';

import { printInstant, type Instant } from '../../domain/calendar.ts';
import {
  identify,
  mayUsePage,
  validateHeaders,
  verify,
  type AdmissionSettings,
} from '../access/admission.ts';
import type { Client } from '../access/auth.ts';
import { isFromOurPage } from '../access/origins.ts';
import { readBody } from '../http/body.ts';
import { HttpError, sendJson } from '../http/reply.ts';

/** A token may have 16 KiB. */
const maxBodyBytes = 20_000;
/** How often one address may try. Tokens are too long to be guessed: this bounds the work, not the guessing. */
const triesPerMinute = 60;

/** Answers /session. @throws HttpError */
export async function serveSession(
  settings: AdmissionSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  validateHeaders(settings, request);
  response.setHeader('vary', 'authorization, cookie, origin');
  const { method = 'GET' } = request;
  if (method === 'GET' || method === 'HEAD')
    return sendJson(response, 200, await describeReader(settings, request));
  const { origin, 'sec-fetch-site': site } = request.headers;
  if ((origin !== undefined || site !== undefined) && !isFromOurPage(request.headers)) {
    throw new HttpError(403, 'FORBIDDEN', 'Only the page of this gateway signs in and out.');
  }
  if (method === 'POST') return signIn(settings, request, response);
  if (method === 'DELETE') {
    response.setHeader('set-cookie', settings.sessions.end(request));
    return sendJson(response, 200, reader(settings, 'signedOut', null, null));
  }
  const details = { headers: { allow: 'GET, HEAD, POST, DELETE' } };
  throw new HttpError(405, 'BAD_USER_INPUT', 'Sign in with POST, sign out with DELETE.', details);
}

async function signIn(
  settings: AdmissionSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { authenticate, consume, sessions, page } = settings;
  const taken = await consume(`sign-in ${request.socket.remoteAddress ?? ''}`, triesPerMinute, 1);
  if (!taken.isAllowed) {
    const { retryAfterSeconds } = taken;
    throw new HttpError(429, 'RATE_LIMITED', `One address may sign in ${triesPerMinute} times a minute.`, {
      headers: { 'retry-after': String(retryAfterSeconds) },
      details: { retryable: true, retryAfterSeconds },
    });
  }
  const token = tokenIn(await readBody(request, maxBodyBytes));
  const client = await verify(authenticate, `Bearer ${token}`);
  if (client === null) throw new HttpError(401, 'UNAUTHENTICATED', 'The token is not valid.');
  if (!mayUsePage(client, page)) {
    throw new HttpError(403, 'FORBIDDEN', 'The client of this token lacks the permission page.');
  }
  const started = await sessions.start(request, token);
  if (started === null) {
    const message =
      'The token does not fit into a cookie, which holds some 3000 characters: send it to the API.';
    throw new HttpError(413, 'BAD_USER_INPUT', message);
  }
  response.setHeader('set-cookie', started.cookie);
  sendJson(response, 200, reader(settings, 'signedIn', client, started.endsAt));
}

/** @throws HttpError 400 */
function tokenIn(body: Buffer): string {
  const bad = new HttpError(400, 'BAD_USER_INPUT', 'Send {"token": "..."}, a token without spaces.');
  try {
    const { token } = JSON.parse(body.toString()) as { readonly token?: unknown };
    if (typeof token === 'string' && /^\S+$/.test(token)) return token;
  } catch {
    // Not JSON.
  }
  throw bad;
}

async function describeReader(settings: AdmissionSettings, request: IncomingMessage) {
  const { client, session } = await identify(settings, request);
  if (client === null) return reader(settings, 'signedOut', null, null);
  return session === null
    ? reader(settings, 'open', client, null)
    : reader(settings, 'signedIn', client, session.endsAt);
}

/** `open`: the reader needs no session, because there are no clients, or a proxy sends the token. */
function reader(
  { graphiql }: AdmissionSettings,
  status: 'open' | 'signedIn' | 'signedOut',
  client: Client | null,
  endsAt: Instant | null,
) {
  return {
    status,
    client: client?.id ?? null,
    permissions: [...(client?.permissions ?? [])],
    isBound: client !== null && client.bounds !== null,
    graphiql: graphiql === true || (graphiql === 'permitted' && client?.permissions.has('graphiql') === true),
    expiresAt: endsAt === null ? null : printInstant(endsAt),
  };
}
