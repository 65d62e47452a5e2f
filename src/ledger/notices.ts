/** What should be known about the rows of an answer, beside what the vendor's rows say of themselves. */

import { dateIn, printInstant, startOfDay, type DateRange, type Instant } from '../domain/calendar.ts';
import type { Notice } from '../domain/coverage.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { Segment } from '../domain/segments.ts';
import type { Entry } from './memory.ts';
import type { Source } from './source.ts';

/** What was read before its period had ended lacks the rest of it. */
export function partialNotice(
  { account }: Source,
  asked: { readonly dates: DateRange | null; readonly end: Instant | null },
  parts: readonly { readonly entry: Entry; readonly segment: Segment }[],
  now: Instant,
): Notice[] {
  const { dates } = asked;
  if (dates === null) return [];
  const end = asked.end ?? startOfDay(dates.to, account.timeZone);
  const endOf = ({ segment }: { readonly segment: Segment }): number =>
    Math.min(end, segment.dates === null ? end : startOfDay(segment.dates.to, account.timeZone));
  const early = parts.filter((part) => part.entry.readAt < endOf(part)).map(({ entry }) => entry.readAt);
  if (now >= end && early.length === 0) return [];
  const until = Math.min(now, ...early) as Instant;
  const message = `the period had not ended: figures are those known at ${printInstant(until)}`;
  return [{ code: 'PARTIAL_PERIOD', message, date: dateIn(until, account.timeZone) }];
}

/** A list that does not reach back so far. */
export function clampNotice({ grid, account }: Source, dates: DateRange | null): Notice[] {
  if (grid.floor === undefined || dates === null || dates.from >= grid.floor) return [];
  const message = `${account.provider.name} has this list from ${grid.floor} on: nothing before that date was read`;
  return [{ code: 'PERIOD_CLAMPED', message, date: null }];
}

/** A row belongs to the period in which it starts; a vendor may list it with another. It must not vanish unsaid. */
export function strayNotice(strays: readonly RowOf[RowKind][]): Notice[] {
  if (strays.length === 0) return [];
  const starts = strays.map(({ date }) => date).toSorted();
  const message =
    `the provider lists ${strays.length} rows with this period that start outside it, from ${starts[0]} ` +
    `to ${starts.at(-1)}: they are not in this answer, and are when a period is asked for that holds both`;
  return [{ code: 'ROWS_OUTSIDE_PERIOD', message, date: null }];
}

/** What is said of each of twelve months is said once. */
export function distinct(notices: readonly Notice[]): Notice[] {
  return [...new Map(notices.map((notice) => [`${notice.code} ${notice.message}`, notice])).values()];
}

const mostNotices = 50;

/** A fault of every row need not be told of every row. */
export function shorten(notices: readonly Notice[]): readonly Notice[] {
  const [last] = notices.slice(mostNotices);
  if (last === undefined) return notices;
  const rest = notices.length - mostNotices;
  return [
    ...notices.slice(0, mostNotices),
    { ...last, message: `${last.message} (and ${rest - 1} more notices)` },
  ];
}
