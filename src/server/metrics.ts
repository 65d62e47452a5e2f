/** GET /metrics: everything that is counted, as Prometheus reads it. Labels have few values, and never a credential. */

import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

import { memoOf } from '../domain/memo.ts';
import { amplification, type Meter } from '../domain/meter.ts';
import type { AccountState } from './health.ts';

export interface Metrics {
  /** The answer to a request of HTTP. */
  answered(route: Route, status: number, seconds: number): void;
  /** An operation of GraphQL; `name` is what its client calls it. */
  operated(name: string | null, outcome: Outcome, seconds: number): void;
  /** Whether an answer was kept. */
  lookedUp(isHit: boolean): void;
  /** A request was turned away, since there was too much to do. */
  shed(): void;
  /** The text that Prometheus reads, and its media type. */
  read(): Promise<{ readonly text: string; readonly contentType: string }>;
}

export const routes = ['graphql', 'export', 'healthz', 'readyz', 'metrics', 'other'] as const;
export type Route = (typeof routes)[number];
/** `ok`: without errors. `partial`: with data and errors. `error`: without data. */
export type Outcome = 'ok' | 'partial' | 'error';

export interface MetricsSettings {
  readonly meter: Meter;
  readonly accounts: () => readonly AccountState[];
  /** Null: there is no Redis. */
  readonly isRedisUp: (() => boolean) | null;
}

const prefix = 'billing_';
/** A client calls its operations what it likes: beyond so many names they are all "other". */
const mostNames = 100;
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What the meter counts, in words: one counter each. */
const help: Readonly<Record<Parameters<Meter['add']>[0], string>> = {
  upstream_calls: 'Exchanges with providers, by how they ended.',
  segment_readings: 'Readings of segments from providers.',
  calls_saved: 'Segments that were asked for and cost no call, by what saved it.',
  cache_misses: 'Segments that no tier held fresh.',
  cache_corrupt: 'Values of the shared tier that could not be decoded.',
  cache_write_errors: 'Values that could not be written to the shared tier.',
  stale_answers: 'Segments for which an older reading stood in, since the provider failed.',
  quota_waits: 'Requests to providers that waited for their slot.',
  quota_wait_ms: 'Milliseconds that requests waited for their slots.',
  quota_refusals: 'Requests for which no slot could come in time.',
  quota_alone: 'Slots given out by this process alone, since Redis was away.',
  shared_calls: 'Calls to Redis, by how they ended.',
  scheduled_readings: 'Segments that were read without being asked for.',
  schema_drift: 'Answers of providers that are not what their documentation says.',
};

