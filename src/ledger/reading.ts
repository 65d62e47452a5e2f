/** A reading: what one source answers to a question, put together from its segments' outcomes. */

import type { CalendarDate, DateRange, Instant, YearMonth } from '../domain/calendar.ts';
import type { Notice, SourceStatus } from '../domain/coverage.ts';
import { GatewayError } from '../domain/errors.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { Segment } from '../domain/segments.ts';
import type { Settlement } from '../domain/settlement.ts';
import { completeTo } from './complete-days.ts';
import { segmentFinalAt } from './freshness.ts';
import { leastSettled, provisionalFrom, settlementIn } from './how-settled.ts';
import type { Outcome } from './outcome.ts';
import type { Entry } from './memory-tier.ts';
import {
  clampNotice,
  distinct,
  isClamped,
  knownUntil,
  partialNotice,
  shorten,
  strayNotice,
} from './notices.ts';
import { keyOf, type SegmentRef, type Source } from './source.ts';
import { isWithin, outsideOwnDates, misplacedRowsOf, type Part } from './out-of-window.ts';
import { slicesOf, visitSlices, type RowSlice } from './row-slices.ts';

/** What one source contributes, whole or not at all: no rows when it FAILED. */
export interface Reading<K extends RowKind> {
  readonly source: Source<K>;
  /** The requested dates; null: all. */
  readonly dates: DateRange | null;
  readonly status: SourceStatus;
  readonly asOf: Instant | null;
  readonly settlement: Settlement;
  /** The first requested date whose figures may still change. Null: none, or FAILED. */
  readonly provisionalFrom: CalendarDate | null;
  /** The first day that is not complete: it runs, or its provider may still be adding to it. Null when FAILED. */
  readonly completeTo: CalendarDate | null;
  /** Its period had not ended when a part of it was read: that part lacks the rest. */
  readonly isPartial: boolean;
  /** The list does not reach back to the first requested date. */
  readonly isClamped: boolean;
  /** For people. Code never decides by a notice: what it decides by is a field. */
  readonly notices: readonly Notice[];
  /** Those that no row decides. */
  readonly periodNotices: readonly Notice[];
  readonly error: GatewayError | null;
  /** The parts that contain its rows, each row in one part only; null when parts may share a row: then use `visit`. */
  readonly parts: readonly ReadPart<K>[] | null;
  /** Visits each row of the period once, without a copy, and lets other work run in between. */
  visit(visitor: Visitor<K>): Promise<void>;
  /** The same rows in slices, for a caller that goes on only when its own reader does. */
  slices(): AsyncIterable<RowSlice<K>>;
}

/** A reading without its rows. */
export type ReadingDetails<K extends RowKind> = Omit<Reading<K>, 'visit' | 'slices' | 'parts'>;

/** A segment that was read, and which of its dates were requested; null: all. */
export interface ReadPart<K extends RowKind> {
  /** The key of the segment. */
  readonly key: string;
  /** All dates of the segment; null: it has none. */
  readonly covers: DateRange | null;
  readonly entry: Entry<K>;
  readonly dates: DateRange | null;
}

/** Receives a row, and when it was read. */
export type Visitor<K extends RowKind> = (row: RowOf[K], readAt: Instant) => void;

/** What a reading depends on besides dates. */
export interface ReadingOptions {
  readonly now: Instant;
  /** When the period ends, unless it ends with its last date in the account's zone. */
  readonly end?: Instant | null;
  /** Selects the rows of this billing period, whenever they start; `dates` are then its month. */
  readonly billedIn?: YearMonth | null;
}

/**
 * Puts the outcomes of a source's segments together: the rows whose date lies in `dates`, or that are billed with a
 * month, each once. `outcomes` are in the order of `refs`, or only a failed one, which decides alone.
 */
