/**
 * The record of restatements: whenever rows have been read as final that had been read before, the two readings are
 * compared, and what differs is kept, for all replicas and for as long as the store lasts. It is the one thing that
 * cannot be read from a provider again.
 */

import { LRUCache } from 'lru-cache';

import type { Instant } from '../domain/calendar.ts';
import { compareReadings, type Comparison } from '../domain/restatement.ts';
import type { Script, Shared } from '../domain/shared.ts';
import { pack, unpack, type ReadSegment } from './codec.ts';
import { scopeOf, type SegmentRef } from './source.ts';

export interface Restatements {
  /** Compares two readings of a segment, and keeps what they say. Never rejects. */
  note(ref: SegmentRef, before: ReadSegment, after: ReadSegment): Promise<void>;
  /** What has been kept of segments, in order, oldest first. */
  of(refs: readonly SegmentRef[]): Promise<readonly (readonly Comparison[])[]>;
}

/** Of what could not be stored, or in a process that is alone, so many segments are remembered. */
const mostRemembered = 20_000;
/** Older ones give way. */
const mostPerSegment = 50;

/** A record that does not expire. */
const keepScript: Script = { name: 'keep', lua: `redis.call('SET', KEYS[1], ARGV[1])` };

/** To be raised when rows or comparisons get another shape that older ones cannot be read as. */
const recordVersion = 1;

/** `shared` null: this process is alone, and its record ends with it. */
export function createRestatements(shared: Shared | null): Restatements {
  const remembered = new LRUCache<string, readonly Comparison[]>({ max: mostRemembered });

  async function stored(keys: readonly string[]): Promise<(readonly Comparison[])[]> {
    if (shared === null) return keys.map(() => []);
    const values = await shared.read(keys).catch(() => keys.map(() => null));
    return Promise.all(
      keys.map(async (key, index) => {
        const value = values[index];
        const held = Buffer.isBuffer(value) ? await unpack(key, value) : null;
        return held !== null && isRecord(held.content) ? held.content : [];
      }),
    );
  }

  async function all(keys: readonly string[]): Promise<(readonly Comparison[])[]> {
    const records = await stored(keys);
    return keys.map((key, index) => merge(records[index] ?? [], remembered.get(key) ?? []));
  }

  return {
    async note(ref, before, after) {
      const comparison = compareReadings(ref.source.account, before, after);
      if (comparison === null) return;
      const key = recordKeyOf(ref);
      try {
        const [record = []] = await all([key]);
        const comparisons = merge(record, [comparison]);
        remembered.set(key, comparisons);
        if (shared === null) return;
        await shared.run(keepScript, [key], [await pack(key, comparison.afterReadAt, comparisons)]);
        remembered.delete(key);
      } catch {
        // It is remembered here, and stored with the next one of its segment.
      }
    },
    of: (refs) => all(refs.map((ref) => recordKeyOf(ref))),
  };
}

function recordKeyOf({ source, segment }: SegmentRef): string {
  return `r${recordVersion}:${scopeOf(source)}:${segment.key}`;
}

/** Two replicas may have compared the same readings. */
function merge(a: readonly Comparison[], b: readonly Comparison[]): readonly Comparison[] {
  const distinct = new Map<Instant, Comparison>();
  for (const comparison of [...a, ...b]) distinct.set(comparison.afterReadAt, comparison);
  return [...distinct.values()].toSorted((x, y) => x.afterReadAt - y.afterReadAt).slice(-mostPerSegment);
}

/** The checksum says that a record is as it was written, the version in its key what that is. */
function isRecord(value: unknown): value is readonly Comparison[] {
  return Array.isArray(value);
}
