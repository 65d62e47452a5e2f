/** Reads a vendor's answer: turns its HTTP status and envelope into a checked value, or one of our error codes. */

import { GatewayError, type ErrorCode } from '../domain/errors.ts';
import { parseJson } from '../domain/json.ts';
import { isModest } from '../table/json-text.ts';
import { BadRow, type FastAnswer, type RequestSpec } from '../providers/provider.ts';

/** The longest pause that a vendor's Retry-After can impose, in seconds: "86400" must not silence an account for a day. */
const maxRetryAfterSeconds = 900;

const messages: Partial<Record<ErrorCode, string>> = {
  PROVIDER_CREDENTIAL_REJECTED:
    'the provider rejected the credential: check it in the settings, and check that its owner may read billing',
  PROVIDER_REJECTED: 'the provider refused the request',
  PROVIDER_RATE_LIMITED: 'the provider asks for a pause',
  PROVIDER_UNAVAILABLE: 'the provider reports an internal error',
};

/** How to read an answer. */
export type AnswerSpec<T> = Pick<RequestSpec<T>, 'schema' | 'fastPath' | 'refusal' | 'maxBytes'>;

/** The status, headers and text of an exchange. */
export interface Answer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly text: string;
}

/**
 * The checked answer of an exchange. @throws GatewayError with the code of the vendor's envelope or, without one, of
 * the HTTP status; the body is never part of the error
 */
export function readAnswer<T>(spec: AnswerSpec<T>, exchanged: Answer, now: number): T {
  const { status, text } = exchanged;
  const isAnswer = codeOf(status, true) === null;
  const isShort = isModest(text, isAnswer ? maxValues(spec, text) : maxRefusalValues);
  if (isAnswer) {
    if (!isShort) throw invalid('is nested too deeply, or contains more values than it can have');
    const read = readFast(spec, text);
    // The fast path does not judge refusals: what may be one goes the slow way.
    if (read !== null && spec.refusal(status, read.envelope) === null) {
      if ('badAt' in read) throw undocumented(read.badAt);
      return read.answer;
    }
  }
  const body = isShort ? readBody(text) : unreadable;
  const refusal = body === unreadable ? null : spec.refusal(exchanged.status, body);
  const code = refusal?.code ?? codeOf(exchanged.status, body !== unreadable);
  if (code !== null) {
    // Letters only: anything else here may be an echo of our request.
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
    throw invalid(text.trim() === '' ? 'is empty' : 'is not JSON, or was cut off');
  }
  const parsed = spec.schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw undocumented(parsed.error.issues[0]?.path ?? []);
}

/** More than the hundred rows of a page, for vendors that send a whole list at once. */
const maxPageValues = 20_000;
/** An error envelope is small. */
const maxRefusalValues = 1000;
/** The values of a short list, and the characters per value of a long one: rows of bills use twice as many. */
const [shortListValues, lettersOfValue] = [20_000, 8];

/** The most values that we parse: parsed values take many times the memory of their text. */
function maxValues({ maxBytes }: AnswerSpec<unknown>, { length }: string): number {
  return maxBytes === undefined ? Math.max(shortListValues, length / lettersOfValue) : maxPageValues;
}

interface BadAnswer {
  readonly envelope: unknown;
  readonly badAt: readonly PropertyKey[];
}

function readFast<T>({ fastPath }: AnswerSpec<T>, text: string): FastAnswer<T> | BadAnswer | null {
  try {
    return fastPath?.(text) ?? null;
  } catch (error) {
    if (error instanceof BadRow) return { envelope: error.envelope, badAt: error.path };
    throw error;
  }
}

function undocumented(path: readonly PropertyKey[]): GatewayError {
  return invalid(`is not what its documentation says${path.length === 0 ? '' : `, at ${path.join('.')}`}`);
}

function invalid(what: string): GatewayError {
  return new GatewayError('PROVIDER_RESPONSE_INVALID', `the provider's answer ${what}`);
}

const unreadable = Symbol('unreadable');

function readBody(text: string): unknown {
  if (text.trim() === '') return unreadable;
  try {
    return parseJson(text);
  } catch {
    return unreadable;
  }
}

/** A 403 without JSON comes from an edge or a firewall, and does not mean that the vendor rejected the credential. */
function codeOf(status: number, isJson: boolean): ErrorCode | null {
  if (status >= 200 && status < 300) return null;
  if (status === 401 || (status === 403 && isJson)) return 'PROVIDER_CREDENTIAL_REJECTED';
  if (status === 429) return 'PROVIDER_RATE_LIMITED';
  if (status === 408 || status >= 500) return 'PROVIDER_UNAVAILABLE';
  if (status === 404 || status < 400) return 'PROVIDER_RESPONSE_INVALID';
  return 'PROVIDER_REJECTED';
}

/**
 * The seconds of a Retry-After header (a number or an HTTP date), at most 15 minutes by default; undefined
 * when absent or invalid.
 */
export function retryAfterSeconds(
  value: string | undefined,
  now: number,
  maxSeconds = maxRetryAfterSeconds,
): number | undefined {
  const text = value?.trim() ?? '';
  const isDate = /^[A-Za-z]{3,9}, .*GMT$/.test(text);
  if (!isDate && !/^\d+$/.test(text)) return undefined;
  const seconds = isDate ? (Date.parse(text) - now) / 1000 : Number.parseInt(text, 10);
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(0, Math.ceil(seconds)), maxSeconds);
}
