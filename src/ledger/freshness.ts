/**
 * Freshness: for how long a read segment may be used, from what it is. All in one table: a segment that contains now,
 * one that has ended, one that is final.
 */

import { after, monthOf, addDays, startOfDay, type Instant } from '../domain/calendar.ts';
import type { Account } from '../domain/account.ts';
import type { Rows, Segment, SegmentRows } from '../domain/segments.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import { cutOffAfter, finalAtOf, settlementMonthsOf } from '../domain/settlement.ts';

/** The table, in seconds. */
export interface FreshnessPolicy {
  /** A segment that had not ended when it was read. */
  readonly openSeconds: number;
  /** One that had ended, but could still be corrected. */
  readonly closedSeconds: number;
  /** One that was final. */
  readonly finalSeconds: number;
  /** How long past its freshness a segment may stand in when the provider fails. */
  readonly staleSeconds: number;
}

/** Until when a read segment is what. */
export interface Freshness {
  /** When the last of its figures becomes final; null when the provider publishes no moment. */
  readonly finalAt: Instant | null;
  /** Until then it is served as it is. */
  readonly freshUntil: Instant;
  /** Until then it is served while one refresh runs behind it: once more its fresh time. */
  readonly revalidateUntil: Instant;
  /** Until then it stands in, marked STALE, when the provider fails. */
  readonly staleUntil: Instant;
}

/** When a segment's figures become final; null when the provider publishes no rule, or the list has no end. */
export function segmentFinalAt(account: Account, segment: Segment): Instant | null {
  if (segment.dates === null) return null;
  return finalAtOf(account.settlement, monthOf(addDays(segment.dates.to, -1)));
}

/**
 * The freshness of a segment read at `readAt`. What was read before it became final is neither fresh nor served during
 * a refresh once it is: the cut-off bounds both.
 */
export function freshnessOf(
  policy: FreshnessPolicy,
  account: Account,
  segment: Segment,
  read: SegmentRows<RowOf[RowKind]>,
  readAt: Instant,
): Freshness {
  const finalAt = isUnknown(read) ? null : lastFinalAt(account, segment, read.rows);
  const isFinal = finalAt !== null && readAt >= finalAt;
  const isOpen = segment.dates === null || readAt < startOfDay(segment.dates.to, account.timeZone);
  const seconds = isFinal ? policy.finalSeconds : isOpen ? policy.openSeconds : policy.closedSeconds;
  const cutOff = finalReadingDueAt(account, segment, { readAt, finalAt }) ?? Number.POSITIVE_INFINITY;
  const freshUntil = Math.min(after(readAt, seconds * 1000), cutOff) as Instant;
  return {
    finalAt,
    freshUntil,
    revalidateUntil: Math.min(after(readAt, seconds * 2000), cutOff) as Instant,
    staleUntil: after(freshUntil, policy.staleSeconds * 1000),
  };
}

/**
 * The moment from which what was read of a segment at `readAt` is to be read again, as figures that it holds have become
 * final since; null when there is none. A list without dates holds months that become final one after the other, and a
 * segment with rows that are settled later than itself is final twice.
 */
export function finalReadingDueAt(
  account: Account,
  segment: Segment,
  { readAt, finalAt }: { readonly readAt: Instant; readonly finalAt: Instant | null },
): Instant | null {
  if (segment.dates === null) return cutOffAfter(account.settlement, readAt);
  if (finalAt === null) return null;
  return [segmentFinalAt(account, segment), finalAt].find((at) => at !== null && readAt < at) ?? null;
}

/** Whether the vendor did not know what it was asked for: that it has nothing of it is never final. */
export function isUnknown({ rows, notices }: SegmentRows<unknown>): boolean {
  return rows.length === 0 && notices.some(({ code }) => code === 'UNKNOWN_CATEGORY');
}

/** A segment may hold rows that are settled later than itself: a week that ends in the next month, a later bill. */
function lastFinalAt(account: Account, segment: Segment, rows: Rows<RowOf[RowKind]>): Instant | null {
  const ofSegment = segmentFinalAt(account, segment);
  if (ofSegment === null) return null;
  const months = settlementMonthsOf(rows, account.timeZone);
  const ofRows = [...months].map((month) => finalAtOf(account.settlement, month) ?? ofSegment);
  return Math.max(ofSegment, ...ofRows) as Instant;
}
