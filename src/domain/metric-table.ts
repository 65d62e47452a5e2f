/**
 * Every metric, declared once: its name, type, help and labels. The types of `meter.add`, what /metrics registers, the
 * series that start at 0, and the tests of rules and dashboard all follow from this table. Labels have few values:
 * never a key, a message or a credential.
 */

import { alertKinds } from './alert.ts';
import { errorCodes } from './errors.ts';

/** A label with any text. `known`: the values that we know beforehand; there may be others. */
interface OpenLabel {
  readonly known: readonly string[];
}

/**
 * Where a label's values come from: a closed list, an open one, or the accounts in the settings (their ids, providers
 * or endpoints).
 */
export type LabelValues = readonly string[] | OpenLabel | 'accounts';

/** One metric. */
export interface Metric {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelValues>>;
}

/** The routes over HTTP. */
export const routes = [
  'graphql',
  'export',
  'mcp',
  'schema',
  'page',
  'session',
  'healthz',
  'readyz',
  'metrics',
  'other',
] as const;
export type Route = (typeof routes)[number];

/** `ok`: without errors. `partial`: with data and errors. `error`: without data. */
const operationOutcomes = ['ok', 'partial', 'error'] as const;
export type OperationOutcome = (typeof operationOutcomes)[number];

/** 499: the client had left. */
const statuses = '200 202 204 302 304 400 401 403 404 405 406 413 415 422 429 499 500 502 503'.split(' ');
const exchangeOutcomes = ['OK', 'ABORTED', ...errorCodes.filter((code) => code.startsWith('PROVIDER_'))];

const ofAccount = { provider: 'accounts', account: 'accounts' } as const;

