/** Answers outside GraphQL: JSON, and refusals in the form of GraphQL errors. */

import type { ServerResponse } from 'node:http';

import type { ErrorCode } from '../../domain/errors.ts';

/** The codes of refusals. */
export type HttpCode =
  | ErrorCode
  | 'INTERNAL_SERVER_ERROR'
  | 'PERSISTED_QUERY_NOT_FOUND'
  | 'PERSISTED_QUERY_NOT_SUPPORTED';

export interface RefusalDetails {
  readonly headers?: Readonly<Record<string, string>>;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A refused request, and why: thrown before the request is answered. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: HttpCode;
  readonly details: RefusalDetails;

  constructor(status: number, code: HttpCode, message: string, details: RefusalDetails = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** Sends a refusal in the form of a GraphQL error, with an HTTP status. */
export function refuse(response: ServerResponse, refusal: HttpError, requestId: string): void {
  const { status, code, message, details } = refusal;
  for (const [name, value] of Object.entries(details.headers ?? {})) response.setHeader(name, value);
  sendJson(response, status, {
    errors: [{ message, extensions: { code, retryable: false, ...details.details, requestId } }],
  });
}

/** Sends a refusal in the form of a JSON-RPC error, the only one that MCP clients read. */
export function refuseJsonRpc(response: ServerResponse, refusal: HttpError, requestId: string): void {
  const { status, code, message, details } = refusal;
  for (const [name, value] of Object.entries(details.headers ?? {})) response.setHeader(name, value);
  const data = { code, retryable: false, ...details.details, requestId };
  // -32600: the message is no request; -32000: the server will not answer it.
  const number = code === 'BAD_USER_INPUT' ? -32_600 : -32_000;
  sendJson(response, status, { jsonrpc: '2.0', id: null, error: { code: number, message, data } });
}

/** Sends a small JSON answer that must not be cached. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  response.writeHead(status, headers).end(`${JSON.stringify(body)}\n`);
}
