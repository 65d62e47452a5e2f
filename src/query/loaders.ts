/**
 * Batches segments within one request: all that resolvers ask for in one tick is one ledger read, no segment is read
 * twice, and we know the cost before anything is read.
 */

import DataLoader from 'dataloader';

import type { GatewayError } from '../domain/errors.ts';
import type { Call } from '../domain/segments.ts';
import type { ReadKind } from '../domain/snapshots.ts';
import type { Tracing } from '../domain/tracing.ts';
import type { HistoryView } from '../ledger/history.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { failed, type AcceptsHead, type Outcome, type WithoutRows } from '../ledger/outcome.ts';
import { headOf } from '../ledger/out-of-window.ts';
import { isOwnQuota } from '../ledger/segment-failures.ts';
import type { Entry } from '../ledger/memory-tier.ts';
import { keyOf, type SegmentRef } from '../ledger/source.ts';
import { createBlocks } from './segment-blocks.ts';
import { createAdmission, historyPending, type UpstreamBudget } from './upstream-admission.ts';
import type { Validity } from './validity.ts';

export interface SegmentLoader {
  /**
   * The outcomes of segments, in order. A failure is an outcome, so no segment fails another's batch. A FAILED segment
   * decides for all, so it is returned alone, at once; the others are still read and kept. `without`: how the caller
   * does without the rows of segments that memory has dropped, or cannot hold together. @throws GatewayError
   * QUERY_TOO_EXPENSIVE when the request would read more segments than it may; what `upstreamBudget` throws
   */
  load<K extends ReadKind>(
    refs: readonly SegmentRef<K>[],
    without?: WithoutRows,
  ): Promise<readonly Outcome<K>[]>;
  /** What the request has cost so far. */
  cost(): Cost;
  /** Whether this loader only plans: then it returns no rows, and no row counts as missing. */
  readonly isPlan: boolean;
}

/** The cost of a request, in segments. A segment that no cache has is at least one call to a provider. */
export interface Cost {
  /** Segments that the request needs. */
  readonly requested: number;
  /** Those that were read from providers for it, or could not be. */
  readonly actual: number;
  /** Those that the cache answered. */
  readonly cached: number;
}

export interface LoaderSettings {
  readonly ledger: Ledger;
  readonly history: HistoryView;
  readonly call: Call;
  /** Resolves when the outcomes may be used; null: at once. */
  readonly turn: Promise<void> | null;
  readonly maxUpstreamCalls: number;
  /** Null: upstream calls cost the client nothing. */
  readonly upstreamBudget: UpstreamBudget | null;
  readonly validity: Validity;
  readonly tracing: Tracing;
}

/** How many segments' rows a request has at a time, if it only adds them up. */
const segmentsAtOnce = 20;

