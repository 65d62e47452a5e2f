/** The app: from settings to a gateway that listens. Opens nothing on import. */

import type { Alerts } from '../alerts/alerts.ts';
import { closeAll, openProcess } from './process-resources.ts';
import { startAlerts, tallyChannels } from './start-alerts.ts';
import type { Clock } from '../domain/calendar.ts';
import { createMeter, type Meter } from '../domain/meter.ts';
import type { SharedStore } from '../domain/shared-store.ts';
import type { FileStore } from '../stores/file/file-store.ts';
import type { Tracing } from '../domain/tracing.ts';
import { createLeaderLease } from '../ledger/leader-lease.ts';
import type { History } from '../ledger/history.ts';
import { startScheduler, type Scheduler } from '../ledger/scheduler.ts';
import type { RowSource } from '../ledger/source.ts';
import { startHistory } from './start-history.ts';
import { statesOf } from './account-states.ts';
import { startHttp } from '../server/http/listener.ts';
import type { Log } from '../server/observability/log.ts';
import { openOutput } from '../server/observability/log-output.ts';
import { buildRuntime, type Runtime } from './runtime.ts';
import { restartPathsIn, valuesAt } from '../config/setting-meta.ts';
import { settings, type Config } from '../config/settings.ts';

export interface App {
  /** Its address: "http://127.0.0.1:4000". */
  readonly url: string;
  readonly log: Log;
  /** The counters. */
  readonly meter: Meter;
  readonly scheduler: Scheduler;
  readonly history: History;
  readonly alerts: Alerts;
  /**
   * Applies new settings. Running requests finish with the old ones. Address, store, memory and log need a restart:
   * returns the names of such settings that have changed. @throws DocumentError, and then everything stays as it was
   */
  reload(config: Config): readonly string[];
  /**
   * Announces for `drainMs` that it is stopping; then accepts no further requests, lets running ones finish for
   * `withinMs`, and closes everything.
   */
  stop(times?: { readonly drainMs?: number; readonly withinMs?: number }): Promise<void>;
}

export interface AppOptions {
  readonly tracing?: Tracing;
  readonly now?: Clock;
  /** A clock that never jumps, in milliseconds. */
  readonly monotonicMs?: () => number;
  /** Where log lines go; standard output by default. */
  readonly write?: (line: string) => void;
  /** How often to look for background work. */
  readonly tickMs?: number;
}

