/** What a process has for as long as it runs, whether it listens or answers one question: log, clock, store, ledger, thread. */

import { openThread } from './accounts.ts';
import { instantOf, type Clock } from './domain/calendar.ts';
import { createMeter, type Meter } from './domain/meter.ts';
import type { Shared } from './domain/shared.ts';
import { createLedger } from './ledger/ledger.ts';
import type { ConnectedShared } from './redis/shared.ts';
import { createBudgets } from './server/budget.ts';
import { createLog, createStrike, type Log } from './server/log.ts';
import type { AccountState } from './server/health.ts';
import { createMetrics } from './server/metrics.ts';
import { watchOverload } from './server/overload.ts';
import type { Surroundings, Wiring } from './serving.ts';
import type { Config } from './settings.ts';

export interface Base {
  readonly surroundings: Surroundings;
  /** What replicas share; null: this process is alone. */
  readonly store: ConnectedShared | null;
  /** Strikes the secrets of the settings out of a text. */
  strike(text: string): string;
  /** Strikes those of further settings, too. */
  hide(config: Config): void;
  /** Who is told, from now on, when a segment is another one than it was. */
  onChanged(listener: (segment: string) => void): void;
  /** Who is asked how each account is. */
  onAsked(listener: () => readonly AccountState[]): void;
  readonly onBug: (error: unknown) => void;
  /** Breaks off what is being read, and closes everything. */
  close(connected: Wiring['connected']): Promise<void>;
}

export interface BaseOptions {
  readonly now?: Clock;
  /** Where log lines go. */
  readonly write: (line: string) => void;
}

/** How long a start waits for the shared store; without it the gateway works all the same. */
const storeWithinMs = 500;

/** Opens it. Without the store it works all the same. */
export async function openBase(config: Config, options: BaseOptions): Promise<Base> {
  // Those of earlier settings, too: requests under way still use them.
  const secrets = new Set(secretsOf(config));
  let strike = createStrike([...secrets]);
  const log = createLog(config.log.level, (line) => options.write(strike(line)));
  const onBug = (error: unknown): void =>
    log.error({ event: 'bug', cause: error instanceof Error ? error.stack : typeof error });
  const meter = createMeter();
  const store = config.redis === undefined ? null : await openStore(config.redis, meter, log);
  const now = options.now ?? createClock(store);
  const overload = watchOverload(config.limits.maxLagMs);
  let onChanged: (segment: string) => void = () => {};
  const ledger = createLedger({
    memoryBytes: config.limits.memoryCacheBytes,
    flightSeconds: config.limits.deadlineSeconds,
    shared: store,
    now,
    meter,
    onChanged: (segment) => onChanged(segment),
    onBug,
  });
  const thread = openThread();
  let states: () => readonly AccountState[] = () => [];
  const metrics = createMetrics({
    meter,
    accounts: () => states(),
    isRedisUp: store === null ? null : () => store.status() === 'UP',
  });
  const take = createBudgets(store);
  return {
    surroundings: { ledger, shared: store, take, overload, metrics, now, meter, log, thread },
    store,
    strike: (text) => strike(text),
    hide(next) {
      for (const secret of secretsOf(next)) secrets.add(secret);
      strike = createStrike([...secrets]);
    },
    onChanged(listener) {
      onChanged = listener;
    },
    onAsked(listener) {
      states = listener;
    },
    onBug,
    async close(connected) {
      overload.stop();
      await ledger.close();
      await ledger.keepRecords();
      await closeAll(connected);
      await thread.close();
      await store?.close();
    },
  };
}

/** Breaks off what these accounts ask their vendors. */
export async function closeAll(connected: Wiring['connected']): Promise<void> {
  await Promise.all(connected.map(({ client }) => client.close()));
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
  // Loaded where there is one.
  const { connectShared } = await import('./redis/shared.ts');
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
