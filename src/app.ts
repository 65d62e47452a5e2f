/** The wiring: from settings to a gateway that listens. Opens nothing on import. */

import { closeAll, openBase } from './base.ts';
import type { Clock } from './domain/calendar.ts';
import type { Meter } from './domain/meter.ts';
import type { Shared } from './domain/shared.ts';
import { startScheduler, type Scheduler } from './ledger/scheduler.ts';
import { statesOf } from './account-states.ts';
import { startHttp } from './server/http.ts';
import type { Log } from './server/log.ts';
import { openOutput } from './server/output.ts';
import { wire, type Wiring } from './serving.ts';
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

/** Starts a gateway. @throws DocumentFault */
export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const base = await openBase(config, {
    ...(options.now === undefined ? {} : { now: options.now }),
    write: options.write ?? openOutput(),
  });
  const { surroundings, store } = base;
  const { ledger, log, meter, metrics, overload } = surroundings;
  let wiring = wire(config, null, surroundings);
  base.onChanged((segment) => wiring.answers.end(segment));
  const states = () => statesOf(wiring.connected, ledger);
  base.onAsked(states);
  let { deadlineSeconds } = config.limits;
  const scheduler = startScheduler({
    sources: () => wiring.connected.flatMap(({ sources }) => sources),
    keepWarm: (source) =>
      wiring.connected.some(({ keepWarm, sources }) => keepWarm && sources.includes(source)),
    ledger,
    shared: store,
    meter,
    tickMs: options.tickMs ?? 10_000,
    onBug: base.onBug,
  });
  const readiness = () => readinessOf(store);
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
      base.hide(next);
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
      await base.close(wiring.connected);
      log.info({ event: 'stopped' });
    },
  };
}

function factsOf(config: Config, { documentCount }: Wiring) {
  return { accounts: config.accounts.length, clients: config.clients.length, documents: documentCount };
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
