/** Spans, made with OpenTelemetry. */

import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

import { isGatewayError } from '../domain/errors.ts';
import type { Tracing } from '../domain/tracing.ts';

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

/** Makes spans for the provider that is registered with OpenTelemetry. */
export function createSpans(): Tracing {
  const tracer = trace.getTracer('unified-billing-gateway');
  return {
    inSpan(name, attributes, work, kind = 'internal') {
      const known = typeof attributes === 'function' ? attributes() : attributes;
      return tracer.startActiveSpan(name, { attributes: known, kind: kinds[kind] }, async (span) => {
        try {
          return await work();
        } catch (error) {
          // Only the code, because a message may contain what must not leave the process.
          const message = isGatewayError(error)
            ? error.code
            : error instanceof Error
              ? error.name
              : typeof error;
          span.setStatus({ code: SpanStatusCode.ERROR, message });
          span.setAttribute('error.type', message);
          throw error;
        } finally {
          span.end();
        }
      });
    },
    // OpenTelemetry's conventions leave 4xx of a server's own span unset; here a refused request is an error too.
    endWithStatus(status) {
      const span = trace.getActiveSpan();
      if (span === undefined) return;
      span.setAttribute('http.response.status_code', status);
      if (status < 400) return;
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute('error.type', String(status));
    },
    withinTrace: (headers, work) =>
      headers['traceparent'] === undefined
        ? work()
        : context.with(propagation.extract(context.active(), headers), work),
    headers() {
      const headers: Record<string, string> = {};
      propagation.inject(context.active(), headers);
      // Drops baggage, which clients send to each other: a provider has no business with it.
      return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('trace')));
    },
  };
}
