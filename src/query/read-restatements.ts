/** Reads restatements: what providers changed between the last provisional and the final reading of a period. */

import type { Account } from '../domain/account.ts';
import { addDays, monthOf, type DateRange, type Instant } from '../domain/calendar.ts';
import { type Decimal, subtractDecimals, zero } from '../domain/decimal.ts';
import { createSum } from '../domain/sums.ts';
import type { GatewayError } from '../domain/errors.ts';
import type { Comparison, Restatement } from '../domain/restatement.ts';
import type { CurrencyCode, RowKind } from '../domain/rows.ts';
import { finalAtOf } from '../domain/settlement.ts';
import { finalReadingDueAt, segmentFinalAt } from '../ledger/freshness.ts';
import type { SegmentRef, RowSource } from '../ledger/source.ts';
import type { GatewayContext } from './context.ts';
import type { AskedPeriod } from './asked-period.ts';
import { byCategories, isNamed, segmentsIn, selectAccounts, type Scope } from './sources.ts';
import type { Money } from '../domain/money.ts';

/** A restated row, with its account and the time when it was read. */
export interface SourcedRestatement extends Restatement {
  readonly account: Account;
  readonly kind: RowKind;
  readonly beforeReadAt: Instant;
  readonly afterReadAt: Instant;
}

/** How many segments of a list have been compared. */
export interface RestatementSource {
  readonly account: Account;
  readonly kind: RowKind;
  readonly period: DateRange;
  readonly segmentCount: number;
  /** How many segments were read both before and after they became final. */
  readonly comparedCount: number;
  /** How many are not final yet. */
  readonly pendingCount: number;
  readonly rowCount: number;
  readonly differences: readonly Money[];
  /** Why a final reading could not be made. */
  readonly error: GatewayError | null;
}

export interface RestatementReport {
  readonly rows: readonly SourcedRestatement[];
  readonly sources: readonly RestatementSource[];
}

export interface RestatementRequest {
  readonly scope: Scope;
  readonly period: AskedPeriod;
  readonly kinds: readonly RowKind[];
  readonly matches: (row: SourcedRestatement) => boolean;
}

/** Reads what is due for its final reading, and returns the restatements found so far. */
export async function readRestatements(
  { scope, period, kinds, matches }: RestatementRequest,
  context: GatewayContext,
): Promise<RestatementReport> {
  const accounts = new Set(selectAccounts(scope, context));
  const asked = context.visibility.sources.filter(
    ({ account, kind }) => accounts.has(account) && kinds.includes(kind),
  );
  const read = await Promise.all(
    asked.map((source) => readOne(source, period.datesIn(source.account.timeZone), matches, context)),
  );
  const rows = read.flatMap((one) => one.rows).toSorted(newestFirst);
  context.allowance.takeRows(rows.length);
  const sources = read.map(({ source }) => source);
  // A provider that never declares figures final is listed only if the request names it.
  return { rows, sources: isNamed(scope) ? sources : sources.filter(({ segmentCount }) => segmentCount > 0) };
}

/** What is kept of the charges of an account without asking its provider: what was found whenever it was read again. */
export async function readStoredRestatements(
  account: Account,
  dates: DateRange,
  context: GatewayContext,
): Promise<readonly SourcedRestatement[]> {
  const own = context.visibility.sources.filter(
    (source) => source.account === account && (source.kind === 'BILL' || source.kind === 'DAILY_DETAIL'),
  );
  const found = await Promise.all(
    own.map(async (source) => {
      const comparisons = await context.ledger.restated(
        segmentsIn(source, dates, byCategories(null), context),
      );
      return comparisons.flat().flatMap((comparison) => rowsOf(comparison, account, source.kind));
    }),
  );
  return found.flat().filter((row) => isWithin(row, dates));
}

