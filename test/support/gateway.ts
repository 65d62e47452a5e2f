/** A gateway against the sandbox, in this process, over real HTTP, with a clock that the test moves. */

import { startApp, type App } from '../../src/app/app.ts';
import { parseConfig } from '../../src/config/config.ts';
import { instantOf } from '../../src/domain/calendar.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { quiet, quietSettings } from './sandbox-settings.ts';
import { stopAfterFile, stopAfterTest } from './started.ts';
import type { VendorId } from '../../src/sandbox/vendors.ts';

export interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string; readonly requestId: string } & Readonly<
    Record<string, unknown>
  >;
}

export interface Answer<Data> {
  readonly data: Data;
  readonly errors?: readonly GraphqlError[];
}

export interface TestGateway {
  readonly app: App;
  readonly sandbox: Sandbox;
  /** The clock of gateway and sandbox alike. */
  readonly clock: { nowMs: number; /** By how much the gateway's system clock is wrong. */ skewMs: number };
  /** As they stand in gateway.yaml. */
  readonly settings: object;
  /** Every line the gateway logged. */
  readonly log: string[];
  /** Every body it answered with. */
  readonly sent: string[];
  query<Data>(query: string, variables?: Record<string, unknown>): Promise<Answer<Data>>;
  /** Requests that a vendor received. */
  calls(vendor: VendorId): number;
  /** Starts the gateway anew, with nothing in memory, against the same sandbox. */
  restart(): Promise<void>;
  /** Starts another gateway with the same settings beside it. */
  startReplica(): Promise<Pick<TestGateway, 'app' | 'query'>>;
}

export interface TestOptions {
  /** 2026-03-18T09:30:00Z by default: in the middle of a month, after all settlements of the month before. */
  readonly nowMs?: number;
  readonly sandbox?: SandboxOptions;
  /** Changes the settings, as they stand in gateway.yaml. */
  readonly settings?: (settings: Settings) => unknown;
  /** What is to be there before the settings are made. */
  readonly prepare?: (sandbox: Sandbox) => Promise<void>;
}

export type Settings = ReturnType<typeof quietSettings>;

/** Whatever else this machine does meanwhile, no request is turned away for it, unless that is what is tested. */
export function patient(settings: unknown): object {
  const { limits, ...others } = quiet(settings as { readonly limits?: object });
  return { ...others, limits: { maxLagMs: 60_000, ...limits } };
}

/** Where a test that runs beside others says what is to be stopped after it. */
interface TestContext {
  readonly onTestFinished: (stop: () => Promise<void>) => void;
}

/** A gateway for all tests of a file that change nothing, started by the first that asks for it. */
export function gatewayOfFile(options: TestOptions = {}): () => Promise<TestGateway> {
  let started: Promise<TestGateway> | null = null;
  return () => (started ??= startGateway(options, { onTestFinished: stopAfterFile }));
}

/** Starts both; they stop after the test. A concurrent test passes its context. */
export async function startGateway(options: TestOptions = {}, context?: TestContext): Promise<TestGateway> {
  const atEnd = context?.onTestFinished ?? stopAfterTest;
  const clock = { nowMs: options.nowMs ?? Date.parse('2026-03-18T09:30:00Z'), skewMs: 0 };
  const sandbox = await startSandbox({
    requestsPerSecond: 100_000,
    nowMs: () => clock.nowMs,
    ...options.sandbox,
  });
  atEnd(() => sandbox.stop());
  await options.prepare?.(sandbox);
  const log: string[] = [];
  const sent: string[] = [];
  const defaults = quietSettings(sandbox);
  const fast = {
    ...defaults,
    accounts: defaults.accounts.map((account) => ({
      ...account,
      quota: { requestsPerSecond: 10_000, concurrent: 8 },
    })),
    server: { port: 0 },
    log: { level: 'debug' },
  };
  const settings = patient(options.settings?.(fast) ?? fast);
  const start = () =>
    startApp(parseConfig(JSON.stringify(settings), {}), {
      now: () => instantOf(clock.nowMs + clock.skewMs),
      monotonicMs: () => clock.nowMs,
      write: (line) => void log.push(line),
      // What is due is done when a test says so.
      tickMs: 3_600_000,
    });
  const state = { app: await start() };
  const ask = async <Data>(
    app: App,
    query: string,
    variables: Record<string, unknown> = {},
  ): Promise<Answer<Data>> => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const body = await response.text();
    sent.push(body);
    return JSON.parse(body) as Answer<Data>;
  };
  atEnd(() => state.app.stop({ withinMs: 0 }));
  return {
    get app() {
      return state.app;
    },
    sandbox,
    clock,
    settings,
    log,
    sent,
    query: (query, variables) => ask(state.app, query, variables),
    calls: (vendor) => sandbox.vendors[vendor].calls.length,
    async startReplica() {
      const app = await start();
      atEnd(() => app.stop({ withinMs: 0 }));
      return { app, query: (query, variables) => ask(app, query, variables) };
    },
    async restart() {
      await state.app.stop({ withinMs: 0 });
      state.app = await start();
    },
  };
}
