/** What the OTEL_ variables ask for is done, or one line says that it is not; spans say what happened as tools expect it. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { planTracing } from '../../src/app/trace-collector.ts';
import { startCollector, type Span } from '../support/collector.ts';
import { startFleet } from '../support/fleet.ts';
import { bearer, operators, withOperators } from '../support/operators.ts';
import { root } from '../support/process.ts';

const atEnd = { onTestFinished };
const question =
  '{ bills(period: { month: "2026-02" }, filter: { accounts: ["ppio-main"] }) { totalCount } }';
const none = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '', OTEL_TRACES_EXPORTER: '', OTEL_SDK_DISABLED: '' };

/** One gateway and a collector; `stop` has it send all it has. */
async function startTraced(environment: Readonly<Record<string, string>>) {
  const collector = await startCollector(atEnd);
  const fleet = await startFleet(
    {
      replicas: 1,
      settings: withOperators,
      environment: { ...none, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...environment },
    },
    atEnd,
  );
  const [url = ''] = fleet.urls;
  const ask = async (path: string, token: string | null = operators.reader, body?: string) => {
    const headers = { 'content-type': 'application/json', ...bearer(token) };
    const response = await fetch(
      `${url}${path}`,
      body === undefined ? { headers } : { method: 'POST', headers, body },
    );
    await response.arrayBuffer();
    return response.status;
  };
  const stop = async (): Promise<string> => {
    const [started] = fleet.processes;
    started?.child.kill('SIGTERM');
    expect(await started?.ended).toBe(0);
    return started?.output() ?? '';
  };
  return { collector, fleet, url, ask, stop };
}

const warnings = (log: string) => log.split('\n').filter((line) => line.includes('"event":"traces"'));

test.each([
  ['OTEL_TRACES_EXPORTER', 'none', 0],
  ['OTEL_SDK_DISABLED', 'true', 0],
  ['OTEL_TRACES_SAMPLER', 'always_off', 0],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 1],
  ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'grpc', 1],
  ['OTEL_TRACES_EXPORTER', 'zipkin', 1],
])('with %s=%s nothing is sent, and lines say why: %i', async (name, value, lines) => {
  const { collector, ask, stop } = await startTraced({ [name]: value });
  expect(await ask('/graphql', operators.reader, JSON.stringify({ query: question }))).toBe(200);
  const told = warnings(await stop());
  expect(told).toHaveLength(lines);
  for (const line of told)
    expect(line).toContain(`${name.replace('_TRACES_PROTOCOL', '_PROTOCOL')} is ${value}`);
  expect(collector.bodies).toEqual([]);
});

test('with OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf traces come as protobuf', async () => {
  const { collector, ask, stop } = await startTraced({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' });
  await ask('/graphql', operators.reader, JSON.stringify({ query: question }));
  expect(warnings(await stop())).toEqual([]);
  expect(collector.types).toContain('application/x-protobuf');
  expect(collector.bodies.join('')).toContain('unified-billing-gateway');
});

describe('variables come down to', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
  test.each([
    ['nothing without an endpoint', {}, null, 0],
    ['JSON by default', endpoint, 'http/json', 0],
    [
      'what is said of traces before what is said of all',
      {
        ...endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
      },
      'http/protobuf',
      0,
    ],
    [
      'capitals and blanks',
      { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: ' HTTP/JSON ', OTEL_SDK_DISABLED: 'FALSE' },
      'http/json',
      0,
    ],
    ['off in capitals', { ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }, null, 0],
    ['one warning of an unknown sampler', { ...endpoint, OTEL_TRACES_SAMPLER: 'sometimes' }, 'http/json', 1],
    ['no warning where all is off', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, null, 0],
  ] as const)('%s', (_name, environment, protocol, count) => {
    const plan = planTracing(environment);
    expect([plan.protocol, plan.warnings.length]).toEqual([protocol, count]);
  });
});

test('spans say method, status, address and version; 4xx and 5xx are errors; health checks make none', async () => {
  const { collector, fleet, url, ask, stop } = await startTraced({});
  for (const path of ['/healthz', '/readyz']) expect(await ask(path, null)).toBe(200);
  expect(await ask('/metrics', operators.operator)).toBe(200);
  expect(await ask('/graphql', operators.reader, JSON.stringify({ query: question }))).toBe(200);
  expect(await ask('/graphql', null, JSON.stringify({ query: question }))).toBe(401);
  expect(await ask('/nowhere?key=canary')).toBe(404);
  for (const id of ['novita', 'ppio'] as const) fleet.sandbox.vendors[id].fault = { name: 'unauthorized' };
  expect(await ask('/export/focus.csv?month=2026-03&accounts=novita-us')).toBe(502);
  await stop();
  const spans = collector.spans();
  const { port } = new URL(url);
  const servers = spans.filter(({ kind }) => kind === 2);
  const told = ({ name, attributes, status }: Span) => [
    name,
    attributes['url.path'],
    Number(attributes['http.response.status_code']),
    status.code ?? 0,
    attributes['error.type'],
  ];
  expect(servers.map(told)).toEqual([
    ['POST /graphql', '/graphql', 200, 0, undefined],
    ['POST /graphql', '/graphql', 401, 2, '401'],
    ['GET /other', '/nowhere', 404, 2, '404'],
    ['GET /export', '/export/focus.csv', 502, 2, '502'],
  ]);
  for (const { name, attributes } of servers) {
    expect(attributes).toMatchObject({
      'http.request.method': name.split(' ')[0],
      'server.address': '127.0.0.1',
    });
    expect(Number(attributes['server.port'])).toBe(Number(port));
  }
  const clients = spans.filter(({ kind }) => kind === 3);
  const { vendors } = fleet.sandbox;
  expect(clients).toHaveLength(vendors.ppio.calls.length + vendors.novita.calls.length);
  for (const { attributes, status } of clients) {
    const vendor = attributes['billing.provider'] === 'ppio' ? vendors.ppio : vendors.novita;
    const at = new URL(vendor.url);
    expect(attributes).toMatchObject({ 'http.request.method': 'GET', 'server.address': at.hostname });
    expect(Number(attributes['server.port'])).toBe(Number(at.port));
    const code = Number(attributes['http.response.status_code']);
    expect([code, status.code ?? 0]).toEqual(vendor === vendors.ppio ? [200, 0] : [401, 2]);
    expect(attributes['url.full']).not.toContain('?');
  }
  expect(clients.some(({ status }) => status.code === 2)).toBe(true);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(new Set(spans.map(({ resource }) => resource['service.version']))).toEqual(new Set([version]));
  expect(collector.bodies.join('')).not.toContain('canary');
});

test('a provider that cannot be reached is an error of its span, by the code that says so', async () => {
  const { collector, ask, fleet, stop } = await startTraced({});
  for (const id of ['ppio'] as const) fleet.sandbox.vendors[id].fault = { name: 'reset' };
  await ask('/graphql', operators.reader, JSON.stringify({ query: question }));
  await stop();
  const clients = collector.spans().filter(({ kind }) => kind === 3);
  expect(clients.length).toBeGreaterThan(0);
  for (const { attributes, status } of clients) {
    expect([status, attributes['error.type'], attributes['http.response.status_code']]).toEqual([
      { code: 2, message: 'PROVIDER_UNAVAILABLE' },
      'PROVIDER_UNAVAILABLE',
      undefined,
    ]);
  }
});
