/** What a page of another origin may do: ask, and read the answer, where the settings name its origin. */

import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a page may read beside the body. */
const exposed = [
  'retry-after',
  'ratelimit',
  'ratelimit-policy',
  'etag',
  'x-request-id',
  'content-disposition',
  'x-coverage-accounts',
  'x-coverage-failed',
  'x-coverage-stale',
  'x-coverage-without-charges',
  'x-coverage-as-of',
  'x-coverage-settlement',
].join(', ');

/** What a page may send beside what any form can. */
const sendable = 'authorization, content-type, x-request-id, traceparent, tracestate, if-none-match';

/** A page of an allowed origin may read the answer, also when it is a refusal. */
export function allowOrigin(
  { headers }: IncomingMessage,
  allowed: readonly string[],
  response: ServerResponse,
): void {
  if (allowed.length > 0) response.setHeader('vary', 'origin');
  const { origin } = headers;
  if (origin === undefined || !allowed.includes(origin)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-expose-headers', exposed);
}

/** What a browser asks before it asks. */
export function answerPreflight(response: ServerResponse, methods: string): void {
  response.setHeader('allow', methods);
  if (response.hasHeader('access-control-allow-origin')) {
    response.setHeader('access-control-allow-methods', methods);
    response.setHeader('access-control-allow-headers', sendable);
    response.setHeader('access-control-max-age', '600');
  }
  response.writeHead(204).end();
}
