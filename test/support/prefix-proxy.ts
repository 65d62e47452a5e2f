/** A reverse proxy that serves another server under a prefix, which it takes off before it passes a request on. */

import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { AtEnd } from './redis.ts';

export interface ProxyOptions {
  /** Whether the server behind it is told the host that was asked, as Host; else its own, as nginx does of itself. */
  readonly keepsHost: boolean;
}

/** The address of what is behind it: its own with the prefix, without a slash at the end. */
export async function startPrefixProxy(
  target: string,
  prefix: string,
  { keepsHost }: ProxyOptions,
  { onTestFinished }: AtEnd,
): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const { url = '/', method, headers } = incoming;
    if (!url.startsWith(`${prefix}/`)) {
      outgoing.writeHead(404).end('not of this prefix');
      return;
    }
    const host = keepsHost ? headers.host : new URL(target).host;
    const passed = request(`${target}${url.slice(prefix.length)}`, { method, headers: { ...headers, host } });
    passed.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`;
}
