/** The wiring: from settings to a running gateway. The only file that knows every folder; opens nothing on import. */

import { connectAccounts, type Connected } from './accounts.ts';
import { instantOf, type Clock } from './domain/calendar.ts';
import { createMeter, type Meter } from './domain/meter.ts';
import type { Shared } from './domain/shared.ts';
import type { Visible } from './graphql/context.ts';
import { schema } from './graphql/schema.ts';
import { createLedger } from './ledger/ledger.ts';
import { startScheduler, type Scheduler } from './ledger/scheduler.ts';
import { connectShared } from './redis/shared.ts';
import { createAuthenticator, type Client } from './server/auth.ts';
import { createBudget } from './server/budget.ts';
import { createExport } from './server/export.ts';
import { startHttp } from './server/http.ts';
import { createLog, type Log } from './server/log.ts';
import { createGraphql } from './server/yoga.ts';
import type { Config } from './settings.ts';

export interface App {
  /** Where it listens: "http://127.0.0.1:4000". */
  readonly url: string;
  readonly log: Log;
  /** What has been counted. */
  readonly meter: Meter;
  readonly scheduler: Scheduler;
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

/** Starts a gateway. */
export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const { write = (line) => void process.stdout.write(line) } = options;
  const log = createLog(config.log.level, secretsOf(config), write);
  const onBug = (error: unknown): void =>
    log.error({ event: 'bug', cause: error instanceof Error ? error.stack : typeof error });
  const meter = createMeter();
  const shared = config.redis === undefined ? null : await openStore(config.redis, meter, log);
  const now = options.now ?? createClock(shared);
  const connected = connectAccounts(config, { shared, now, meter, log });
  const ledger = createLedger({
    memoryBytes: config.limits.memoryCacheBytes,
    flightSeconds: config.limits.deadlineSeconds,
    shared,
    now,
    meter,
    onBug,
  });
  const warm = new Set(connected.flatMap(({ keepWarm, sources }) => (keepWarm ? sources : [])));
  const scheduler = startScheduler({
    sources: connected.flatMap(({ sources }) => sources),
    keepWarm: (source) => warm.has(source),
    ledger,
    shared,
    meter,
    tickMs: options.tickMs ?? 10_000,
    onBug,
  });
  const loopbackOnly = config.clients.length === 0;
  const { graphiql, introspection, cors } = config.server;
  const request = {
    ledger,
    visibleTo: createView(connected),
    rates: config.exchangeRates,
    limits: config.limits,
    now,
  };
  const graphql = createGraphql({
    ...request,
    schema,
    corsOrigins: cors.origins,
    graphiql,
    introspection,
    log,
  });
  const http = await startHttp({
    ...config.server,
    corsOrigins: cors.origins,
    authenticate: createAuthenticator(config.clients),
    spend: createBudget(),
    graphql,
    exportFocus: createExport({ ...request, log }),
    loopbackOnly,
    readiness: () => readinessOf(shared),
    log,
  });
  log.info({ event: 'started', url: http.url, accounts: config.accounts.length, ...readinessOf(shared) });
  if (loopbackOnly) log.warn({ event: 'no-clients', meaning: 'everyone on this machine sees every account' });
  return {
    url: http.url,
    log,
    meter,
    scheduler,
    async stop({ drainMs = 0, withinMs = 10_000 } = {}) {
      scheduler.stop();
      await http.stop(drainMs, withinMs);
      await ledger.close();
      await ledger.keepRecords();
      await Promise.all(connected.map(({ client }) => client.close()));
      await shared?.close();
      log.info({ event: 'stopped' });
    },
  };
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

/** What a client may see, worked out once per client. */
function createView(connected: readonly Connected[]): (client: Client) => Visible {
  const views = new Map<Client, Visible>();
  return (client) => {
    const known = views.get(client);
    if (known !== undefined) return known;
    const seen = connected.filter(({ account }) => client.accounts?.has(account.id) ?? true);
    const view = {
      accounts: seen.map(({ account }) => account),
      sources: seen.flatMap(({ sources }) => sources),
    };
    views.set(client, view);
    return view;
  };
}

/** Everything in the settings that must never be written anywhere. */
function secretsOf({ accounts, clients, redis }: Config): string[] {
  // StreamLake's service code is a word that everybody knows.
  const credentials = accounts.flatMap(({ credential: { service: _public, ...secrets } }) =>
    Object.values(secrets),
  );
  const passwords = (redis?.url ?? []).map((url) => decodeURIComponent(new URL(url).password));
  const tokens = clients.flatMap((client) => client.tokens);
  return [...credentials, ...tokens, ...passwords, redis?.sentinel?.password].filter(
    (value): value is string => typeof value === 'string' && value !== '',
  );
}
