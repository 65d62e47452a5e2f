/** From a scope to sources, and from a source to its reading: what every field that reads rows has in common. */

import type { Account } from '../domain/account.ts';
import { addDays, dateIn, startOfDay, type DateRange, type Instant } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import { GatewayError } from '../domain/errors.ts';
import type { RowKind } from '../domain/rows.ts';
import { countSegments, segmentsOf, type Grid } from '../domain/segments.ts';
import { toReading, type Reading } from '../ledger/reading.ts';
import type { SegmentRef, Source } from '../ledger/source.ts';
import type { GatewayContext } from './context.ts';
import { tooExpensive } from './loaders.ts';

/** Which accounts a field asks. Null and undefined: not said. */
export interface Scope {
  readonly accounts?: readonly string[] | null | undefined;
  readonly providers?: readonly string[] | null | undefined;
}

/** The scope of a list within an account. @throws GatewayError BAD_USER_INPUT when the filter names accounts again */
export function scopeOf(account: string, filter: Scope | null | undefined): Scope {
  if (filter?.accounts != null || filter?.providers != null) {
    throw new GatewayError(
      'BAD_USER_INPUT',
      'within an account, filter takes neither accounts nor providers',
    );
  }
  return { accounts: [account] };
}

/** The accounts that a scope names; all, where it names none. @throws GatewayError BAD_USER_INPUT */
export function selectAccounts(scope: Scope, { visible: { accounts } }: GatewayContext): readonly Account[] {
  checkNames(
    'account',
    scope.accounts,
    accounts.map(({ id }) => id),
  );
  checkNames(
    'provider',
    scope.providers,
    accounts.map(({ provider }) => provider.id),
  );
  return accounts.filter(
    ({ id, provider }) =>
      (scope.accounts?.includes(id) ?? true) && (scope.providers?.includes(provider.id) ?? true),
  );
}

/** Whether a filter leaves rows of its accounts out. */
export function isNarrow(filter: Scope & object): boolean {
  const { accounts: _accounts, providers: _providers, ...others } = filter;
  return Object.values(others).some((value) => value != null);
}

/** Whether a scope names accounts: then what one of them lacks is told, and not passed over. */
export function isNamed({ accounts, providers }: Scope): boolean {
  return accounts != null || providers != null;
}

/** @throws GatewayError BAD_USER_INPUT that says which names there are */
export function checkNames(
  what: string,
  named: readonly string[] | null | undefined,
  known: readonly string[],
): void {
  const unknown = named?.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const choices = [...new Set(known)].join(', ') || 'none';
  throw new GatewayError(
    'BAD_USER_INPUT',
    `there is no ${what} "${unknown.slice(0, 64)}"; there are: ${choices}`,
  );
}

/** Which of a grid's lists are read. */
export type Choice = (grid: Grid) => readonly string[];

/** All lists of a grid, or those of some categories where the grid has one for each. */
export function byCategories(categories: readonly string[] | null | undefined): Choice {
  return ({ variants, byCategory, uncategorized }) => {
    const all = Object.keys(variants);
    if (categories != null && uncategorized === true) return [];
    return categories == null || byCategory !== true ? all : all.filter((name) => categories.includes(name));
  };
}

/** The segments of a source that hold the rows of a period. @throws GatewayError QUERY_TOO_EXPENSIVE */
export function segmentsIn<K extends RowKind>(
  source: Source<K>,
  dates: DateRange | null,
  choice: Choice,
  { ledger, lifetime, limits: { maxUpstreamCalls } }: GatewayContext,
): SegmentRef<K>[] {
  const chosen = choice(source.grid);
  const count = countSegments(source.grid, chosen, dates);
  if (count > 10 * maxUpstreamCalls) throw tooExpensive(count, maxUpstreamCalls);
  const { timeZone } = source.account;
  const today = dateIn(ledger.now(), timeZone);
  // Tomorrow there will be one segment more.
  if (dates !== null && dates.to > today) lifetime.endsAt(startOfDay(addDays(today, 1), timeZone));
  return segmentsOf(source.grid, chosen, dates, today).map((segment) => ({ source, segment }));
}

/**
 * What a source has to say of a period. `end`: when the period ends, where that is not the end of its last date.
 * @throws GatewayError QUERY_TOO_EXPENSIVE
 */
export async function readSource<K extends RowKind>(
  source: Source<K>,
  dates: DateRange | null,
  choice: Choice,
  context: GatewayContext,
  end: Instant | null = null,
): Promise<Reading<K>> {
  const refs = segmentsIn(source, dates, choice, context);
  const outcomes = await context.segments.load(refs);
  // What is said of a period of which there is nothing yet tells the time.
  if (refs.length === 0) context.lifetime.endsNow();
  return toReading(source, dates, refs, outcomes, { now: context.ledger.now(), end });
}

/** What a source contributed. */
export function toCoverage(
  reading: Omit<Reading<RowKind>, 'visit' | 'parts'>,
  rowCount: number,
): SourceCoverage {
  const { source, status, asOf, settlement, notices, error } = reading;
  const { account, kind } = source;
  return { account, kind, status, asOf, settlement, rowCount, notices, error };
}

/** An account that contributed nothing, and why. `kind` null: it has no view of this kind at all. */
export function failedCoverage(account: Account, kind: RowKind | null, error: GatewayError): SourceCoverage {
  return {
    account,
    kind,
    status: 'FAILED',
    asOf: null,
    settlement: { status: 'PROVISIONAL', finalAt: null },
    rowCount: 0,
    notices: [],
    error: error.of(account.id, account.provider.id),
  };
}

/** An account that is asked for what its provider has not. */
export function unsupported(account: Account, kind: RowKind | null, what: string): SourceCoverage {
  const message = `${account.provider.name} has no ${what}; it has ${account.kinds.join(', ')}`;
  return failedCoverage(account, kind, new GatewayError('UNSUPPORTED_BY_PROVIDER', message));
}

/** @throws when every source failed: its error, or all of theirs */
export function throwIfAllFailed(sources: readonly SourceCoverage[]): void {
  const errors = sources.flatMap(({ status, error }) =>
    status === 'FAILED' && error !== null ? [error] : [],
  );
  if (errors.length === 0 || errors.length < sources.length) return;
  // Two lists of an account fail alike, or share one.
  const distinct = [...new Map(errors.map((error) => [`${error.account} ${error.code}`, error])).values()];
  const [first] = distinct;
  throw distinct.length === 1 && first !== undefined ? first : new AggregateError(distinct);
}