/** Lives as long as one request: a loader shared by requests could show one caller another caller's rows. */
export function createSegmentLoader(settings: LoaderSettings): SegmentLoader {
  const { ledger, history, call, turn, maxUpstreamCalls, upstreamBudget, validity, tracing } = settings;
  const mayUse = turn === null ? null : Promise.race([turn, aborted(call.signal)]);
  // Wrapped in an object, so that each segment settles on its own: a batch must not wait for its slowest vendor.
  const loader = new DataLoader<SegmentRef, { readonly landed: Promise<Outcome> }, string>(
    async (refs) =>
      ledger.read(refs, call, (missed) => leave.get(keyOf(missed))?.()).map((landed) => ({ landed })),
    { cacheKeyFn: keyOf },
  );
  /** Rows that only pass through are so many at a time: a year of many accounts is more than memory holds. */
  const blocks = createBlocks(segmentsAtOnce);
  /** Called when a segment goes to its provider: it leaves its block, which does not wait for that. */
  const leave = new Map<string, () => void>();
  const requested = new Set<string>();
  /** Segments that were admitted to the ledger. */
  const begun = new Set<string>();
  const cached = new Set<string>();
  const flown = new Set<string>();
  const admission = createAdmission({ ledger, history, maxUpstreamCalls, upstreamBudget });

  /** Answers at once, without a batch, when memory has all segments. */
  function answerAll<K extends ReadKind>(
    refs: readonly SegmentRef<K>[],
    accepts: AcceptsHead | undefined,
  ): Outcome<K>[] | null {
    const outcomes: Outcome<K>[] = [];
    for (const ref of refs) {
      const outcome = ledger.answer(ref, accepts);
      if (outcome === null || !isOf(outcome, ref)) return null;
      outcomes.push(outcome);
    }
    refs.forEach((ref, index) => {
      const outcome = outcomes[index];
      if (outcome !== undefined) noteAnswered(ref, outcome);
    });
    return outcomes;
  }

  function noteAnswered(ref: SegmentRef, outcome: Outcome): void {
    requested.add(keyOf(ref));
    begun.add(keyOf(ref));
    cached.add(keyOf(ref));
    validity.dependsOn(ref, outcome);
  }

  /** Answers the segments that need only their head, before anything is awaited: memory may drop the head meanwhile. */
  function answerByHead<K extends ReadKind>(
    refs: readonly SegmentRef<K>[],
    accepts: AcceptsHead | undefined,
  ): ReadonlyMap<SegmentRef<K>, Outcome<K>> {
    const answered = new Map<SegmentRef<K>, Outcome<K>>();
    for (const ref of accepts === undefined ? [] : refs) {
      const outcome = ledger.holds(ref) ? null : ledger.answer(ref, accepts);
      if (outcome === null || !isOf(outcome, ref)) continue;
      noteAnswered(ref, outcome);
      answered.set(ref, outcome);
    }
    return answered;
  }

  async function loadOne<K extends ReadKind>(ref: SegmentRef<K>): Promise<Outcome<K>> {
    begun.add(keyOf(ref));
    const { landed } = await loader.load(ref);
    const outcome = await landed;
    if (!isOf(outcome, ref)) throw new TypeError(`a segment of ${ref.source.kind} holds ${outcome.kind}`);
    if (!outcome.isCached) flown.add(keyOf(ref));
    else if (!flown.has(keyOf(ref))) cached.add(keyOf(ref));
    validity.dependsOn(ref, outcome);
    return outcome.error === null ? outcome : { ...outcome, error: untilAnswerable(outcome.error, ref) };
  }

  /** Loads a segment, takes what is needed of its rows, and lets go of them. */
  function pass<K extends ReadKind>(ref: SegmentRef<K>, without: WithoutRows): Promise<Outcome<K>> {
    return blocks(() => {
      const left = Promise.withResolvers<void>();
      leave.set(keyOf(ref), left.resolve);
      const passed = loadOne(ref).then((outcome) => digested(ref, outcome, without));
      return { result: passed, over: Promise.race([passed, left.promise]) };
    });
  }

  async function digested<K extends ReadKind>(
    ref: SegmentRef<K>,
    outcome: Outcome<K>,
    { accepts, digest }: WithoutRows,
  ): Promise<Outcome<K>> {
    const { entry, isCached } = outcome;
    // What was just read from a provider stays for the request: nobody else may have kept it.
    const head =
      entry === null || !isCached ? null : headOf({ entry, segment: ref.segment }, ref.source.grid);
    if (entry === null || head === null) return outcome;
    await digest?.(ref, entry);
    if (!accepts(ref, head)) return outcome;
    const headOutcome = { ...outcome, entry: head as Entry<K> };
    loader.clear(ref);
    validity.dependsOn(ref, headOutcome);
    return headOutcome;
  }

  /** Extends the wait to all that the request needs of the account, so that one retry finds everything. */
  function untilAnswerable(error: GatewayError, ref: SegmentRef): GatewayError {
    if (error.code !== 'PROVIDER_RATE_LIMITED' && error.code !== 'PROVIDER_TIMEOUT') return error;
    const needed = admission.neededWith(ref);
    if (isOwnQuota(error) && history.isMissing(ref)) {
      return historyPending(
        needed.filter((one) => history.isMissing(one)),
        { ledger, history },
      );
    }
    const waitSeconds = Math.ceil(ledger.waitMs(needed) / 1000) + 1;
    return error.retryAfter(Math.max(waitSeconds, error.retryAfterSeconds ?? 0));
  }

  async function read<K extends ReadKind>(
    refs: readonly SegmentRef<K>[],
    without: WithoutRows | undefined,
  ): Promise<readonly Outcome<K>[]> {
    const held = answerAll(refs, without?.accepts);
    if (held !== null) return held;
    const byHead = answerByHead(refs, without?.accepts);
    const load = (ref: SegmentRef<K>): Promise<Outcome<K>> =>
      without?.digest === undefined ? loadOne(ref) : pass(ref, without);
    const others = refs.filter((ref) => !byHead.has(ref));
    for (const ref of others) requested.add(keyOf(ref));
    const pending = await admission.admit(others);
    const [first] = refs;
    if (pending !== null && first !== undefined) return [failed(first.source.kind, pending)];
    return tracing.inSpan(
      'ledger read',
      { 'billing.segments': refs.length },
      () =>
        new Promise<readonly Outcome<K>[]>((resolve, reject) => {
          const loads = refs.map(async (ref) => {
            const outcome = byHead.get(ref) ?? (await load(ref));
            if (outcome.status === 'FAILED') resolve([outcome]);
            return outcome;
          });
          Promise.all(loads).then(resolve, reject);
        }),
    );
  }

  return {
    isPlan: false,
    async load<K extends ReadKind>(
      refs: readonly SegmentRef<K>[],
      without?: WithoutRows,
    ): Promise<readonly Outcome<K>[]> {
      const outcomes = await read(refs, without);
      if (mayUse !== null) await mayUse;
      return outcomes;
    },
    cost: () => ({
      requested: requested.size,
      actual: begun.size - cached.size,
      cached: cached.size,
    }),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}

/** Whether an outcome is of the requested kind of row. */
export function isOf<K extends ReadKind>(outcome: Outcome, { source }: SegmentRef<K>): outcome is Outcome<K> {
  return outcome.kind === source.kind;
}
