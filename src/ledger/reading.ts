/** What one account has to say to a question: its segments' outcomes, put together. */

import { setImmediate } from 'node:timers/promises';

import type { Account } from '../domain/account.ts';
import { addDays, monthOf, type DateRange, type Instant } from '../domain/calendar.ts';
import type { Notice, SourceStatus } from '../domain/coverage.ts';
import { GatewayError } from '../domain/errors.ts';
import { valuesOf } from '../domain/packed-rows.ts';
import type { ChargeRow, Product, RowKind, RowOf } from '../domain/rows.ts';
import { hourlyOf, type Grid, type Rows, type Segment } from '../domain/segments.ts';
import { finalAtOf, settlementOf, type Settlement } from '../domain/settlement.ts';
import { isUnknown, segmentFinalAt } from './freshness.ts';
import type { Outcome } from './ledger.ts';
import type { Entry } from './memory.ts';
import { clampNotice, distinct, partialNotice, shorten, strayNotice } from './notices.ts';
import type { SegmentRef, Source } from './source.ts';

/** One account's contribution, whole or not at all: it has no rows when it FAILED. */
export interface Reading<K extends RowKind> {
  readonly source: Source<K>;
  readonly status: SourceStatus;
  readonly asOf: Instant | null;
  readonly settlement: Settlement;
  readonly notices: readonly Notice[];
  readonly error: GatewayError | null;
  /** The parts that hold its rows, each row in one alone; null where the same row may stand in several: visit them then. */
  readonly parts: readonly ReadPart<K>[] | null;
  /** Visits the rows of the period, each once, where they lie: none is copied. Lets others have a turn between them. */
  visit(visitor: Visitor<K>): Promise<void>;
}

/** A segment that was read, and which of its dates are asked for; null: all. */
export interface ReadPart<K extends RowKind> {
  readonly entry: Entry<K>;
  readonly dates: DateRange | null;
}

/** Is shown a row, and when it was read, which decides whether it is final. */
export type Visitor<K extends RowKind> = (row: RowOf[K], readAt: Instant) => void;

/** When it is, and when the period ends where that is not the end of its last date in the account's zone. */
export interface ReadingTime {
  readonly now: Instant;
  readonly end?: Instant | null;
}

/** A segment that was read. */
interface Part<K extends RowKind> {
  readonly entry: Entry<K>;
  readonly segment: Segment;
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
  { now, end = null }: ReadingTime,
): Reading<K> {
  const failure = outcomes.find(({ status }) => status === 'FAILED');
  if (failure !== undefined) return toFailure(source, refs, failure.error);
  if (areAllUnknown(refs, outcomes)) return toFailure(source, refs, noneKnown(source));
  const parts = outcomes.flatMap(({ entry }, index): Part<K>[] => {
    const segment = refs[index]?.segment;
    return entry === null || segment === undefined ? [] : [{ entry, segment }];
  });
  const inRange = (date: string): boolean => dates === null || isWithin(date, dates);
  const strays = parts.flatMap((part) => straysOf(part, source.grid));
  const readAts = parts.map(({ entry }) => entry.readAt);
  const stale = outcomes.find(({ status }) => status === 'STALE');
  return {
    source,
    status: stale === undefined ? 'FRESH' : 'STALE',
    asOf: readAts.length === 0 ? null : (Math.min(...readAts) as Instant),
    settlement: leastSettled(parts.map((part) => settlementIn(part, source.account, dates))),
    notices: shorten([
      ...clampNotice(source, dates),
      ...partialNotice(source, { dates, end }, parts, now),
      ...strayNotice(parts.flatMap((part) => outsideOwnDates(part)).filter(({ date }) => !inRange(date))),
      ...distinct(parts.flatMap(({ entry }) => entry.notices)).filter(
        ({ date }) => date === null || inRange(date),
      ),
    ]),
    error: stale?.error ?? null,
    parts: strays.length > 0 ? null : parts.map((part) => toReadPart(part, dates)),
    visit: (visitor) => visitOnce(parts, inRange, strays, visitor),
  };
}

/**
 * Two windows, or two lists, may both hold a row: its id says that it is the same one, and the later reading counts. Only
 * what lies outside its own window or list can be such a row.
 */
