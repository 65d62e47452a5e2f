/**
 * The ledger: how rows are got. Segments are looked for in the cache; what is missing or too old is read from the
 * provider, once, however many ask, in however many replicas. Answers say how each segment was come by.
 */

import type { Clock, Instant } from '../domain/calendar.ts';
import type { SourceStatus } from '../domain/coverage.ts';
import { GatewayError, isGatewayError } from '../domain/errors.ts';
import type { Meter } from '../domain/meter.ts';
import type { RowKind } from '../domain/rows.ts';
import type { Comparison } from '../domain/restatement.ts';
import type { Call } from '../domain/segments.ts';
import type { Shared } from '../domain/shared.ts';
import { inSpan } from '../domain/span.ts';
import { createCache } from './cache.ts';
import { createFlights } from './flights.ts';
import { createLeases } from './leases.ts';
import type { Entry } from './memory.ts';
import { readSegment, type SegmentReading } from './read-segment.ts';
import { createRestatements } from './restatements.ts';
import { keyOf, scopeOf, type SegmentRef, type Source } from './source.ts';

/** How a segment was come by. `entry` is null exactly when it FAILED; `error` is null exactly when it is FRESH. */
export interface Outcome<K extends RowKind = RowKind> {
  readonly kind: K;
  readonly status: SourceStatus;
  /** Whether the cache answered, without any call to the provider for it. */
  readonly isCached: boolean;
  readonly entry: Entry<K> | null;
  readonly error: GatewayError | null;
}

export interface Ledger {
  /** The outcomes of segments, in order, each for itself. None rejects: a failure is the outcome of its segment alone. */
  read(refs: readonly SegmentRef[], caller: Call): readonly Promise<Outcome>[];
  /** The outcome of a segment that memory answers at once, as it is; null: it has to be read. */
  answer(ref: SegmentRef): Outcome | null;
  /** Whether a segment would be answered from memory, without asking its provider. */
  holds(ref: SegmentRef): boolean;
  /** Until when a segment is answered by this very entry: the past, when it is not any more. */
  goodUntil(ref: SegmentRef, entry: Entry): Instant;
  /** Brings what other replicas have read into memory, so that `holds` knows of it. */
  recall(refs: readonly SegmentRef[]): Promise<void>;
  /**
   * Reads a segment in the background, behind whatever clients wait for, unless another replica does or the cache holds
   * a newer reading than `known`. @throws GatewayError
   */
  refresh(ref: SegmentRef, known: Entry | undefined): Promise<void>;
  /** The newest entry of a segment in any tier, however old. */
  find(ref: SegmentRef): Promise<Entry | undefined>;
  /** What providers changed of segments between two readings, of which the later was final; in order. */
  restated(refs: readonly SegmentRef[]): Promise<readonly (readonly Comparison[])[]>;
  /** Stores what has been found so far and could not be stored then. Never rejects. */
  keepRecords(): Promise<void>;
  /** How the last reading of a source went; null when it has not been read by this process. */
  lastReading(source: Source): LastReading | null;
  /** When the oldest of what memory holds and may still change was read, by source; a source of which there is none is absent. */
  oldestOpen(): ReadonlyMap<string, Instant>;
  /** Breaks off what is being read, and leaves it to the other replicas. */
  close(): Promise<void>;
  readonly now: Clock;
}

/** How a source was read last. */
export interface LastReading {
  readonly state: 'OK' | 'FAILED';
  /** When it was last read well; null: not yet. */
  readonly succeededAt: Instant | null;
}

export interface LedgerSettings {
  readonly memoryBytes: number;
  /** The longest that one reading of a segment may take. */
  readonly flightSeconds: number;
  /** What the replicas share; null: this process is alone. */
  readonly shared: Shared | null;
  readonly now: Clock;
  readonly meter: Meter;
  /** Told when a segment is another one than it was. */
  readonly onChanged?: (key: string) => void;
  /** Told of what went wrong without being our expectation: a bug in a reader. */
  readonly onBug: (error: unknown) => void;
}

