/**
 * Asks the gateway one operation for an admitted client, whichever way it came: over /graphql or as a tool. Answers from
 * the response cache if it can, caches what may be cached, and records who read what.
 */

import type { OperationOutcome } from '../../domain/metric-table.ts';
import type { Admitted } from '../access/admission.ts';
import type { Client } from '../access/auth.ts';
import { HttpError } from '../http/reply.ts';
import type { Metrics } from '../observability/prometheus.ts';
import { createExchange, type Exchange } from './exchange.ts';
import type { CachedResponse, ResponseCache } from './response-cache.ts';
import { writeAnswer, type Answer } from './result.ts';
import type { Asked, Gateway } from './yoga.ts';

export interface AskSettings {
  readonly gateway: Gateway;
  readonly answers: ResponseCache;
  /** Whether a request that has waited since this moment is no longer worth starting. */
  readonly isTooLate: (sinceMs: number) => boolean;
  readonly metrics: Metrics;
}

/** Who asks: an admitted request whose client is known. */
export type Asking = Omit<Admitted, 'client'> & { readonly client: Client };

/** What came back: a cached response, or a new answer and what is cached of it from now on. */
export type Reply =
  | { readonly answer: null; readonly cached: CachedResponse }
  | { readonly answer: Answer; readonly cached: CachedResponse | null };

export interface Ask {
  /** The cached response to a request with exactly these bytes. */
  find(bytes: string, asking: Asking): CachedResponse | null;
  /**
   * Asks within a scope of cached responses. `bytes`: what finds the same response without being read, if anything.
   */
  ask(asked: Asked, scope: string, bytes: string | null, asking: Asking): Promise<Reply>;
  /** @throws HttpError when the gateway has no time for a request that has waited for so long */
  refuseIfLate(asking: Asking): void;
}

export function createAsk({ gateway, answers, isTooLate, metrics }: AskSettings): Ask {
  /** Records who read what, for the log and the metrics. */
  function count(
    { logFields, receivedAtMs }: Asking,
    operation: string | null,
    outcome: OperationOutcome,
    cached: CachedResponse | null,
    accounts = cached?.accounts ?? [],
  ): void {
    Object.assign(logFields, { operation, outcome, isCached: cached !== null, accounts });
    metrics.lookedUp(cached !== null);
    metrics.operated(operation, outcome, (performance.now() - receivedAtMs) / 1000);
  }

  /** Asks, and caches the answer if that is allowed. `answer` null: `kept` is the answer. */
  async function askAndKeep(
    asked: Asked,
    exchange: Exchange,
  ): Promise<{ readonly answer: Answer | null; readonly cached: CachedResponse | null }> {
    try {
      const answer = await gateway.ask(asked, exchange);
      const { key, operation, known } = exchange;
      const isNew = answer !== null && key !== null;
      return { answer, cached: isNew ? keep(answers, key, operation, answer) : known };
    } finally {
      // Identical requests that have waited for this one find its answer in the cache now.
      exchange.joined?.end();
    }
  }

  return {
    find(bytes, asking) {
      const repeated = answers.find(bytes);
      if (repeated !== null) count(asking, repeated.operation, 'ok', repeated);
      return repeated;
    },
    async ask(asked, scope, bytes, asking) {
      const { client, requestId, abortSignal } = asking;
      const exchange = createExchange({ client, requestId, abortSignal, scope });
      const { answer, cached } = await askAndKeep(asked, exchange);
      const { operation, key } = exchange;
      if (cached !== null && bytes !== null) answers.alias(bytes, cached);
      if (answer === null) {
        if (cached === null) throw new TypeError('a request came back without an answer');
        // Where the response was found without parsing, only the response knows the name.
        count(asking, operation ?? cached.operation, 'ok', cached);
        return { answer, cached };
      }
      // A request without a document is not an operation.
      if (key !== null) count(asking, operation, outcomeOf(answer), null, answer.validity?.accounts() ?? []);
      return { answer, cached };
    },
    refuseIfLate({ receivedAtMs }) {
      if (isTooLate(receivedAtMs)) throw overloaded();
    },
  };
}

function outcomeOf({ data, errors }: Answer): OperationOutcome {
  if (errors.length === 0) return 'ok';
  return data === null ? 'error' : 'partial';
}

/** Caches only complete answers, with what the cached response costs. */
function keep(
  answers: ResponseCache,
  key: string,
  operation: string | null,
  { data, errors, cachedCost, validity }: Answer,
): CachedResponse | null {
  if (data === null || errors.length > 0 || validity === null) return null;
  const body = writeAnswer({ data, errors, cost: cachedCost });
  return answers.keep(key, operation, body, validity);
}

/** The error for requests that the gateway has no time for. */
export function overloaded(): HttpError {
  const details = { retryable: true, retryAfterSeconds: 1 };
  const message = 'The gateway is overloaded: ask again in a moment.';
  return new HttpError(503, 'OVERLOADED', message, { details, headers: { 'retry-after': '1' } });
}