/** Metrics of one process. */
export function createMetrics({ meter, accounts, isRedisUp }: MetricsSettings): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix });
  for (const [name, text] of Object.entries(help)) countFrom(meter, name, text, registers);
  const requests = createTally(
    'http_requests_total',
    'Requests of HTTP, by route and status.',
    ['route', 'status'],
    registers,
  );
  const durations = new Histogram({
    name: `${prefix}http_request_duration_seconds`,
    help: 'From the first byte of a request to the last of its answer.',
    labelNames: ['route'],
    buckets: seconds,
    registers,
  });
  const operations = createTally(
    'operations_total',
    'Operations of GraphQL, by name and outcome. Those that a kept answer served are among them.',
    ['operation', 'outcome'],
    registers,
  );
  const operationDurations = new Histogram({
    name: `${prefix}operation_duration_seconds`,
    help: 'How long operations took.',
    labelNames: ['operation'],
    buckets: seconds,
    registers,
  });
  const lookUps = createTally(
    'response_cache_total',
    'Whether there was a kept answer.',
    ['result'],
    registers,
  );
  const sheds = new Counter({
    name: `${prefix}requests_shed_total`,
    help: 'Requests that were turned away, since there was too much to do.',
    registers,
  });
  gauge(
    'redis_up',
    'Whether Redis answers and takes what is written; absent where there is none.',
    [],
    registers,
    () => (isRedisUp === null ? [] : [[{}, isRedisUp() ? 1 : 0]]),
  );
  gauge(
    'amplification',
    'Readings of segments divided by those that gave what nobody had.',
    [],
    registers,
    () => [[{}, amplification(meter)]],
  );
  const ofAccounts = (name: string, text: string, value: (state: AccountState) => number | null): void =>
    gauge(name, text, ['provider', 'account'], registers, () =>
      accounts().flatMap((state) => {
        const found = value(state);
        const labels = { provider: state.provider, account: state.account };
        return found === null ? [] : [[labels, found] as const];
      }),
    );
  const inSeconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);
  ofAccounts('account_last_success_timestamp_seconds', 'When an account was last read well.', (state) =>
    inSeconds(state.lastSuccessAt),
  );
  ofAccounts('account_credential_rejected', 'Whether the provider rejects the credential now.', (state) =>
    state.isCredentialRejected ? 1 : 0,
  );
  ofAccounts(
    'account_oldest_open_segment_timestamp_seconds',
    'When the oldest reading in memory whose figures may still change was made.',
    (state) => inSeconds(state.oldestOpenAt),
  );
  ofAccounts('account_next_final_timestamp_seconds', 'When the next month becomes final.', (state) =>
    inSeconds(state.nextFinalAt),
  );

  // What counts each combination of labels, found once: every answer is counted.
  const durationsOf = memoOf((route: string) => durations.labels(route));
  const operationDurationsOf = memoOf((operation: string) => operationDurations.labels(operation));
  const [hits, misses] = [lookUps('hit'), lookUps('miss')];
  const names = new Set<string>();
  const nameOf = (name: string | null): string => {
    if (name === null) return 'unnamed';
    if (names.has(name)) return name;
    if (names.size >= mostNames || !/^\w{1,64}$/.test(name)) return 'other';
    names.add(name);
    return name;
  };
  return {
    answered(route, status, duration) {
      requests(`${route} ${status}`).count += 1;
      durationsOf(route).observe(duration);
    },
    operated(name, outcome, duration) {
      const operation = nameOf(name);
      operations(`${operation} ${outcome}`).count += 1;
      operationDurationsOf(operation).observe(duration);
    },
    lookedUp(isHit) {
      (isHit ? hits : misses).count += 1;
    },
    shed: () => sheds.inc(),
    read: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}

/** How often something has been, so far. */
interface Tally {
  count: number;
}

/** Counts, found by the values of their labels with spaces between them; plain numbers, until they are read. */
function createTally(
  name: string,
  help: string,
  labelNames: string[],
  registers: Registry[],
): (labels: string) => Tally {
  const tallies = new Map<string, Tally>();
  const counter: Counter = new Counter({
    name: `${prefix}${name}`,
    help,
    labelNames,
    registers,
    collect() {
      counter.reset();
      for (const [labels, { count }] of tallies) counter.labels(...labels.split(' ')).inc(count);
    },
  });
  return (labels) => {
    const known = tallies.get(labels);
    if (known !== undefined) return known;
    const tally = { count: 0 };
    tallies.set(labels, tally);
    return tally;
  };
}

/** A counter that stands as the meter does, whenever it is read. */
function countFrom(meter: Meter, name: string, text: string, registers: Registry[]): void {
  const counter: Counter = new Counter({
    name: `${prefix}${name}_total`,
    help: text,
    labelNames: labelsOf[name] ?? [],
    registers,
    collect() {
      counter.reset();
      for (const count of meter.counts()) if (count.name === name) counter.inc(count.labels, count.value);
    },
  });
}

const ofAccount = ['provider', 'account'];
const labelsOf: Readonly<Record<string, string[]>> = {
  upstream_calls: [...ofAccount, 'endpoint', 'outcome'],
  segment_readings: [...ofAccount, 'outcome'],
  calls_saved: ['by'],
  cache_misses: ['account'],
  cache_corrupt: ['account'],
  cache_write_errors: ['account'],
  stale_answers: ofAccount,
  quota_waits: ['account'],
  quota_wait_ms: ['account'],
  quota_refusals: ['account'],
  quota_alone: ['account'],
  shared_calls: ['outcome'],
  scheduled_readings: ['reason'],
  schema_drift: ofAccount,
};

function gauge(
  name: string,
  text: string,
  labelNames: string[],
  registers: Registry[],
  read: () => readonly (readonly [Record<string, string>, number])[],
): void {
  const own: Gauge = new Gauge({
    name: `${prefix}${name}`,
    help: text,
    labelNames,
    registers,
    collect() {
      own.reset();
      for (const [labels, value] of read()) own.set(labels, value);
    },
  });
}
