/** What a vendor's answer means: the HTTP status and the envelope, as one of our codes. */

import { GatewayError, type ErrorCode } from '../domain/errors.ts';
import { parseJson } from '../domain/json.ts';
import type { RequestSpec } from '../providers/provider.ts';

/** The longest pause that a vendor's Retry-After can impose, in seconds: "86400" must not silence an account for a day. */
const maxRetryAfterSeconds = 900;

const messages: Partial<Record<ErrorCode, string>> = {
  PROVIDER_CREDENTIAL_REJECTED:
    'the provider rejected the credential: check it in the settings, and that its owner may read billing',
  PROVIDER_REJECTED: 'the provider refused the request',
  PROVIDER_RATE_LIMITED: 'the provider asks for a pause',
  PROVIDER_UNAVAILABLE: 'the provider reports a fault of its own',
};

/** How an answer is read. */
export type AnswerSpec<T> = Pick<RequestSpec<T>, 'schema' | 'quick' | 'refusal'>;

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly text: string;
}

/**
 * The checked answer of an exchange. @throws GatewayError with the code that the vendor's envelope or, without one, the
 * HTTP status calls for; the body is never part of the error
 */
export function readAnswer<T>(spec: AnswerSpec<T>, exchanged: Answer, now: number): T {
  if (codeOf(exchanged.status, true) === null) {
    const read = spec.quick?.(exchanged.text) ?? null;
    // Whatever may be a refusal is looked at as a whole.
    if (read !== null && spec.refusal(exchanged.status, read.envelope) === null) return read.answer;
  }
  const body = readBody(exchanged.text);
  const refusal = body === unreadable ? null : spec.refusal(exchanged.status, body);
  const code = refusal?.code ?? codeOf(exchanged.status, body !== unreadable);
  if (code !== null) {
    // Letters alone: what else a vendor puts there may be an echo of what it was sent.
    const reason = /^(?=.{1,48}$)[A-Za-z]+([._][A-Za-z]+)*$/.exec(refusal?.reason ?? '')?.[0] ?? 'none given';
    throw new GatewayError(
      code,
      messages[code] ?? `the provider answered with HTTP status ${exchanged.status}`,
      {
        retryAfterSeconds: retryAfterSeconds(exchanged.header('retry-after'), now),
        reason,
        cause: `HTTP status ${exchanged.status}, reason ${reason}`,
      },
    );
  }
  if (body === unreadable) {
    const what = exchanged.text.trim() === '' ? 'is empty' : 'is not JSON, or was cut off';
    throw new GatewayError('PROVIDER_RESPONSE_INVALID', `the provider's answer ${what}`);
  }
  const parsed = spec.schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new GatewayError(
    'PROVIDER_RESPONSE_INVALID',
    `the provider's answer is not what its documentation says${path === '' ? '' : `, at ${path}`}`,
  );
}

const unreadable = Symbol('unreadable');

function readBody(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return unreadable;
  }
}

/** A 403 without JSON comes from an edge or a firewall, not from the vendor's check of the credential. */
function codeOf(status: number, isJson: boolean): ErrorCode | null {
  if (status >= 200 && status < 300) return null;
  if (status === 401 || (status === 403 && isJson)) return 'PROVIDER_CREDENTIAL_REJECTED';
  if (status === 429) return 'PROVIDER_RATE_LIMITED';
  if (status === 408 || status >= 500) return 'PROVIDER_UNAVAILABLE';
  if (status === 404 || status < 400) return 'PROVIDER_RESPONSE_INVALID';
  return 'PROVIDER_REJECTED';
}

/** Seconds of a Retry-After header (a number or an HTTP date), at most 15 minutes; undefined when absent or nonsense. */
export function retryAfterSeconds(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  const isDate = /^[A-Za-z]{3,9}, .*GMT$/.test(text);
  if (!isDate && !/^\d+$/.test(text)) return undefined;
  const seconds = isDate ? (Date.parse(text) - now) / 1000 : Number.parseInt(text, 10);
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(0, Math.ceil(seconds)), maxRetryAfterSeconds);
}
