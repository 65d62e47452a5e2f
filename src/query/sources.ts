/** From a scope to its sources, and from a source to its reading: what all fields that read rows share. */

import type { Account } from '../domain/account.ts';
import {
  addDays,
  addMonths,
  dateIn,
  datesOf,
  firstDayOf,
  startOfDay,
  type DateRange,
  type Instant,
  type YearMonth,
} from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import { GatewayError } from '../domain/errors.ts';
import type { RowKind } from '../domain/rows.ts';
import { countSegments, segmentsOf, type Grid } from '../domain/segments.ts';
import type { WithoutRows } from '../ledger/outcome.ts';
import { toReading, type Reading, type ReadingDetails } from '../ledger/reading.ts';
import type { SegmentRef, Source } from '../ledger/source.ts';
import type { GatewayContext } from './context.ts';
import { tooExpensive } from './upstream-admission.ts';

/** Which accounts a field asks. Null and undefined: not specified. */
export interface Scope {
  /** Whether it is a field of an account: then a list that the account lacks is null and not an error. */
  readonly isOwn?: boolean;
  readonly accounts?: readonly string[] | null | undefined;
  readonly providers?: readonly string[] | null | undefined;
}

/** Whether a name belongs to an account: its name in the settings, or its id. */
export function isCalled({ id, publicId }: Account, name: string): boolean {
  return name === id || name === publicId;
}

/** The accounts that a scope names; all accounts when it names none. @throws GatewayError BAD_USER_INPUT */
export function selectAccounts(
  scope: Scope,
  { visibility: { accounts } }: GatewayContext,
): readonly Account[] {
  const named = scope.accounts?.map((name) => accounts.find((one) => isCalled(one, name))?.id ?? name);
  checkNames(
    'account',
    named,
    accounts.map(({ id }) => id),
  );
  checkNames(
    'provider',
    scope.providers,
    accounts.map(({ provider }) => provider.id),
  );
  return accounts.filter(
    ({ id, provider }) => (named?.includes(id) ?? true) && (scope.providers?.includes(provider.id) ?? true),
  );
}

/** Whether a filter leaves out some rows of its accounts. */
export function isNarrow(filter: Scope & object): boolean {
  const { accounts: _accounts, providers: _providers, ...others } = filter;
  return Object.values(others).some((value) => value != null);
}

/** Whether a scope names accounts or providers: then we report what one of them lacks, and do not skip it. */
export function isNamed({ accounts, providers }: Scope): boolean {
  return accounts != null || providers != null;
}

/** Checks names. @throws GatewayError BAD_USER_INPUT that lists the valid names */
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

/** Which of a grid's lists to read. */
export type Choice = (grid: Grid) => readonly string[];

/** All lists of a grid, or only those of some categories if the grid has one list for each. */
export function byCategories(categories: readonly string[] | null | undefined): Choice {
  return ({ variants, byCategory, uncategorized }) => {
    const all = Object.keys(variants);
    if (categories != null && uncategorized === true) return [];
    return categories == null || byCategory !== true ? all : all.filter((name) => categories.includes(name));
  };
}

/** The segments of a source that contain the rows of a period. @throws GatewayError QUERY_TOO_EXPENSIVE */
export function segmentsIn<K extends RowKind>(
  source: Source<K>,
  dates: DateRange | null,
  choice: Choice,
  { ledger, validity, limits: { maxUpstreamCalls } }: GatewayContext,
): SegmentRef<K>[] {
  const chosen = choice(source.grid);
  const count = countSegments(source.grid, chosen, dates);
  if (count > 10 * maxUpstreamCalls) throw tooExpensive(count, maxUpstreamCalls);
  const { timeZone } = source.account;
  const today = dateIn(ledger.now(), timeZone);
  // Tomorrow there is one more segment.
  if (dates !== null && dates.to > today) validity.endsAt(startOfDay(addDays(today, 1), timeZone));
  return segmentsOf(source.grid, chosen, dates, today).map((segment) => ({ source, segment }));
}

export interface ReadOptions {
  /** When the period ends, unless it ends with its last date. */
  readonly end?: Instant | null;
  /** How to do without rows; absent: they are needed. */
  readonly withoutRows?: WithoutRows | undefined;
}

