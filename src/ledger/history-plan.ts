/** What a history consists of: the segments of an account's last months, in the order in which to read them. Pure. */

import type { Account } from '../domain/account.ts';
import {
  addDays,
  addMonths,
  dateIn,
  firstDayOf,
  monthOf,
  type CalendarDate,
  type Instant,
  type YearMonth,
} from '../domain/calendar.ts';
import { segmentsOf } from '../domain/segments.ts';
import type { ReadKind } from '../domain/snapshots.ts';
import { finalReadingDueAt, isFinal, segmentFinalAt } from './freshness.ts';
import { keyOf, type SegmentRef, type Source } from './source.ts';

/** The months of an account, and the segments that contain their rows. */
export interface HistoryPlan {
  /** The first month: that of the horizon, or the first month that the provider has, whichever is later. */
  readonly from: YearMonth;
  /** The current month. */
  readonly to: YearMonth;
  /** By key: the lists that make up cost first, newest segment first. */
  readonly refs: ReadonlyMap<string, SegmentRef>;
}

/** MISSING: has to be read. CHECK: we have it and it is final, but it is due for a check. HELD: nothing to do. */
export type Holding = 'MISSING' | 'CHECK' | 'HELD';

/** Usage by key is a part of the same money, and invoices sum it up. */
const costKinds: ReadonlySet<ReadKind> = new Set(['DAILY_DETAIL', 'BILL']);

/** The first of this many months, counting the current one. */
export function horizonOf(months: number, account: Account, now: Instant): YearMonth {
  return addMonths(monthOf(dateIn(now, account.timeZone)), 1 - months);
}

/** The plan for one account's sources, from a month on. */
export function planOf(
  account: Account,
  sources: readonly Source[],
  horizon: YearMonth,
  now: Instant,
): HistoryPlan {
  const today = dateIn(now, account.timeZone);
  const to = monthOf(today);
  const dates = { from: firstDayOf(horizon), to: firstDayOf(addMonths(to, 1)) };
  const refs = sources.flatMap((source) =>
    segmentsOf(source.grid, Object.keys(source.grid.variants), dates, today).map((segment): SegmentRef => ({
      source,
      segment,
    })),
  );
  refs.sort((a, b) => placeOf(a) - placeOf(b) || compare(beginOf(b, today), beginOf(a, today)));
  const firsts = sources.map(({ grid }) => (grid.floor === undefined ? horizon : monthOf(grid.floor)));
  const first = firsts.toSorted()[0] ?? horizon;
  return {
    from: first > horizon ? first : horizon,
    to,
    refs: new Map(refs.map((ref) => [keyOf(ref), ref])),
  };
}

/** Whether a segment that was last read at `readAt` (null: never) has to be read or checked. */
export function holdingOf({ source, segment }: SegmentRef, readAt: Instant | null, now: Instant): Holding {
  if (readAt === null) return 'MISSING';
  const { account, freshness } = source;
  const reading = { readAt, finalAt: segmentFinalAt(account, segment) };
  const dueAt = finalReadingDueAt(account, segment, reading);
  if (dueAt !== null && now >= dueAt) return 'MISSING';
  if (isFinal(reading)) return now < readAt + heldMs(freshness.finalSeconds) ? 'HELD' : 'CHECK';
  return now < readAt + heldMs(freshness.staleSeconds) ? 'HELD' : 'MISSING';
}

/** By shorter times than this an account would be read ahead without an end. */
const leastHeldMs = 3_600_000;

function heldMs(seconds: number): number {
  return Math.max(leastHeldMs, seconds * 1000);
}

/** The first month from which on nothing is missing; null when a segment of the current month is missing. */
export function heldFrom({ from, to }: HistoryPlan, missing: Iterable<SegmentRef>): YearMonth | null {
  let first = from;
  for (const { segment } of missing) {
    const last = segment.dates === null ? to : monthOf(addDays(segment.dates.to, -1));
    const next = addMonths(last < to ? last : to, 1);
    if (next > first) first = next;
  }
  return first > to ? null : first;
}

function placeOf({ source }: SegmentRef): number {
  return costKinds.has(source.kind) ? 0 : 1;
}

/** The first day of a segment. A list without dates always includes today. */
function beginOf({ segment }: SegmentRef, today: CalendarDate): CalendarDate {
  return segment.dates?.from ?? today;
}

function compare(a: CalendarDate, b: CalendarDate): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
