/** The sandbox: all simulated vendors on local ports, from one seeded truth, with faults to switch on. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { faultNames, playFault, send, type Fault } from './faults.ts';
import type { Quirks, Vendor } from './vendor.ts';
import { simulatedVendors, vendorIds, type QuirksOf, type VendorId } from './vendors.ts';

export interface SandboxOptions {
  readonly seed?: number;
  readonly nowMs?: () => number;
  /** How many requests per second a vendor accepts before it answers 429. */
  readonly requestsPerSecond?: number;
}

/** One request that reached a vendor. */
export interface ReceivedCall {
  readonly endpoint: string;
  /** Query and body: calls with the same text ask for the same thing. */
  readonly requestText: string;
  readonly status: number | 'fault';
}

interface SandboxVendor<VendorQuirks extends Quirks = Quirks> {
  readonly id: VendorId;
  readonly url: string;
  readonly calls: ReceivedCall[];
  fault: Fault | null;
  quirks: VendorQuirks;
}

export interface Sandbox {
  readonly vendors: { readonly [Id in VendorId]: SandboxVendor<QuirksOf<Id>> };
  stop(): Promise<void>;
}

/** Starts all vendors, each on a free port of this machine. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { seed = 20_260_201, nowMs = Date.now, requestsPerSecond = 100 } = options;
  const servers: Server[] = [];
  const started: [VendorId, SandboxVendor][] = [];
  for (const id of vendorIds) {
    const [server, vendor] = await startVendor(
      id,
      simulatedVendors[id].create(seed, nowMs),
      requestsPerSecond,
    );
    servers.push(server);
    started.push([id, vendor]);
  }
  return {
    vendors: Object.fromEntries(started) as Sandbox['vendors'],
    async stop() {
      await Promise.all(servers.map((server) => closeServer(server)));
    },
  };
}

async function startVendor(
  id: VendorId,
  vendor: Vendor,
  requestsPerSecond: number,
): Promise<[Server, SandboxVendor]> {
  const recent: number[] = [];
  const isTooFast = (): boolean => {
    const now = performance.now();
    while (recent[0] !== undefined && recent[0] <= now - 1000) recent.shift();
    recent.push(now);
    return recent.length > requestsPerSecond;
  };
  const server = createServer((request, response) => {
    // A client that disconnects, or sends an invalid path, only harms itself.
    receive(vendor, state, isTooFast, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const state: SandboxVendor = {
    id,
    url: `http://127.0.0.1:${port}`,
    calls: [],
    fault: null,
    quirks: {},
  };
  return [server, state];
}

async function receive(
  vendor: Vendor,
  state: SandboxVendor,
  isTooFast: () => boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://sandbox');
  if (pathname === '/_sandbox') return control(state, request.method, body, response);
  const { method = 'GET', headers } = request;
  const note = (status: ReceivedCall['status']): void => {
    state.calls.push({ endpoint: pathname, requestText: `${query}${body}`, status });
  };
  if (isTooFast()) {
    note(vendor.tooFast.status);
    return send(response, vendor.tooFast);
  }
  if (headers['user-agent'] === undefined) {
    note(403);
    response.writeHead(403, { 'content-type': 'text/html' }).end('<html>403</html>');
    return;
  }
  const answer = vendor.answer({ method, path: pathname, query, headers, body }, state.quirks);
  const { fault } = state;
  if (fault === null || !pathname.endsWith(fault.only ?? '')) {
    note(answer.status);
    return send(response, answer);
  }
  note('fault');
  const left = (fault.times ?? Number.POSITIVE_INFINITY) - 1;
  state.fault = left > 0 ? { ...fault, times: left } : null;
  playFault(fault, vendor, answer, request, response);
}

/** `PUT /_sandbox {"fault":{"name":"broken","times":2},"quirks":{"extraFields":true}}`; `DELETE` resets everything. */
function control(
  state: SandboxVendor,
  method: string | undefined,
  body: string,
  response: ServerResponse,
): void {
  if (method === 'DELETE') Object.assign(state, { fault: null, quirks: {} });
  if (method === 'PUT') {
    try {
      const { fault = null, quirks = {} } = JSON.parse(body) as Partial<
        Pick<SandboxVendor, 'fault' | 'quirks'>
      >;
      if (fault !== null && !faultNames.includes(fault.name)) throw new RangeError('unknown fault');
      Object.assign(state, { fault, quirks });
    } catch {
      return send(response, {
        status: 400,
        body: { expected: { fault: { name: faultNames, times: 1 }, quirks: {} } },
      });
    }
  }
  const { id, fault, quirks, calls } = state;
  send(response, { status: 200, body: { id, fault, quirks, calls: calls.length } });
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
