/**
 * Reads a list a few segments at a time, for answers that are longer than memory: what has been read is forgotten before
 * the next is. The first look tells what the whole reading would tell of its coverage; later its rows stream.
 */

import type { DateRange } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import { GatewayError } from '../domain/errors.ts';
import type { RowKind } from '../domain/rows.ts';
import { leastSettled } from '../ledger/how-settled.ts';
import { distinct } from '../ledger/notices.ts';
import { toReading, type Reading } from '../ledger/reading.ts';
import type { RowSlice } from '../ledger/row-slices.ts';
import type { Source } from '../ledger/source.ts';
import type { GatewayContext } from './context.ts';
import { segmentsIn, toCoverage, type Choice } from './sources.ts';

export type { RowSlice };

/** WHOLE: all rows at once. LOOK: the coverage alone. STREAM: the rows alone, segment by segment. */
export type ReadMode = 'WHOLE' | 'LOOK' | 'STREAM';

/** A period of a list. */
export interface ListPeriod<K extends RowKind> {
  readonly source: Source<K>;
  readonly dates: DateRange;
  readonly choice: Choice;
}

/** What a first look tells. */
export interface Look {
  readonly coverage: SourceCoverage;
  /** Whether each row is in one segment only, so that segments can be read one by one. */
  readonly isStreamable: boolean;
}

/** Segments that are read together: vendors answer several at a time. */
const segmentsAtOnce = 4;

/** Looks at a list, and holds none of its rows. @throws GatewayError QUERY_TOO_EXPENSIVE */
export async function lookAtSegments<K extends RowKind>(
  period: ListPeriod<K>,
  context: GatewayContext,
): Promise<Look> {
  const seen: SourceCoverage[] = [];
  let isStreamable = true;
  for await (const reading of readSegments(period, context)) {
    seen.push(toCoverage(reading, 0));
    isStreamable &&= reading.parts !== null;
    if (reading.status === 'FAILED') return { coverage: toCoverage(reading, 0), isStreamable: false };
  }
  return { coverage: mergeCoverage(seen), isStreamable };
}

/** The rows of a list that has been looked at. @throws GatewayError when it cannot be read any more */
export async function* streamSegments<K extends RowKind>(
  period: ListPeriod<K>,
  isStaleRefused: boolean,
  context: GatewayContext,
): AsyncGenerator<RowSlice<K>> {
  for await (const reading of readSegments(period, context)) {
    const { status, error, parts } = reading;
    if (error !== null && (status === 'FAILED' || isStaleRefused)) throw error;
    if (parts === null) {
      const { id, provider } = period.source.account;
      const message = 'rows moved to other dates while they were read';
      throw new GatewayError('PROVIDER_RESPONSE_INVALID', message).of(id, provider.id);
    }
    for await (const slice of reading.slices()) {
      context.allowance.visitRows(slice.length);
      yield slice;
    }
  }
}

async function* readSegments<K extends RowKind>(
  { source, dates, choice }: ListPeriod<K>,
  context: GatewayContext,
): AsyncGenerator<Reading<K>> {
  const refs = segmentsIn(source, dates, choice, context);
  const now = context.ledger.now();
  if (refs.length === 0) {
    // An answer about a period without segments mentions the current time, so it must not be reused.
    context.validity.endsNow();
    yield toReading(source, dates, refs, [], { now });
  }
  for (let start = 0; start < refs.length; start += segmentsAtOnce) {
    const some = refs.slice(start, start + segmentsAtOnce);
    const outcomes = await context.part().segments.load(some);
    yield toReading(source, dates, some, outcomes, { now });
  }
}

function mergeCoverage(all: readonly SourceCoverage[]): SourceCoverage {
  const [first] = all;
  if (first === undefined) throw new TypeError('nothing was read');
  const asOf = all.flatMap((one) => one.asOf ?? []);
  const from = all.flatMap(({ provisionalFrom }) => provisionalFrom ?? []);
  const stale = all.find(({ status }) => status === 'STALE');
  return {
    ...first,
    status: stale?.status ?? first.status,
    error: stale?.error ?? null,
    asOf: asOf.toSorted((a, b) => a - b)[0] ?? null,
    settlement: leastSettled(all.map(({ settlement }) => settlement)),
    provisionalFrom: from.toSorted()[0] ?? null,
    isPartial: all.some(({ isPartial }) => isPartial),
    isClamped: all.some(({ isClamped }) => isClamped),
    notices: distinct(all.flatMap(({ notices }) => notices)),
    periodNotices: distinct(all.flatMap(({ periodNotices }) => periodNotices)),
  };
}
