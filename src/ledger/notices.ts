/** Notices: what a client should know about the rows of an answer, beyond what the vendor's rows say themselves. */

import { dateIn, printInstant, startOfDay, type DateRange, type Instant } from '../domain/calendar.ts';
import type { Account } from '../domain/account.ts';
import type { Notice } from '../domain/coverage.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { Segment } from '../domain/segments.ts';
import type { Entry } from './memory-tier.ts';
import type { Source } from './source.ts';

/** Up to when figures are known when a part was read before its period had ended; null when no part was. */
export function knownUntil(
  account: Account,
  asked: { readonly dates: DateRange | null; readonly end: Instant | null },
  parts: readonly { readonly entry: Entry; readonly segment: Segment }[],
  now: Instant,
): Instant | null {
  const { dates } = asked;
  if (dates === null || dates.from >= dates.to) return null;
  const end = asked.end ?? startOfDay(dates.to, account.timeZone);
  const endOf = ({ segment }: { readonly segment: Segment }): number =>
    Math.min(end, segment.dates === null ? end : startOfDay(segment.dates.to, account.timeZone));
  const early = parts.filter((part) => part.entry.readAt < endOf(part)).map(({ entry }) => entry.readAt);
  return now >= end && early.length === 0 ? null : (Math.min(now, ...early) as Instant);
}

/** Says that an answer was read before its period had ended, so its last figures are missing. */
export function partialNotice({ timeZone }: Account, until: Instant | null): Notice[] {
  if (until === null) return [];
  const message = `the period had not ended: figures are those known at ${printInstant(until)}`;
  return [{ code: 'PARTIAL_PERIOD', message, date: dateIn(until, timeZone) }];
}

/** Whether a list does not reach back to the first of some dates. */
export function isClamped({ grid }: Source, dates: DateRange | null): boolean {
  return dates !== null && dates.from < (grid.floor ?? '');
}

/** Says that a list does not reach back to the first date of the period. */
export function clampNotice(source: Source, dates: DateRange | null): Notice[] {
  if (!isClamped(source, dates)) return [];
  const { grid, account } = source;
  const message = `${account.provider.name} has this list from ${grid.floor} on: nothing before that date was read`;
  return [{ code: 'PERIOD_CLAMPED', message, date: null }];
}

/** Reports rows that the vendor lists with a period in which they do not start: they must not vanish silently. */
export function strayNotice(misplaced: readonly RowOf[RowKind][]): Notice[] {
  if (misplaced.length === 0) return [];
  const starts = misplaced.map(({ date }) => date).toSorted();
  const message =
    `the provider lists ${misplaced.length} rows with this period that start outside it, from ${starts[0]} ` +
    `to ${starts.at(-1)}: this answer leaves them out; ask for a period that includes those dates to see them`;
  return [{ code: 'ROWS_OUTSIDE_PERIOD', message, date: null }];
}

/** Twelve months may each bring the same notice: keeps it once. */
export function distinct(notices: readonly Notice[]): Notice[] {
  return [...new Map(notices.map((notice) => [`${notice.code} ${notice.message}`, notice])).values()];
}

const maxNotices = 50;

/** Shortens the list: what is wrong with every row need not be said for every row. */
export function shorten(notices: readonly Notice[]): readonly Notice[] {
  const [last] = notices.slice(maxNotices);
  if (last === undefined) return notices;
  const rest = notices.length - maxNotices;
  return [
    ...notices.slice(0, maxNotices),
    { ...last, message: `${last.message} (and ${rest - 1} more notices)` },
  ];
}
