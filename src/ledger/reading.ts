/** What one account has to say to a question: its segments' outcomes, put together. */

import type { Account } from '../domain/account.ts';
import {
  addDays,
  dateIn,
  monthOf,
  printInstant,
  startOfDay,
  type DateRange,
  type Instant,
} from '../domain/calendar.ts';
import type { Notice, SourceStatus } from '../domain/coverage.ts';
import { GatewayError } from '../domain/errors.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import { hourlyOf, type Grid, type Segment } from '../domain/segments.ts';
import { finalAtOf, settlementOf, type Settlement } from '../domain/settlement.ts';
import { isUnknown, segmentFinalAt } from './freshness.ts';
import type { Outcome } from './ledger.ts';
import type { Entry } from './memory.ts';
import type { SegmentRef, Source } from './source.ts';

/** One account's contribution, whole or not at all: it has no rows when it FAILED. */
export interface Reading<K extends RowKind> {
  readonly source: Source<K>;
  readonly status: SourceStatus;
  readonly asOf: Instant | null;
  readonly settlement: Settlement;
  readonly notices: readonly Notice[];
  readonly error: GatewayError | null;
  /** Visits the rows of the period, each once, where they lie: none is copied. */
  visit(visitor: Visitor<K>): void;
}

/** Is shown a row, and when it was read, which decides whether it is final. */
export type Visitor<K extends RowKind> = (row: RowOf[K], readAt: Instant) => void;

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
  now: Instant,
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
      ...partialNotice(source, dates, parts, now),
      ...strayNotice(parts.flatMap((part) => outsideOwnDates(part)).filter(({ date }) => !inRange(date))),
      ...distinct(parts.flatMap(({ entry }) => entry.notices)).filter(
        ({ date }) => date === null || inRange(date),
      ),
    ]),
    error: stale?.error ?? null,
    visit(visitor) {
      visitOnce(parts, inRange, strays, visitor);
    },
  };
}

/**
 * Two windows, or two lists, may both hold a row: its id says that it is the same one, and the later reading counts. Only
 * what lies outside its own window or list can be such a row.
 */
function visitOnce<K extends RowKind>(
  parts: readonly Part<K>[],
  inRange: (date: string) => boolean,
  strays: readonly RowOf[K][],
  visitor: Visitor<K>,
): void {
  const doubtful = new Set(strays.map(({ id }) => id));
  const latest = new Map<string, { row: RowOf[K]; readAt: Instant }>();
  for (const { entry } of parts) {
    for (const row of entry.rows) {
      if (!inRange(row.date)) continue;
      if (!doubtful.has(row.id)) visitor(row, entry.readAt);
      else if (entry.readAt > (latest.get(row.id)?.readAt ?? -1)) {
        latest.set(row.id, { row, readAt: entry.readAt });
      }
    }
  }
  for (const { row, readAt } of latest.values()) visitor(row, readAt);
}

const knownStrays = new WeakMap<Entry, readonly RowOf[RowKind][]>();

/** Rows that another segment may hold too: by their date, or by their category. Looked for once per entry. */
function straysOf<K extends RowKind>(part: Part<K>, { byCategory }: Grid): readonly RowOf[K][] {
  const { entry, segment } = part;
  const known = knownStrays.get(entry);
  if (known !== undefined) return known as readonly RowOf[K][];
  const isElsewhere = (row: RowOf[K]): boolean =>
    byCategory === true &&
    'product' in row &&
    segment.variant !== row.product.category &&
    segment.variant !== hourlyOf(row.product.category ?? '');
  const foreign = entry.rows.filter((row) => isElsewhere(row));
  const strays = [...outsideOwnDates(part), ...foreign];
  knownStrays.set(entry, strays);
  return strays;
}

/** Rows that a vendor lists with a window in which they do not start. */
function outsideOwnDates<K extends RowKind>({ entry, segment: { dates } }: Part<K>): readonly RowOf[K][] {
  return dates === null ? [] : entry.rows.filter(({ date }) => !isWithin(date, dates));
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
  return { source, status: 'FAILED', asOf: null, settlement, notices: [], error, visit: () => {} };
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

/** What was read before its period had ended lacks the rest of it. */
function partialNotice<K extends RowKind>(
  { account }: Source<K>,
  dates: DateRange | null,
  parts: readonly Part<K>[],
  now: Instant,
): Notice[] {
  if (dates === null) return [];
  const endOf = ({ segment }: Part<K>): Instant => {
    const to = segment.dates === null || segment.dates.to > dates.to ? dates.to : segment.dates.to;
    return startOfDay(to, account.timeZone);
  };
  const early = parts.filter((part) => part.entry.readAt < endOf(part)).map(({ entry }) => entry.readAt);
  const isOver = now >= startOfDay(dates.to, account.timeZone);
  if (isOver && early.length === 0) return [];
  const until = Math.min(now, ...early) as Instant;
  const message = `the period up to ${dates.to} had not ended: figures are those known at ${printInstant(until)}`;
  return [{ code: 'PARTIAL_PERIOD', message, date: dateIn(until, account.timeZone) }];
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

/** What is said of each of twelve months is said once. */
function distinct(notices: readonly Notice[]): Notice[] {
  return [...new Map(notices.map((notice) => [`${notice.code} ${notice.message}`, notice])).values()];
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
