/** POST /mcp by the official SDK: stateless, all revisions from 2025-06-18 to 2026-07-28. Loaded with the first request. */

import type { IncomingMessage, ServerResponse } from 'node:http';

import { createMcpHandler } from '@modelcontextprotocol/server';

import type { Asking } from '../graphql/ask.ts';
import { HttpError } from '../http/reply.ts';
import type { Log } from '../observability/log.ts';
import { createCallers, type CallerSettings } from './callers.ts';
import { createServers, type McpSettings } from './mcp-server.ts';

export interface EndpointSettings extends McpSettings, CallerSettings {
  readonly log: Log;
}

/** Answers one POST whose body was read. @throws HttpError */
export type ServeMcp = (
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  asking: Asking,
) => Promise<void>;

/** Headers that the SDK looks at, and no other: it needs no token. */
const forwarded = [
  'content-type',
  'accept',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'mcp-session-id',
];

export function createEndpoint(settings: EndpointSettings): ServeMcp {
  const { log } = settings;
  const build = createServers(settings);
  const callerOf = createCallers(settings);
  return async (request, response, body, asking) => {
    const parsedBody = parse(body);
    if (Array.isArray(parsedBody)) {
      // One request of the client's budget is one message.
      throw new HttpError(400, 'BAD_USER_INPUT', 'Send one message: batches are not supported.');
    }
    const caller = callerOf(asking);
    const connection = { client: asking.client, callerOf: () => caller };
    const handler = createMcpHandler(() => build(connection), {
      onerror: (error) => log.debug({ event: 'mcp', requestId: asking.requestId, cause: error.name }),
    });
    try {
      const answer = await handler.fetch(toRequest(request, asking.abortSignal()), { parsedBody });
      // Nothing is ever announced, so a stream of announcements ends with its acknowledgement and holds no connection.
      if (isListening(parsedBody)) await handler.close();
      await send(response, answer);
    } finally {
      await handler.close();
    }
  };
}

function isListening(message: unknown): boolean {
  return (
    typeof message === 'object' &&
    message !== null &&
    'method' in message &&
    message.method === 'subscriptions/listen'
  );
}

/** @throws HttpError */
function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new HttpError(400, 'BAD_USER_INPUT', 'The body is not JSON in UTF-8.');
  }
}

/** The request for the SDK. Its host does not matter: admission has checked it. */
function toRequest({ headers }: IncomingMessage, signal: AbortSignal): Request {
  const known = forwarded.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as [string, string]] : [];
  });
  return new Request('http://gateway/mcp', { method: 'POST', headers: known, body: '{}', signal });
}

async function send(response: ServerResponse, answer: Response): Promise<void> {
  const body = Buffer.from(await answer.arrayBuffer());
  if (response.destroyed) return;
  const headers = { 'cache-control': 'no-store', ...Object.fromEntries(answer.headers) };
  response.writeHead(answer.status, { ...headers, 'content-length': body.length }).end(body);
}
