/** Collecting traces: only where the environment says to whom they are sent. Nothing of it is loaded otherwise. */

/** Sends what is left, and stops collecting. */
export type StopTracing = () => Promise<void>;

/** Starts collecting, as the OTEL_ variables say; null where they name no endpoint. */
export async function startTracing(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<StopTracing | null> {
  const endpoint =
    environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? environment['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '';
  if (endpoint === '' || environment['OTEL_SDK_DISABLED'] === 'true') return null;
  const [{ BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const provider = new NodeTracerProvider({
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  return () => provider.shutdown();
}
