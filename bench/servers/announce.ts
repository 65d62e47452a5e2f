/** Says where a server listens, in the form of the gateway's log. */

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export function announce(server: Pick<Server, 'address'>): void {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ event: 'started', url: `http://127.0.0.1:${port}` }));
}