/** A ledger that holds nothing yet in memory. */
export function createLedger(settings: LedgerSettings): Ledger {
  const { memoryBytes, flightSeconds, shared, now, meter, onBug, onChanged = () => {} } = settings;
  const flights = createFlights<Entry>();
  const cache = createCache({ memoryBytes, shared, now, meter, onChanged });
  const restatements = createRestatements(shared);
  const leases =
    shared === null
      ? null
      : createLeases(shared, {
          onLanded: (key, readAt) => cache.supersede(key, readAt),
          onWanted: (key) => flights.want(key),
        });
  const reading: SegmentReading = {
    cache,
    leases,
    restatements,
    flightMs: Math.ceil(flightSeconds * 1000),
    now,
    meter,
  };
  const lastReadings = new Map<string, LastReading>();

  async function readOne(ref: SegmentRef, caller: Call): Promise<Outcome> {
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
    try {
      return fresh(ref, await fly(ref, entry, caller), false);
    } catch (error) {
      const standIn = entry !== undefined && now() < entry.staleUntil ? entry : undefined;
      return failed(ref, toGatewayError(error, ref, caller), standIn);
    }
  }

  /** Serves what there is at once; should the refresh fail, the next to ask waits for the provider and is told. */
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
    caller: Pick<Call, 'signal' | 'isBackground'>,
  ): Promise<Entry> {
    const key = keyOf(ref);
    if (flights.has(key)) meter.add('calls_saved', { by: 'flight' });
    return flights.join(
      key,
      async (flight) => {
        // Between looking and taking off, an earlier flight may have landed.
        const held = cache.peek(ref);
        if (held !== undefined && held.readAt > (known?.readAt ?? -1)) return held;
        try {
          const { account, kind } = ref.source;
          const attributes = {
            'billing.account': account.id,
            'billing.kind': kind,
            'billing.segment': ref.segment.key,
          };
          const entry = await inSpan('segment', attributes, () =>
            readSegment(reading, ref, known ?? null, flight),
          );
          lastReadings.set(scopeOf(ref.source), { state: 'OK', succeededAt: now() });
          return entry;
        } catch (error) {
          if (!flight.signal.aborted) {
            const { succeededAt = null } = lastReadings.get(scopeOf(ref.source)) ?? {};
            lastReadings.set(scopeOf(ref.source), { state: 'FAILED', succeededAt });
          }
          // Whoever left has been told; who is still there has to go because the process does. Neither is a bug.
          if (flight.signal.aborted && !isGatewayError(error)) throw brokenOff(error);
          throw error;
        }
      },
      caller,
    );
  }

  function toGatewayError(error: unknown, ref: SegmentRef, caller: Call): GatewayError {
    const { account } = ref.source;
    if (isGatewayError(error)) return error.of(account.id, account.provider.id);
    const about = { account: account.id, provider: account.provider.id, cause: error };
    if (caller.signal.aborted) {
      return new GatewayError(
        'PROVIDER_TIMEOUT',
        'the provider did not answer before the deadline of the request',
        about,
      );
    }
    onBug(error);
    return new GatewayError('PROVIDER_RESPONSE_INVALID', "the provider's answer could not be read", about);
  }

  function failed(ref: SegmentRef, error: GatewayError, standIn: Entry | undefined): Outcome {
    const { kind, account } = ref.source;
    if (standIn === undefined) return { kind, status: 'FAILED', isCached: false, entry: null, error };
    meter.add('stale_answers', { provider: account.provider.id, account: account.id });
    return { kind, status: 'STALE', isCached: false, entry: standIn, error };
  }

  return {
    read: (refs, caller) => refs.map((ref) => readOne(ref, caller)),
    now,
    close: () => flights.close(),
    lastReading: (source) => lastReadings.get(scopeOf(source)) ?? null,
    oldestOpen: () => cache.oldestOpen(),
    holds: (ref) => {
      const entry = cache.peek(ref);
      return entry !== undefined && now() < entry.revalidateUntil;
    },
    answer(ref) {
      const entry = cache.peek(ref);
      if (entry === undefined || now() >= cache.goodUntil(ref, entry)) return null;
      meter.add('calls_saved', { by: 'memory' });
      return fresh(ref, entry, true);
    },
    goodUntil: (ref, entry) => cache.goodUntil(ref, entry),
    async recall(refs) {
      await Promise.all(refs.map((ref) => cache.find(ref)));
    },
    async refresh(ref, known) {
      await fly(ref, known, inBackground());
    },
    restated: (refs) => restatements.of(refs),
    keepRecords: () => restatements.flush(),
    async find(ref) {
      return (await cache.find(ref)).entry;
    },
  };
}

function brokenOff(cause: unknown): GatewayError {
  return new GatewayError('PROVIDER_UNAVAILABLE', 'the gateway stopped before the provider answered', {
    cause,
  });
}

function inBackground(): Pick<Call, 'signal' | 'isBackground'> {
  return { signal: new AbortController().signal, isBackground: () => true };
}

function fresh({ source: { kind } }: SegmentRef, entry: Entry, isCached: boolean): Outcome {
  return { kind, status: 'FRESH', isCached, entry, error: null };
}
