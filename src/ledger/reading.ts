/** What one account has to say to a question: its segments' outcomes, put together. */

import type { DateRange, Instant } from '../domain/calendar.ts';
import type { Notice, SourceStatus } from '../domain/coverage.ts';
import type { GatewayError } from '../domain/errors.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import { settlementOf, type Settlement } from '../domain/settlement.ts';
import { segmentFinalAt } from './freshness.ts';
import type { Outcome } from './ledger.ts';
import type { SegmentRef, Source } from './source.ts';

/** A row and when it was read, which decides whether it is final. */
export interface ReadRow<K extends RowKind> {
  readonly row: RowOf[K];
  readonly readAt: Instant;
}

/** One account's contribution, whole or not at all: `rows` is empty when it FAILED. */
export interface Reading<K extends RowKind> {
  readonly source: Source<K>;
  readonly status: SourceStatus;
  readonly asOf: Instant | null;
  readonly settlement: Settlement;
  readonly rows: readonly ReadRow<K>[];
  readonly notices: readonly Notice[];
  readonly error: GatewayError | null;
}

/**
 * Puts the outcomes of a source's segments together: the rows whose date lies in `dates`, each once. `outcomes` are
 * those of `refs` in order, or a failed one alone: then nothing else matters.
 */
export function toReading<K extends RowKind>(
  source: Source<K>,
  dates: DateRange | null,
  refs: readonly SegmentRef<K>[],
  outcomes: readonly Outcome<K>[],
): Reading<K> {
  const failure = outcomes.find(({ status }) => status === 'FAILED');
  if (failure !== undefined) return toFailure(source, refs, failure.error);
  const read = outcomes.flatMap(({ entry }, index) =>
    entry === null ? [] : [{ entry, segment: refs[index]?.segment }],
  );
  const inRange = (date: string): boolean => dates === null || isWithin(date, dates);
  // Two adjoining windows may both hold a row: its id says that it is the same one, and the later reading counts.
  const rows = new Map<string, ReadRow<K>>();
  const strays: RowOf[K][] = [];
  for (const { entry, segment } of read) {
    for (const row of entry.rows) {
      if (!inRange(row.date)) {
        if (segment?.dates != null && !isWithin(row.date, segment.dates)) strays.push(row);
      } else if (entry.readAt > (rows.get(row.id)?.readAt ?? -1)) {
        rows.set(row.id, { row, readAt: entry.readAt });
      }
    }
  }
  const readAts = read.map(({ entry }) => entry.readAt);
  const stale = outcomes.find(({ status }) => status === 'STALE');
  return {
    source,
    status: stale === undefined ? 'FRESH' : 'STALE',
    asOf: readAts.length === 0 ? null : (Math.min(...readAts) as Instant),
    settlement: leastSettled(read.map(({ entry }) => settlementOf(entry.finalAt, entry.readAt))),
    rows: [...rows.values()],
    notices: shorten([
      ...clampNotice(source, dates),
      ...strayNotice(strays),
      ...read.flatMap(({ entry }) => entry.notices).filter(({ date }) => date === null || inRange(date)),
    ]),
    error: stale?.error ?? null,
  };
}

function toFailure<K extends RowKind>(
  source: Source<K>,
  refs: readonly SegmentRef<K>[],
  error: GatewayError | null,
): Reading<K> {
  const settlements = refs.map(({ segment }): Settlement => {
    return { status: 'PROVISIONAL', finalAt: segmentFinalAt(source.account, segment) };
  });
  const settlement = leastSettled(settlements);
  return { source, status: 'FAILED', asOf: null, settlement, rows: [], notices: [], error };
}

function isWithin(date: string, { from, to }: DateRange): boolean {
  return date >= from && date < to;
}

/** Of nothing, nothing is final. */
function leastSettled(settlements: readonly Settlement[]): Settlement {
  const finalAts = settlements.flatMap(({ finalAt }) => finalAt ?? []);
  const areFinal = settlements.length > 0 && settlements.every(({ status }) => status === 'FINAL');
  const isKnown = finalAts.length > 0 && finalAts.length === settlements.length;
  return {
    status: areFinal ? 'FINAL' : 'PROVISIONAL',
    finalAt: isKnown ? (Math.max(...finalAts) as Instant) : null,
  };
}

function clampNotice({ grid, account }: Source, dates: DateRange | null): Notice[] {
  if (grid.floor === undefined || dates === null || dates.from >= grid.floor) return [];
  const message = `${account.provider.name} has this list from ${grid.floor} on: nothing before that date was read`;
  return [{ code: 'PERIOD_CLAMPED', message, date: null }];
}

/** A row belongs to the period in which it starts; a vendor may list it with another. It must not vanish unsaid. */
function strayNotice(strays: readonly RowOf[RowKind][]): Notice[] {
  if (strays.length === 0) return [];
  const starts = strays.map(({ date }) => date).toSorted();
  const message =
    `the provider lists ${strays.length} rows with this period that start outside it, from ${starts[0]} ` +
    `to ${starts.at(-1)}: they are not in this answer, and are when a period is asked for that holds both`;
  return [{ code: 'ROWS_OUTSIDE_PERIOD', message, date: null }];
}

const mostNotices = 50;

/** A fault of every row need not be told of every row. */
function shorten(notices: readonly Notice[]): readonly Notice[] {
  const [last] = notices.slice(mostNotices);
  if (last === undefined) return notices;
  const rest = notices.length - mostNotices;
  return [
    ...notices.slice(0, mostNotices),
    { ...last, message: `${last.message} (and ${rest - 1} more notices)` },
  ];
}
