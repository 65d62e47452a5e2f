/**
 * The ledger gets rows. It looks for segments in the cache and reads those that are missing or too old from the
 * provider: once, even if many requests and replicas need them. An outcome says how the ledger got each segment.
 */

import type { Clock, Instant } from '../domain/calendar.ts';
import { isGatewayError, type GatewayError } from '../domain/errors.ts';
import type { Meter } from '../domain/meter.ts';
import type { Comparison } from '../domain/restatement.ts';
import type { Call } from '../domain/segments.ts';
import type { EntryStore } from '../domain/entry-store.ts';
import type { SharedStore } from '../domain/shared-store.ts';
import { untraced, type Tracing } from '../domain/tracing.ts';
import { createCache, type StoreHoldings } from './cache.ts';
import { brokenOff, failureOf, refusedByQuota } from './segment-failures.ts';
import { createFlights, inBackground, type Passenger } from './flights.ts';
import { createLastReadings, type LastReading } from './last-readings.ts';
import { createLateWrites } from './late-writes.ts';
import { createLeases } from './leases.ts';
import type { Entry } from './memory-tier.ts';
import { readSegment, type SegmentReading } from './read-segment.ts';
import { createRestatements } from './restatements.ts';
import { fresh, type AcceptsHead, type Outcome } from './outcome.ts';
import { findMissing } from './recall.ts';
import { keyOf, type SegmentRef, type Source } from './source.ts';

export interface Ledger {
  /** The outcomes, in order, each on its own. None rejects: a failure is an outcome, too. `onMiss`: no cache has it. */
  read(
    refs: readonly SegmentRef[],
    caller: Call,
    onMiss?: (ref: SegmentRef) => void,
  ): readonly Promise<Outcome>[];
  /**
   * The outcome of a segment that memory can answer at once; null when it has to be read. When memory has dropped its
   * rows, the head of the entry answers, if the caller accepts it.
   */
  answer(ref: SegmentRef, accepts?: AcceptsHead): Outcome | null;
  /** Whether memory can answer a segment without asking its provider. */
  holds(ref: SegmentRef, accepts?: AcceptsHead): boolean;
  /** How long it takes to read all of these at the pace of their account's quota, by current estimate. Milliseconds. */
  waitMs(refs: readonly SegmentRef[]): number;
  /** Until when this very entry answers for a segment; a past moment when it no longer does. */
  goodUntil(ref: SegmentRef, entry: Entry): Instant;
  /** Loads what other replicas or the store have, as far as memory has room; resolves to what no cache has. */
  recall(refs: readonly SegmentRef[]): Promise<readonly SegmentRef[]>;
  /** The segments that the store could answer, by when they were read; it may be one too many. */
  heldInStore(refs: readonly SegmentRef[]): Promise<StoreHoldings>;
  /**
   * Reads a segment in the background, behind all requests of clients, unless another replica reads it or the cache has
   * a newer reading than `known`. @throws GatewayError
   */
  refresh(ref: SegmentRef, known: Entry | undefined): Promise<Entry>;
  /** When segments were last read, by any tier; null: never, an Error: we do not know. */
  readAts(refs: readonly SegmentRef[]): Promise<readonly (Instant | Error | null)[]>;
  /** The newest entry of a segment in any tier, however old. */
  find(ref: SegmentRef): Promise<Entry | undefined>;
  /** What providers changed in segments between two readings, the later one final; in order. */
  restated(refs: readonly SegmentRef[]): Promise<readonly (readonly Comparison[])[]>;
  /** Stores comparisons that could not be stored when they were found. Never rejects. */
  keepRecords(): Promise<void>;
  /** How this process last read a source; null when it has not. */
  lastReading(source: Source): LastReading | null;
  /** By source: when the oldest entry in memory that may still change was read; absent when there is none. */
  oldestOpen(): ReadonlyMap<string, Instant>;
  /** Aborts all readings and leaves them to the other replicas. */
  close(): Promise<void>;
  readonly now: Clock;
}

export interface LedgerSettings {
  readonly memoryBytes: number;
  /** How long a reading without a waiting client may pause before it tries again. */
  readonly flightSeconds: number;
  /** The store that the replicas share; null: this process is alone. */
  readonly shared: SharedStore | null;
  /** The store that outlives the process; null when there is no such store. */
  readonly entries: EntryStore | null;
  readonly now: Clock;
  readonly meter: Meter;
  readonly tracing?: Tracing;
  /** Called with the key of a segment whose entry was replaced, or is no longer trusted. */
  readonly onChanged?: (key: string) => void;
  /** Called with an error that we did not expect: a bug in a reader. */
  readonly onBug: (error: unknown) => void;
}