async function readOne(
  source: RowSource,
  dates: DateRange,
  matches: RestatementRequest['matches'],
  context: GatewayContext,
): Promise<{ readonly rows: readonly SourcedRestatement[]; readonly source: RestatementSource }> {
  const { account, kind } = source;
  // Weekly and monthly usage are the same days, grouped differently.
  const choice = kind === 'API_KEY_USAGE' ? () => ['DAY'] : byCategories(null);
  const refs = segmentsIn(source, dates, choice, context);
  const error = await readDue(refs, context);
  const comparisons = await context.ledger.restated(refs);
  const rows = comparisons
    .flatMap((list) => list.flatMap((comparison) => rowsOf(comparison, account, kind)))
    .filter((row) => isWithin(row, dates) && matches(row));
  const states = refs.map((ref, index) =>
    stateOf(finalAtIn(ref, dates), comparisons[index] ?? [], context.ledger.now()),
  );
  const count = (state: State): number => states.filter((one) => one === state).length;
  return {
    rows,
    source: {
      account,
      kind,
      period: dates,
      segmentCount: states.length - count('NEVER'),
      comparedCount: count('COMPARED'),
      pendingCount: count('PENDING'),
      rowCount: rows.length,
      differences: differencesOf(rows),
      error,
    },
  };
}

/** Reads segments that have become final since they were read, to compare the two readings. */
async function readDue(
  refs: readonly SegmentRef[],
  { ledger, segments }: GatewayContext,
): Promise<GatewayError | null> {
  const entries = await Promise.all(refs.map((ref) => ledger.find(ref)));
  const due = refs.filter((ref, index) => {
    const entry = entries[index];
    const dueAt = entry === undefined ? null : finalReadingDueAt(ref.source.account, ref.segment, entry);
    return dueAt !== null && ledger.now() >= dueAt;
  });
  const outcomes = await segments.load(due);
  return outcomes.find(({ error }) => error !== null)?.error ?? null;
}

function rowsOf(comparison: Comparison, account: Account, kind: RowKind): SourcedRestatement[] {
  const { beforeReadAt, afterReadAt, restatements } = comparison;
  return restatements.map((restatement) => ({ ...restatement, account, kind, beforeReadAt, afterReadAt }));
}

type State = 'COMPARED' | 'PENDING' | 'UNKNOWN' | 'NEVER';

function stateOf(finalAt: Instant | null, comparisons: readonly Comparison[], now: Instant): State {
  if (finalAt === null) return 'NEVER';
  if (now < finalAt) return 'PENDING';
  const isCompared = comparisons.some(
    ({ beforeReadAt, afterReadAt }) => beforeReadAt < finalAt && afterReadAt >= finalAt,
  );
  return isCompared ? 'COMPARED' : 'UNKNOWN';
}

/** When a segment becomes final. In a list without dates the requested period decides. */
function finalAtIn({ source: { account }, segment }: SegmentRef, dates: DateRange): Instant | null {
  return segment.dates === null
    ? finalAtOf(account.settlement, monthOf(addDays(dates.to, -1)))
    : segmentFinalAt(account, segment);
}

/** The billed cost of a restated row before or after; zero where the row does not exist. */
export function billedOf(row: Restatement['before']): Decimal {
  if (row === null) return zero;
  return row.kind === 'INVOICE' ? row.total : row.billedCost;
}

/** The currency and the date of a restated row. */
export function detailsOf({ before, after }: Restatement) {
  const row = after ?? before;
  if (row === null) throw new TypeError('a restatement without a row');
  return row;
}

/** The amount after, minus the amount before. */
export function differenceOf(restatement: Restatement): Decimal {
  return subtractDecimals(billedOf(restatement.after), billedOf(restatement.before));
}

/** By how much rows were changed together, by currency. */
export function differencesOf(rows: readonly SourcedRestatement[]): Money[] {
  const sums = new Map<CurrencyCode, ReturnType<typeof createSum>>();
  for (const row of rows) {
    const { currency } = detailsOf(row);
    const sum = sums.get(currency) ?? createSum();
    sum.add(differenceOf(row));
    sums.set(currency, sum);
  }
  return [...sums]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, sum]) => ({ currency, amount: sum.value() }));
}

function isWithin(row: SourcedRestatement, { from, to }: DateRange): boolean {
  const { date } = detailsOf(row);
  return date >= from && date < to;
}

function newestFirst(a: SourcedRestatement, b: SourcedRestatement): number {
  const [left, right] = [a, b].map((row) => {
    const { date, id } = detailsOf(row);
    return [date, row.account.id, row.kind, id, row.afterReadAt];
  });
  for (const [index, value] of (left ?? []).entries()) {
    const other = right?.[index] ?? '';
    if (value !== other) return value < other === index > 0 ? -1 : 1;
  }
  return 0;
}
