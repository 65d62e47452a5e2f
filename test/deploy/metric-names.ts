/** What /metrics exposes, by name and labels: rules and dashboard know these alone. */

import { exposedName, metrics, type MetricName } from '../../src/domain/metric-table.ts';

/** Of those that come with prom-client, the ones that are looked at. */
const ofProcess = [
  'billing_process_start_time_seconds',
  'billing_process_resident_memory_bytes',
  'billing_process_cpu_seconds_total',
  'billing_nodejs_eventloop_lag_p99_seconds',
];

/** Labels by the name of the metric, without those that Prometheus adds. A histogram's is without _bucket, _sum and _count. */
export const metricNames: Readonly<Record<string, readonly string[]>> = Object.fromEntries([
  ...Object.entries(metrics).map(
    ([name, { labels }]) => [exposedName(name as MetricName), Object.keys(labels)] as const,
  ),
  ...ofProcess.map((name) => [name, []] as const),
]);

/** The name of a metric in an expression, without what is added to that of a histogram. */
export function metricOf(name: string): string {
  const base = name.replace(/_(bucket|sum|count)$/, '');
  return base in metricNames ? base : name;
}
