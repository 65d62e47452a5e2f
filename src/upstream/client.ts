/**
 * How one account's requests reach its vendor: attempts with full jitter, each paying for its slot in the quota, each
 * one bounded exchange, its answer checked. Handed to the provider as its only way out.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import { Agent } from 'undici';

import type { Clock } from '../domain/calendar.ts';
import { isGatewayError, type ErrorCode, type GatewayError } from '../domain/errors.ts';
import type { Call } from '../domain/segments.ts';
import { inSpan, traceHeaders } from '../domain/span.ts';
import type { Request, RequestSpec } from '../providers/provider.ts';
import { createBreaker } from './breaker.ts';
import { exchange, toText, type Exchanged } from './exchange.ts';
import { takeOut } from './parcel.ts';
import type { Quota } from './quota.ts';
import type { ReadingThread } from './reading-thread.ts';
import { readAnswer } from './refusals.ts';

export interface ClientSettings {
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly quota: Quota;
  /** Connections kept open at most. */
  readonly connections: number;
  /** Bytes of a decoded answer. */
  readonly maxResponseBytes: number;
  readonly now: Clock;
  /** Where large lists are read; here unless told. */
  readonly thread?: ReadingThread;
  /** What spans say of it. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Told of each exchange, for logs and metrics. */
  readonly onExchange: (event: ExchangeEvent) => void;
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

/** What is known of a vendor without asking it. */
export interface ClientState {
  /** OPEN: it is down, and one request at a time tries whether it is back. */
  readonly breaker: 'CLOSED' | 'OPEN';
  /** Whether it rejected the credential within the last half minute. */
  readonly isCredentialRejected: boolean;
  /** Requests that wait for their slot in the quota. */
  readonly waiting: number;
}

export interface Client {
  readonly request: Request;
  /** How its vendor is, as far as is known. */
  state(): ClientState;
  /** Waits for nothing: open exchanges are broken off. */
  close(): Promise<void>;
}

type Attempted<T> = { readonly answer: T } | { readonly error: GatewayError; readonly waitMs: number };

/** How many further attempts a failure is worth. What is not named is not retried. */
const retries: Partial<Record<ErrorCode, number>> = {
  PROVIDER_RATE_LIMITED: 2,
  PROVIDER_UNAVAILABLE: 2,
  PROVIDER_RESPONSE_INVALID: 1,
};

const firstBackoffMs = 1000;

/** The way out for one account. Opens no connection before the first request. */
export function createClient(settings: ClientSettings): Client {
  const { now, quota, random = Math.random } = settings;
  const base = new URL(settings.baseUrl);
  const breaker = createBreaker(now);
  const agent = new Agent({
    connections: settings.connections,
    connect: { timeout: Math.min(settings.timeoutMs, 10_000) },
    pipelining: 1,
  });

  /** A large list is read in the other thread, and its rows are of the type that its schema says. */
  async function read<T>(spec: RequestSpec<T>, exchanged: Exchanged, call: Call): Promise<T> {
    const { status, header, body } = exchanged;
    if (typeof body !== 'string' && spec.list !== undefined && settings.thread !== undefined) {
      const answer = { status, retryAfter: header('retry-after'), parcel: body };
      return (await settings.thread.read(spec.list, answer, call, now)) as T;
    }
    const text = typeof body === 'string' ? body : toText(takeOut(body.port));
    return readAnswer(spec, { status, header, text }, now());
  }

  /** One exchange. A failure is a value, so that it is told apart from never having had a slot. */
  async function attempt<T>(spec: RequestSpec<T>, call: Call, number: number): Promise<Attempted<T>> {
    const ticket = breaker.admit(spec.endpoint);
    const timeoutMs = Math.max(1, Math.min(settings.timeoutMs, call.deadline - now()));
    const startedAt = performance.now();
    const report = (outcome: ExchangeEvent['outcome'], cause?: string): void => {
      const durationMs = Math.round(performance.now() - startedAt);
      settings.onExchange({ endpoint: spec.endpoint, attempt: number, durationMs, outcome, cause });
    };
    try {
      const { method, body } = spec;
      const { maxResponseBytes: maxBytes } = settings;
      const answer = await inSpan(
        'provider request',
        { ...settings.labels, 'billing.endpoint': spec.endpoint, 'billing.attempt': number },
        async () => {
          const headers = { ...traceHeaders(), ...spec.headers() };
          const sent = { method, url: urlOf(base, spec), headers, body, timeoutMs, maxBytes };
          return read(spec, await exchange(agent, sent, call.signal), call);
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
      // An exchange that had less than its time says nothing about the vendor.
      if (error.code !== 'PROVIDER_TIMEOUT' || timeoutMs === settings.timeoutMs)
        breaker.failed(ticket, error);
      // While the slot is still held, so that nobody who waits for it leaves before the pause.
      if (error.code === 'PROVIDER_RATE_LIMITED') quota.pause(waitMs, error.retryAfterSeconds === undefined);
      return { error, waitMs };
    }
  }

  function begin<T>(spec: RequestSpec<T>, call: Call, number: number): Promise<Attempted<T>> {
    call.onBegun?.();
    return attempt(spec, call, number);
  }

  async function request<T>(spec: RequestSpec<T>, call: Call): Promise<T> {
    const { signal, isBackground } = call;
    const wanted = { signal, isBackground, check: () => breaker.check(spec.endpoint) };
    let failure: GatewayError | null = null;
    for (let number = 1; ; number += 1) {
      const remainingMs = call.deadline - now();
      // A slot that leaves no time for an answer is none.
      const withinMs = remainingMs - Math.min(1000, settings.timeoutMs, remainingMs / 2);
      const attempted = await quota
        .run(() => begin(spec, call, number), withinMs, wanted)
        .catch((error: unknown) => {
          // No room for another attempt: why the last one failed is what there is to say.
          throw isGatewayError(error) && failure !== null ? failure : error;
        });
      if ('answer' in attempted) return attempted.answer;
      const { error, waitMs } = attempted;
      if (number > (retries[error.code] ?? 0) || waitMs >= call.deadline - now()) throw error;
      failure = error;
      await sleep(waitMs, undefined, { signal: call.signal });
    }
  }

  return {
    request,
    state() {
      const { isOpen, isRejected } = breaker.state();
      return {
        breaker: isOpen ? 'OPEN' : 'CLOSED',
        isCredentialRejected: isRejected,
        waiting: quota.waiting(),
      };
    },
    close: () => agent.destroy(),
  };
}

/** Milliseconds to wait after attempt `number` failed: what the vendor asks for, else full jitter. */
function waitAfter(error: GatewayError, number: number, random: () => number): number {
  if (error.retryAfterSeconds !== undefined) return error.retryAfterSeconds * 1000;
  return random() * firstBackoffMs * 2 ** (number - 1);
}

function urlOf(base: URL, spec: RequestSpec<unknown>): URL {
  const url = new URL(base);
  url.pathname = base.pathname.replace(/\/$/, '') + spec.path;
  url.search = new URLSearchParams(spec.query).toString();
  return url;
}
