/** The wiring: from settings to a running gateway. The only file that knows every folder; opens nothing on import. */

import { openThread } from './accounts.ts';
import { instantOf, type Clock } from './domain/calendar.ts';
import { createMeter, type Meter } from './domain/meter.ts';
import type { Shared } from './domain/shared.ts';
import { createLedger } from './ledger/ledger.ts';
import { startScheduler, type Scheduler } from './ledger/scheduler.ts';
import { connectShared } from './redis/shared.ts';
import { createBudgets } from './server/budget.ts';
import { statesOf } from './account-states.ts';
import { startHttp } from './server/http.ts';
import { createMetrics } from './server/metrics.ts';
import { createLog, createStrike, type Log } from './server/log.ts';
import { openOutput } from './server/output.ts';
import { watchOverload } from './server/overload.ts';
import { wire, type Surroundings, type Wiring } from './serving.ts';
import type { Config } from './settings.ts';

export interface App {
  /** Where it listens: "http://127.0.0.1:4000". */
  readonly url: string;
  readonly log: Log;
  /** What has been counted. */
  readonly meter: Meter;
  readonly scheduler: Scheduler;
  /**
   * Goes on by other settings. Requests under way end by the old ones; so do the address, the store, the memory and the
   * log, which need a new start: their names are given back. @throws DocumentFault, and all stays as it was
   */
  reload(config: Config): readonly string[];
  /**
   * Says for `drainMs` that it is stopping, takes no further requests then, lets those under way finish for `withinMs`,
   * and closes everything.
   */
  stop(times?: { readonly drainMs?: number; readonly withinMs?: number }): Promise<void>;
}

export interface AppOptions {
  readonly now?: Clock;
  /** Where log lines go; standard output unless told. */
  readonly write?: (line: string) => void;
  /** How often it is seen to what must be read without being asked for. */
  readonly tickMs?: number;
}

/** How long a start waits for the shared store; without it the gateway works all the same. */
const storeWithinMs = 500;

/** Starts a gateway. @throws DocumentFault */
export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const { write = openOutput() } = options;
  // Those of earlier settings, too: requests under way still use them.
  const secrets = new Set(secretsOf(config));
  let strike = createStrike([...secrets]);
  const log = createLog(config.log.level, (line) => write(strike(line)));
  const onBug = (error: unknown): void =>
    log.error({ event: 'bug', cause: error instanceof Error ? error.stack : typeof error });
  const meter = createMeter();
  const shared = config.redis === undefined ? null : await openStore(config.redis, meter, log);
  const now = options.now ?? createClock(shared);
  const overload = watchOverload(config.limits.maxLagMs);
  let endAnswers: (segment: string) => void = () => {};
  const ledger = createLedger({
    memoryBytes: config.limits.memoryCacheBytes,
    flightSeconds: config.limits.deadlineSeconds,
    shared,
    now,
    meter,
    onChanged: (key) => endAnswers(key),
    onBug,
  });
  const thread = openThread();
  let states: () => ReturnType<typeof statesOf> = () => [];
  const metrics = createMetrics({
    meter,
    accounts: () => states(),
    isRedisUp: shared === null ? null : () => shared.status() === 'UP',
  });
  const surroundings: Surroundings = {
    ledger,
    shared,
    take: createBudgets(shared),
    overload,
    metrics,
    now,
    meter,
    log,
    thread,
  };
  let wiring = wire(config, null, surroundings);
  endAnswers = (segment) => wiring.answers.end(segment);
  states = () => statesOf(wiring.connected, ledger);
  let { deadlineSeconds } = config.limits;
  const scheduler = startScheduler({
    sources: () => wiring.connected.flatMap(({ sources }) => sources),
    keepWarm: (source) =>
      wiring.connected.some(({ keepWarm, sources }) => keepWarm && sources.includes(source)),
    ledger,
    shared,
    meter,
    tickMs: options.tickMs ?? 10_000,
    onBug,
  });
  const readiness = () => readinessOf(shared);
  const http = await startHttp({
    ...config.server,
    serving: () => wiring,
    overload,
    metrics,
    readiness,
    accounts: states,
    log,
  });
  log.info({ event: 'started', url: http.url, ...factsOf(config, wiring), ...readiness() });
  if (wiring.loopbackOnly) {
    log.warn({ event: 'no-clients', meaning: 'everyone on this machine sees every account' });
  }
  return {
    url: http.url,
    log,
    meter,
    scheduler,
    reload(next) {
      for (const secret of secretsOf(next)) secrets.add(secret);
      strike = createStrike([...secrets]);
      const before = wiring;
      wiring = wire(next, before, surroundings);
      const gone = before.connected.filter((one) => !wiring.connected.includes(one));
      // Whoever still waits for them waits no longer than this.
      setTimeout(() => void closeAll(gone), deadlineSeconds * 1000).unref();
      deadlineSeconds = next.limits.deadlineSeconds;
      const unchanged = needStart(config, next);
      log.info({ event: 'reloaded', ...factsOf(next, wiring), needsNewStart: unchanged });
      return unchanged;
    },
    async stop({ drainMs = 0, withinMs = 10_000 } = {}) {
      scheduler.stop();
      await http.stop(drainMs, withinMs);
      overload.stop();
      await ledger.close();
      await ledger.keepRecords();
      await closeAll(wiring.connected);
      await thread.close();
      await shared?.close();
      log.info({ event: 'stopped' });
    },
  };
}

