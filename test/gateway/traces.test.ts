/** One trace from the client to the vendor, through all replicas, for its collector; without a collector nothing is recorded. */

import { expect, onTestFinished, test } from 'vitest';

import { sandboxCredentials } from '../../src/sandbox/vendors.ts';
import { openDoor, startCollector, type Span } from '../support/collector.ts';
import { startFleet, type Fleet } from '../support/fleet.ts';
import { bearer, operators, withOperators } from '../support/operators.ts';
import { monthBefore } from '../support/questions.ts';
import { startRedis } from '../support/redis.ts';

const atEnd = { onTestFinished };
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentId = '00f067aa0ba902b7';
const traceparent = `00-${traceId}-${parentId}-01`;

/** Two replicas, one Redis, and a door before PPIO; only PPIO and Novita are asked. */
async function startTraced(environment: Readonly<Record<string, string>>) {
  const redis = { url: (await startRedis(atEnd)).url, timeoutMs: 2000 };
  const door = await openDoor(atEnd);
  const fleet = await startFleet(
    {
      replicas: 2,
      redis,
      environment: {
        OTEL_EXPORTER_OTLP_ENDPOINT: '',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '',
        ...environment,
      },
      settings(settings) {
        const clients = withOperators(settings);
        return {
          ...clients,
          accounts: settings.accounts.map((account) => {
            if (account.provider !== 'ppio') return account;
            door.target = account.baseUrl;
            return { ...account, baseUrl: door.url };
          }),
        };
      },
    },
    atEnd,
  );
  // Not by /readyz: what is asked here is a part of the one trace.
  for (const started of fleet.processes) await started.until(/"redis":"up"|"status":"UP"/);
  return { fleet, door };
}

const months = `period: { dates: { from: "${monthBefore(2)}-01", to: "${monthBefore(1)}-20" } }`;
const question = `query Traced { bills(${months}) { totalCount totals { billedCost { amount currency } } } }`;

async function askBoth(fleet: Fleet): Promise<unknown[]> {
  return Promise.all(
    fleet.urls.map(async (url) => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          traceparent,
          tracestate: 'shop=1',
          baggage: 'customer=somebody-else',
          ...bearer(operators.reader),
        },
        body: JSON.stringify({ query: question }),
      });
      const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
      expect(errors).toBe(undefined);
      return data;
    }),
  );
}

async function stopAll({ processes }: Fleet): Promise<void> {
  for (const { child } of processes) child.kill('SIGTERM');
  expect(await Promise.all(processes.map(({ ended }) => ended))).toEqual(processes.map(() => 0));
}

