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
import type { KeptAnswer, ResponseCache } from './response-cache.ts';
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
  | { readonly answer: null; readonly kept: KeptAnswer }
  | { readonly answer: Answer; readonly kept: KeptAnswer | null };

export interface Ask {
  /** The cached response to a request with exactly these bytes. */
  find(bytes: string, asking: Asking): KeptAnswer | null;
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
    { facts, receivedAtMs }: Asking,
    operation: string | null,
    outcome: OperationOutcome,
    kept: KeptAnswer | null,
    accounts = kept?.accounts ?? [],
  ): void {
    Object.assign(facts, { operation, outcome, isKept: kept !== null, accounts });
    metrics.lookedUp(kept !== null);
    metrics.operated(operation, outcome, (performance.now() - receivedAtMs) / 1000);
  }

  /** Asks, and caches the answer if that is allowed. `answer` null: `kept` is the answer. */
  async function askAndKeep(
    asked: Asked,
    exchange: Exchange,
  ): Promise<{ readonly answer: Answer | null; readonly kept: KeptAnswer | null }> {
    try {
      const answer = await gateway.ask(asked, exchange);
      const { question, operation, known } = exchange;
      const isNew = answer !== null && question !== null;
      return { answer, kept: isNew ? keep(answers, question, operation, answer) : known };
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
      const { client, requestId, left } = asking;
      const exchange = createExchange({ client, requestId, left, scope });
      const { answer, kept } = await askAndKeep(asked, exchange);
      const { operation, question } = exchange;
      if (kept !== null && bytes !== null) answers.alias(bytes, kept);
      if (answer === null) {
        if (kept === null) throw new TypeError('a request came back without an answer');
        // Where the response was found without parsing, only the response knows the name.
        count(asking, operation ?? kept.operation, 'ok', kept);
        return { answer, kept };
      }
      // A request without a document is not an operation.
      if (question !== null)
        count(asking, operation, outcomeOf(answer), null, answer.validity?.accounts() ?? []);
      return { answer, kept };
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
  question: string,
  operation: string | null,
  { data, errors, keptCost, validity }: Answer,
): KeptAnswer | null {
  if (data === null || errors.length > 0 || validity === null) return null;
  const body = writeAnswer({ data, errors, cost: keptCost });
  return answers.keep(question, operation, body, validity);
}

/** The error for requests that the gateway has no time for. */
export function overloaded(): HttpError {
  const facts = { retryable: true, retryAfterSeconds: 1 };
  const message = 'The gateway is overloaded: ask again in a moment.';
  return new HttpError(503, 'OVERLOADED', message, { facts, headers: { 'retry-after': '1' } });
}
