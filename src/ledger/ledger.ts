/**
 * The ledger: how rows are got. Segments are looked for in the cache; what is missing or too old is read from the
 * provider, once, however many ask. Answers say how each segment was come by.
 */

import type { Account } from '../domain/account.ts';
import { after, type Clock, type Instant } from '../domain/calendar.ts';
import type { SourceStatus } from '../domain/coverage.ts';
import { GatewayError, isGatewayError } from '../domain/errors.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { Call, Grid, Segment, SegmentReader } from '../domain/segments.ts';
import { createFlights } from './flights.ts';
import { freshnessOf, type FreshnessPolicy } from './freshness.ts';
import { createMemoryTier, type Entry } from './memory.ts';

/** One kind of row of one account: where it is read, and on which grid. */
export interface Source<K extends RowKind = RowKind> {
  readonly account: Account;
  readonly kind: K;
  readonly grid: Grid;
  readonly freshness: FreshnessPolicy;
  readonly read: SegmentReader<RowOf[K]>;
}

/** One segment of one source. */
export interface SegmentRef<K extends RowKind = RowKind> {
  readonly source: Source<K>;
  readonly segment: Segment;
}

/** How a segment was come by. `entry` is null exactly when it FAILED; `error` is null exactly when it is FRESH. */
export interface Outcome<K extends RowKind = RowKind> {
  readonly kind: K;
  readonly status: SourceStatus;
  readonly entry: Entry<K> | null;
  readonly error: GatewayError | null;
}

export interface Ledger {
  /** The outcomes of segments, in order, each for itself. None rejects: a failure is the outcome of its segment alone. */
  read(refs: readonly SegmentRef[], caller: Call): readonly Promise<Outcome>[];
  /** Whether a segment would be answered without asking its provider. */
  holds(ref: SegmentRef): boolean;
  /** How the last reading of a source went; null when it has not been read by this process. */
  lastReading(source: Source): 'OK' | 'FAILED' | null;
  readonly now: Clock;
}

export interface LedgerSettings {
  readonly memoryBytes: number;
  /** The longest that one reading of a segment may take. */
  readonly flightSeconds: number;
  readonly now: Clock;
  /** Told of what went wrong without being our expectation: a bug in a reader. */
  readonly onBug: (error: unknown) => void;
}

/** A ledger of one process. */
export function createLedger({ memoryBytes, flightSeconds, now, onBug }: LedgerSettings): Ledger {
  const memory = createMemoryTier(memoryBytes);
  const flights = createFlights<Entry>();
  const lastReadings = new Map<string, 'OK' | 'FAILED'>();

  async function readOne(ref: SegmentRef, caller: Call): Promise<Outcome> {
    const key = keyOf(ref);
    const cached = usable(memory.get(key), now());
    if (cached !== undefined && now() < cached.freshUntil) return fresh(ref, cached);
    if (cached !== undefined && now() < cached.revalidateUntil) {
      void refreshBehind(ref, key, cached);
      return fresh(ref, cached);
    }
    try {
      return fresh(ref, await fetch(ref, key, caller));
    } catch (error) {
      return failed(ref, toGatewayError(error, ref, caller), cached);
    }
  }

  /** Serves what there is at once; should the refresh fail, the next to ask waits for the provider and is told. */
  async function refreshBehind(ref: SegmentRef, key: string, cached: Entry): Promise<void> {
    try {
      await fetch(ref, key, { signal: new AbortController().signal });
    } catch (error) {
      if (!isGatewayError(error)) onBug(error);
      if (memory.get(key) === cached) memory.set(key, { ...cached, revalidateUntil: cached.freshUntil });
    }
  }

  function fetch(ref: SegmentRef, key: string, caller: Pick<Call, 'signal'>): Promise<Entry> {
    return flights.join(key, (signal) => fly(ref, key, signal), caller);
  }

  async function fly(ref: SegmentRef, key: string, signal: AbortSignal): Promise<Entry> {
    const { account, freshness } = ref.source;
    const scope = scopeOf(ref.source);
    const readAt = now();
    try {
      const read = await ref.source.read(ref.segment, {
        signal,
        deadline: after(readAt, Math.ceil(flightSeconds * 1000)),
      });
      const entry: Entry = {
        ...read,
        readAt,
        ...freshnessOf(freshness, account, ref.segment, read.rows, readAt),
      };
      memory.set(key, entry);
      lastReadings.set(scope, 'OK');
      return entry;
    } catch (error) {
      if (!signal.aborted) lastReadings.set(scope, 'FAILED');
      throw error;
    }
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

  return {
    read: (refs, caller) => refs.map((ref) => readOne(ref, caller)),
    now,
    lastReading: (source) => lastReadings.get(scopeOf(source)) ?? null,
    holds: (ref) => {
      const cached = usable(memory.get(keyOf(ref)), now());
      return cached !== undefined && now() < cached.revalidateUntil;
    },
  };
}

/** Names a segment among all accounts and kinds. */
export function keyOf({ source, segment }: SegmentRef): string {
  return `${scopeOf(source)}/${segment.key}`;
}

function scopeOf({ account, kind }: Source): string {
  return `${account.id}/${kind}`;
}

/** An entry too old to stand in is none, and neither is one from the future: a clock was wrong. */
function usable(entry: Entry | undefined, at: Instant): Entry | undefined {
  return entry === undefined || at >= entry.staleUntil || entry.readAt > at ? undefined : entry;
}

function fresh({ source: { kind } }: SegmentRef, entry: Entry): Outcome {
  return { kind, status: 'FRESH', entry, error: null };
}

function failed({ source: { kind } }: SegmentRef, error: GatewayError, standIn: Entry | undefined): Outcome {
  return standIn === undefined
    ? { kind, status: 'FAILED', entry: null, error }
    : { kind, status: 'STALE', entry: standIn, error };
}
