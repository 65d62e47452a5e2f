/**
 * How one account's requests reach its vendor: attempts with full jitter, each with its own quota slot and one limited
 * exchange whose answer is checked. A provider has no other way to its vendor.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import type { Clock } from '../domain/calendar.ts';
import { isGatewayError, type ErrorCode, type GatewayError } from '../domain/errors.ts';
import type { Call } from '../domain/segments.ts';
import { untraced, type Tracing } from '../domain/tracing.ts';
import type { Request, RequestSpec } from '../providers/provider.ts';
import { createBreakers } from './breaker.ts';
import type { Exchanged } from './http-exchange.ts';
import { loadHttp } from './load-http.ts';
import { receive, toText } from './body-transfer.ts';
import type { Quota, Wanted } from './quota.ts';
import type { DecodeThread } from './decode-thread.ts';
import { readAnswer } from './read-answer.ts';

export interface ClientSettings {
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly quota: Quota;
  /** The most connections to keep open. */
  readonly connections: number;
  /** The proxy to use; direct by default. */
  readonly proxy?: URL | null;
  /** The most bytes of a decoded answer. */
  readonly maxResponseBytes: number;
  readonly now: Clock;
  /** A clock that never jumps, in milliseconds, for outages and rejections. */
  readonly monotonicMs?: () => number;
  /** The thread that reads large lists; by default this one does. */
  readonly thread?: DecodeThread;
  /** Labels for spans. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Called after each exchange, for logs and metrics. */
  readonly onExchange: (event: ExchangeEvent) => void;
  readonly tracing?: Tracing;
  /** Between 0 and 1. */
  readonly random?: () => number;
}

/** One exchange, in words that are safe to log. */
export interface ExchangeEvent {
  readonly endpoint: string;
  readonly attempt: number;
  readonly durationMs: number;
  readonly outcome: 'OK' | 'ABORTED' | ErrorCode;
  /** Our own words about the cause; never a body, a header or a credential. */
  readonly cause: string | undefined;
}

/** What we know about a vendor without asking it. */
export interface ClientState {
  /** OPEN: the vendor is down, and one request at a time tries whether it is back. */
  readonly breaker: 'CLOSED' | 'OPEN';
  /** Whether it rejected the credential within the last half minute. */
  readonly isCredentialRejected: boolean;
  /** How many requests wait for their quota slot. */
  readonly waiting: number;
  /** The time between two requests while several wait. */
  readonly paceMs: number;
}

export interface Client {
  readonly request: Request;
  /** The state of its vendor, as far as we know. */
  state(): ClientState;
  /** Closes at once, and aborts open exchanges. */
  close(): Promise<void>;
}

type Attempted<T> = { readonly answer: T } | { readonly error: GatewayError; readonly waitMs: number };

/** How often to retry each failure. A code that is missing here is not retried. */
const retries: Partial<Record<ErrorCode, number>> = {
  PROVIDER_RATE_LIMITED: 2,
  PROVIDER_UNAVAILABLE: 2,
  PROVIDER_RESPONSE_INVALID: 1,
};

const firstBackoffMs = 1000;
/** The limit for opening a connection. */
const maxConnectMs = 10_000;

/** A longer list goes to the other thread. */
const largeListBytes = 262_144;

