/** The server: listens, cuts off whoever is too slow, and stops without losing a request. What is asked where is in routes.ts. */

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createRoutes, type RouteSettings, type ServerState } from './routes.ts';

export interface HttpSettings extends RouteSettings {
  readonly host: string;
  readonly port: number;
}

export interface HttpServer {
  readonly url: string;
  /** Says that it is stopping, then closes the port, lets requests under way finish for so long, and breaks off the rest. */
  stop(drainMs: number, withinMs: number): Promise<void>;
}

/** Whoever takes longer to send a request is cut off. */
const headersWithinMs = 5000;
const requestWithinMs = 10_000;
/** Whoever takes nothing of an answer for so long is cut off, too. */
const stalledMs = 10_000;
/** An answer is taken within so long, however large. */
const takenWithinMs = 600_000;

/** Listens, and resolves when it does. */
export async function startHttp(settings: HttpSettings): Promise<HttpServer> {
  const state: ServerState = { stopping: false };
  const answer = createRoutes(settings, state);
  /** Answers under way, and since when they are being sent; null: not yet. */
  const answering = new Map<ServerResponse, number | null>();
  const server = createServer(
    { headersTimeout: headersWithinMs, requestTimeout: requestWithinMs, connectionsCheckingInterval: 1000 },
    (request, response) => {
      answering.set(response, null);
      const ended = answer(request, response);
      response.on('close', () => {
        answering.delete(response);
        ended();
      });
    },
  );
  const sweeper = setInterval(() => cutOff(answering), 5000).unref();
  // With a listener, node leaves it to us, idle connections too: one that waits for its answer is silent for a reason.
  server.setTimeout(stalledMs, (socket) => {
    const isAwaited = [...answering.keys()].some(({ req }) => req.socket === socket);
    if (!isAwaited || socket.writableLength > 0) socket.destroy();
  });
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
      for (const response of answering.keys())
        if (!response.headersSent) response.setHeader('connection', 'close');
      await close(server, withinMs);
      clearInterval(sweeper);
    },
  };
}

/** Whoever takes an answer byte by byte would be served for ever. */
function cutOff(answering: Map<ServerResponse, number | null>): void {
  const now = performance.now();
  for (const [response, since] of answering) {
    if (since === null && response.headersSent) answering.set(response, now);
    if (since !== null && now - since > takenWithinMs) response.destroy();
  }
}

/** Idle connections are closed at once, the others after their answer. */
async function close(server: Server, withinMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const timer = setTimeout(() => server.closeAllConnections(), withinMs);
  await closed;
  clearTimeout(timer);
}
