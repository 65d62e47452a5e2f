/**
 * Explains why a provider could not be reached, by the codes of Node, undici and our tunnel, in words that are safe to
 * show.
 */

import { codeOf } from '../domain/errors.ts';

/** The kind of failure, which decides what helps. */
export type FailureKind =
  | 'issuer'
  | 'expired'
  | 'notYetValid'
  | 'otherName'
  | 'certificate'
  | 'notTls'
  | 'unknownHost'
  | 'dnsDown'
  | 'refused'
  | 'brokenOff'
  | 'noRoute'
  | 'noConnection'
  | 'notHttp'
  | 'proxyUnreachable'
  | 'proxyLogin'
  | 'proxyDenied'
  | 'proxyTimeout';

export interface Failure {
  readonly kind: FailureKind;
  /** Continues "the provider could not be reached: ". Never contains what a server sent. */
  readonly words: string;
}

/** The first match counts. */
const failures: readonly (readonly [code: RegExp, kind: FailureKind, words: string])[] = [
  [/^DEPTH_ZERO_SELF_SIGNED_CERT$/, 'issuer', 'its certificate is self-signed'],
  [
    /^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET_ISSUER_CERT(_LOCALLY)?|VERIFY_LEAF_SIGNATURE)|CERT_UNTRUSTED)$/,
    'issuer',
    'its certificate was issued by somebody who is not trusted here',
  ],
  [/^CERT_HAS_EXPIRED$/, 'expired', 'its certificate has expired'],
  [/^CERT_NOT_YET_VALID$/, 'notYetValid', 'its certificate is not valid yet'],
  [
    /^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/,
    'otherName',
    'its certificate is for another host name',
  ],
  [/CERT|_CRL/, 'certificate', 'its certificate cannot be verified'],
  [/^(ERR_SSL_|ERR_TLS_|EPROTO$)/, 'notTls', 'what answers there speaks no TLS that is spoken here'],
  [/^ENOTFOUND$/, 'unknownHost', 'there is no host of that name'],
  [/^EAI_/, 'dnsDown', 'the name of its host could not be looked up'],
  [/^ECONNREFUSED$/, 'refused', 'the connection was refused'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'brokenOff', 'the connection was broken off'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'noRoute', 'there is no way to its address from here'],
  [/^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/, 'noConnection', 'no connection came about in time'],
  [/^HPE_/, 'notHttp', 'what answers there speaks no HTTP'],
  [/^PROXY_UNREACHABLE$/, 'proxyUnreachable', 'the proxy could not be reached'],
  [/^PROXY_LOGIN$/, 'proxyLogin', 'the proxy wants another login (HTTP status 407)'],
  [/^PROXY_DENIED$/, 'proxyDenied', 'the proxy does not open a connection to it'],
  [/^PROXY_TIMEOUT$/, 'proxyTimeout', 'the proxy gave no answer in time'],
];

/** The failure for a code; null when the code is not known. */
export function failureOf(code: string): Failure | null {
  const found = failures.find(([pattern]) => pattern.test(code));
  return found === undefined ? null : { kind: found[1], words: found[2] };
}

/** The code of an error of Node, undici or the tunnel. */
export function networkCodeOf(error: unknown): string {
  // Undici's parser only sometimes gives its errors a code.
  const isUnnamed = error instanceof Error && error.name === 'HTTPParserError';
  return codeOf(error) ?? (isUnnamed ? 'HPE_UNKNOWN' : 'unknown');
}

/** The code at the start of a cause that `describeFailure` wrote. */
export function codeIn(cause: unknown): string {
  return typeof cause === 'string' ? (/^[A-Z][A-Z0-9_]+/.exec(cause)?.[0] ?? '') : '';
}

/** The message for clients, and the cause for the log: `CODE: words (detail)`. */
export function describeFailure(error: unknown): { readonly message: string; readonly cause: string } {
  const code = networkCodeOf(error);
  const failure = failureOf(code);
  if (failure === null) {
    return { message: 'the provider could not be reached, or broke off its answer', cause: code };
  }
  const detail = error instanceof TunnelError && error.detail !== null ? ` (${error.detail})` : '';
  return {
    message: `the provider could not be reached: ${failure.words}`,
    cause: `${code}: ${failure.words}${detail}`,
  };
}

export type TunnelErrorCode = 'PROXY_UNREACHABLE' | 'PROXY_LOGIN' | 'PROXY_DENIED' | 'PROXY_TIMEOUT';

/** A failure of the proxy. `detail`: a code of Node or an HTTP status, never what the proxy sent. */
export class TunnelError extends Error {
  readonly code: TunnelErrorCode;
  readonly detail: string | null;

  constructor(code: TunnelErrorCode, detail: string | null = null) {
    super(code);
    this.name = 'TunnelError';
    this.code = code;
    this.detail = detail;
  }
}