async function visitOnce<K extends RowKind>(
  parts: readonly Part<K>[],
  inRange: (date: string) => boolean,
  strays: readonly RowOf[K][],
  visitor: Visitor<K>,
): Promise<void> {
  const doubtful = new Set(strays.map(({ id }) => id));
  const latest = new Map<string, { row: RowOf[K]; readAt: Instant }>();
  let visited = 0;
  for (const { entry } of parts) {
    for (const row of entry.rows) {
      visited += 1;
      if (visited % rowsPerTurn === 0) await setImmediate();
      if (!inRange(row.date)) continue;
      if (!doubtful.has(row.id)) visitor(row, entry.readAt);
      else if (entry.readAt > (latest.get(row.id)?.readAt ?? -1)) {
        latest.set(row.id, { row, readAt: entry.readAt });
      }
    }
  }
  for (const { row, readAt } of latest.values()) visitor(row, readAt);
}

/** So many rows take a few milliseconds; then whoever else waits has a turn. */
const rowsPerTurn = 1000;

const knownStrays = new WeakMap<Entry, readonly RowOf[RowKind][]>();

/** Rows that another segment may hold too: by their date, or by their category. Looked for once per entry. */
function straysOf<K extends RowKind>(part: Part<K>, { byCategory }: Grid): readonly RowOf[K][] {
  const { entry, segment } = part;
  const known = knownStrays.get(entry);
  if (known !== undefined) return known as readonly RowOf[K][];
  const isElsewhere = ({ category }: Product): boolean =>
    segment.variant !== category && segment.variant !== hourlyOf(category ?? '');
  const foreign = byCategory === true ? rowsWhere(productsOf(entry.rows), 'product', isElsewhere) : [];
  // They are among the rows of the entry.
  const strays = [...outsideOwnDates(part), ...(foreign as readonly RowOf[RowKind][] as readonly RowOf[K][])];
  knownStrays.set(entry, strays);
  return strays;
}

/** Rows of one kind have a product, or none of them has. */
function productsOf(rows: Rows<RowOf[RowKind]>): Rows<ChargeRow> {
  const first = rows.at(0);
  return first !== undefined && 'product' in first ? (rows as Rows<ChargeRow>) : [];
}

/** Rows that a vendor lists with a window in which they do not start. */
function outsideOwnDates<K extends RowKind>({ entry, segment: { dates } }: Part<K>): readonly RowOf[K][] {
  return dates === null
    ? []
    : rowsWhere<RowOf[K], 'date'>(entry.rows, 'date', (date) => !isWithin(date, dates));
}

/** The rows of which a field is so. Most often there is none, which the few values that there are tell sooner. */
function rowsWhere<One extends object, Name extends string & keyof One>(
  rows: Rows<One>,
  field: Name,
  isSo: (value: One[Name]) => boolean,
): readonly One[] {
  for (const value of valuesOf(rows, field)) {
    if (isSo(value)) return Array.from(rows).filter((row) => isSo(row[field]));
  }
  return [];
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
  return {
    source,
    status: 'FAILED',
    asOf: null,
    settlement,
    notices: [],
    error,
    parts: [],
    visit: () => Promise.resolve(),
  };
}

/** A vendor that knows none of several categories has not said that they cost nothing. */
function areAllUnknown(refs: readonly SegmentRef[], outcomes: readonly Outcome[]): boolean {
  const lists = new Set(refs.map(({ segment }) => segment.variant));
  return lists.size > 1 && outcomes.every(({ entry }) => entry !== null && isUnknown(entry));
}

function noneKnown({ account }: Source): GatewayError {
  const message = 'the provider knows none of the product categories that it was asked for: see the settings';
  return new GatewayError('PROVIDER_REJECTED', message).of(account.id, account.provider.id);
}

function toReadPart<K extends RowKind>({ entry, segment }: Part<K>, dates: DateRange | null): ReadPart<K> {
  const isWhole = dates === null || (segment.dates !== null && isInside(segment.dates, dates));
  return { entry, dates: isWhole ? null : dates };
}

function isInside(inner: DateRange, outer: DateRange): boolean {
  return inner.from >= outer.from && inner.to <= outer.to;
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

/** Of a list without dates, the period that was asked for says when its rows are final. */
function settlementIn<K extends RowKind>(
  { entry, segment }: Part<K>,
  account: Account,
  dates: DateRange | null,
): Settlement {
  const isWhole = segment.dates === null && dates !== null;
  const finalAt = isWhole ? finalAtOf(account.settlement, monthOf(addDays(dates.to, -1))) : entry.finalAt;
  return settlementOf(finalAt, entry.readAt);
}
