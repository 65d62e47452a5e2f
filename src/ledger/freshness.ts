/**
 * Freshness: how long a read segment may be used. One table decides, by whether the segment's period still runs, has
 * ended, or is final.
 */

import { addDays, after, instantOf, monthOf, startOfDay, type Instant } from '../domain/calendar.ts';
import type { Account } from '../domain/account.ts';
import type { Rows } from '../domain/row-list.ts';
import type { Segment, SegmentRows } from '../domain/segments.ts';
import { areRows, type ReadKind, type ReadOf } from '../domain/snapshots.ts';
import { cutOffAfter, finalAtOf, settlementMonthsOf } from '../domain/settlement.ts';

/** The table, in seconds. */
export interface FreshnessPolicy {
  /** For a segment whose period had not ended when it was read. */
  readonly openSeconds: number;
  /** For a segment whose period had ended, but whose figures could still be corrected. */
  readonly closedSeconds: number;
  /** For a segment that was final: after this time we check it again in the background, and serve it meanwhile. */
  readonly finalSeconds: number;
  /** How long after its freshness a segment may replace the answer of a provider that fails. */
  readonly staleSeconds: number;
}

/** The moments up to which a read segment is fresh, may be revalidated, or may stand in. */
export interface Freshness {
  /** When the last of its figures becomes final; null when the provider publishes no moment. */
  readonly finalAt: Instant | null;
  /** Until then we serve it as it is. */
  readonly freshUntil: Instant;
  /** Until then we serve it while one refresh runs: twice its fresh time, or forever once it is final. */
  readonly revalidateUntil: Instant;
  /** Until then we serve it, marked STALE, when the provider fails. */
  readonly staleUntil: Instant;
}

/** A moment later than all others: the year 9999, which every date format can express. */
const endless = instantOf(253_402_214_400_000);

/** Whether a reading was made after its figures had become final. */
export function isFinal({
  readAt,
  finalAt,
}: {
  readonly readAt: Instant;
  readonly finalAt: Instant | null;
}): boolean {
  return finalAt !== null && readAt >= finalAt;
}

/** When a segment's figures become final; null when the provider publishes no rule, or the list has no dates. */
export function segmentFinalAt(account: Account, segment: Segment): Instant | null {
  if (segment.dates === null) return null;
  return finalAtOf(account.settlement, monthOf(addDays(segment.dates.to, -1)));
}

/**
 * The freshness of a segment read at `readAt`. Once a segment becomes final, an earlier reading is neither fresh nor
 * served during a refresh: the cut-off limits both.
 */
export function freshnessOf(
  policy: FreshnessPolicy,
  account: Account,
  segment: Segment,
  read: SegmentRows<ReadOf[ReadKind]>,
  readAt: Instant,
): Freshness {
  const finalAt = read.isUnknownCategory === true ? null : lastFinalAt(account, segment, read.rows);
  const isSettled = isFinal({ readAt, finalAt });
  const isOpen = segment.dates === null || readAt < startOfDay(segment.dates.to, account.timeZone);
  const seconds = isSettled ? policy.finalSeconds : isOpen ? policy.openSeconds : policy.closedSeconds;
  const cutOff = Math.min(
    finalReadingDueAt(account, segment, { readAt, finalAt }) ?? Number.POSITIVE_INFINITY,
    nextBillAt(account, segment, readAt) ?? Number.POSITIVE_INFINITY,
  );
  const freshUntil = Math.min(after(readAt, seconds * 1000), cutOff) as Instant;
  // Only a correction could make a final entry wrong, so we may serve it as long as we have it.
  const revalidateUntil = isSettled ? endless : after(readAt, seconds * 2000);
  return {
    finalAt,
    freshUntil,
    revalidateUntil: Math.min(revalidateUntil, cutOff) as Instant,
    staleUntil: isSettled ? endless : after(freshUntil, policy.staleSeconds * 1000),
  };
}

/**
 * When to read a segment again because figures in it have become final since `readAt`; null when none will. A list
 * without dates has many months, which become final one after the other. A segment with rows that are settled later
 * than the segment becomes final twice.
 */
export function finalReadingDueAt(
  account: Account,
  segment: Segment,
  { readAt, finalAt }: { readonly readAt: Instant; readonly finalAt: Instant | null },
): Instant | null {
  if (segment.isSnapshot === true) return null;
  if (segment.dates === null) return cutOffAfter(account.settlement, readAt);
  if (finalAt === null) return null;
  return [segmentFinalAt(account, segment), finalAt].find((at) => at !== null && readAt < at) ?? null;
}

/**
 * When the next month's bill, which may add rows to this segment, becomes final; null when it adds none, or was read.
 */
function nextBillAt(account: Account, segment: Segment, readAt: Instant): Instant | null {
  if (segment.dates === null || segment.billedAcrossMonths !== true) return null;
  const at = finalAtOf(account.settlement, monthOf(segment.dates.to));
  return at !== null && readAt < at ? at : null;
}

/**
 * When the last row becomes final. Rows may be settled after their segment: a week ends next month, a bill comes later.
 */
function lastFinalAt(account: Account, segment: Segment, rows: Rows<ReadOf[ReadKind]>): Instant | null {
  const ofSegment = segmentFinalAt(account, segment);
  if (ofSegment === null || !areRows(rows)) return null;
  const months = settlementMonthsOf(rows, account.timeZone);
  const ofRows = [...months].map((month) => finalAtOf(account.settlement, month) ?? ofSegment);
  return Math.max(ofSegment, ...ofRows) as Instant;
}
