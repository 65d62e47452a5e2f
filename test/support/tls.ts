/** A vendor that speaks TLS, and a proxy that opens tunnels to it (CONNECT). Certificates are of test/fixtures/tls. */

import { readFileSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

import { root } from './process.ts';
import type { AtEnd } from './redis.ts';

const folder = join(root, 'test/fixtures/tls');
/** Whom processes are told to trust: NODE_EXTRA_CA_CERTS. */
export const trusted = join(folder, 'ca.pem');

/** `good` is for vendor.example and this machine; `other` is for other.example. All but the self-signed are of the CA. */
export type Certificate = 'good' | 'expired' | 'future' | 'other' | 'self-signed';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface Vendor {
  readonly port: number;
  /** What was asked, each with its path and its credential. */
  readonly requests: string[];
  /** Connections of TLS that came about. */
  connections: number;
}

/** A vendor that speaks TLS by one of the certificates. */
export async function startTlsVendor(
  certificate: Certificate,
  answer: Answer,
  atEnd: AtEnd,
): Promise<Vendor> {
  const read = (name: string): string => readFileSync(join(folder, `${name}.pem`), 'utf8');
  const requests: string[] = [];
  const server = createHttps({ cert: read(certificate), key: read('key') }, (request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    answer(request, response);
  });
  // Clients break off when they do not trust it.
  server.on('tlsClientError', () => {});
  const vendor = { port: await listen(server, atEnd), requests, connections: 0 };
  server.on('secureConnection', () => (vendor.connections += 1));
  return vendor;
}

export type Tunnelling =
  | { readonly to: number }
  | { readonly status: number }
  /** Takes the connection and says nothing; or closes it. */
  | 'hangs'
  | 'closes';

export interface TestProxy {
  readonly url: string;
  readonly port: number;
  /** Each CONNECT: its target and its login. */
  readonly asked: { readonly target: string | undefined; readonly login: string | undefined }[];
  /** Anything but CONNECT. */
  readonly others: string[];
  how: Tunnelling;
}

/** A proxy; whatever name it is asked for, its tunnel leads to a port of this machine. */
export async function startProxy(how: Tunnelling, atEnd: AtEnd): Promise<TestProxy> {
  const asked: { target: string | undefined; login: string | undefined }[] = [];
  const others: string[] = [];
  const server = createHttp((request, response) => {
    others.push(`${request.method} ${request.url}`);
    response.writeHead(400).end();
  });
  const proxy: { how: Tunnelling } = { how };
  server.on('connect', (request: IncomingMessage, client: Duplex) => {
    client.on('error', () => {});
    asked.push({ target: request.url, login: request.headers['proxy-authorization'] });
    const { how } = proxy;
    if (how === 'closes') client.destroy();
    else if (how !== 'hangs') {
      if ('to' in how) tunnel(client, how.to);
      else client.end(`HTTP/1.1 ${how.status} No\r\nx-secret: ${canary}\r\n\r\n${canary}`);
    }
  });
  const port = await listen(server, atEnd);
  return Object.assign(proxy, { url: `http://127.0.0.1:${port}`, port, asked, others });
}

const canary = 'canary-of-the-proxy';

function tunnel(client: Duplex, port: number): void {
  const vendor = connect(port, '127.0.0.1', () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    vendor.pipe(client).pipe(vendor);
  });
  vendor.on('error', () => client.destroy());
  client.on('close', () => vendor.destroy());
}

async function listen(server: Server, { onTestFinished }: AtEnd): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // Those that were handed over for a tunnel too.
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return (server.address() as AddressInfo).port;
}
