/**
 * The record of restatements: whenever rows have been read as final that had been read before, the two readings are
 * compared, and what differs is kept, for all replicas and for as long as the store lasts. It is the one thing that
 * cannot be read from a provider again, so nothing is ever overwritten in it.
 */

import { setImmediate } from 'node:timers/promises';

import { LRUCache } from 'lru-cache';

import { compareReadings, type Comparison } from '../domain/restatement.ts';
import type { Script, Shared } from '../domain/shared.ts';
import { pack, unpack, versionOf, type ReadSegment } from './codec.ts';
import { finalReadingDueAt } from './freshness.ts';
import type { Entry } from './memory.ts';
import { scopeOf, type SegmentRef } from './source.ts';

export interface Restatements {
  /** Compares two readings of a segment, and keeps what they say. Never rejects. */
  note(ref: SegmentRef, before: Entry, later: ReadSegment): Promise<void>;
  /** What has been kept of segments, in order, oldest first. */
  of(refs: readonly SegmentRef[]): Promise<readonly (readonly Comparison[])[]>;
  /** Stores what could not be stored when it was found. Never rejects. */
  flush(): Promise<void>;
}

/** What a process remembers that is alone, or cannot store it: the oldest goes first. In characters of JSON. */
const mostCharacters = 16_777_216;

const lengthDigits = 10;
const versionDigits = 13;

/**
 * Adds a comparison to a record, unless the earlier of its readings has been compared already. A record is frames, one
 * after the other: ten digits of the length of what follows, thirteen of the earlier reading's time, the comparison.
 * What is no frame is cut off: nothing that is added behind it would ever be found. A record does not expire.
 */
const addScript: Script = {
  name: 'add-comparison',
  lua: `
local record = redis.pcall('GET', KEYS[1])
if type(record) ~= 'string' then
  redis.call('DEL', KEYS[1])
  record = ''
end
local at = 1
while at <= #record do
  local digits = string.match(string.sub(record, at, at + 9), '^%d+$')
  local length = digits and tonumber(digits)
  if not length or length <= ${versionDigits} or at + 9 + length > #record then
    record = string.sub(record, 1, at - 1)
    redis.call('SET', KEYS[1], record)
    break
  end
  if string.sub(record, at + 10, at + 22) == ARGV[1] then return 0 end
  at = at + 10 + length
end
redis.call('APPEND', KEYS[1], ARGV[2])
return 1`,
};

/** To be raised when rows or comparisons get another shape that older ones cannot be read as. */
const recordVersion = 2;

/** `shared` null: this process is alone, and its record ends with it. */
export function createRestatements(shared: Shared | null): Restatements {
  const remembered = new LRUCache<string, readonly Comparison[]>({
    maxSize: mostCharacters,
    sizeCalculation: (comparisons) => JSON.stringify(comparisons).length + 1,
  });

  async function store(key: string, comparison: Comparison): Promise<void> {
    const version = versionOf(comparison.beforeReadAt);
    const body = Buffer.concat([Buffer.from(version), await pack(key, comparison.afterReadAt, comparison)]);
    const length = String(body.length).padStart(lengthDigits, '0');
    await shared?.run(addScript, [key], [version, Buffer.concat([Buffer.from(length), body])]);
  }

  function remember(key: string, comparison: Comparison): void {
    remembered.set(key, merge(remembered.get(key) ?? [], [comparison]));
  }

  let flushing: Promise<void> | null = null;

  async function storeRemembered(): Promise<void> {
    try {
      for (const [key, { value }] of remembered.dump()) {
        for (const comparison of value) await store(key, comparison);
        // What has been added meanwhile is not stored yet.
        if (remembered.peek(key) === value) remembered.delete(key);
      }
    } catch {
      // It is tried again with the next tick.
    } finally {
      flushing = null;
    }
  }

  /** However many ask, what is remembered is stored once. */
  function flush(): Promise<void> {
    if (shared === null || remembered.size === 0) return Promise.resolve();
    return (flushing ??= storeRemembered());
  }

  return {
    flush,
    async note(ref, before, later) {
      const { account } = ref.source;
      const dueAt = finalReadingDueAt(account, ref.segment, before);
      const isNewlyFinal = dueAt !== null && later.readAt >= dueAt;
      const comparison = await compareReadings(account, before, later, isNewlyFinal, setImmediate);
      if (comparison === null) return;
      const key = recordKeyOf(ref);
      if (shared === null) return remember(key, comparison);
      // Not by way of what is remembered: a large one may not fit.
      await store(key, comparison).catch(() => remember(key, comparison));
    },
    async of(refs) {
      await flush();
      const keys = refs.map((ref) => recordKeyOf(ref));
      // Before the store is asked: what is in neither now may have been on its way from here to there.
      const own = keys.map((key) => remembered.get(key) ?? []);
      const values = shared === null ? [] : await shared.read(keys).catch(() => []);
      return Promise.all(
        keys.map(async (key, index) => {
          const value = values[index];
          const stored = Buffer.isBuffer(value) ? await unframe(key, value) : [];
          return merge(stored, own[index] ?? []);
        }),
      );
    },
  };
}

function recordKeyOf({ source, segment }: SegmentRef): string {
  return `r${recordVersion}:${scopeOf(source)}:${segment.key}`;
}

/** The comparisons of a record; what is damaged is passed over. */
async function unframe(key: string, record: Buffer): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (let at = 0; at + lengthDigits <= record.length;) {
    const digits = record.toString('latin1', at, at + lengthDigits);
    const length = /^\d+$/.test(digits) ? Number(digits) : 0;
    if (length <= versionDigits) break;
    const start = at + lengthDigits + versionDigits;
    const held = await unpack(key, record.subarray(start, at + lengthDigits + length));
    if (held !== null && isComparison(held.content)) comparisons.push(held.content);
    at += lengthDigits + length;
  }
  return comparisons;
}

/** Two replicas may have compared the same reading with what came after it. */
function merge(a: readonly Comparison[], b: readonly Comparison[]): readonly Comparison[] {
  const distinct = new Map([...b, ...a].map((comparison) => [comparison.beforeReadAt, comparison]));
  return [...distinct.values()].toSorted((x, y) => x.beforeReadAt - y.beforeReadAt);
}

/** The checksum says that a comparison is as it was written, the version in the key what that is. */
function isComparison(value: unknown): value is Comparison {
  return typeof value === 'object' && value !== null && 'restatements' in value;
}