export function toReading<K extends RowKind>(
  source: Source<K>,
  dates: DateRange | null,
  refs: readonly SegmentRef<K>[],
  outcomes: readonly Outcome<K>[],
  { now, end = null, billedIn = null }: ReadingOptions,
): Reading<K> {
  const failure = outcomes.find(({ status }) => status === 'FAILED');
  if (failure !== undefined) return toFailure(source, dates, refs, failure.error);
  if (areAllUnknown(refs, outcomes)) return toFailure(source, dates, refs, noneKnown(source));
  const parts = outcomes.flatMap(({ entry }, index): Part<K>[] => {
    const segment = refs[index]?.segment;
    return entry === null || segment === undefined ? [] : [{ entry, segment }];
  });
  const inRange = (date: string): boolean => dates === null || isWithin(date, dates);
  const isAsked = ({ date, billingPeriod }: RowOf[RowKind]): boolean =>
    billedIn === null ? inRange(date) : billingPeriod === billedIn;
  const misplaced = parts.flatMap((part) => misplacedRowsOf(part, source.grid));
  const outside = parts.flatMap((part) => outsideOwnDates(part, source.grid));
  const missed = outside.filter(({ date }) => !inRange(date));
  const isDateOfRow = billedIn === null ? inRange : datesOfRows(parts, isAsked);
  const settlements = parts.map((part) => settlementIn(part, source.account, { dates, billedIn }));
  const readAts = parts.map(({ entry }) => entry.readAt);
  const stale = outcomes.find(({ status }) => status === 'STALE');
  const until = knownUntil(source.account, { dates, end }, parts, now);
  const periodNotices = [...clampNotice(source, dates), ...partialNotice(source.account, until)];
  return {
    source,
    dates,
    status: stale === undefined ? 'FRESH' : 'STALE',
    asOf: readAts.length === 0 ? null : (Math.min(...readAts) as Instant),
    settlement: leastSettled(settlements),
    provisionalFrom: provisionalFrom(parts, settlements, dates),
    completeTo: completeTo(source.account, parts, now),
    isPartial: until !== null,
    isClamped: isClamped(source, dates),
    notices: shorten([
      ...periodNotices,
      // Rows that are billed with another month belong to that month's answer.
      ...(billedIn === null ? strayNotice(missed) : []),
      ...distinct(parts.flatMap(({ entry }) => entry.notices)).filter(
        ({ date }) => date === null || inRange(date) || isDateOfRow(date),
      ),
    ]),
    periodNotices,
    error: stale?.error ?? null,
    parts:
      misplaced.length > 0 || billedIn !== null ? null : parts.map((part) => toReadPart(source, part, dates)),
    visit: (visitor) => visitSlices(slicesOf(parts, isAsked, misplaced), visitor),
    slices: () => slicesOf(parts, isAsked, misplaced),
  };
}

function toFailure<K extends RowKind>(
  source: Source<K>,
  dates: DateRange | null,
  refs: readonly SegmentRef<K>[],
  error: GatewayError | null,
): Reading<K> {
  // The months next to a billing period matter only for its rows, which are settled with the period.
  const own = refs.filter(
    ({ segment }) => dates === null || segment.dates === null || segment.dates.from < dates.to,
  );
  const settlements = own.map(({ segment }): Settlement => {
    return { status: 'PROVISIONAL', finalAt: segmentFinalAt(source.account, segment) };
  });
  return {
    source,
    dates,
    status: 'FAILED',
    asOf: null,
    settlement: leastSettled(settlements),
    provisionalFrom: null,
    completeTo: null,
    isPartial: false,
    isClamped: false,
    notices: [],
    periodNotices: [],
    error,
    parts: [],
    visit: () => Promise.resolve(),
    slices: () => slicesOf([], () => true, []),
  };
}

/** A vendor that knows none of several categories has not said that they cost nothing. */
function areAllUnknown(refs: readonly SegmentRef[], outcomes: readonly Outcome[]): boolean {
  const lists = new Set(refs.map(({ segment }) => segment.variant));
  return lists.size > 1 && outcomes.every(({ entry }) => entry?.isUnknownCategory === true);
}

function noneKnown({ account }: Source): GatewayError {
  const message = 'the provider knows none of the product categories that it was asked for: see the settings';
  return new GatewayError('PROVIDER_REJECTED', message).of(account.id, account.provider.id);
}

function toReadPart<K extends RowKind>(
  source: Source<K>,
  { entry, segment }: Part<K>,
  dates: DateRange | null,
): ReadPart<K> {
  const key = keyOf({ source, segment });
  return { key, covers: segment.dates, entry, dates: isWhole(segment, dates) ? null : dates };
}

/** Whether all dates of a segment were requested. */
export function isWhole({ dates }: Segment, asked: DateRange | null): boolean {
  return asked === null || (dates !== null && dates.from >= asked.from && dates.to <= asked.to);
}

/** A test whether a selected row starts on a date. */
function datesOfRows<K extends RowKind>(
  parts: readonly Part<K>[],
  isAsked: (row: RowOf[K]) => boolean,
): (date: string) => boolean {
  const asked = parts.flatMap(({ entry }) => Array.from(entry.rows).filter((row) => isAsked(row)));
  const dates = new Set<string>(asked.map(({ date }) => date));
  return (date) => dates.has(date);
}
