/** Answers of our own, beside GraphQL's: JSON, and refusals in the form of GraphQL errors. */

import type { ServerResponse } from 'node:http';

import type { ErrorCode } from '../domain/errors.ts';

/** What a refusal may be called. */
export type HttpCode = ErrorCode | 'INTERNAL_SERVER_ERROR';

/** An error as GraphQL tells it, with an HTTP status. */
export function refuse(
  response: ServerResponse,
  status: number,
  code: HttpCode,
  message: string,
  requestId: string,
  facts: Readonly<Record<string, unknown>> = {},
): void {
  sendJson(response, status, {
    errors: [{ message, extensions: { code, retryable: false, ...facts, requestId } }],
  });
}

/** A small JSON answer that nobody keeps. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  response.writeHead(status, headers).end(`${JSON.stringify(body)}\n`);
}
