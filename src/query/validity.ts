/** How long an answer stays right: until a segment that it was made from, or anything else in it, may change. */

import type { Instant } from '../domain/calendar.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Outcome } from '../ledger/outcome.ts';
import { keyOf, type SegmentRef } from '../ledger/source.ts';

export interface Validity {
  /** The answer was made from this reading of this segment. */
  dependsOn(ref: SegmentRef, outcome: Outcome): void;
  /** The answer changes at this moment. */
  endsAt(instant: Instant): void;
  /** The answer contains something that may change at any time. */
  endsNow(): void;
  /** Until when the answer is right; a past moment when it no longer is. */
  until(): Instant;
  /** The ids of the accounts whose rows it was made from. */
  accounts(): readonly string[];
  /** The keys of the segments that it was made from. */
  segments(): readonly string[];
}

/** How long an answer lives that was made from no segments (accounts, providers, the schema). */
const longestMs = 300_000;

/** The validity of one request's answer. */
export function createValidity(ledger: Ledger): Validity {
  const parts = new Map<string, { readonly ref: SegmentRef; readonly outcome: Outcome }>();
  let end: number = Number.POSITIVE_INFINITY;
  return {
    dependsOn(ref, outcome) {
      parts.set(keyOf(ref), { ref, outcome });
    },
    endsAt(instant) {
      end = Math.min(end, instant);
    },
    endsNow() {
      end = 0;
    },
    until() {
      let until = parts.size === 0 ? Math.min(end, ledger.now() + longestMs) : end;
      for (const { ref, outcome } of parts.values()) {
        if (outcome.status !== 'FRESH' || outcome.entry === null) return 0 as Instant;
        until = Math.min(until, ledger.goodUntil(ref, outcome.entry));
      }
      return until as Instant;
    },
    accounts: () => [...new Set([...parts.values()].map(({ ref }) => ref.source.account.id))].toSorted(),
    segments: () => [...parts.keys()],
  };
}