/** A ledger whose memory is still empty. */
export function createLedger(settings: LedgerSettings): Ledger {
  const { memoryBytes, flightSeconds, shared, entries, now, meter, onBug } = settings;
  const { onChanged = () => {}, tracing = untraced } = settings;
  const flights = createFlights<Entry>(Math.ceil(flightSeconds * 1000));
  const cache = createCache({ memoryBytes, store: entries, now, meter, onChanged });
  const restatements = createRestatements(entries);
  const lateWrites = createLateWrites(entries, cache, now);
  const leases =
    shared === null
      ? null
      : createLeases(shared, {
          onLanded: (key, readAt) => cache.supersede(key, readAt),
          onWanted: (key) => flights.want(key),
        });
  const reading: SegmentReading = { cache, leases, entries, lateWrites, restatements, now, meter };
  const lastReadings = createLastReadings();

  function holds(ref: SegmentRef, accepts?: AcceptsHead): boolean {
    const entry = cache.peek(ref);
    return entry === undefined ? acceptedHead(ref, accepts) !== undefined : isUsable(entry);
  }

  function isUsable(entry: Entry): boolean {
    return now() < entry.revalidateUntil;
  }

  function acceptedHead(ref: SegmentRef, accepts: AcceptsHead | undefined): Entry | undefined {
    const head = accepts === undefined ? undefined : cache.peekHead(ref);
    const isFresh = head !== undefined && now() < cache.goodUntil(ref, head);
    return isFresh && accepts?.(ref, head) === true ? head : undefined;
  }

  async function readOne(
    ref: SegmentRef,
    caller: Call,
    onMiss: ((ref: SegmentRef) => void) | undefined,
  ): Promise<Outcome> {
    const { entry, tier } = await cache.find(ref);
    if (entry !== undefined && now() < entry.freshUntil) {
      meter.add('calls_saved', { by: tier });
      return fresh(ref, entry, true);
    }
    if (entry !== undefined && now() < entry.revalidateUntil) {
      meter.add('calls_saved', { by: tier });
      if (!flights.has(keyOf(ref))) void refreshBehind(ref, entry);
      return fresh(ref, entry, true);
    }
    meter.add('cache_misses', { account: ref.source.account.id });
    onMiss?.(ref);
    try {
      return fresh(ref, await fly(ref, entry, caller), false);
    } catch (error) {
      const staleIfError = entry !== undefined && now() < entry.staleUntil ? entry : undefined;
      return failed(ref, toFailure(error, ref, caller), staleIfError);
    }
  }

  /** Serves the entry at once and refreshes it; when the refresh fails, the next request waits and gets the error. */
  async function refreshBehind(ref: SegmentRef, entry: Entry): Promise<void> {
    try {
      await fly(ref, entry, inBackground());
    } catch (error) {
      if (!isGatewayError(error)) onBug(error);
      cache.demote(ref, entry);
    }
  }

  function fly(
    ref: SegmentRef,
    known: Entry | undefined,
    caller: Omit<Passenger, 'tooLate'>,
  ): Promise<Entry> {
    const key = keyOf(ref);
    if (flights.has(key)) meter.add('calls_saved', { by: 'flight' });
    return flights.join(
      key,
      async (flight) => {
        // An earlier flight may have landed between our look at the cache and the start of this one.
        const memoryEntry = cache.peek(ref);
        if (memoryEntry !== undefined && memoryEntry.readAt > (known?.readAt ?? -1)) return memoryEntry;
        try {
          const { account, kind } = ref.source;
          const attributes = {
            'billing.account': account.id,
            'billing.kind': kind,
            'billing.segment': ref.segment.key,
          };
          const entry = await tracing.inSpan('segment', attributes, () =>
            readSegment(reading, ref, known ?? null, flight),
          );
          lastReadings.succeeded(ref.source, now());
          return entry;
        } catch (error) {
          if (!flight.signal.aborted) lastReadings.failed(ref.source);
          // Requests that left have their error; the others have to go because the process stops. Neither is a bug.
          if (flight.signal.aborted && !isGatewayError(error)) throw brokenOff(error);
          throw error;
        }
      },
      { ...caller, tooLate: (slotInMs) => tooLate(ref, slotInMs) },
    );
  }

  function tooLate({ source: { account } }: SegmentRef, slotInMs: number): GatewayError {
    meter.add('quota_refusals', { account: account.id });
    return refusedByQuota(slotInMs);
  }

  function toFailure(error: unknown, ref: SegmentRef, caller: Call): GatewayError {
    if (!isGatewayError(error) && !caller.signal.aborted) onBug(error);
    return failureOf(error, ref, caller);
  }

  function failed(ref: SegmentRef, error: GatewayError, staleIfError: Entry | undefined): Outcome {
    const { kind, account } = ref.source;
    if (staleIfError === undefined) return { kind, status: 'FAILED', isCached: false, entry: null, error };
    meter.add('stale_answers', { provider: account.provider.id, account: account.id });
    return { kind, status: 'STALE', isCached: false, entry: staleIfError, error };
  }

  return {
    read: (refs, caller, onMiss) => refs.map((ref) => readOne(ref, caller, onMiss)),
    now,
    close: () => flights.close(),
    lastReading: (source) => lastReadings.of(source),
    oldestOpen: () => cache.oldestOpen(),
    holds,
    answer(ref, accepts) {
      const entry = cache.peek(ref) ?? acceptedHead(ref, accepts);
      if (entry === undefined || now() >= cache.goodUntil(ref, entry)) return null;
      meter.add('calls_saved', { by: 'memory' });
      return fresh(ref, entry, true);
    },
    waitMs(refs) {
      const missing = refs.filter((ref) => !holds(ref));
      const inLineMs = missing.map((ref) => flights.slotInMs(keyOf(ref)));
      // Segments that other replicas read, or that are not queued yet, count at the pace of the quota.
      const paceMs = Math.max(0, ...missing.map(({ source }) => source.paceMs()));
      return Math.max(missing.length * paceMs, ...inLineMs);
    },
    goodUntil: (ref, entry) => cache.goodUntil(ref, entry),
    recall: (refs) => findMissing(refs, cache, isUsable),
    heldInStore: (refs) => cache.heldInStore(refs),
    async refresh(ref, known) {
      try {
        return await fly(ref, known, inBackground());
      } catch (error) {
        if (!isGatewayError(error)) onBug(error);
        throw error;
      }
    },
    readAts: (refs) => cache.readAts(refs),
    restated: (refs) => restatements.of(refs),
    async keepRecords() {
      await restatements.flush();
      await lateWrites.flush();
    },
    async find(ref) {
      return (await cache.find(ref)).entry;
    },
  };
}
