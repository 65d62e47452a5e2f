/** Asks a gateway that runs elsewhere, like any client. */

import { codeOf } from '../domain/errors.ts';
import { readToken } from '../config/config.ts';
import { CommandError, UsageError } from './arguments.ts';

export interface Remote {
  readonly url: URL;
  /** Null: it needs no token. */
  readonly token: string | null;
}

/** Longer than any deadline that the settings of a gateway allow. */
const withinMs = 660_000;

/**
 * The endpoint of a URL: for the address of a gateway, which ends with a slash, its route of this name. @throws
 * UsageError, ConfigError
 */
export function toEndpoint(text: string, tokenName: string | undefined, route = 'graphql'): Remote {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === '';
  if (!isPlain)
    throw new UsageError('--url takes an http or https URL without a user, such as http://127.0.0.1:4000');
  if (url.pathname.endsWith('/') && !url.pathname.endsWith(`/${route}/`)) url.pathname += route;
  return { url, token: tokenName === undefined ? null : readToken(tokenName) };
}

/** The answer of the gateway, unchanged. @throws CommandError when there is none */
export async function askRemote({ url, token }: Remote, graphqlRequest: object, signal: AbortSignal) {
  const response = await send(url, token, graphqlRequest, signal).catch((error: unknown) => {
    throw new CommandError(`${url.origin} cannot be asked: ${reasonOf(error)}`);
  });
  const { status, body } = response;
  const answer = toObject(body);
  if (answer === null)
    throw new CommandError(`${url.origin} answered with HTTP status ${status}, and not as a gateway does`);
  return { body, hasErrors: 'errors' in answer };
}

/** Follows no redirects, because the token is for this host only. */
async function send(url: URL, token: string | null, graphqlRequest: object, signal: AbortSignal) {
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(graphqlRequest),
    signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
  });
  return { status: response.status, body: await response.text() };
}

function toObject(body: string): object | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && ('data' in value || 'errors' in value)
      ? value
      : null;
  } catch {
    return null;
  }
}

/** Why `fetch` failed, as a code only: its messages may contain headers. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : null;
  return codeOf(cause) ?? (cause instanceof Error ? cause.name : 'unknown');
}