function factsOf(config: Config, { documentCount }: Wiring) {
  return { accounts: config.accounts.length, clients: config.clients.length, documents: documentCount };
}

async function closeAll(connected: Wiring['connected']): Promise<void> {
  await Promise.all(connected.map(({ client }) => client.close()));
}

/** The settings that differ and are only read at the start. */
function needStart(before: Config, after: Config): string[] {
  const of = ({ server, redis, log, limits }: Config) => ({
    'server.host': server.host,
    'server.port': server.port,
    redis,
    'limits.memoryCacheBytes': limits.memoryCacheBytes,
    'limits.maxLagMs': limits.maxLagMs,
    log,
  });
  const now = Object.entries(of(after));
  const was = Object.values(of(before));
  return now
    .filter(([, value], index) => JSON.stringify(value) !== JSON.stringify(was[index]))
    .map(([name]) => name);
}

/** What a clock may differ from that of the other replicas before theirs counts: it decides what is final. */
const mostSkewMs = 1000;

/** This machine's clock, put right by the one that all replicas have in common. */
function createClock(shared: Shared | null): Clock {
  return () => {
    const ownMs = Date.now();
    const commonMs = shared?.clockMs() ?? ownMs;
    return instantOf(Math.abs(commonMs - ownMs) > mostSkewMs ? Math.round(commonMs) : ownMs);
  };
}

/** Waits a moment for the store, so that a start does not begin with what it is like without one. */
async function openStore(settings: NonNullable<Config['redis']>, meter: Meter, log: Log) {
  const opened = Promise.withResolvers<void>();
  const shared = connectShared(settings, {
    meter,
    onStatus(status, cause) {
      if (status === 'UP') opened.resolve();
      log[status === 'UP' ? 'info' : 'warn']({ event: 'redis', status, cause });
    },
    onUnheard: (cause) => log.warn({ event: 'redis-messages', status: 'REFUSED', cause }),
  });
  const timer = setTimeout(() => opened.resolve(), storeWithinMs);
  await opened.promise;
  clearTimeout(timer);
  if (shared.status() === 'AWAY') log.warn({ event: 'redis', status: 'AWAY', cause: shared.cause() });
  return shared;
}

/** What /readyz says of what is shared. Without its store a gateway is ready all the same, at its share of the quotas. */
function readinessOf(shared: Shared | null): Readonly<Record<string, string>> {
  if (shared === null) return { cache: 'in-process only', quota: 'in-process only' };
  const share = `degraded: a share of one in ${shared.census().of}`;
  return {
    UP: { redis: 'up', cache: 'shared', quota: 'shared' },
    READ_ONLY: { redis: 'read-only', cache: 'degraded: read from Redis, not written', quota: share },
    AWAY: { redis: 'away', cache: 'degraded: in-process only', quota: share },
  }[shared.status()];
}

/** Everything in the settings that must never be written anywhere. */
function secretsOf({ accounts, clients, redis }: Config): string[] {
  // StreamLake's service code is a word that everybody knows.
  const credentials = accounts.flatMap(({ credential: { service: _public, ...secrets } }) =>
    Object.values(secrets),
  );
  // As it is, and as it stands in the URL.
  const passwords = (redis?.url ?? []).flatMap((url) => {
    const { password } = new URL(url);
    return [decodeURIComponent(password), password];
  });
  const tokens = clients.flatMap((client) => client.tokens);
  return [...credentials, ...tokens, ...passwords, redis?.sentinel?.password].filter(
    (value): value is string => typeof value === 'string' && value !== '',
  );
}
