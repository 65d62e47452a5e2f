/**
 * One flight: a segment is read from its provider by whoever holds its lease, stored for all replicas, and its failure
 * shared with those who wait. Without the shared store it is read all the same.
 */

import { after, type Clock } from '../domain/calendar.ts';
import { GatewayError, isGatewayError } from '../domain/errors.ts';
import type { Meter } from '../domain/meter.ts';
import type { Call } from '../domain/segments.ts';
import { SharedUnavailable } from '../domain/shared.ts';
import type { Cache } from './cache.ts';
import { encode } from './codec.ts';
import type { FlightCall } from './flights.ts';
import type { Claim, Lease, Leases } from './leases.ts';
import { finalReadingDueAt } from './freshness.ts';
import type { Entry } from './memory.ts';
import type { Restatements } from './restatements.ts';
import { keyOf, type SegmentRef } from './source.ts';

export interface SegmentReading {
  readonly cache: Cache;
  /** Null: this process is alone. */
  readonly leases: Leases | null;
  readonly restatements: Restatements;
  /** The longest that one reading of a segment may take. */
  readonly flightMs: number;
  readonly now: Clock;
  readonly meter: Meter;
}

/** What may still change is kept until it has surely been read as final, so that the two can be compared. */
const keptPastFinalMs = 7 * 86_400_000;
/** However short its freshness, those who wait for a reading in other replicas must find it. */
const keptAtLeastMs = 10_000;

/**
 * Reads a segment that was last known as `known`, unless another replica has read it since.
 * @throws GatewayError; the flight's abort reason
 */
export async function readSegment(
  reading: SegmentReading,
  ref: SegmentRef,
  known: Entry | null,
  flight: FlightCall,
): Promise<Entry> {
  const { cache, now, meter, flightMs } = reading;
  const deadline = after(now(), flightMs);
  for (let before = known; ;) {
    const claim = await claimFor(reading, ref, before?.readAt ?? null, flight);
    if (claim === null || claim.kind === 'HELD') {
      const call = { ...flight, deadline };
      return readFromProvider(reading, ref, { lease: claim?.lease ?? null, before }, call);
    }
    if (claim.kind === 'FAILED') {
      meter.add('calls_saved', { by: 'replica' });
      throw claim.error;
    }
    const entry = await cache.open(ref, claim.value);
    if (entry === null) continue;
    if (claim.awaited || now() < entry.freshUntil) {
      meter.add('calls_saved', { by: 'replica' });
      return entry;
    }
    before = entry;
  }
}

/** Null: this process is alone, or the store cannot be used. */
async function claimFor(
  { leases, flightMs }: SegmentReading,
  ref: SegmentRef,
  version: Entry['readAt'] | null,
  { signal, isBackground }: FlightCall,
): Promise<Claim | null> {
  if (leases === null) return null;
  const timeout = AbortSignal.timeout(flightMs);
  try {
    const caller = { signal: AbortSignal.any([signal, timeout]), isBackground };
    return await leases.claim(keyOf(ref), version, caller);
  } catch (error) {
    if (error instanceof SharedUnavailable) return null;
    signal.throwIfAborted();
    if (!timeout.aborted) throw error;
    const message = 'another replica is reading this from the provider, and did not finish in time';
    throw new GatewayError('PROVIDER_TIMEOUT', message);
  }
}

/** What a reading starts from. */
interface Claimed {
  /** Null: it is done alone. */
  readonly lease: Lease | null;
  /** The segment as it was read before, as far as is known. */
  readonly before: Entry | null;
}

async function readFromProvider(
  reading: SegmentReading,
  ref: SegmentRef,
  claimed: Claimed,
  call: Call,
): Promise<Entry> {
  const { cache, leases, restatements, now, meter } = reading;
  const { lease, before } = claimed;
  const { account } = ref.source;
  const about = { provider: account.provider.id, account: account.id };
  const readAt = now();
  try {
    const entry = cache.keep(ref, { ...(await ref.source.read(ref.segment, call)), readAt });
    if (before !== null) await restatements.note(ref, before, entry);
    const isFirst = leases === null || (await store(reading, leases, ref, claimed, entry));
    meter.add('segment_readings', { ...about, outcome: isFirst ? 'LANDED' : 'REDUNDANT' });
    return entry;
  } catch (error) {
    if (!call.signal.aborted) meter.add('segment_readings', { ...about, outcome: 'FAILED' });
    if (lease !== null) {
      const shown = isGatewayError(error) && !call.signal.aborted ? error : null;
      await leases?.fail(keyOf(ref), lease, shown).catch(() => {});
    }
    throw error;
  }
}

/** Whether nobody else had read the same meanwhile, as far as that can be told. A value that is not stored is counted. */
async function store(
  { now, meter }: SegmentReading,
  leases: Leases,
  ref: SegmentRef,
  { lease, before }: Claimed,
  entry: Entry,
): Promise<boolean> {
  const { readAt, staleUntil } = entry;
  const dueAt = finalReadingDueAt(ref.source.account, ref.segment, entry);
  const keptUntil = dueAt === null ? staleUntil : Math.max(staleUntil, dueAt + keptPastFinalMs);
  const ttlMs = Math.max(keptAtLeastMs, keptUntil - now());
  try {
    const value = await encode(keyOf(ref), entry);
    return await leases.land(keyOf(ref), lease, { value, readAt, known: before?.readAt ?? null, ttlMs });
  } catch {
    meter.add('cache_write_errors', { account: ref.source.account.id });
    if (lease !== null) await leases.fail(keyOf(ref), lease, null).catch(() => {});
    return true;
  }
}
