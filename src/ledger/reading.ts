/** What one account has to say to a question: its segments' outcomes, put together. */

import { addDays, monthOf, type DateRange, type Instant } from '../domain/calendar.ts';
import type { Notice, SourceStatus } from '../domain/coverage.ts';
import type { GatewayError } from '../domain/errors.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import { finalAtOf, settlementOf, type Settlement } from '../domain/settlement.ts';
import { segmentFinalAt } from './freshness.ts';
import type { Outcome, SegmentRef, Source } from './ledger.ts';

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

/** Puts the outcomes of a source's segments together: the rows whose date lies in `dates`, each once. */
export function toReading<K extends RowKind>(
  source: Source<K>,
  dates: DateRange | null,
  refs: readonly SegmentRef<K>[],
  outcomes: readonly Outcome<K>[],
): Reading<K> {
  const status = worst(outcomes.map((outcome) => outcome.status));
  const entries = outcomes.flatMap(({ entry }) => entry ?? []);
  const readAts = outcomes.map(({ entry }) => entry?.readAt ?? null);
  const common = {
    source,
    status,
    settlement: leastSettled(source, dates, refs, readAts),
    error: outcomes.find((outcome) => outcome.status === status)?.error ?? null,
  };
  if (status === 'FAILED') return { ...common, asOf: null, rows: [], notices: [] };
  const inRange = (date: string): boolean => dates === null || (date >= dates.from && date < dates.to);
  const seen = new Set<string>();
  const rows: ReadRow<K>[] = [];
  for (const { rows: read, readAt } of entries) {
    for (const row of read) {
      // Two adjoining windows may both hold a row: its id says that it is the same one.
      if (!inRange(row.date) || seen.has(row.id)) continue;
      seen.add(row.id);
      rows.push({ row, readAt });
    }
  }
  return {
    ...common,
    asOf: readAts.reduce<Instant | null>(
      (oldest, at) => (oldest === null || (at ?? 0) < oldest ? at : oldest),
      null,
    ),
    rows,
    notices: [
      ...clampNotice(source, dates),
      ...entries.flatMap(({ notices }) => notices).filter(({ date }) => date === null || inRange(date)),
    ],
  };
}

function worst(statuses: readonly SourceStatus[]): SourceStatus {
  if (statuses.includes('FAILED')) return 'FAILED';
  return statuses.includes('STALE') ? 'STALE' : 'FRESH';
}

function leastSettled(
  source: Source,
  dates: DateRange | null,
  refs: readonly SegmentRef[],
  readAts: readonly (Instant | null)[],
): Settlement {
  const { account } = source;
  const settlements = refs.map(({ segment }, index) =>
    settlementOf(segmentFinalAt(account, segment), readAts[index] ?? (0 as Instant)),
  );
  const finalAts = settlements.map(({ finalAt }) => finalAt);
  if (settlements.length === 0) {
    const last = dates === null ? null : finalAtOf(account.settlement, monthOf(addDays(dates.to, -1)));
    return { status: 'PROVISIONAL', finalAt: last };
  }
  return {
    status: settlements.every(({ status }) => status === 'FINAL') ? 'FINAL' : 'PROVISIONAL',
    finalAt: finalAts.includes(null) ? null : (Math.max(...finalAts.map(Number)) as Instant),
  };
}

function clampNotice({ grid, account }: Source, dates: DateRange | null): Notice[] {
  if (grid.floor === undefined || dates === null || dates.from >= grid.floor) return [];
  const message = `${account.provider.name} has this list from ${grid.floor} on: nothing before that date was read`;
  return [{ code: 'PERIOD_CLAMPED', message, date: null }];
}
