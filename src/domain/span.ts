/** Spans of a trace: what was done within what, for whoever collects them. Costs next to nothing where nobody does. */

import { context, propagation, SpanKind, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api';

import { isGatewayError } from './errors.ts';

const tracer = trace.getTracer('unified-billing-gateway');

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

/** Whether anybody collects spans. */
let isCollected = false;

/** From now on somebody does. */
export function collectSpans(): void {
  isCollected = true;
}

/** Does some work in a span. Of what fails only the code is told: a message may hold what must not leave. */
export function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: () => Promise<T>,
  kind: keyof typeof kinds = 'internal',
): Promise<T> {
  if (!isCollected) return work();
  return tracer.startActiveSpan(name, { attributes, kind: kinds[kind] }, async (span) => {
    try {
      return await work();
    } catch (error) {
      const message = isGatewayError(error) ? error.code : error instanceof Error ? error.name : typeof error;
      span.setStatus({ code: SpanStatusCode.ERROR, message });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Does some work as a part of what the headers of a request say it is a part of (W3C trace context). */
export function withinTrace<T>(headers: Readonly<Record<string, unknown>>, work: () => T): T {
  return !isCollected || headers['traceparent'] === undefined
    ? work()
    : context.with(propagation.extract(context.active(), headers), work);
}

/** What says in the headers of a request of which trace it is a part; empty where nobody collects any. */
export function traceHeaders(): Record<string, string> {
  if (!isCollected) return {};
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  // Baggage is what clients tell each other: none of a provider's business.
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('trace')));
}
