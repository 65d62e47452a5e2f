/** What every rule is evaluated with, and what all of them say when figures are not complete. */

import type { Account } from '../../domain/account.ts';
import type { AlertKind } from '../../domain/alert.ts';
import type { Instant } from '../../domain/calendar.ts';
import type { SourceCoverage } from '../../domain/coverage.ts';
import { isGatewayError, type GatewayError } from '../../domain/errors.ts';
import type { GatewayContext } from '../../query/context.ts';
import type { Evaluation, Unseen } from '../advance.ts';
import { createNameTest, type AlertRule } from '../alert-rules.ts';
import type { Book } from '../book.ts';
import type { AccountDetails, Finality } from '../details.ts';

export interface RuleInput {
  /** A context that sees all accounts, for one evaluation. */
  readonly context: GatewayContext;
  readonly book: Book;
  readonly now: Instant;
  readonly cannotSeeMinutes: number;
}

/** How a rule sees what it is about. @throws what is a bug */
export type Evaluate<Rule extends AlertRule> = (rule: Rule, input: RuleInput) => Promise<Evaluation>;

/** The accounts that a rule names. */
export function accountsOf({ accounts }: AlertRule, { visibility }: GatewayContext): readonly Account[] {
  const isNamed = createNameTest(accounts);
  return visibility.accounts.filter(({ id }) => isNamed(id));
}

export function toAccountDetails({ id, name, provider, timeZone }: Account): AccountDetails {
  return { id, name, provider: provider.name, zone: timeZone };
}

/** Months that are still read ahead are no failure: then people are told after a day. */
const pendingMinutes = 1440;

/** Says what could not be seen of a scope, and why. */
export function unseen(
  of: AlertKind,
  scope: string,
  subject: string,
  accounts: readonly string[],
  error: GatewayError | null,
  { cannotSeeMinutes }: RuleInput,
): Unseen {
  const code = error?.code ?? 'PROVIDER_UNAVAILABLE';
  const minutes = code === 'HISTORY_PENDING' ? Math.max(pendingMinutes, cannotSeeMinutes) : cannotSeeMinutes;
  const missing = error?.account === undefined ? accounts : [error.account];
  return {
    scope,
    accounts,
    forMs: minutes * 60_000,
    details: { kind: 'CANNOT_SEE', of, subject, accounts: missing, code, minutes },
  };
}

/** What some code returns, or the error that it throws because figures cannot be read. */
export async function attempt<T>(read: () => Promise<T>): Promise<{ value: T } | { error: GatewayError }> {
  try {
    return { value: await read() };
  } catch (thrown) {
    const error: unknown = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
    if (isGatewayError(error)) return { error };
    throw thrown;
  }
}

/** Why the coverage is not complete: only what was read within the freshness policy counts. Null: it is. */
export function gapIn(sources: readonly SourceCoverage[]): SourceCoverage | null {
  return sources.find(({ status }) => status !== 'FRESH') ?? null;
}

export function asOfAll(sources: readonly SourceCoverage[]): Instant | null {
  const times = sources.flatMap(({ asOf }) => asOf ?? []);
  return times.length === 0 ? null : (Math.min(...times) as Instant);
}

export function finalityOf(sources: readonly SourceCoverage[]): Finality {
  return sources.every(({ settlement }) => settlement.status === 'FINAL') ? 'FINAL' : 'PROVISIONAL';
}

/** Several evaluations as one. */
export function merged(parts: readonly Evaluation[]): Evaluation {
  return {
    verdicts: parts.flatMap(({ verdicts }) => verdicts),
    unseen: parts.flatMap((part) => part.unseen),
    notes: parts.flatMap(({ notes }) => notes),
    held: parts.flatMap(({ held }) => held ?? []),
  };
}

export const nothing: Evaluation = { verdicts: [], unseen: [], notes: [] };
