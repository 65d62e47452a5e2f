/** Ports for programs that have to be told theirs: claimed, so that no two tests of this machine are given the same. */

import { createServer } from 'node:net';

/** Below those that systems give out by themselves; ports are even, and 10,000 above each is free for a Redis Cluster. */
const [first, last] = [11_000, 20_998];
const busOffset = 10_000;

/**
 * A port on which nobody listens, and 10,000 above it neither. It is this process's until it ends: a listener on the odd
 * port above it is the claim, which the system lets one process have, of whatever checkout, and takes back by itself.
 */
export async function claimPort(): Promise<number> {
  const count = (last - first) / 2 + 1;
  const start = Math.floor(Math.random() * count);
  for (let step = 0; step < count; step += 1) {
    const port = first + 2 * ((start + step) % count);
    const claim = await tryListen(port + 1);
    if (claim === null) continue;
    claim.unref();
    if ((await isFree(port)) && (await isFree(port + busOffset))) return port;
    claim.close();
  }
  throw new Error(`no port from ${first} to ${last} is free`);
}

/** A listener; null where another listens. */
async function tryListen(port: number) {
  const server = createServer((socket) => socket.destroy());
  return new Promise<typeof server | null>((resolve) => {
    server.once('error', () => resolve(null));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}

async function isFree(port: number): Promise<boolean> {
  const server = await tryListen(port);
  if (server === null) return false;
  await new Promise((resolve) => server.close(resolve));
  return true;
}
