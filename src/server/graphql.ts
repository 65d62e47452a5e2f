/** POST and GET /graphql: from a request that was let in to its answer; to one that is kept, where there is one. */

import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Clock } from '../domain/calendar.ts';
import type { Visible } from '../graphql/context.ts';
import { wantsPage, type Admitted } from './admission.ts';
import { encode, mannerOf, sendAnswer, statusOf, vary, type Manner } from './answer.ts';
import type { Client } from './auth.ts';
import type { Documents } from './documents.ts';
import type { createEngine } from './engine.ts';
import type { Metrics, Outcome } from './metrics.ts';
import { writeAnswer, type Answer, type Execute } from './operation.ts';
import { readBody, readParams, type Params } from './params.ts';
import { Refusal } from './reply.ts';
import { encodedAs, type KeptAnswer, type ResponseCache } from './response-cache.ts';

export interface GraphqlSettings {
  readonly engine: Pick<ReturnType<typeof createEngine>, 'page'>;
  readonly execute: Execute;
  readonly documents: Documents;
  readonly visibleTo: (client: Client) => Visible;
  readonly answers: ResponseCache;
  readonly now: Clock;
  readonly maxBodyBytes: number;
  /** Whether a request that has waited since this moment is not worth beginning any more. */
  readonly isTooLate: (sinceMs: number) => boolean;
  readonly metrics: Metrics;
}

/** A longer request is not held for its connection. */
const mostHeldBytes = 8192;

/** What was asked last over a connection, and answered with what is kept: clients repeat themselves. */
interface Last {
  readonly scope: string;
  readonly body: Buffer;
  readonly answer: KeptAnswer;
}

/** Answers requests of GraphQL. What it throws as a Refusal is to be told by who calls it. */
export function createGraphql(settings: GraphqlSettings) {
  const { engine, execute, answers, visibleTo, now, maxBodyBytes, metrics } = settings;
  const lastOf = new WeakMap<object, Last>();

  /** A kept answer, with what is left of its time. */
  async function sendKept(
    request: IncomingMessage,
    response: ServerResponse,
    answer: KeptAnswer,
    manner: Manner,
  ): Promise<void> {
    const headers = headersOf(answer, now());
    const encoded = encodedAs(answer, manner);
    if (request.headers['if-none-match'] === answer.etag) {
      response.writeHead(304, { ...headers, vary }).end();
    } else {
      sendAnswer(response, 200, manner, encoded instanceof Promise ? await encoded : encoded, headers);
    }
  }

  /** Who read what, for the log and for the counters. */
  function count(
    { facts, receivedAtMs }: Admitted,
    operation: string | null,
    outcome: Outcome,
    kept: KeptAnswer | null,
    accounts = kept?.accounts ?? [],
  ): void {
    Object.assign(facts, { operation, outcome, isKept: kept !== null, accounts });
    metrics.lookedUp(kept !== null);
    metrics.operated(operation, outcome, (performance.now() - receivedAtMs) / 1000);
  }

  return async (request: IncomingMessage, response: ServerResponse, admitted: Admitted): Promise<void> => {
    if (wantsPage(request)) return engine.page(request, response);
    const { client, receivedAtMs } = admitted;
    if (client === null) throw new TypeError('only the page is sent to nobody');
    const manner = mannerOf(request);
    const scope = `${visibleTo(client).key} ${manner.mediaType} `;
    const body = request.method === 'POST' ? await readBody(request, maxBodyBytes) : null;
    const last = lastOf.get(request.socket);
    if (body !== null && last?.scope === scope && last.body.equals(body) && now() < last.answer.until) {
      count(admitted, last.answer.operation, 'ok', last.answer);
      return sendKept(request, response, last.answer, manner);
    }
    const bytes = scope + (body === null ? `${request.method} ${request.url}` : body.toString('latin1'));
    const repeated = answers.find(bytes);
    if (repeated !== null) {
      if (body !== null && body.length <= mostHeldBytes) {
        lastOf.set(request.socket, { scope, body, answer: repeated });
      }
      count(admitted, repeated.operation, 'ok', repeated);
      return sendKept(request, response, repeated, manner);
    }

    const params = readParams(request, body);
    if (settings.isTooLate(receivedAtMs)) throw overloaded();
    const text = settings.documents.textOf(params, client);
    const question = scope + questionOf(text, params);
    const known = answers.find(question);
    if (known !== null) {
      answers.alias(bytes, known);
      count(admitted, known.operation, 'ok', known);
      return sendKept(request, response, known, manner);
    }
    const answer = await execute(text, params, request.method ?? 'GET', client, admitted);
    count(admitted, answer.operation, outcomeOf(answer), null, answer.lifetime?.accounts() ?? []);
    if (response.destroyed) return;
    const kept = keep(answers, question, answer);
    if (kept !== null) answers.alias(bytes, kept);
    const encoded = await encode(Buffer.from(writeAnswer(answer)), manner);
    const headers = kept === null ? { 'cache-control': 'no-store' } : headersOf(kept, now());
    sendAnswer(response, statusOf(answer, manner.mediaType), manner, encoded, headers);
  };
}

/** How long it is right, for its client, which may keep it too. */
function headersOf({ until, etag }: KeptAnswer, now: number): Record<string, string> {
  const seconds = Math.max(0, Math.floor((until - now) / 1000));
  return { 'cache-control': `private, max-age=${seconds}`, etag };
}

function outcomeOf({ data, errors }: Answer): Outcome {
  if (errors.length === 0) return 'ok';
  return data === null ? 'error' : 'partial';
}

/** Only what is whole is kept, and as it is when it comes from here: it costs nothing any more. */
function keep(answers: ResponseCache, question: string, answer: Answer): KeptAnswer | null {
  const { operation, data, errors, cost, lifetime } = answer;
  if (data === null || errors.length > 0 || lifetime === null) return null;
  const { requested } = cost;
  const body = writeAnswer({ data, errors, cost: { requested, actual: 0, cached: requested } });
  return answers.keep(question, operation, Buffer.from(body), lifetime);
}

/** The question, however it was written: variables in the order of their names. */
function questionOf(text: string, { operationName, variables }: Params): string {
  return JSON.stringify([text, operationName, sorted(variables)]);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, item]) => [name, sorted(item)]);
}

/** Told to whom there is no time for. */
export function overloaded(): Refusal {
  const facts = { retryable: true, retryAfterSeconds: 1 };
  const message = 'The gateway has more to do than it can: ask again in a moment.';
  return new Refusal(503, 'OVERLOADED', message, { facts, headers: { 'retry-after': '1' } });
}
