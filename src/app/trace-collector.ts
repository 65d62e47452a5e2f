/** Collects traces, but only if the environment names a collector. Otherwise loads nothing. */

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { untraced, type Tracing } from '../domain/tracing.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Collector {
  readonly tracing: Tracing;
  /** Sends what is left, and stops collecting. */
  stop(): Promise<void>;
  /** One line for the log for each OTEL_ setting that we cannot follow. */
  readonly warnings: readonly string[];
}

/** What the OTEL_ variables ask for. */
interface Plan {
  /** Null: no traces are collected. */
  readonly protocol: 'http/json' | 'http/protobuf' | null;
  readonly warnings: readonly string[];
}

/** How long a gateway that stops waits for the collector. */
const lastMs = 3000;

const samplers = ['always_on', 'always_off', 'traceidratio'].flatMap((name) => [name, `parentbased_${name}`]);

/** Starts collecting, by the OTEL_ variables. */
export async function startTracing(environment: Environment): Promise<Collector> {
  const { protocol, warnings } = planTracing(environment);
  if (protocol === null) return { tracing: untraced, warnings, stop: async () => {} };
  const [{ BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }, resources, { createSpans }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      protocol === 'http/json'
        ? import('@opentelemetry/exporter-trace-otlp-http')
        : import('@opentelemetry/exporter-trace-otlp-proto'),
      import('@opentelemetry/resources'),
      import('./spans.ts'),
    ]);
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = resources;
  const own = { 'service.name': 'unified-billing-gateway', 'service.version': readVersion() };
  const provider = new NodeTracerProvider({
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES take precedence.
    resource: defaultResource()
      .merge(resourceFromAttributes(own))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  return {
    tracing: createSpans(),
    warnings,
    async stop() {
      // A collector that fails does not make the stop fail.
      const sent = provider.shutdown().catch(() => {});
      await Promise.race([sent, sleep(lastMs, undefined, { ref: false })]);
    },
  };
}

/** Plans what to collect and how to send it. Reports values that we do not know instead of guessing. */
export function planTracing(environment: Environment): Plan {
  const read = (...names: readonly string[]): string =>
    names.map((name) => (environment[name] ?? '').trim().toLowerCase()).find((value) => value !== '') ?? '';
  const off = (...warnings: readonly string[]): Plan => ({ protocol: null, warnings });
  const endpoint = read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT');
  if (endpoint === '' || read('OTEL_SDK_DISABLED') === 'true') return off();
  const exporter = read('OTEL_TRACES_EXPORTER') || 'otlp';
  if (exporter === 'none') return off();
  if (exporter !== 'otlp') {
    return off(`OTEL_TRACES_EXPORTER is ${shown(exporter)}, expected otlp or none: no traces are sent`);
  }
  const protocol = read('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL') || 'http/json';
  if (protocol !== 'http/json' && protocol !== 'http/protobuf') {
    return off(
      `OTEL_EXPORTER_OTLP_PROTOCOL is ${shown(protocol)}, expected http/protobuf or http/json (a collector takes them on port 4318): no traces are sent`,
    );
  }
  const sampler = read('OTEL_TRACES_SAMPLER') || 'parentbased_always_on';
  const isKnown = samplers.includes(sampler);
  const warning = `OTEL_TRACES_SAMPLER is ${shown(sampler)}, expected one of ${samplers.join(', ')}: all traces are sent`;
  return { protocol, warnings: isKnown ? [] : [warning] };
}

/** Shows a value only if it is a single word: anything else may be a secret in the wrong variable. */
function shown(value: string): string {
  return /^[a-z0-9/_,-]{1,40}$/.test(value) ? value : 'something else';
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(text) as { version?: unknown }).version);
}
