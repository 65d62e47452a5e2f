/** POST and GET /graphql: answers an admitted request, from the response cache if it has the answer. */

import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Clock } from '../../domain/calendar.ts';
import type { OperationOutcome } from '../../domain/metric-table.ts';
import type { Visibility } from '../../query/context.ts';
import { uncountRequest, wantsPage, type Admitted } from '../access/admission.ts';
import type { Client } from '../access/auth.ts';
import type { ConsumeBudget } from '../access/budget.ts';
import { encode, mannerOf, sendAnswer, vary, type ResponseFormat } from '../http/answer.ts';
import { readBody } from '../http/body.ts';
import { HttpError } from '../http/reply.ts';
import type { Metrics } from '../observability/prometheus.ts';
import { createExchange } from './exchange.ts';
import { withLinkToPage } from './graphiql.ts';
import { isMiss } from './persisted-documents.ts';
import { readParams } from './read-params.ts';
import { encodedAs, type KeptAnswer, type ResponseCache } from './response-cache.ts';
import { statusOf, writeAnswer, type Answer } from './result.ts';
import type { Gateway } from './yoga.ts';

export interface GraphqlSettings {
  readonly gateway: Gateway;
  readonly visibilityOf: (client: Client) => Visibility;
  readonly answers: ResponseCache;
  readonly consume: ConsumeBudget;
  readonly now: Clock;
  readonly maxBodyBytes: number;
  /** Whether there is a cost page to link to. */
  readonly hasPage: boolean;
  /** Whether a request that has waited since this moment is no longer worth starting. */
  readonly isTooLate: (sinceMs: number) => boolean;
  readonly metrics: Metrics;
}

/** Answers GraphQL requests. Its caller must report an HttpError that it throws. */
export function createGraphql(settings: GraphqlSettings) {
  const { gateway, answers, visibilityOf, consume, now, maxBodyBytes, metrics } = settings;

  /** Sends a cached response, with the time for which it is still right. */
  async function sendKept(
    request: IncomingMessage,
    response: ServerResponse,
    answer: KeptAnswer,
    manner: ResponseFormat,
  ): Promise<void> {
    const headers = headersOf(answer, now());
    const encoded = encodedAs(answer, manner);
    if (request.headers['if-none-match'] === answer.etag) {
      response.writeHead(304, { ...headers, vary }).end();
    } else {
      sendAnswer(response, 200, manner, encoded instanceof Promise ? await encoded : encoded, headers);
    }
  }

  /** Records who read what, for the log and the metrics. */
  function count(
    { facts, receivedAtMs }: Admitted,
    operation: string | null,
    outcome: OperationOutcome,
    kept: KeptAnswer | null,
    accounts = kept?.accounts ?? [],
  ): void {
    Object.assign(facts, { operation, outcome, isKept: kept !== null, accounts });
    metrics.lookedUp(kept !== null);
    metrics.operated(operation, outcome, (performance.now() - receivedAtMs) / 1000);
  }

  return async (request: IncomingMessage, response: ServerResponse, admitted: Admitted): Promise<void> => {
    if (wantsPage(request)) return sendPage(request, response, await gateway.page(), settings.hasPage);
    const { client, requestId, left, receivedAtMs } = admitted;
    if (client === null) throw new TypeError('only the page is sent without a client');
    const manner = mannerOf(request);
    const scope = `${visibilityOf(client).key} ${manner.mediaType} `;
    const { method = 'GET', url = '' } = request;
    const body = method === 'POST' ? await readBody(request, maxBodyBytes) : null;
    const bytes = scope + (body === null ? `${method} ${url}` : body.toString('latin1'));
    const repeated = answers.find(bytes);
    if (repeated !== null) {
      count(admitted, repeated.operation, 'ok', repeated);
      return sendKept(request, response, repeated, manner);
    }

    if (settings.isTooLate(receivedAtMs)) throw overloaded();
    const params = readParams(method, url, body);
    const exchange = createExchange({ client, requestId, left, scope });
    const answer = await gateway.ask({ method, params }, exchange);
    const { operation, question, known } = exchange;
    if (answer === null) {
      if (known === null) throw new TypeError('a request came back without an answer');
      answers.alias(bytes, known);
      count(admitted, operation, 'ok', known);
      return sendKept(request, response, known, manner);
    }
    // A request without a document is not an operation.
    if (question !== null)
      count(admitted, operation, outcomeOf(answer), null, answer.validity?.accounts() ?? []);
    // The client will ask again with the document, and that request counts.
    if (answer.errors.some((error) => isMiss(error))) await uncountRequest(consume, client, response);
    if (response.destroyed) return;
    const kept = question === null ? null : keep(answers, question, operation, answer);
    if (kept !== null) answers.alias(bytes, kept);
    const encoded = await encode(Buffer.from(writeAnswer(answer)), manner);
    const headers =
      kept === null ? { ...answer.http.headers, 'cache-control': 'no-store' } : headersOf(kept, now());
    sendAnswer(response, statusOf(answer, manner.mediaType), manner, encoded, headers);
  };
}

async function sendPage(
  { url = '/' }: IncomingMessage,
  response: ServerResponse,
  page: Response,
  hasPage: boolean,
): Promise<void> {
  const html = await page.text();
  const body = Buffer.from(hasPage ? withLinkToPage(html, url) : html);
  const headers = { ...Object.fromEntries(page.headers), 'content-length': body.length };
  response.writeHead(page.status, headers).end(body);
}

/** How long the answer is right, for a client that caches it too. */
function headersOf({ until, etag }: KeptAnswer, now: number): Record<string, string> {
  const seconds = Math.max(0, Math.floor((until - now) / 1000));
  return { 'cache-control': `private, max-age=${seconds}`, etag };
}

function outcomeOf({ data, errors }: Answer): OperationOutcome {
  if (errors.length === 0) return 'ok';
  return data === null ? 'error' : 'partial';
}

/** Caches only complete answers, with a cost of zero, because that is what the cached response costs. */
function keep(
  answers: ResponseCache,
  question: string,
  operation: string | null,
  { data, errors, cost, validity }: Answer,
): KeptAnswer | null {
  if (data === null || errors.length > 0 || validity === null) return null;
  const { requested } = cost;
  const body = writeAnswer({ data, errors, cost: { requested, actual: 0, cached: requested } });
  return answers.keep(question, operation, body, validity);
}

/** The error for requests that the gateway has no time for. */
export function overloaded(): HttpError {
  const facts = { retryable: true, retryAfterSeconds: 1 };
  const message = 'The gateway is overloaded: ask again in a moment.';
  return new HttpError(503, 'OVERLOADED', message, { facts, headers: { 'retry-after': '1' } });
}