/** Starts a gateway. @throws DocumentError */
export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const meter = createMeter();
  const onDropped = (count: number): void => meter.add('log_lines_dropped', {}, count);
  // Null at first, when there are no responses that a new segment could outdate.
  let answers: Runtime['answers'] | null = null;
  // The same with the runtime: alerts are measured once there is one.
  let alerting: Alerts | null = null;
  const base = await openProcess(config, {
    meter,
    onChanged: (segment) => answers?.end(segment),
    alerts: () => alerting?.measure() ?? null,
    ...(options.now === undefined ? {} : { now: options.now }),
    ...(options.monotonicMs === undefined ? {} : { monotonicMs: options.monotonicMs }),
    ...(options.tracing === undefined ? {} : { tracing: options.tracing }),
    write: options.write ?? openOutput(onDropped),
  });
  const { resources, store, file } = base;
  const { ledger, log, metrics, overload, monotonicMs } = resources;
  let connected: Runtime['connected'] = [];
  const tickMs = options.tickMs ?? 10_000;
  const sources = (): readonly RowSource[] => connected.flatMap((one) => one.sources);
  const history = startHistory({
    sources,
    ledger,
    isLeader: createLeaderLease(store, 3 * tickMs),
    monotonicMs,
    outlives: base.entries !== null,
    tickMs,
    log,
    meter,
    onBug: base.onBug,
  });
  let current: Runtime | null = null;
  const alerts = startAlerts({
    runtime: () => current?.alerting ?? null,
    entries: base.entries,
    isLeader: createLeaderLease(store, 3 * tickMs),
    now: resources.now,
    tickMs,
    log,
    meter,
    onBug: base.onBug,
  });
  alerting = alerts;
  const withViews = { ...resources, history, alerts: alerts.view };
  let runtime = buildRuntime(config, null, withViews);
  ({ answers, connected } = runtime);
  current = runtime;
  tallyChannels(meter, runtime.alerting);
  const states = () => statesOf(runtime.connected, ledger, history);
  let { deadlineSeconds } = config.limits;
  const scheduler = startScheduler({
    sources,
    keepWarm: (source) =>
      runtime.connected.some(({ keepWarm, sources }) => keepWarm && sources.some((own) => own === source)),
    ledger,
    shared: store,
    meter,
    tickMs,
    monotonicMs,
    onBug: base.onBug,
  });
  const readiness = () => (file === null ? readinessOf(store) : fileReadinessOf(file));
  const http = await startHttp({
    ...config.server,
    runtime: () => runtime,
    overload,
    metrics,
    readiness,
    tracing: resources.tracing,
    accounts: states,
    log,
  });
  log.info({ event: 'started', url: http.url, ...detailsOf(config, runtime), ...readiness() });
  if (runtime.loopbackOnly) {
    log.warn({ event: 'no-clients', meaning: 'everyone on this machine sees every account' });
  }
  if (runtime.alerting !== null && base.entries === null) {
    log.warn({ event: 'alerts', meaning: 'without a store each start alarms anew' });
  }
  void history.tick().catch(base.onBug);
  return {
    url: http.url,
    log,
    meter,
    scheduler,
    history,
    alerts,
    reload(next) {
      base.addSecrets(next);
      const before = runtime;
      runtime = buildRuntime(next, before, withViews);
      ({ answers, connected } = runtime);
      current = runtime;
      tallyChannels(meter, runtime.alerting);
      const gone = before.connected.filter((one) => !runtime.connected.includes(one));
      // Requests that still use the old accounts get no longer than this.
      setTimeout(() => void closeAll(gone), deadlineSeconds * 1000).unref();
      deadlineSeconds = next.limits.deadlineSeconds;
      const unchanged = needStart(config, next);
      void history.tick().catch(base.onBug);
      log.info({ event: 'reloaded', ...detailsOf(next, runtime), needsNewStart: unchanged });
      return unchanged;
    },
    async stop({ drainMs = 0, withinMs = 10_000 } = {}) {
      scheduler.stop();
      history.stop();
      await Promise.all([alerts.stop(withinMs), http.stop(drainMs, withinMs)]);
      await base.close(runtime.connected);
      log.info({ event: 'stopped' });
    },
  };
}

function detailsOf(config: Config, { documentCount }: Runtime) {
  return { accounts: config.accounts.length, clients: config.clients.length, documents: documentCount };
}

/** The settings that have changed but are only read at the start. */
function needStart(before: Config, after: Config): string[] {
  const textAt = (config: Config, path: readonly string[]): string =>
    JSON.stringify(valuesAt(config, path).map(({ value }) => value));
  return restartPathsIn(settings)
    .filter((path) => textAt(before, path) !== textAt(after, path))
    .map((path) => path.join('.'));
}

/** What /readyz says about the shared store. Without it the gateway is still ready, with its share of the quotas. */
function readinessOf(shared: SharedStore | null): Readonly<Record<string, string>> {
  if (shared === null) return { cache: 'in-process only', quota: 'in-process only' };
  const share = `degraded: a share of one in ${shared.membership().of}`;
  return {
    UP: { redis: 'up', cache: 'shared', quota: 'shared' },
    READ_ONLY: { redis: 'read-only', cache: 'degraded: read from Redis, not written', quota: share },
    AWAY: { redis: 'away', cache: 'degraded: in-process only', quota: share },
  }[shared.status()];
}

/** The same for a gateway that shares nothing, and keeps its rows in a file. */
function fileReadinessOf(file: FileStore): Readonly<Record<string, string>> {
  const quota = 'in-process only';
  const kept = [`kept in ${file.name}`, file.setAside()].filter((part) => part !== null).join(', ');
  return {
    UP: { store: 'up', cache: kept, quota },
    READ_ONLY: { store: 'read-only', cache: `degraded: read, not written (${file.cause()})`, quota },
    AWAY: { store: 'away', cache: `degraded: in-process only (${file.cause()})`, quota },
  }[file.status()];
}
