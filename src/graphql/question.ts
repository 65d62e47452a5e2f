/**
 * From a connection field's arguments to its answer: which accounts are asked, which segments that means, what they
 * hold, and the page of it that was asked for. One path for all four kinds of row.
 */

import type { Account } from '../domain/account.ts';
import { dateIn, type DateRange, type Instant } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import { GatewayError } from '../domain/errors.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import { countSegments, segmentsOf } from '../domain/segments.ts';
import { toReading, type Reading } from '../ledger/reading.ts';
import type { Source } from '../ledger/source.ts';
import { sourceOf, type GatewayContext } from './context.ts';
import { tooExpensive } from './loaders.ts';
import type { Order } from './order.ts';
import { createPage, type PageArgs } from './paginate.ts';
import { toTotals } from './totals.ts';

/** A row with what is known about it from outside: whose it is, and when it was read. */
export interface Sourced<K extends RowKind> {
  readonly row: RowOf[K];
  readonly account: Account;
  readonly readAt: Instant;
}

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

export interface Question<K extends RowKind> {
  readonly kind: K;
  readonly scope: Scope;
  readonly dates: DateRange | null;
  /** Which of a grid's lists are read: all of them, or a choice. */
  readonly variants: (all: readonly string[]) => readonly string[];
  readonly matches: (row: RowOf[K]) => boolean;
  readonly order: Order<Sourced<K>>;
  readonly page: PageArgs;
  /** The filter and the order as plain JSON: what, beside accounts and dates, decides on the rows and their order. */
  readonly fingerprint: unknown;
}

/** The answer of a connection field. @throws GatewayError; AggregateError of one GatewayError per account when all failed */
export async function answer<K extends RowKind>(question: Question<K>, context: GatewayContext) {
  context.allowance.takeList();
  const { asked, lacking } = selectSources(question.kind, question.scope, context);
  const accounts = [...asked.map(({ account }) => account.id), ...lacking.map(({ id }) => id)];
  const page = createPage(question.order, question.page, [
    question.kind,
    accounts,
    question.dates,
    question.fingerprint,
  ]);
  const readings = await Promise.all(asked.map((source) => readSource(source, question, context)));
  const matching = readings.map((reading) => reading.rows.filter(({ row }) => question.matches(row)));
  const sources = [
    ...readings.map((reading, index) => toCoverage(reading, matching[index]?.length ?? 0)),
    ...lacking.map((account) => unsupported(account, question.kind)),
  ];
  const errors = sources.flatMap(({ status, error }) =>
    status === 'FAILED' && error !== null ? [error] : [],
  );
  if (errors.length > 0 && errors.length === sources.length) throw oneOrAll(errors);
  const rows = readings.flatMap(({ source: { account } }, index) =>
    (matching[index] ?? []).map(({ row, readAt }): Sourced<K> => ({ row, account, readAt })),
  );
  const { edges, pageInfo } = page.of(rows);
  context.allowance.takeRows(edges.length);
  return {
    edges,
    pageInfo,
    totalCount: rows.length,
    totals: toTotals(rows.map(({ row }) => row)),
    coverage: { sources },
  };
}

/**
 * The sources that a scope names. Accounts that are named, by themselves or by their provider, but lack the kind are
 * told apart, so that their absence is not taken for zero.
 */
function selectSources<K extends RowKind>(kind: K, scope: Scope, { visible }: GatewayContext) {
  const { accounts } = visible;
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
  const isNamed = scope.accounts != null || scope.providers != null;
  const chosen = accounts.filter(
    ({ id, provider }) =>
      (scope.accounts?.includes(id) ?? true) && (scope.providers?.includes(provider.id) ?? true),
  );
  const found = chosen.map((account) => ({ account, source: sourceOf(visible, account, kind) }));
  return {
    asked: found.flatMap(({ source }): Source<K>[] => (source === undefined ? [] : [source])),
    lacking: found.flatMap(({ account, source }) => (source === undefined && isNamed ? [account] : [])),
  };
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

async function readSource<K extends RowKind>(
  source: Source<K>,
  { dates, variants }: Question<K>,
  { segments, ledger, maxUpstreamCalls }: GatewayContext,
): Promise<Reading<K>> {
  const chosen = variants(Object.keys(source.grid.variants));
  const count = countSegments(source.grid, chosen, dates);
  if (count > 10 * maxUpstreamCalls) throw tooExpensive(count, maxUpstreamCalls);
  const today = dateIn(ledger.now(), source.account.timeZone);
  const refs = segmentsOf(source.grid, chosen, dates, today).map((segment) => ({ source, segment }));
  return toReading(source, dates, refs, await segments.load(refs));
}

function toCoverage(reading: Reading<RowKind>, rowCount: number): SourceCoverage {
  const { source, status, asOf, settlement, notices, error } = reading;
  return { account: source.account, status, asOf, settlement, rowCount, notices, error };
}

function unsupported(account: Account, kind: RowKind): SourceCoverage {
  const message = `${account.provider.name} has no ${kind}; it has ${account.kinds.join(', ')}`;
  const about = { account: account.id, provider: account.provider.id };
  return {
    account,
    status: 'FAILED',
    asOf: null,
    settlement: { status: 'PROVISIONAL', finalAt: null },
    rowCount: 0,
    notices: [],
    error: new GatewayError('UNSUPPORTED_BY_PROVIDER', message, about),
  };
}

function oneOrAll(errors: readonly GatewayError[]): Error {
  const [first] = errors;
  return errors.length === 1 && first !== undefined ? first : new AggregateError(errors);
}