/** Reads a period of a source. @throws GatewayError QUERY_TOO_EXPENSIVE */
export async function readSource<K extends RowKind>(
  source: Source<K>,
  dates: DateRange | null,
  choice: Choice,
  context: GatewayContext,
  { end = null, withoutRows }: ReadOptions = {},
): Promise<Reading<K>> {
  const refs = segmentsIn(source, dates, choice, context);
  const read = async (without?: WithoutRows): Promise<Reading<K>> => {
    const outcomes = await context.segments.load(refs, without);
    return toReading(source, dates, refs, outcomes, { now: context.ledger.now(), end });
  };
  // An answer about a period without segments mentions the current time, so it must not be reused.
  if (refs.length === 0) context.validity.endsNow();
  const reading = await read(withoutRows);
  // If segments may share rows, we need the rows of all of them.
  return reading.parts === null && withoutRows !== undefined ? read() : reading;
}

/**
 * Reads a billing period of a source: the rows that its provider bills with the month. If the list may bill a row with
 * another month than it starts in, we also read the months before and after. @throws GatewayError QUERY_TOO_EXPENSIVE
 */
export async function readBilled<K extends RowKind>(
  source: Source<K>,
  month: YearMonth,
  choice: Choice,
  context: GatewayContext,
): Promise<Reading<K>> {
  const dates = datesOf(month);
  if (source.grid.billedAcrossMonths !== true) return readSource(source, dates, choice, context);
  const around = { from: firstDayOf(addMonths(month, -1)), to: firstDayOf(addMonths(month, 2)) };
  const refs = segmentsIn(source, around, choice, context);
  const outcomes = await context.segments.load(refs);
  return toReading(source, dates, refs, outcomes, { now: context.ledger.now(), billedIn: month });
}

/** What a source contributed to an answer. */
export function toCoverage(reading: ReadingDetails<RowKind>, rowCount: number): SourceCoverage {
  const { source, dates: period, status, asOf, settlement, provisionalFrom } = reading;
  const { isPartial, isClamped, notices, periodNotices, error } = reading;
  const { account, kind } = source;
  return {
    account,
    kind,
    status,
    period,
    asOf,
    settlement,
    provisionalFrom,
    rowCount,
    isPartial,
    isClamped,
    notices,
    periodNotices,
    error,
  };
}

/** The coverage of a list whose account failed in another list: an account counts whole or not at all. */
export function toFailedCoverage(
  reading: ReadingDetails<RowKind>,
  error: GatewayError | null,
): SourceCoverage {
  return failedAs(toCoverage(reading, 0), error);
}

/** The same for a coverage that is there already. */
export function failedAs(coverage: SourceCoverage, error: GatewayError | null): SourceCoverage {
  const nothing = {
    asOf: null,
    provisionalFrom: null,
    isPartial: false,
    isClamped: false,
    notices: [],
    periodNotices: [],
  };
  return { ...coverage, status: 'FAILED', rowCount: 0, ...nothing, error };
}

/** The coverage of an account that contributed nothing, and why. `kind` null: it has no list that could answer. */
export function failedCoverage(account: Account, kind: RowKind | null, error: GatewayError): SourceCoverage {
  return {
    account,
    kind,
    status: 'FAILED',
    period: null,
    asOf: null,
    settlement: { status: 'PROVISIONAL', finalAt: null },
    provisionalFrom: null,
    rowCount: 0,
    isPartial: false,
    isClamped: false,
    notices: [],
    periodNotices: [],
    error: error.of(account.id, account.provider.id),
  };
}

/** The coverage of an account whose provider does not have the requested list. */
export function unsupported(account: Account, kind: RowKind | null, what: string): SourceCoverage {
  const message = `${account.provider.name} has no ${what}; it has ${account.kinds.join(', ')}`;
  return failedCoverage(account, kind, new GatewayError('UNSUPPORTED_BY_PROVIDER', message));
}

/** Throws when every source failed. @throws its only error, or all errors together */
export function throwIfAllFailed(sources: readonly SourceCoverage[]): void {
  const errors = sources.flatMap(({ status, error }) =>
    status === 'FAILED' && error !== null ? [error] : [],
  );
  if (errors.length === 0 || errors.length < sources.length) return;
  // Two lists of an account may fail alike, or share one error.
  const distinct = [...new Map(errors.map((error) => [`${error.account} ${error.code}`, error])).values()];
  const [first] = distinct;
  throw distinct.length === 1 && first !== undefined ? first : new AggregateError(distinct);
}
