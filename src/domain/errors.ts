/**
 * The one error class, with its closed list of codes. Messages are written for clients and safe to send; what actually
 * happened travels as `cause` and only goes to the log.
 */

/** Our own codes that a client may get; the GraphQL layer adds GraphQL's own codes. */
export const errorCodes = [
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'INVALID_PERIOD',
  'INVALID_CURSOR',
  'UNSUPPORTED_BY_PROVIDER',
  'TIMEZONE_NOT_DERIVABLE',
  'EXCHANGE_RATE_MISSING',
  'QUERY_TOO_EXPENSIVE',
  'HISTORY_PENDING',
  'RATE_LIMITED',
  'OVERLOADED',
  'PROVIDER_CREDENTIAL_REJECTED',
  'PROVIDER_REJECTED',
  'PROVIDER_RATE_LIMITED',
  'PROVIDER_UNAVAILABLE',
  'PROVIDER_TIMEOUT',
  'PROVIDER_RESPONSE_INVALID',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

const retryableCodes: ReadonlySet<ErrorCode> = new Set([
  'HISTORY_PENDING',
  'RATE_LIMITED',
  'OVERLOADED',
  'PROVIDER_RATE_LIMITED',
  'PROVIDER_UNAVAILABLE',
  'PROVIDER_TIMEOUT',
  'PROVIDER_RESPONSE_INVALID',
]);

export interface ErrorDetails {
  /** Whole seconds after which a retry can help. */
  readonly retryAfterSeconds?: number | undefined;
  /** The account that was asked. */
  readonly account?: string | undefined;
  /** The provider that was asked. */
  readonly provider?: string | undefined;
  /** More details for the client: limits, costs, paths. Plain JSON. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** The provider's own stable word for a refusal. For adapters; never sent. */
  readonly reason?: string | undefined;
  /** What happened, for the log; never sent. */
  readonly cause?: unknown;
}

/** An error that a client may see: a stable code, a message that says what to do, and whether a retry can help. */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterSeconds: number | undefined;
  readonly account: string | undefined;
  readonly provider: string | undefined;
  readonly reason: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'GatewayError';
    this.code = code;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.account = details.account;
    this.provider = details.provider;
    this.reason = details.reason;
    this.details = details.details ?? {};
  }

  /** Whether the same request can succeed later without anybody changing something. */
  get retryable(): boolean {
    return retryableCodes.has(this.code);
  }

  /** The same error, with its account and provider. */
  of(account: string, provider: string): GatewayError {
    return this.with({ account, provider });
  }

  /** The same error, with another time after which a retry can help. */
  retryAfter(retryAfterSeconds: number): GatewayError {
    return this.with({ retryAfterSeconds });
  }

  private with(changes: ErrorDetails): GatewayError {
    const { retryAfterSeconds, account, provider, reason, details, cause } = this;
    const parts = { retryAfterSeconds, account, provider, reason, details, cause, ...changes };
    return new GatewayError(this.code, this.message, parts);
  }
}

/** Whether a value is one of our errors; anything else that is thrown is a bug. */
export function isGatewayError(value: unknown): value is GatewayError {
  return value instanceof GatewayError;
}

/** The code of an error of Node or a library, such as ENOENT; its message may contain secrets. Null: it has no code. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** An error as text for another replica: what a client may see of it, never its cause. */
export function packError({ code, message, retryAfterSeconds, details }: GatewayError): string {
  return JSON.stringify({ code, message, retryAfterSeconds, details });
}

/** The error that another replica packed; null when the text is not one. */
export function unpackError(text: string): GatewayError | null {
  try {
    const packed: unknown = JSON.parse(text);
    if (typeof packed !== 'object' || packed === null) return null;
    const { code, message, retryAfterSeconds, details }: Partial<Record<string, unknown>> = { ...packed };
    const known = errorCodes.find((one) => one === code);
    if (known === undefined || typeof message !== 'string') return null;
    return new GatewayError(known, message, {
      retryAfterSeconds: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : undefined,
      details: typeof details === 'object' && details !== null ? { ...details } : {},
    });
  } catch {
    return null;
  }
}
