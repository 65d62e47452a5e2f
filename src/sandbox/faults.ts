/** Faults of the transport and of whole answers that can be switched on at a simulated vendor. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

import type { Vendor, VendorAnswer } from './vendor.ts';

export const faultNames = [
  'rateLimited',
  'rateLimitedWithRetryAfter',
  'unauthorized',
  'htmlForbidden',
  'notFound',
  'broken',
  'unavailable',
  'slow',
  'hang',
  'drip',
  'reset',
  'truncated',
  'empty',
  'notJson',
  'wrongType',
  'redirect',
  'bomb',
  'echo',
] as const;
export type FaultName = (typeof faultNames)[number];

export interface Fault {
  readonly name: FaultName;
  /** How many requests it affects; unlimited by default. */
  readonly times?: number;
  /** The end of the paths that it hits: "balance/detail"; absent: every path. */
  readonly only?: string;
  /** What `rateLimitedWithRetryAfter` asks for; 1 by default. */
  readonly retryAfterSeconds?: number;
}

/** A hundred megabytes of zeros, compressed to a hundred kilobytes; made on first use. */
let bomb: Buffer | null = null;

/** Applies a fault to a response. `answer` is what the vendor would have sent. */
export function playFault(
  { name, retryAfterSeconds = 1 }: Pick<Fault, 'name' | 'retryAfterSeconds'>,
  vendor: Vendor,
  answer: VendorAnswer,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const text = JSON.stringify(answer.body);
  switch (name) {
    case 'rateLimited':
      return send(response, vendor.tooFast);
    case 'rateLimitedWithRetryAfter':
      return send(response, vendor.tooFast, { 'retry-after': String(retryAfterSeconds) });
    case 'unauthorized':
      return send(response, vendor.unauthorized);
    case 'htmlForbidden':
      response
        .writeHead(403, { 'content-type': 'text/html' })
        .end('<html><body>Access denied by edge</body></html>');
      return;
    case 'notFound':
      return send(response, vendor.refusal(404, 'API_NOT_FOUND'));
    case 'broken':
      return send(response, vendor.broken);
    case 'unavailable':
      response.writeHead(503, { 'content-type': 'text/html' }).end('<html>maintenance</html>');
      return;
    case 'slow':
      setTimeout(() => send(response, answer), 300);
      return;
    case 'hang':
      return;
    case 'drip': {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{');
      const timer = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(timer));
      return;
    }
    case 'reset':
      request.socket.destroy();
      return;
    case 'truncated':
      response.writeHead(200, { 'content-type': 'application/json' }).end(text.slice(0, -3));
      return;
    case 'empty':
      response.writeHead(200, { 'content-type': 'application/json' }).end();
      return;
    case 'notJson':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>welcome</html>');
      return;
    case 'wrongType':
      return send(response, { status: 200, body: 'a string' });
    case 'redirect':
      response.writeHead(302, { location: 'http://127.0.0.1:9/elsewhere' }).end();
      return;
    case 'bomb': {
      bomb ??= gzipSync(Buffer.alloc(100_000_000, ' '));
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb);
      return;
    }
    case 'echo':
      return send(response, vendor.refusal(400, `bad request: ${JSON.stringify(request.headers)}`));
  }
}

/** Sends an answer as JSON. */
export function send(
  response: ServerResponse,
  { status, body }: VendorAnswer,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
