/** Reads the body of a request, up to a limit. */

import type { IncomingMessage } from 'node:http';

import { HttpError } from './reply.ts';

/**
 * Reads the whole body. We refuse one that is too large at once, and discard the rest of it: a client that is cut off
 * while it sends never reads why. @throws HttpError
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = (): HttpError => bad(`The body is larger than ${maxBytes} bytes.`, 413);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onChunk = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes <= maxBytes) return void chunks.push(chunk);
      request.off('data', onChunk);
      request.resume();
      reject(tooLarge());
    };
    request.on('data', onChunk);
    request.on('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    request.on('error', () => reject(bad('The body was broken off.')));
    request.on('aborted', () => reject(bad('The body was broken off.')));
  });
}

function bad(message: string, status = 400): HttpError {
  return new HttpError(status, 'BAD_USER_INPUT', message);
}
