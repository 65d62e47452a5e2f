/** The history of one account while it is being read: what the cache has, what to read next, and when to pause. */

import type { Account } from '../domain/account.ts';
import { after, type Instant, type YearMonth } from '../domain/calendar.ts';
import type { GatewayError } from '../domain/errors.ts';
import type { HistoryState } from '../domain/history-state.ts';
import { heldFrom, holdingOf, type Holding, type HistoryPlan } from './history-plan.ts';
import { keyOf, type SegmentRef, type Source } from './source.ts';

/** The history of one account, as far as this process knows it. */
export interface AccountHistory {
  readonly account: Account;
  /** Takes over a new plan and when each of its segments was last read; an Error means that we do not know when. */
  replan(plan: HistoryPlan, readAts: readonly (Instant | Error | null)[]): void;
  state(): HistoryState;
  /** How much of it is left, at little cost: it does not grow with the number of segments. */
  left(): HistoryLeft;
  /** Whether a segment is part of this history and still has to be read. */
  isMissing(ref: SegmentRef): boolean;
  /** Moves segments to the front. */
  want(refs: readonly SegmentRef[]): void;
  /** When a segment was read last; null: never, or that is not known. */
  readonly readAtOf: (ref: SegmentRef) => Instant | null;
  /** Whether there is something that can be read now. */
  hasWork(): boolean;
  /** What is to be read next, which nobody else is given until it has `landed` or `failed`; null: nothing now. */
  take(which: 'ALL' | 'WANTED'): SegmentRef | null;
  landed(ref: SegmentRef, readAt: Instant): void;
  failed(ref: SegmentRef, error: GatewayError): void;
  /** Puts back a segment that was taken but not tried. */
  release(ref: SegmentRef): void;
}

export interface HistoryLeft {
  readonly status: HistoryState['status'];
  readonly missing: number;
  readonly planned: number;
  /** About how long the rest takes; 0 while nothing is read. */
  readonly leftMs: number;
}

export interface AccountHistorySettings {
  readonly account: Account;
  readonly sources: readonly Source[];
  readonly now: () => Instant;
  /** A clock that never jumps, in milliseconds. */
  readonly monotonicMs: () => number;
  /** False when only memory keeps the entries: then an entry that is missing was evicted, not lost. */
  readonly outlives: boolean;
}

/** After a failure we leave a segment alone for this long, longer with each failure; the last value is the longest. */
const restsMs = [30_000, 60_000, 120_000, 300_000, 900_000] as const;
/** After this many failures in a row the segment is not to blame, so the whole account pauses. */
const inARow = 3;
/** Errors that concern one segment and not the whole provider. */
const ofSegment: ReadonlySet<string> = new Set(['PROVIDER_REJECTED', 'PROVIDER_RESPONSE_INVALID']);

interface Progress {
  holding: Holding;
  readAt: Instant | null;
  failures: number;
  restsUntilMs: number;
  isTaken: boolean;
}

const unfailed = { failures: 0, restsUntilMs: 0 };

