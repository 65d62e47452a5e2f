/**
 * A second account at a simulated vendor: a relay on a port of its own that passes requests on under the one credential
 * that the vendor knows.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { bearerOf } from '../../src/sandbox/vendor.ts';

export interface Relay {
  readonly url: string;
  stop(): Promise<void>;
}

/** Takes requests with one key, and passes them on with the other. */
export async function startRelay(target: string, keys: { from: string; to: string }): Promise<Relay> {
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url: path = '/', headers } = request;
    const query = new URL(path, 'http://relay').searchParams;
    const isKnown = bearerOf({ method, path, query, headers, body: '' }) === keys.from;
    const authorization = isKnown ? `Bearer ${keys.to}` : '';
    const answer = await fetch(`${target}${path}`, {
      method,
      headers: { authorization, 'user-agent': 'relay' },
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  };
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
