/** Spans of a trace, for a collector. The code that makes spans does not know who collects them. */

export type SpanAttributes = Readonly<Record<string, string | number>>;

export interface Tracing {
  /** Runs work in a span. Pass attributes as a function if they are expensive to compute. */
  inSpan<T>(
    name: string,
    attributes: SpanAttributes | (() => SpanAttributes),
    work: () => Promise<T>,
    kind?: 'server' | 'client' | 'internal',
  ): Promise<T>;
  /** Sets the HTTP status of the current span: 4xx and 5xx are errors. */
  endWithStatus(status: number): void;
  /** Runs work as part of the trace that a request's headers name (W3C trace context). */
  withinTrace<T>(headers: Readonly<Record<string, unknown>>, work: () => T): T;
  /** Headers that tell a provider which trace a request belongs to. */
  headers(): Record<string, string>;
}

/** Without a collector: work runs as if there were no spans. */
export const untraced: Tracing = {
  inSpan: (_name, _attributes, work) => work(),
  endWithStatus() {},
  withinTrace: (_headers, work) => work(),
  headers: () => ({}),
};
