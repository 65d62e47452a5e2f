/** For how long an answer is right: as long as every segment is that it was made of, and as nothing else in it changes. */

import type { Instant } from '../domain/calendar.ts';
import type { Ledger, Outcome } from '../ledger/ledger.ts';
import { keyOf, type SegmentRef } from '../ledger/source.ts';

export interface Lifetime {
  /** It was made of this segment, in this reading. */
  dependsOn(ref: SegmentRef, outcome: Outcome): void;
  /** It is another one from this moment on. */
  endsAt(instant: Instant): void;
  /** It holds what may change at any time. */
  endsNow(): void;
  /** Until when it is right; the past, when it is not any more. */
  until(): Instant;
  /** The ids of the accounts whose rows it was made of. */
  accounts(): readonly string[];
  /** The keys of the segments that it was made of. */
  segments(): readonly string[];
}

/** What is made of no segments at all (accounts, providers, the schema) lives for so long. */
const longestMs = 300_000;

/** The lifetime of one request's answer. */
export function createLifetime(ledger: Ledger): Lifetime {
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
