/** The HTTP server: starts listening, and stops without losing a request. Its routes are in routes.ts. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { watchConnections, type Connections } from './socket-timeouts.ts';
import { createRoutes, type RouteSettings, type ServerState } from './routes.ts';

export interface HttpSettings extends RouteSettings {
  readonly host: string;
  readonly port: number;
  /** How long to keep an idle connection at least. */
  readonly keepAliveSeconds: number;
}

export interface HttpServer {
  readonly url: string;
  /**
   * Announces the stop for `drainMs`, closes the port, lets running requests finish for `withinMs`, and aborts the
   * rest.
   */
  stop(drainMs: number, withinMs: number): Promise<void>;
}

/** Starts listening, and resolves when the port is open. */
export async function startHttp(settings: HttpSettings): Promise<HttpServer> {
  const state: ServerState = { stopping: false };
  const answer = createRoutes(settings, state);
  const server = createServer(
    // Node's own limits close a connection even if the request has arrived and waits for us.
    { headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: settings.keepAliveSeconds * 1000 },
    (request, response) => {
      connections.began(request, response);
      response.on('close', answer(request, response));
    },
  );
  const connections = watchConnections(server, settings.keepAliveSeconds);
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
      await close(server, connections, withinMs);
    },
  };
}

/** Closes idle connections at once, and the others after their answer. */
async function close(server: Server, connections: Connections, withinMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  const timer = setTimeout(() => {
    server.close();
    server.closeAllConnections();
  }, withinMs);
  connections.closeIdle(() => server.close());
  await closed;
  clearTimeout(timer);
  connections.stop();
}
