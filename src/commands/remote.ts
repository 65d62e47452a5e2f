/** A gateway that is running elsewhere, asked as any client asks it. */

import { readToken } from '../config.ts';
import { CommandFault, UsageFault } from './command.ts';

export interface Remote {
  readonly url: URL;
  /** Null: it asks for none. */
  readonly token: string | null;
}

/** Past the longest deadline that a gateway's settings can give a request. */
const withinMs = 660_000;

/** The endpoint that a URL means: of a gateway's address, its /graphql. @throws UsageFault, ConfigError */
export function toEndpoint(text: string, tokenName: string | undefined): Remote {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === '';
  if (!isPlain)
    throw new UsageFault('--url takes an http or https URL without a user, such as http://127.0.0.1:4000');
  if (url.pathname === '/') url.pathname = '/graphql';
  return { url, token: tokenName === undefined ? null : readToken(tokenName) };
}

/** Its answer, as it came. @throws CommandFault when none came */
export async function askRemote({ url, token }: Remote, question: object, signal: AbortSignal) {
  const response = await send(url, token, question, signal).catch((error: unknown) => {
    throw new CommandFault(`${url.origin} cannot be asked: ${codeOf(error)}`);
  });
  const { status, body } = response;
  const answer = toObject(body);
  if (answer === null)
    throw new CommandFault(`${url.origin} answered with HTTP status ${status}, and not as a gateway does`);
  return { body, hasErrors: 'errors' in answer };
}

/** A redirect is not followed: the token is for this host. */
async function send(url: URL, token: string | null, question: object, signal: AbortSignal) {
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(question),
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

/** Only the code: messages of fetch may hold headers. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : null;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.name : 'unknown';
}
