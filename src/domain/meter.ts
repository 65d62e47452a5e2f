/**
 * What is counted, by name and labels. Whoever counts knows no metrics library; whoever exposes the numbers knows
 * nothing of what they mean beyond this list.
 */

/** Counters and their labels. Labels have few values: never a key, a message or a credential. */
export interface Counters {
  /** Exchanges with a vendor. `outcome`: OK, ABORTED or an error code. */
  upstream_calls: { provider: string; account: string; endpoint: string; outcome: string };
  /**
   * Readings of a segment from its vendor. LANDED: they gave what nobody had. REDUNDANT: another replica had read the
   * same meanwhile. Amplification is all of them divided by those that LANDED.
   */
  segment_readings: { provider: string; account: string; outcome: 'LANDED' | 'REDUNDANT' | 'FAILED' };
  /**
   * Segments that were asked for and cost no call, by what saved it: a tier of the cache, a flight of this process, or
   * a flight of another replica.
   */
  calls_saved: { by: 'memory' | 'redis' | 'flight' | 'replica' };
  /** Segments that no tier held fresh. */
  cache_misses: { account: string };
  /** Values that could not be decoded, and were taken for none. */
  cache_corrupt: { account: string };
  /** Values that could not be written. */
  cache_write_errors: { account: string };
  /** Outcomes that were STALE: an older reading stood in. */
  stale_answers: { provider: string; account: string };
  /** Requests that had to wait for their slot, and for how many milliseconds all together. */
  quota_waits: { account: string };
  quota_wait_ms: { account: string };
  /** Requests for which no slot could come in time. */
  quota_refusals: { account: string };
  /** Slots that were given out by this process alone, since the shared store was away. */
  quota_alone: { account: string };
  /** Calls to the shared store, by how they ended. */
  shared_calls: { outcome: 'OK' | 'REFUSED' | 'AWAY' };
  /** Answers of providers that are not what their documentation says. */
  schema_drift: { provider: string; account: string };
  /** Segments that the scheduler had read anew. */
  scheduled_readings: { reason: 'settled' | 'warm' };
}

export type Counter = keyof Counters;

/** One counter as it stands. */
export interface Count {
  readonly name: Counter;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Meter {
  add<Name extends Counter>(name: Name, labels: Counters[Name], by?: number): void;
  /** Everything counted so far. */
  counts(): readonly Count[];
}

/** A meter that counts in memory. */
export function createMeter(): Meter {
  const counts = new Map<
    string,
    { name: Counter; labels: Readonly<Record<string, string>>; value: number }
  >();
  return {
    add(name, labels, by = 1) {
      const key = JSON.stringify([name, labels]);
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { name, labels, value: by });
      else known.value += by;
    },
    counts: () => [...counts.values()],
  };
}

/** The sum of a counter over the labels that are not given. */
export function total(meter: Meter, name: Counter, labels: Readonly<Record<string, string>> = {}): number {
  return meter
    .counts()
    .filter((count) => count.name === name)
    .filter((count) => Object.entries(labels).every(([label, value]) => count.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

/** Readings per distinct piece that was read: 1 as long as nothing is read twice. */
export function amplification(meter: Meter): number {
  const landed = total(meter, 'segment_readings', { outcome: 'LANDED' });
  return landed === 0 ? 1 : total(meter, 'segment_readings') / landed;
}
