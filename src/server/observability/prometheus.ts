/** GET /metrics: every metric of domain/metric-table.ts, in the format of Prometheus. */

import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

import { alertKinds, type AlertMeasures } from '../../domain/alert.ts';
import { memoOf } from '../../domain/memo.ts';
import { amplification, type Meter } from '../../domain/meter.ts';
import { knownLabels, type LabelledAccount } from '../../domain/metric-labels.ts';
import {
  exposedName,
  metrics,
  type LabelsOf,
  type MetricName,
  type NameOf,
  type OperationOutcome,
  type Route,
} from '../../domain/metric-table.ts';
import type { AccountState } from './health.ts';

export interface Metrics {
  /** Counts the answer to an HTTP request. */
  answered(route: Route, status: number, seconds: number): void;
  /** Counts a GraphQL operation; `name` is the client's name for it. */
  operated(name: string | null, outcome: OperationOutcome, seconds: number): void;
  /** Counts a look-up of a cached response. */
  lookedUp(isHit: boolean): void;
  /** Counts a request that was refused because of overload. */
  shed(): void;
  /** The text for Prometheus, with the current state of accounts, and its media type. */
  read(
    accounts: readonly MeasuredAccount[],
  ): Promise<{ readonly text: string; readonly contentType: string }>;
}

/** The state of an account, and the fields for its labels. */
export type MeasuredAccount = AccountState & LabelledAccount;

export interface MetricsSettings {
  readonly meter: Meter;
  /** Null: there is no Redis. */
  readonly isRedisUp: (() => boolean) | null;
  /** Null: no file keeps rows. */
  readonly isStoreUp: (() => boolean) | null;
  /** Null: there are no alerts. */
  readonly alerts: () => AlertMeasures | null;
}

/** The most operation names: clients choose them freely, and beyond this number all are "other". */
const maxNames = 100;
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The current values of a gauge, with their labels. */
type ReadGauges = {
  readonly [Name in NameOf<'gauge'>]: () => readonly (readonly [LabelsOf<Name>, number])[];
};

/** The metrics of one process. */
export function createMetrics({ meter, isRedisUp, isStoreUp, alerts }: MetricsSettings): Metrics {
  const registry = new Registry();
  collectProcessMetrics(registry);
  // The states at the last read.
  let states: readonly MeasuredAccount[] = [];
  const known = () => states;
  for (const name of namesOf('counter')) registerCounter(registry, name, meter, known);
  const gauges: ReadGauges = {
    ...gaugesOfAccounts(known),
    ...gaugesOfAlerts(alerts),
    redis_up: () => (isRedisUp === null ? [] : [[{}, isRedisUp() ? 1 : 0]]),
    store_up: () => (isStoreUp === null ? [] : [[{}, isStoreUp() ? 1 : 0]]),
    amplification: () => [[{}, amplification(meter)]],
  };
  for (const name of namesOf('gauge')) registerGauge(registry, name, gauges[name]);

  // Counters by their labels, looked up once, because every answer is counted.
  const durations = histogram(registry, 'http_request_duration_seconds');
  const durationsOf = memoOf((route: Route) => durations.labels({ route }));
  const requestsOf = memoOf((route: Route) =>
    memoOf((status: number) => meter.tally('http_requests', { route, status: String(status) })),
  );
  const operationDurations = histogram(registry, 'operation_duration_seconds');
  const operationDurationsOf = memoOf((operation: string) => operationDurations.labels({ operation }));
  const operationsOf = memoOf((outcome: OperationOutcome) =>
    memoOf((operation: string) => meter.tally('operations', { operation, outcome })),
  );
  const hits = meter.tally('response_cache', { result: 'hit' });
  const misses = meter.tally('response_cache', { result: 'miss' });
  const nameOf = createNames();
  return {
    answered(route, status, duration) {
      requestsOf(route)(status).count += 1;
      durationsOf(route).observe(duration);
    },
    operated(name, outcome, duration) {
      const operation = nameOf(name);
      operationsOf(outcome)(operation).count += 1;
      operationDurationsOf(operation).observe(duration);
    },
    lookedUp(isHit) {
      (isHit ? hits : misses).count += 1;
    },
    shed: () => meter.add('requests_shed', {}),
    async read(accounts) {
      states = accounts;
      return { text: await registry.metrics(), contentType: registry.contentType };
    },
  };
}

