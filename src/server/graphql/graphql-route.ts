/** POST and GET /graphql: answers an admitted request, from the response cache if it has the answer. */

import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Clock } from '../../domain/calendar.ts';
import type { Visibility } from '../../query/context.ts';
import { uncountRequest, wantsPage, type Admitted } from '../access/admission.ts';
import type { Client } from '../access/auth.ts';
import type { ConsumeBudget } from '../access/budget.ts';
import { encode, responseFormatOf, sendAnswer, vary, type ResponseFormat } from '../http/answer.ts';
import { readBody } from '../http/body.ts';
import type { Ask } from './ask.ts';
import { withLinkToPage } from './graphiql.ts';
import { isMiss } from './persisted-documents.ts';
import { readParams } from './read-params.ts';
import { encodedAs, type CachedResponse } from './response-cache.ts';
import { statusOf, writeAnswer } from './result.ts';
import type { Gateway } from './yoga.ts';

export interface GraphqlSettings {
  readonly gateway: Pick<Gateway, 'page'>;
  readonly asks: Ask;
  readonly visibilityOf: (client: Client) => Visibility;
  readonly consume: ConsumeBudget;
  readonly now: Clock;
  readonly maxBodyBytes: number;
  /** Whether there is a cost page to link to. */
  readonly hasPage: boolean;
}

/** Answers GraphQL requests. Its caller must report an HttpError that it throws. */
export function createGraphql(settings: GraphqlSettings) {
  const { gateway, asks, visibilityOf, consume, now, maxBodyBytes } = settings;

  /** Sends a cached response, with the time for which it is still right. */
  async function sendCached(
    request: IncomingMessage,
    response: ServerResponse,
    answer: CachedResponse,
    responseFormat: ResponseFormat,
  ): Promise<void> {
    const headers = headersOf(answer, now());
    const encoded = encodedAs(answer, responseFormat);
    if (request.headers['if-none-match'] === answer.etag) {
      response.writeHead(304, { ...headers, vary }).end();
    } else {
      sendAnswer(
        response,
        200,
        responseFormat,
        encoded instanceof Promise ? await encoded : encoded,
        headers,
      );
    }
  }

  return async (request: IncomingMessage, response: ServerResponse, admitted: Admitted): Promise<void> => {
    if (wantsPage(request)) return sendPage(request, response, await gateway.page(), settings.hasPage);
    const { client } = admitted;
    if (client === null) throw new TypeError('only the page is sent without a client');
    const asking = { ...admitted, client };
    const responseFormat = responseFormatOf(request);
    const scope = scopeOf(visibilityOf(client), responseFormat);
    const { method = 'GET', url = '' } = request;
    const body = method === 'POST' ? await readBody(request, maxBodyBytes) : null;
    const bytes = scope + (body === null ? `${method} ${url}` : body.toString('latin1'));
    const repeated = asks.find(bytes, asking);
    if (repeated !== null) return sendCached(request, response, repeated, responseFormat);

    asks.refuseIfLate(asking);
    const params = readParams(method, url, body);
    const { answer, cached } = await asks.ask({ method, params }, scope, bytes, asking);
    if (answer === null) return sendCached(request, response, cached, responseFormat);
    // The client will ask again with the document, and that request counts.
    if (answer.errors.some((error) => isMiss(error))) await uncountRequest(consume, client, response);
    if (response.destroyed) return;
    const encoded = await encode(Buffer.from(writeAnswer(answer)), responseFormat);
    const headers =
      cached === null ? { ...answer.http.headers, 'cache-control': 'no-store' } : headersOf(cached, now());
    sendAnswer(response, statusOf(answer, responseFormat.mediaType), responseFormat, encoded, headers);
  };
}

/** Cached responses are shared by those who see the same, and read the same media type. */
export function scopeOf({ key }: Visibility, { mediaType }: Pick<ResponseFormat, 'mediaType'>): string {
  return `${key} ${mediaType} `;
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
function headersOf({ until, etag }: CachedResponse, now: number): Record<string, string> {
  const seconds = Math.max(0, Math.floor((until - now) / 1000));
  return { 'cache-control': `private, max-age=${seconds}`, etag };
}
