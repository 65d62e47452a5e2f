/** What to ask instead: for each error code, what a model can do about it. */

import { errorCodes, type ErrorCode } from '../../domain/errors.ts';
import type { ReplyError } from './tool.ts';

const periods =
  'Give the period as exactly one of {"month":"2026-02"}, {"dates":{"from":"2026-02-01","to":"2026-03-01"}} (to is not included), {"last":{"days":7}}, {"last":{"months":3}} or {"toDate":"2026-02"}.';
const schemaHint =
  'Read the resource billing://schema/Query, or billing://schema/{type} for the type that the message names, and correct the query.';
const provider =
  'The provider of that account is the cause: ask for the other accounts with the filter accounts, or again later.';

const hints: Readonly<Record<ErrorCode, string>> = {
  BAD_USER_INPUT: 'Correct the argument that the message names; check_access lists accounts and providers.',
  UNAUTHENTICATED: 'The token is not valid: whoever set up this connection has to replace it.',
  FORBIDDEN: 'This client may not ask that: check_access says what it may.',
  INVALID_PERIOD: periods,
  INVALID_CURSOR: 'Begin again without after, with the same other arguments on every page.',
  UNSUPPORTED_BY_PROVIDER:
    'That account has no such list: check_access says which lists (kinds) each account has.',
  TIMEZONE_NOT_DERIVABLE: "Leave out timeZone: then days are those of each provider's own zone.",
  EXCHANGE_RATE_MISSING: 'Leave out convertTo: then each currency has its own total.',
  QUERY_TOO_EXPENSIVE:
    'Ask for less at once: a shorter period, or one account after the other. query_cost tells the price beforehand.',
  HISTORY_PENDING:
    'These months are still being read: ask from heldFrom on, if the error names it, or again after retryAfterSeconds.',
  RATE_LIMITED: 'Wait for retryAfterSeconds, then ask again.',
  OVERLOADED: 'Wait a moment, then ask again.',
  PROVIDER_CREDENTIAL_REJECTED:
    "The provider rejects that account's credential: ask for the other accounts, and tell whoever runs the gateway.",
  PROVIDER_REJECTED: provider,
  PROVIDER_RATE_LIMITED:
    'The account is being read: ask again after retryAfterSeconds, or for a shorter period.',
  PROVIDER_UNAVAILABLE: provider,
  PROVIDER_TIMEOUT: provider,
  PROVIDER_RESPONSE_INVALID: provider,
};

/** What to ask instead, in sentences; "" when nothing better can be asked. */
export function hintsFor(errors: readonly ReplyError[]): string {
  const known = errors.flatMap(({ code, message }) => {
    if (code === 'GRAPHQL_VALIDATION_FAILED' || code === 'GRAPHQL_PARSE_FAILED') return [schemaHint];
    if (code === 'BAD_USER_INPUT' && /\bperiod\b/i.test(message)) return [periods];
    const own = errorCodes.find((one) => one === code);
    return own === undefined ? [] : [hints[own]];
  });
  return [...new Set(known)].join(' ');
}