test('one trace holds what both replicas did for a question: connected, and each segment asked of its vendor once', async () => {
  const collector = await startCollector(atEnd);
  const { fleet, door } = await startTraced({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_SERVICE_NAME: 'billing-of-tests',
  });
  const [one, two] = await askBoth(fleet);
  expect(one).toMatchObject({ bills: { totalCount: expect.any(Number) } });
  expect(two).toEqual(one);
  await stopAll(fleet);

  const spans = collector.spans();
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  expect(byId.size).toBe(spans.length);
  const named = (name: string): Span[] => spans.filter((span) => span.name === name);
  for (const span of spans) {
    // Up to the client's own, through spans that are there.
    let at: Span | undefined = span;
    for (let steps = 0; at !== undefined && at.parentSpanId !== parentId; steps += 1) {
      expect(steps).toBeLessThan(10);
      const above: Span | undefined = byId.get(at.parentSpanId ?? '');
      expect([at.name, above?.name]).toEqual([at.name, expect.any(String)]);
      at = above;
    }
  }
  const parentOf = (span: Span): Span | undefined => byId.get(span.parentSpanId ?? '');
  expect(named('POST /graphql').map(({ parentSpanId }) => parentSpanId)).toEqual([parentId, parentId]);
  expect(named('operation').map((span) => [parentOf(span)?.name, span.attributes])).toEqual(
    Array.from({ length: 2 }, () => [
      'POST /graphql',
      { 'graphql.operation.name': 'Traced', 'billing.client': 'readers' },
    ]),
  );
  expect(named('ledger read').length).toBeGreaterThanOrEqual(2);
  for (const read of named('ledger read')) expect(parentOf(read)?.name).toBe('operation');
  for (const segment of named('segment')) expect(parentOf(segment)?.name).toBe('ledger read');

  const segmentOf = ({ attributes }: Span): string =>
    ['account', 'kind', 'segment'].map((part) => attributes[`billing.${part}`]).join(' ');
  const requests = named('provider request');
  const segments = new Set(named('segment').map((span) => segmentOf(span)));
  expect(segments.size).toBeGreaterThan(10);
  const asked = requests.map((span) => segmentOf(parentOf(span) ?? span));
  expect(asked.toSorted()).toEqual([...segments].toSorted());
  expect(requests.length).toBe(fleet.calls('ppio') + fleet.calls('novita'));
  expect(new Set(requests.map(({ attributes }) => attributes['billing.account']))).toEqual(
    new Set(['ppio-main', 'novita-us']),
  );
  expect(new Set(spans.map(({ resource }) => resource['service.name']))).toEqual(
    new Set(['billing-of-tests']),
  );

  // The vendor is told of which span its request is, and nothing of what clients tell each other.
  const ids = requests
    .filter(({ attributes }) => attributes['billing.account'] === 'ppio-main')
    .map(({ spanId }) => `00-${traceId}-${spanId}-01`);
  const sent = door.headers.map((headers) => String(headers['traceparent']));
  expect(new Set(sent)).toEqual(new Set(ids));
  expect(sent).toHaveLength(ids.length);
  for (const headers of door.headers) expect(headers).not.toHaveProperty('baggage');

  const everything = collector.bodies.join('\n');
  expect(everything).toContain('ppio-main');
  for (const secret of [
    ...Object.values(operators),
    ...Object.values(sandboxCredentials).flatMap((credential) => Object.values(credential)),
    'Bearer',
    'somebody-else',
  ]) {
    expect(everything).not.toContain(secret);
  }
});

test('what fails is told by its code alone', async () => {
  const collector = await startCollector(atEnd);
  const { fleet } = await startTraced({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  for (const name of ['ppio', 'novita'] as const) fleet.sandbox.vendors[name].fault = { name: 'echo' };
  await fetch(`${fleet.urls[0]}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(operators.reader) },
    body: JSON.stringify({ query: question }),
  });
  await stopAll(fleet);
  const failed = collector.spans().filter(({ status }) => status.code === 2);
  expect(failed.length).toBeGreaterThan(0);
  expect(new Set(failed.map(({ status }) => status.message))).toEqual(new Set(['PROVIDER_REJECTED']));
  for (const secret of Object.values(sandboxCredentials).flatMap((credential) => Object.values(credential))) {
    expect(collector.bodies.join('\n')).not.toContain(secret);
  }
});

test('without the variable nothing is collected, and a traceparent ends here', async () => {
  const collector = await startCollector(atEnd);
  const { fleet, door } = await startTraced({});
  await askBoth(fleet);
  await stopAll(fleet);
  expect(collector.bodies).toEqual([]);
  expect(door.headers.length).toBeGreaterThan(0);
  for (const headers of door.headers) {
    for (const name of ['traceparent', 'tracestate', 'baggage']) expect(headers).not.toHaveProperty(name);
  }
});

test('a collector that is away harms nobody: questions are answered, and the process ends well', async () => {
  const { fleet } = await startTraced({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  const [one, two] = await askBoth(fleet);
  expect(two).toEqual(one);
  await stopAll(fleet);
  for (const { output } of fleet.processes) expect(output()).not.toMatch(/"event":"(bug|crashed)"/);
});
