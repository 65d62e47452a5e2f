/**
 * One flight: the replica with the lease reads a segment from its provider, stores it for all replicas, and shares a
 * failure with those who wait. Without the shared store it reads all the same.
 */

import type { Clock } from '../domain/calendar.ts';
import { isGatewayError } from '../domain/errors.ts';
import type { Meter } from '../domain/meter.ts';
import type { Call } from '../domain/segments.ts';
import type { EntryStore } from '../domain/entry-store.ts';
import { StoreUnavailable } from '../domain/shared-store.ts';
import type { Cache } from './cache.ts';
import { encode, versionOf } from './entry-codec.ts';
import type { FlightCall } from './flights.ts';
import type { Claim, Lease, Leases } from './leases.ts';
import { timeToLiveMs, type LateWrites } from './late-writes.ts';
import type { Entry } from './memory-tier.ts';
import type { Restatements } from './restatements.ts';
import { keyOf, type SegmentRef } from './source.ts';

export interface SegmentReading {
  readonly cache: Cache;
  /** Null: this process is alone. */
  readonly leases: Leases | null;
  /** The store that outlives the process; null when there is no such store. */
  readonly entries: EntryStore | null;
  /** Takes down what the store did not take. */
  readonly lateWrites: LateWrites;
  readonly restatements: Restatements;
  readonly now: Clock;
  readonly meter: Meter;
}

/**
 * Reads a segment whose last reading we know as `known`, unless another replica has read it since. @throws
 * GatewayError; the flight's abort reason
 */
export async function readSegment(
  reading: SegmentReading,
  ref: SegmentRef,
  known: Entry | null,
  flight: FlightCall,
): Promise<Entry> {
  const { cache, now, meter } = reading;
  for (let before = known; ;) {
    const claim = await claimFor(reading, ref, before?.readAt ?? null, flight);
    if (claim === null || claim.kind === 'HELD') {
      return readFromProvider(reading, ref, { lease: claim?.lease ?? null, before }, flight);
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
  { leases }: SegmentReading,
  ref: SegmentRef,
  version: Entry['readAt'] | null,
  flight: FlightCall,
): Promise<Claim | null> {
  if (leases === null) return null;
  try {
    return await leases.claim(keyOf(ref), version, flight);
  } catch (error) {
    if (error instanceof StoreUnavailable) return null;
    throw error;
  }
}

/** What a reading starts with. */
interface Claimed {
  /** Null: this replica reads without a lease. */
  readonly lease: Lease | null;
  /** The previous reading of the segment, as far as we know. */
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
    const isFirst = await store(reading, ref, claimed, entry);
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

/**
 * Stores a reading; false when another replica had read the same meanwhile. Counts a value that could not be stored.
 */
async function store(
  { leases, entries, lateWrites, now, meter }: SegmentReading,
  ref: SegmentRef,
  { lease, before }: Claimed,
  entry: Entry,
): Promise<boolean> {
  const { readAt } = entry;
  const ttlMs = timeToLiveMs(ref, entry, now());
  try {
    if (leases === null && entries === null) return true;
    const value = await encode(keyOf(ref), entry);
    if (leases === null) {
      await entries?.put(keyOf(ref), value, { version: versionOf(readAt), ttlMs });
      return true;
    }
    return await leases.land(keyOf(ref), lease, { value, readAt, known: before?.readAt ?? null, ttlMs });
  } catch {
    meter.add('cache_write_errors', { account: ref.source.account.id });
    lateWrites.add(ref);
    if (lease !== null) await leases?.fail(keyOf(ref), lease, null).catch(() => {});
    return true;
  }
}
