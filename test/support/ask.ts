/** Sends requests that fetch would not: any Host, any Origin, any body. And the settings of two clients. */

import { request, type Agent } from 'node:http';

import type { GraphqlError, Settings, TestGateway } from './gateway.ts';

export interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  /** Whose connections it takes; a new one by default. */
  readonly agent?: Agent;
}

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly data: unknown;
  readonly errors: readonly GraphqlError[];
}

/** One request; by default POST /graphql as JSON. */
export function send(gateway: TestGateway, sent: Sent = {}): Promise<Got> {
  const { method = 'POST', path = '/graphql', headers = {}, body, agent = false } = sent;
  // Without this, GraphQL over HTTP says 200 for errors of a document.
  const accept = { accept: 'application/graphql-response+json, application/json;q=0.9' };
  const json = method === 'POST' ? { ...accept, 'content-type': 'application/json' } : accept;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${gateway.app.url}${path}`,
      { method, headers: { ...json, ...headers }, agent },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = text !== '' && /\/([\w.-]+\+)?json/.test(response.headers['content-type'] ?? '');
          const { data, errors = [] } = isJson ? (JSON.parse(text) as Partial<Got>) : {};
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, data, errors });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** A query as a client with this token asks it. */
export function ask(
  gateway: TestGateway,
  query: string,
  token?: string,
  headers: Record<string, string> = {},
): Promise<Got> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return send(gateway, { headers: { ...authorization, ...headers }, body: JSON.stringify({ query }) });
}

export const tokens = {
  all: 'token-of-finance-4f1d',
  one: 'token-of-ppio-team-77a0',
  two: 'token-of-batch-jobs-9c31',
} as const;

/** Settings with clients: `all` sees everything, `one` sees ppio-main alone. */
export function withClients(changes: Record<string, unknown> = {}) {
  return (settings: Settings) => ({
    ...settings,
    clients: [
      { id: 'finance', tokens: [tokens.all, tokens.two], accounts: ['*'] },
      { id: 'ppio-team', tokens: [tokens.one], accounts: ['ppio-main'] },
    ],
    ...changes,
  });
}

/** How many requests all vendors have received. */
export function vendorCalls(gateway: TestGateway): number {
  return (['ppio', 'novita', 'aione', 'streamlake'] as const).reduce((sum, id) => sum + gateway.calls(id), 0);
}

/** What a client sees of an answer as text: all of it, but what differs from one request to the next. */
export function seen({ status, headers, text }: Got): string {
  const { date: _date, 'x-request-id': _id, ratelimit: _budget, ...told } = headers;
  return `${JSON.stringify([status, told])} ${text.replaceAll(/"requestId":"[^"]*"/g, '')}`;
}

export const codesOf = (got: Got): string[] => got.errors.map(({ extensions }) => extensions.code);
