/** What /metrics is to expose, by name and labels: rules and dashboard know these alone. */

import type { Counter, Counters } from '../../src/domain/meter.ts';

/** Those of the meter, which are exposed as billing_<name>_total. Types hold the names and labels to the meter's. */
const counters: { readonly [Name in Counter]?: readonly (keyof Counters[Name] & string)[] } = {
  upstream_calls: ['provider', 'account', 'endpoint', 'outcome'],
  segment_readings: ['provider', 'account', 'outcome'],
  calls_saved: ['by'],
  cache_misses: ['account'],
  cache_corrupt: ['account'],
  cache_write_errors: ['account'],
  stale_answers: ['provider', 'account'],
  quota_waits: ['account'],
  quota_wait_ms: ['account'],
  quota_refusals: ['account'],
  quota_alone: ['account'],
  shared_calls: ['outcome'],
  scheduled_readings: ['reason'],
};

const account = ['provider', 'account'];

/** A histogram is named by what stands before _bucket, _sum and _count. */
const others: Readonly<Record<string, readonly string[]>> = {
  billing_http_requests_total: ['route', 'status'],
  billing_http_request_duration_seconds: ['route'],
  billing_operations_total: ['operation', 'outcome'],
  billing_operation_duration_seconds: ['operation'],
  billing_response_cache_total: ['result'],
  billing_requests_shed_total: [],
  billing_redis_up: [],
  billing_amplification: [],
  billing_account_last_success_timestamp_seconds: account,
  billing_account_credential_rejected: account,
  billing_account_oldest_open_segment_timestamp_seconds: account,
  billing_account_next_final_timestamp_seconds: account,
  billing_schema_drift_total: account,
  // Of those that come with prom-client, the ones that are looked at.
  billing_process_resident_memory_bytes: [],
  billing_process_cpu_seconds_total: [],
  billing_nodejs_eventloop_lag_p99_seconds: [],
};

/** Labels by the name of the metric, without those that Prometheus adds. */
export const metricNames: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    Object.entries(counters).map(([name, labels]) => [`billing_${name}_total`, labels] as const),
  ),
  ...others,
};

/** The name of a metric in an expression, without what is added to that of a histogram. */
export function metricOf(name: string): string {
  const base = name.replace(/_(bucket|sum|count)$/, '');
  return base in metricNames ? base : name;
}