/** Node's and the process's own metrics, without gauges that are named like counters; their sums are there anyway. */
function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, prefix: 'billing_' });
  for (const metric of registry.getMetricsAsArray()) {
    if (metric instanceof Gauge && metric.name.endsWith('_total')) registry.removeSingleMetric(metric.name);
  }
}

function namesOf<Type extends 'counter' | 'gauge'>(type: Type): NameOf<Type>[] {
  const names = Object.keys(metrics) as MetricName[];
  return names.filter((name): name is NameOf<Type> => metrics[name].type === type);
}

/** The registration of a metric, all of it from the table. */
function describe(registry: Registry, name: MetricName) {
  const { help, labels } = metrics[name];
  return { name: exposedName(name), help, labelNames: Object.keys(labels), registers: [registry] };
}

/**
 * A counter that shows the meter's value whenever it is read. Known series start at 0, because Prometheus misses the
 * first event of a series that starts with it.
 */
function registerCounter(
  registry: Registry,
  name: NameOf<'counter'>,
  meter: Meter,
  accounts: () => readonly LabelledAccount[],
): void {
  const counter: Counter = new Counter({
    ...describe(registry, name),
    collect() {
      counter.reset();
      for (const labels of knownLabels(name, accounts())) counter.inc(labels, 0);
      for (const count of meter.counts()) if (count.name === name) counter.inc(count.labels, count.value);
    },
  });
}

function registerGauge(
  registry: Registry,
  name: NameOf<'gauge'>,
  read: () => readonly (readonly [Readonly<Record<string, string>>, number])[],
): void {
  const gauge: Gauge = new Gauge({
    ...describe(registry, name),
    collect() {
      gauge.reset();
      // A gauge without labels would otherwise show 0.
      gauge.remove({});
      for (const [labels, value] of read()) gauge.set(labels, value);
    },
  });
}

function histogram<Name extends NameOf<'histogram'>>(
  registry: Registry,
  name: Name,
): Histogram<keyof LabelsOf<Name> & string> {
  return new Histogram({ ...describe(registry, name), buckets });
}

type AccountGauge = Extract<NameOf<'gauge'>, `account_${string}`>;

function gaugesOfAccounts(accounts: () => readonly MeasuredAccount[]): Pick<ReadGauges, AccountGauge> {
  const each = (valueOf: (state: AccountState) => number | null) => () =>
    accounts().flatMap((state) => {
      const value = valueOf(state);
      const { provider, account } = state;
      return value === null ? [] : [[{ provider, account }, value] as const];
    });
  const inSeconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);
  return {
    account_last_success_timestamp_seconds: each(({ lastSuccessAt }) => inSeconds(lastSuccessAt)),
    account_credential_rejected: each(({ isCredentialRejected }) => (isCredentialRejected ? 1 : 0)),
    account_oldest_open_segment_timestamp_seconds: each(({ oldestOpenAt }) => inSeconds(oldestOpenAt)),
    account_history_segments_planned: each(({ history }) => history.segmentsPlanned),
    account_history_segments_held: each(({ history }) => history.segmentsHeld),
    account_next_final_timestamp_seconds: each(({ nextFinalAt }) => inSeconds(nextFinalAt)),
  };
}

type AlertGauge = Extract<NameOf<'gauge'>, `alert${string}`>;

function gaugesOfAlerts(read: () => AlertMeasures | null): Pick<ReadGauges, AlertGauge> {
  return {
    alerts_open: () => {
      const measures = read();
      return measures === null ? [] : alertKinds.map((kind) => [{ kind }, measures.open[kind]] as const);
    },
    alert_messages_waiting: () =>
      Object.entries(read()?.waiting ?? {}).map(([channel, count]) => [{ channel }, count] as const),
    alerts_looked_at_timestamp_seconds: () => {
      const lookedAt = read()?.lookedAt ?? null;
      return lookedAt === null ? [] : [[{}, lookedAt / 1000]];
    },
  };
}

/** The names of operations in labels: a limited number, whatever names clients invent. */
function createNames(): (name: string | null) => string {
  const names = new Set<string>();
  return (name) => {
    if (name === null) return 'unnamed';
    if (names.has(name)) return name;
    if (names.size >= maxNames || !/^\w{1,64}$/.test(name)) return 'other';
    names.add(name);
    return name;
  };
}
