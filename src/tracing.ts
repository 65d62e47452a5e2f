/** Collecting traces: only where the environment says to whom they are sent. Nothing of it is loaded otherwise. */

import { setTimeout as sleep } from 'node:timers/promises';

import { collectSpans } from './domain/span.ts';

/** So long a gateway that stops waits for a collector. */
const lastMs = 3000;

/** Sends what is left, and stops collecting. */
export type StopTracing = () => Promise<void>;

/** Starts collecting, as the OTEL_ variables say; null where they name no endpoint. */
export async function startTracing(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<StopTracing | null> {
  const isNamed = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'].some(
    (name) => (environment[name] ?? '') !== '',
  );
  if (!isNamed || environment['OTEL_SDK_DISABLED'] === 'true') return null;
  const [{ BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }, resources] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = resources;
  const provider = new NodeTracerProvider({
    // What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say goes before.
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'unified-billing-gateway' }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  collectSpans();
  return async () => {
    // Whether or not anybody takes them, the gateway has stopped well.
    const sent = provider.shutdown().catch(() => {});
    await Promise.race([sent, sleep(lastMs, undefined, { ref: false })]);
  };
}