export function createAccountHistory(settings: AccountHistorySettings): AccountHistory {
  const { account, sources, now, monotonicMs, outlives } = settings;
  let plan: HistoryPlan | null = null;
  let progress = new Map<string, Progress>();
  const wanted = new Set<string>();
  let failuresInARow = 0;
  let restsUntilMs = 0;
  let lastError: GatewayError | null = null;
  let missingCount = 0;

  const refOf = (key: string): SegmentRef | undefined => plan?.refs.get(key);
  const missing = (): SegmentRef[] => {
    return [...progress].flatMap(([key, { holding }]) => (holding === 'MISSING' ? (refOf(key) ?? []) : []));
  };
  const canBeTaken = (one: Progress | undefined): boolean =>
    one !== undefined && one.holding !== 'HELD' && !one.isTaken && monotonicMs() >= one.restsUntilMs;

  function next(which: 'ALL' | 'WANTED'): string | null {
    for (const key of wanted) {
      if (canBeTaken(progress.get(key))) return key;
      if (progress.get(key)?.holding !== 'MISSING') wanted.delete(key);
    }
    if (which === 'WANTED') return null;
    for (const holding of ['MISSING', 'CHECK']) {
      for (const [key, one] of progress) if (one.holding === holding && canBeTaken(one)) return key;
    }
    return null;
  }

  function status(): HistoryState['status'] {
    if (missingCount === 0) return 'COMPLETE';
    if (monotonicMs() < restsUntilMs) return 'PAUSED';
    const isAnyLeft = progress
      .values()
      .some((one) => one.holding === 'MISSING' && (one.isTaken || canBeTaken(one)));
    return isAnyLeft ? 'READING' : 'PAUSED';
  }

  function left(): HistoryLeft {
    const paceMs = Math.max(0, ...sources.map((source) => source.paceMs()));
    const current = status();
    return {
      status: current,
      missing: missingCount,
      planned: progress.size,
      leftMs: current === 'READING' ? Math.ceil(missingCount * paceMs) : 0,
    };
  }

  /** What could not be read once is said until it could, or nothing of that is left. */
  function forgetError(): void {
    if (progress.values().every(({ failures }) => failures === 0)) lastError = null;
  }

  function hold(one: Progress, holding: Holding): void {
    missingCount += Number(holding === 'MISSING') - Number(one.holding === 'MISSING');
    one.holding = holding;
  }

  return {
    account,
    replan(next, readAts) {
      plan = next;
      const before = progress;
      progress = new Map();
      let index = 0;
      for (const [key, ref] of next.refs) {
        const known = before.get(key);
        const found = readAts[index] ?? null;
        index += 1;
        const isLost = found === null && outlives;
        const readAt =
          found instanceof Error || (found === null && !isLost) ? (known?.readAt ?? null) : found;
        const holding = holdingOf(ref, readAt, now());
        const rest = known ?? { ...unfailed, isTaken: false };
        // Somebody else may have read what had failed.
        progress.set(key, { ...rest, ...(holding === 'HELD' ? unfailed : {}), holding, readAt });
      }
      missingCount = missing().length;
      forgetError();
    },
    left,
    state() {
      const { status, planned, leftMs } = left();
      return {
        status,
        from: plan?.from ?? ('' as YearMonth),
        heldFrom: plan === null ? null : heldFrom(plan, missing()),
        segmentsHeld: planned - missingCount,
        segmentsPlanned: planned,
        estimatedCompleteAt: status === 'READING' ? after(now(), leftMs) : null,
        error: status === 'COMPLETE' ? null : lastError,
      };
    },
    isMissing: (ref) => progress.get(keyOf(ref))?.holding === 'MISSING',
    want(refs) {
      for (const ref of refs) if (progress.get(keyOf(ref))?.holding === 'MISSING') wanted.add(keyOf(ref));
    },
    readAtOf: (ref) => progress.get(keyOf(ref))?.readAt ?? null,
    hasWork: () => monotonicMs() >= restsUntilMs && next('ALL') !== null,
    take(which) {
      if (monotonicMs() < restsUntilMs) return null;
      const key = next(which);
      const one = key === null ? undefined : progress.get(key);
      if (key === null || one === undefined) return null;
      one.isTaken = true;
      return refOf(key) ?? null;
    },
    landed(ref, readAt) {
      const one = progress.get(keyOf(ref));
      wanted.delete(keyOf(ref));
      failuresInARow = 0;
      if (one === undefined) return;
      hold(one, holdingOf(ref, readAt, now()));
      Object.assign(one, { readAt, failures: 0, isTaken: false });
      forgetError();
    },
    failed(ref, error) {
      const one = progress.get(keyOf(ref));
      lastError = error;
      failuresInARow += 1;
      const isOfAll = !ofSegment.has(error.code) || failuresInARow >= inARow;
      if (isOfAll) restsUntilMs = monotonicMs() + restAfter(Math.ceil(failuresInARow / inARow), error);
      if (one === undefined) return;
      const failures = one.failures + 1;
      Object.assign(one, {
        failures,
        isTaken: false,
        restsUntilMs: monotonicMs() + restAfter(failures, error),
      });
    },
    release(ref) {
      const one = progress.get(keyOf(ref));
      if (one !== undefined) one.isTaken = false;
    },
  };
}

function restAfter(failures: number, { retryAfterSeconds = 0 }: GatewayError): number {
  const restMs = restsMs[Math.min(failures, restsMs.length) - 1] ?? restsMs[0];
  return Math.max(restMs, retryAfterSeconds * 1000);
}