/** The vendor client of one account. Opens no connection before the first request. */
export function createClient(settings: ClientSettings): Client {
  const { now, quota, random = Math.random, tracing = untraced } = settings;
  const base = new URL(settings.baseUrl);
  const breakers = createBreakers(settings.monotonicMs ?? (() => performance.now()));
  let http: ReturnType<typeof openHttp> | null = null;

  /** The other thread reads large lists. Their rows have the type of the schema, which TypeScript cannot see. */
  async function read<T>(spec: RequestSpec<T>, { status, header, body }: Exchanged, call: Call): Promise<T> {
    if (typeof body !== 'string' && spec.list !== undefined && settings.thread !== undefined) {
      const answer = { status, retryAfter: header('retry-after'), transfer: body };
      // What has arrived is paid for: it gets the time of an exchange, even if all who wait have less.
      const deadlineMs = Math.max(call.deadlineMs, performance.now() + settings.timeoutMs);
      return (await settings.thread.read(spec.list, answer, { signal: call.signal, deadlineMs }, now)) as T;
    }
    const text = typeof body === 'string' ? body : toText(receive(body.port));
    return readAnswer(spec, { status, header, text }, now());
  }

  /** One exchange. A failure is a value, to separate it from an attempt that never got a slot. */
  async function attempt<T>(spec: RequestSpec<T>, call: Call, number: number): Promise<Attempted<T>> {
    const breaker = breakers.of(spec);
    const ticket = breaker.admit(spec.endpoint);
    const startedAt = performance.now();
    const report = (outcome: ExchangeEvent['outcome'], cause?: string): void => {
      const durationMs = Math.round(performance.now() - startedAt);
      settings.onExchange({ endpoint: spec.endpoint, attempt: number, durationMs, outcome, cause });
    };
    try {
      const { method, body } = spec;
      const { timeoutMs } = settings;
      const maxBytes = Math.min(settings.maxResponseBytes, spec.maxBytes ?? Number.POSITIVE_INFINITY);
      const largeBytes = spec.list === undefined ? undefined : largeListBytes;
      const answer = await tracing.inSpan(
        'provider request',
        () => ({
          ...settings.labels,
          'billing.endpoint': spec.endpoint,
          'billing.attempt': number,
          ...attributesOf(method, urlOf(base, spec)),
        }),
        async () => {
          const { connections, exchange } = await (http ??= openHttp(settings));
          const headers = { ...tracing.headers(), ...spec.headers() };
          const sent = {
            method,
            url: urlOf(base, spec),
            headers,
            body,
            timeoutMs,
            maxBytes,
            largeBytes,
            missing: () => connections.missing(),
          };
          const exchanged = await exchange(connections.dispatcher, sent, call.signal);
          tracing.endWithStatus(exchanged.status);
          return read(spec, exchanged, call);
        },
        'client',
      );
      report('OK');
      breaker.succeeded(ticket);
      return { answer };
    } catch (error) {
      if (!isGatewayError(error)) {
        report('ABORTED');
        throw error;
      }
      report(error.code, typeof error.cause === 'string' ? error.cause : error.message);
      const waitMs = waitAfter(error, number, random);
      breaker.failed(ticket, error);
      // Before the slot is given back, so that no waiting request leaves before the pause.
      if (error.code === 'PROVIDER_RATE_LIMITED') quota.pause(waitMs, error.retryAfterSeconds === undefined);
      return { error, waitMs };
    }
  }

  function begin<T>(spec: RequestSpec<T>, call: Call, number: number): Promise<Attempted<T>> {
    call.onBegun?.();
    return attempt(spec, call, number);
  }

  async function request<T>(spec: RequestSpec<T>, call: Call): Promise<T> {
    const { signal, isBackground, onQueued } = call;
    let failure: GatewayError | null = null;
    const wanted: Wanted = {
      signal,
      isBackground,
      check: () => breakers.of(spec).check(spec.endpoint),
      onQueued: ({ slotInMs }) => onQueued?.({ slotInMs, failure }),
    };
    for (let number = 1; ; number += 1) {
      const attempted = await quota.run(() => begin(spec, call, number), wanted);
      if ('answer' in attempted) return attempted.answer;
      const { error, waitMs } = attempted;
      const leftMs = call.deadlineMs - performance.now();
      if (number > (retries[error.code] ?? 0) || waitMs >= leftMs) throw error;
      failure = error;
      await sleep(waitMs, undefined, { signal: call.signal });
    }
  }

  return {
    request,
    state() {
      const { isOpen, isRejected } = breakers.ofLists.state();
      return {
        breaker: isOpen ? 'OPEN' : 'CLOSED',
        isCredentialRejected: isRejected,
        waiting: quota.waiting(),
        paceMs: quota.paceMs(),
      };
    },
    async close() {
      await (await http)?.connections.close();
    },
  };
}

async function openHttp({ connections, timeoutMs, proxy = null }: ClientSettings) {
  const { createConnections, ...http } = await loadHttp();
  const settings = { connections, timeoutMs: Math.min(timeoutMs, maxConnectMs), proxy };
  return { ...http, connections: createConnections(settings) };
}

/** Milliseconds to wait after attempt `number` failed: what the vendor asks for, otherwise full jitter. */
function waitAfter(error: GatewayError, number: number, random: () => number): number {
  if (error.retryAfterSeconds !== undefined) return error.retryAfterSeconds * 1000;
  return random() * firstBackoffMs * 2 ** (number - 1);
}

/** The attributes of a request's span: where it goes, but not its parameters. */
function attributesOf(method: string, { origin, pathname, hostname, port, protocol }: URL) {
  return {
    'http.request.method': method,
    'server.address': hostname,
    'server.port': Number(port === '' ? ({ 'https:': 443 }[protocol] ?? 80) : port),
    'url.full': origin + pathname,
  };
}

function urlOf(base: URL, spec: RequestSpec<unknown>): URL {
  const url = new URL(base);
  url.pathname = base.pathname.replace(/\/$/, '') + spec.path;
  url.search = new URLSearchParams(spec.query).toString();
  return url;
}
