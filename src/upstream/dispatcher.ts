/** Connections to one provider: direct, or through a proxy's tunnel (CONNECT). The same limits apply to both. */

import { request as requestPlain } from 'node:http';
import { request as requestOverTls } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { Agent, buildConnector, type Dispatcher } from 'undici';

import { networkCodeOf, TunnelError } from './network-failures.ts';
import { loginOf } from './proxy.ts';

export interface ConnectionSettings {
  /** The most connections to keep open. */
  readonly connections: number;
  /** The limit for each step: to reach the proxy and get its answer; to reach the provider, with its TLS handshake. */
  readonly timeoutMs: number;
  /** Null: direct. */
  readonly proxy: URL | null;
  /** Looks names up, and may refuse what it finds; the system's own by default. Not used by a proxy. */
  readonly lookup?: LookupFunction;
}

export interface Connections {
  readonly dispatcher: Dispatcher;
  /**
   * Why there is no connection, as a code: then the connection failed and not the answer. Null: there is a connection.
   */
  missing(): string | null;
  /** Aborts open exchanges. */
  close(): Promise<void>;
}

/** Opens no connection before the first request. */
export function createConnections({
  connections,
  timeoutMs,
  proxy,
  lookup,
}: ConnectionSettings): Connections {
  const toProvider = buildConnector({ timeout: timeoutMs, ...(lookup === undefined ? {} : { lookup }) });
  const closing = new AbortController();
  const pending = new Set<{ missing: string }>();
  let open = 0;
  /** Why the last attempt to connect failed; null once one succeeded. */
  let failed: string | null = null;

  /** Connects by a socket of its own, or within a tunnel. */
  async function connectThrough(
    options: buildConnector.Options,
    attempt: { missing: string },
  ): Promise<Socket> {
    const socket =
      proxy === null ? null : await openTunnel(proxy, targetOf(options), timeoutMs, closing.signal);
    attempt.missing = 'UND_ERR_CONNECT_TIMEOUT';
    if (socket !== null && options.protocol !== 'https:') return socket;
    return new Promise((resolve, reject) => {
      const within = socket === null ? options : { ...options, httpSocket: socket };
      toProvider(within, (...[error, made]) => (error === null ? resolve(made) : reject(error)));
    });
  }

  const connect: buildConnector.connector = (options, callback) => {
    const attempt = { missing: 'PROXY_TIMEOUT' };
    pending.add(attempt);
    const finish = (...[error, socket]: buildConnector.CallbackArgs): void => {
      pending.delete(attempt);
      failed = error === null ? null : networkCodeOf(error);
      if (error !== null) return callback(error, null);
      open += 1;
      socket.once('close', () => (open -= 1));
      callback(null, socket);
    };
    connectThrough(options, attempt).then(
      (socket) => finish(null, socket),
      (error: Error) => finish(error, null),
    );
  };

  const agent = new Agent({ connections, pipelining: 1, connect });
  return {
    dispatcher: agent,
    missing: () => (open > 0 ? null : ([...pending][0]?.missing ?? failed)),
    async close() {
      closing.abort();
      await agent.destroy();
    },
  };
}

/** A provider's host and port, as CONNECT needs them. */
function targetOf({ hostname, port, protocol }: buildConnector.Options): string {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  return `${host}:${port === '' ? ({ 'https:': '443' }[protocol] ?? '80') : port}`;
}

/** A socket to `target` through the proxy. @throws TunnelError */
function openTunnel(proxy: URL, target: string, timeoutMs: number, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const login = loginOf(proxy);
  const request = (proxy.protocol === 'https:' ? requestOverTls : requestPlain)({
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port,
    method: 'CONNECT',
    path: target,
    agent: false,
    signal,
    headers: { host: target, ...(login === null ? {} : { 'proxy-authorization': login }) },
  });
  const timer = setTimeout(() => request.destroy(new TunnelError('PROXY_TIMEOUT')), timeoutMs);
  request.on('connect', ({ statusCode = 0 }, socket: Duplex, head: Buffer) => {
    clearTimeout(timer);
    if (statusCode >= 200 && statusCode < 300) {
      if (head.length > 0) socket.unshift(head);
      return resolve(socket as Socket);
    }
    // We do not read whatever else the proxy sends.
    socket.on('error', () => {}).destroy();
    const detail = `HTTP status ${statusCode}`;
    reject(statusCode === 407 ? new TunnelError('PROXY_LOGIN') : new TunnelError('PROXY_DENIED', detail));
  });
  request.on('error', (error) => {
    clearTimeout(timer);
    reject(error instanceof TunnelError ? error : new TunnelError('PROXY_UNREACHABLE', networkCodeOf(error)));
  });
  request.end();
  return promise;
}
