/** A real local HTTP server that stands for a vendor, and a client that speaks to it. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { z } from 'zod';

import { instantOf } from '../../src/domain/calendar.ts';
import { GatewayError, isGatewayError } from '../../src/domain/errors.ts';
import { createFlights } from '../../src/ledger/flights.ts';
import type { RequestSpec } from '../../src/providers/provider.ts';
import { createClient, type ClientSettings, type ExchangeEvent } from '../../src/upstream/vendor-client.ts';
import { createPacer, type QuotaSettings } from '../../src/upstream/pacer.ts';
import { createQuota } from '../../src/upstream/quota.ts';
import { stopAfterTest } from './started.ts';

export interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Stand {
  readonly url: string;
  readonly requests: Received[];
  /** Sockets open now. */
  connections(): Promise<number>;
}

/** Answers request `number`, counted from 1. */
export type Answer = (response: ServerResponse, number: number, request: IncomingMessage) => void;

/** Starts a server; it stops after the test. */
export async function startStand(answer: Answer): Promise<Stand> {
  const requests: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    response.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      requests.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      answer(response, requests.length, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stopAfterTest(() => closeServer(server));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
      ),
  };
}

/** An answer in one piece. */
export function reply(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

export const good = JSON.stringify({ rows: [{ amount: '1.10' }] });

export const schema = z.object({ rows: z.array(z.object({ amount: z.string() })) });
export type Good = z.infer<typeof schema>;

export const spec: RequestSpec<Good> = {
  endpoint: 'bills',
  method: 'GET',
  path: '/v1/bills',
  headers: () => ({ authorization: 'Bearer secret' }),
  schema,
  refusal: () => null,
};

export interface Asking {
  readonly spec?: Partial<RequestSpec<Good>>;
  readonly signal?: AbortSignal;
  /** Time left to the caller. */
  readonly leftMs?: number;
}

export const nowMs = Date.parse('2026-03-18T09:30:00Z');

/** A client without jitter and, by default, with a quota too large to be felt; its clock stands still. */
export function startClient(
  baseUrl: string,
  {
    quota = { requestsPerSecond: 10_000, concurrent: 4 },
    ...settings
  }: Partial<Omit<ClientSettings, 'quota'>> & { quota?: QuotaSettings } = {},
) {
  const events: ExchangeEvent[] = [];
  const client = createClient({
    baseUrl,
    timeoutMs: 10_000,
    quota: createQuota(createPacer(quota)),
    connections: quota.concurrent,
    maxResponseBytes: 1_000_000,
    now: () => instantOf(nowMs),
    onExchange: (event) => events.push(event),
    random: () => 0,
    ...settings,
  });
  const flights = createFlights<Good>(60_000);
  stopAfterTest(async () => {
    await flights.close();
    await client.close();
  });
  return {
    client,
    events,
    ask: ({ spec: changes = {}, signal = new AbortController().signal, leftMs = 60_000 }: Asking = {}) =>
      client.request({ ...spec, ...changes }, { signal, deadlineMs: performance.now() + leftMs }),
    /** Asks as one of those who may share a flight. */
    join: (key: string, leftMs: number, signal = new AbortController().signal) =>
      flights.join(key, (call) => client.request(spec, call), {
        signal: AbortSignal.any([signal, AbortSignal.timeout(Math.max(0, leftMs))]),
        deadlineMs: performance.now() + leftMs,
        tooLate: (slotInMs) =>
          new GatewayError('PROVIDER_RATE_LIMITED', 'too late', { retryAfterSeconds: slotInMs / 1000 }),
      }),
  };
}

/** The GatewayError that a promise rejects with; fails for anything else. */
export async function refusalOf(promise: Promise<unknown>): Promise<GatewayError> {
  const error: unknown = await promise.then(
    () => new Error('expected a failure, but it succeeded'),
    (reason: unknown) => reason,
  );
  if (!isGatewayError(error)) throw error;
  return error;
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
