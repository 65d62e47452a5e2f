/** The resources of a process, whether it serves or runs one command: log, clock, store, ledger, thread. */

import { openThread } from './accounts.ts';
import type { AlertMeasures } from '../domain/alert.ts';
import { instantOf, type Clock } from '../domain/calendar.ts';
import type { EntryStore } from '../domain/entry-store.ts';
import { createMeter, type Meter } from '../domain/meter.ts';
import type { SharedStore } from '../domain/shared-store.ts';
import { untraced, type Tracing } from '../domain/tracing.ts';
import { noHistory } from '../ledger/history.ts';
import { createLedger } from '../ledger/ledger.ts';
import type { FileStore } from '../stores/file/file-store.ts';
import { createRedisEntries } from '../stores/redis/redis-entries.ts';
import type { RedisStore } from '../stores/redis/redis-store.ts';
import { createBudgets } from '../server/access/budget.ts';
import { createSessionKeys } from '../server/access/session-keys.ts';
import { createLog, createRedactor, type Log } from '../server/observability/log.ts';
import { createMetrics } from '../server/observability/prometheus.ts';
import { watchOverload } from '../server/http/overload.ts';
import { secretsOf } from './secrets.ts';
import type { ProcessResources, Runtime } from './runtime.ts';
import type { Config } from '../config/settings.ts';

export interface OpenedProcess {
  readonly resources: ProcessResources;
  /** The store that replicas share; null: this process is alone. */
  readonly store: RedisStore | null;
  /** The store that outlives the process; null: there is none. */
  readonly entries: EntryStore | null;
  /** The file that keeps rows across restarts; null when Redis does, or nothing. */
  readonly file: FileStore | null;
  /** Redacts the secrets of the settings in a text. */
  redact(text: string): string;
  /** Adds the secrets of further settings. */
  addSecrets(config: Config): void;
  readonly onBug: (error: unknown) => void;
  /** Aborts all readings, and closes everything. */
  close(connected: Runtime['connected']): Promise<void>;
}

export interface ProcessOptions {
  readonly tracing?: Tracing;
  readonly now?: Clock;
  /** A clock that never jumps, in milliseconds, for durations. */
  readonly monotonicMs?: () => number;
  /** A meter that is already in use; a new one by default. */
  readonly meter?: Meter;
  /** Called with the key of a segment whose entry was replaced, or is no longer trusted. */
  readonly onChanged?: (segment: string) => void;
  /** What is measured of alerts; nothing by default. */
  readonly alerts?: () => AlertMeasures | null;
  /** Where log lines go. */
  readonly write: (line: string) => void;
}

/** How long a start waits for Redis and for the file; without them the gateway still works. */
const redisWithinMs = 500;
const fileWithinMs = 5000;

/** Opens the resources. Works without the store, too. */
export async function openProcess(config: Config, options: ProcessOptions): Promise<OpenedProcess> {
  // Also keeps the secrets of earlier settings, which running requests still use.
  const secrets = new Set(secretsOf(config));
  let redact = createRedactor([...secrets]);
  const log = createLog(config.log.level, (line) => options.write(redact(line)));
  const onBug = (error: unknown): void =>
    log.error({ event: 'bug', cause: error instanceof Error ? error.stack : typeof error });
  const { meter = createMeter(), tracing = untraced } = options;
  const store = config.redis === undefined ? null : await openRedis(config.redis, meter, log);
  const now = options.now ?? createClock(store);
  const path = config.redis === undefined ? config.store.file : null;
  const file = path === null ? null : await openFile(path, { now, meter, log });
  const monotonicMs = options.monotonicMs ?? (() => performance.now());
  const overload = watchOverload(config.limits.maxLagMs);
  const entries = store === null ? file : createRedisEntries(store);
  const ledger = createLedger({
    memoryBytes: config.limits.memoryCacheBytes,
    flightSeconds: config.limits.deadlineSeconds,
    shared: store,
    entries,
    now,
    meter,
    tracing,
    ...(options.onChanged === undefined ? {} : { onChanged: options.onChanged }),
    onBug,
  });
  const thread = openThread();
  const metrics = createMetrics({
    meter,
    alerts: options.alerts ?? (() => null),
    isRedisUp: store === null ? null : () => store.status() === 'UP',
    isStoreUp: file === null ? null : () => file.status() === 'UP',
  });
  const consume = createBudgets(store);
  return {
    resources: {
      ledger,
      history: noHistory(now),
      alerts: { read: async () => [] },
      shared: store,
      consume,
      sessionKeys: createSessionKeys(store, monotonicMs),
      overload,
      metrics,
      now,
      monotonicMs,
      meter,
      log,
      thread,
      tracing,
    },
    store,
    file,
    entries,
    redact: (text) => redact(text),
    addSecrets(next) {
      for (const secret of secretsOf(next)) secrets.add(secret);
      redact = createRedactor([...secrets]);
    },
    onBug,
    async close(connected) {
      overload.stop();
      await ledger.close();
      await ledger.keepRecords();
      await closeAll(connected);
      await thread.close();
      await file?.close();
      await store?.close();
    },
  };
}

/** Aborts the requests of these accounts to their vendors. */
export async function closeAll(connected: Runtime['connected']): Promise<void> {
  await Promise.all(connected.map(({ client }) => client.close()));
}

/** How far a clock may differ from the replicas' common one before we correct it: the clock decides what is final. */
const maxSkewMs = 1000;

/** This machine's clock, corrected by the common clock of all replicas. */
function createClock(shared: SharedStore | null): Clock {
  return () => {
    const ownMs = Date.now();
    const commonMs = shared?.clockMs() ?? ownMs;
    return instantOf(Math.abs(commonMs - ownMs) > maxSkewMs ? Math.round(commonMs) : ownMs);
  };
}

/** Waits until the file is open, so that its rows are not read again; does not wait for a file that cannot be used. */
async function openFile(path: string, { now, meter, log }: { now: Clock; meter: Meter; log: Log }) {
  // Loaded only when it is needed.
  const { openFileStore } = await import('../stores/file/file-store.ts');
  const opened = Promise.withResolvers<void>();
  const file = openFileStore({
    path,
    now,
    onStatus(status, cause) {
      opened.resolve();
      log[status === 'UP' && cause === '' ? 'info' : 'warn']({ event: 'store', status, cause });
    },
    onSetAside: () => meter.add('store_set_aside', {}),
  });
  const timer = setTimeout(() => opened.resolve(), fileWithinMs);
  await opened.promise;
  clearTimeout(timer);
  return file;
}

/** Waits a moment for the store, so that the gateway does not start as if there were none. */
async function openRedis(settings: NonNullable<Config['redis']>, meter: Meter, log: Log) {
  // Loaded only when it is needed.
  const { connectRedisStore } = await import('../stores/redis/redis-store.ts');
  const opened = Promise.withResolvers<void>();
  const shared = connectRedisStore(settings, {
    meter,
    onStatus(status, cause) {
      if (status === 'UP') opened.resolve();
      log[status === 'UP' ? 'info' : 'warn']({ event: 'redis', status, cause });
    },
    onUnheard: (cause) => log.warn({ event: 'redis-messages', status: 'REFUSED', cause }),
  });
  const timer = setTimeout(() => opened.resolve(), redisWithinMs);
  await opened.promise;
  clearTimeout(timer);
  if (shared.status() === 'AWAY') log.warn({ event: 'redis', status: 'AWAY', cause: shared.cause() });
  return shared;
}