/** Exposed as `exposedName` says. */
export const metrics = {
  upstream_calls: {
    type: 'counter',
    help: 'Exchanges with providers, by how they ended: OK, ABORTED or an error code.',
    labels: { ...ofAccount, endpoint: 'accounts', outcome: { known: exchangeOutcomes } },
  },
  segment_readings: {
    type: 'counter',
    help: 'Readings of segments from providers. LANDED: the reading was new. REDUNDANT: another replica had read the same meanwhile.',
    labels: { ...ofAccount, outcome: ['LANDED', 'REDUNDANT', 'FAILED'] },
  },
  calls_saved: {
    type: 'counter',
    help: 'Requested segments that cost no upstream call, by what saved it: a tier of the cache, a flight of this process, or another replica.',
    labels: { by: ['memory', 'redis', 'file', 'flight', 'replica'] },
  },
  cache_misses: {
    type: 'counter',
    help: 'Requested segments for which no cache tier had a fresh entry.',
    labels: { account: 'accounts' },
  },
  cache_corrupt: {
    type: 'counter',
    help: 'Values of the shared tier that could not be decoded, and were read again.',
    labels: { account: 'accounts' },
  },
  cache_write_errors: {
    type: 'counter',
    help: 'Values that could not be written to the shared tier.',
    labels: { account: 'accounts' },
  },
  stale_answers: {
    type: 'counter',
    help: 'Segments that were answered with an older reading, because the provider failed.',
    labels: ofAccount,
  },
  quota_waits: {
    type: 'counter',
    help: 'Requests to providers that waited for a slot of the quota.',
    labels: { account: 'accounts' },
  },
  quota_wait_seconds: {
    type: 'counter',
    help: 'Total seconds that requests waited for a slot of the quota.',
    labels: { account: 'accounts' },
  },
  quota_refusals: {
    type: 'counter',
    help: 'Requests that were refused, because no slot of the quota came in time.',
    labels: { account: 'accounts' },
  },
  quota_alone: {
    type: 'counter',
    help: 'Slots that this process gave out alone, because Redis was unavailable.',
    labels: { account: 'accounts' },
  },
  shared_calls: {
    type: 'counter',
    help: 'Calls to Redis, by how they ended.',
    labels: { outcome: ['OK', 'REFUSED', 'AWAY'] },
  },
  schema_drift: {
    type: 'counter',
    help: 'Answers of providers that do not match their documentation.',
    labels: ofAccount,
  },
  scheduled_readings: {
    type: 'counter',
    help: 'Segments that were read in the background, without a request for them.',
    labels: { reason: ['settled', 'warm', 'history'] },
  },
  http_requests: {
    type: 'counter',
    help: 'HTTP requests, by route and status (499: the client had left).',
    labels: { route: routes, status: { known: statuses } },
  },
  http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from the first byte of a request to the last byte of its answer.',
    labels: { route: routes },
  },
  operations: {
    type: 'counter',
    help: 'GraphQL operations, by name and outcome, including those answered by a cached response.',
    labels: { operation: { known: [] }, outcome: operationOutcomes },
  },
  operation_duration_seconds: {
    type: 'histogram',
    help: 'How long operations took.',
    labels: { operation: { known: [] } },
  },
  response_cache: {
    type: 'counter',
    help: 'Lookups of cached responses, by result.',
    labels: { result: ['hit', 'miss'] },
  },
  requests_shed: {
    type: 'counter',
    help: 'Requests that were refused, because the gateway was overloaded.',
    labels: {},
  },
  log_lines_dropped: {
    type: 'counter',
    help: 'Log lines that were lost: their reader was too slow, or the disk was full.',
    labels: {},
  },
  store_set_aside: {
    type: 'counter',
    help: 'Store files that could not be read and were moved aside.',
    labels: {},
  },
  alert_messages: {
    type: 'counter',
    help: 'Messages of alerts, by channel and how an attempt to send them ended. LATER and REFUSED: not arrived. UNKNOWN: perhaps arrived, and sent again under the same number. GIVEN_UP: never sent.',
    labels: { channel: { known: [] }, outcome: ['DELIVERED', 'LATER', 'REFUSED', 'UNKNOWN', 'GIVEN_UP'] },
  },
  alerts_open: {
    type: 'gauge',
    help: 'Alerts that are open, by kind; absent without alerts in the settings.',
    labels: { kind: alertKinds },
  },
  alert_messages_waiting: {
    type: 'gauge',
    help: 'Messages of alerts that have not arrived yet, by channel.',
    labels: { channel: { known: [] } },
  },
  alerts_looked_at_timestamp_seconds: {
    type: 'gauge',
    help: 'When the alert rule was looked at that was looked at longest ago, to ten minutes; absent without alerts in the settings.',
    labels: {},
  },
  redis_up: {
    type: 'gauge',
    help: 'Whether Redis answers and accepts writes; absent without Redis.',
    labels: {},
  },
  store_up: {
    type: 'gauge',
    help: 'Whether the file that keeps rows across restarts can be read and written; absent without such a file.',
    labels: {},
  },
  amplification: {
    type: 'gauge',
    help: 'Readings of segments divided by those that were new: 1 as long as nothing is read twice.',
    labels: {},
  },
  account_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When an account was last read successfully.',
    labels: ofAccount,
  },
  account_credential_rejected: {
    type: 'gauge',
    help: 'Whether the provider currently rejects the credential.',
    labels: ofAccount,
  },
  account_oldest_open_segment_timestamp_seconds: {
    type: 'gauge',
    help: 'The reading time of the oldest entry in memory whose figures may still change.',
    labels: ofAccount,
  },
  account_history_segments_planned: {
    type: 'gauge',
    help: 'Segments of the months in the history.',
    labels: ofAccount,
  },
  account_history_segments_held: {
    type: 'gauge',
    help: 'Segments of the history that have been read.',
    labels: ofAccount,
  },
  account_next_final_timestamp_seconds: {
    type: 'gauge',
    help: 'When the next month becomes final.',
    labels: ofAccount,
  },
} as const satisfies Readonly<Record<string, Metric>>;

type Table = typeof metrics;
export type MetricName = keyof Table;
export type NameOf<Type extends Metric['type']> = {
  [Name in MetricName]: Table[Name]['type'] extends Type ? Name : never;
}[MetricName];

/** The labels that each value of a metric needs: all of them, and no others. */
export type LabelsOf<Name extends MetricName> = keyof Table[Name]['labels'] extends never
  ? Readonly<Record<string, never>>
  : {
      readonly [
        Label in keyof Table[Name]['labels']
      ]: Table[Name]['labels'][Label] extends readonly (infer Value extends string)[] ? Value : string;
    };

/** The name of a metric in Prometheus. */
export function exposedName(name: MetricName): string {
  return `billing_${name}${metrics[name].type === 'counter' ? '_total' : ''}`;
}
