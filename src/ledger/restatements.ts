/**
 * The record of restatements. When we read rows as final that we had read before, we compare the two readings and keep
 * the differences, for all replicas and as long as the store lasts. No provider can tell them a second time, so we
 * never overwrite any.
 */

import { setImmediate } from 'node:timers/promises';

import { LRUCache } from 'lru-cache';

import { lengthDigits, versionDigits, type EntryStore } from '../domain/entry-store.ts';
import { compareReadings, type Comparison, type Restatement } from '../domain/restatement.ts';
import { areRows } from '../domain/snapshots.ts';
import { pack, unpack, versionOf, type ReadSegment } from './entry-codec.ts';
import { finalReadingDueAt } from './freshness.ts';
import type { Entry } from './memory-tier.ts';
import { scopeOf, type SegmentRef } from './source.ts';

export interface Restatements {
  /** Compares two readings of a segment and keeps the differences. Never rejects. */
  note(ref: SegmentRef, before: Entry, later: ReadSegment): Promise<void>;
  /** The comparisons kept for segments, in order, oldest first. */
  of(refs: readonly SegmentRef[]): Promise<readonly (readonly Comparison[])[]>;
  /** Stores comparisons that could not be stored when they were found. Never rejects. */
  flush(): Promise<void>;
}

/** How much a process remembers that has no store, or cannot reach it: the oldest goes first. In characters of JSON. */
const maxCharacters = 16_777_216;

/** Raise it when the shape of rows or comparisons changes so that older records cannot be read. */
const recordVersion = 2;

/** `entries` null: no store outlives this process, and the record ends with it. */
export function createRestatements(entries: EntryStore | null): Restatements {
  const remembered = new LRUCache<string, readonly Comparison[]>({
    maxSize: maxCharacters,
    sizeCalculation: (comparisons) => JSON.stringify(comparisons).length + 1,
  });

  async function store(key: string, comparison: Comparison): Promise<void> {
    const version = versionOf(comparison.beforeReadAt);
    const body = Buffer.concat([Buffer.from(version), await pack(key, comparison.afterReadAt, comparison)]);
    const length = String(body.length).padStart(lengthDigits, '0');
    await entries?.append(key, version, Buffer.concat([Buffer.from(length), body]));
  }

  function remember(key: string, comparison: Comparison): void {
    remembered.set(key, merge(remembered.get(key) ?? [], [comparison]));
  }

  let flushing: Promise<void> | null = null;

  async function storeRemembered(): Promise<void> {
    try {
      for (const [key, { value }] of remembered.dump()) {
        for (const comparison of value) await store(key, comparison);
        // Comparisons added meanwhile are not stored yet.
        if (remembered.peek(key) === value) remembered.delete(key);
      }
    } catch {
      // The next tick tries again.
    } finally {
      flushing = null;
    }
  }

  /** Concurrent calls share one attempt: each comparison is stored once. */
  function flush(): Promise<void> {
    if (entries === null || remembered.size === 0) return Promise.resolve();
    return (flushing ??= storeRemembered());
  }

  return {
    flush,
    async note(ref, before, later) {
      const { account } = ref.source;
      if (!areRows(before.rows) || !areRows(later.rows)) return;
      const dueAt = finalReadingDueAt(account, ref.segment, before);
      const isNewlyFinal = dueAt !== null && later.readAt >= dueAt;
      const comparison = await compareReadings(
        account,
        { ...before, rows: before.rows },
        { ...later, rows: later.rows },
        isNewlyFinal,
        setImmediate,
      );
      if (comparison === null) return;
      const key = recordKeyOf(ref);
      if (entries === null) return remember(key, comparison);
      // Stores it directly: a large comparison may not fit into what we remember.
      await store(key, comparison).catch(() => remember(key, comparison));
    },
    async of(refs) {
      await flush();
      const keys = refs.map((ref) => recordKeyOf(ref));
      // Before we ask the store: a comparison that is in neither now may be on its way from memory to the store.
      const own = keys.map((key) => remembered.get(key) ?? []);
      const values = entries === null ? [] : await entries.read(keys).catch(() => []);
      return Promise.all(
        keys.map(async (key, index) => {
          const value = values[index];
          const stored = Buffer.isBuffer(value) ? await unframe(key, value) : [];
          return merge(stored, own[index] ?? []).map((one) => withKind(one, refs[index]));
        }),
      );
    },
  };
}

function recordKeyOf({ source, segment }: SegmentRef): string {
  return `r${recordVersion}:${scopeOf(source)}:${segment.key}`;
}

/** The comparisons of a record; skips damaged ones. */
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

/** Adds the kind to rows of older records: records outlive versions of the gateway. */
function withKind(comparison: Comparison, ref: SegmentRef | undefined): Comparison {
  const kind = ref?.source.kind;
  const add = (row: Restatement['before']): Restatement['before'] =>
    row === null || 'kind' in row ? row : ({ kind, ...(row as object) } as Restatement['before']);
  const restatements = comparison.restatements.map(({ before, after, wasFinal }) => ({
    before: add(before),
    after: add(after),
    wasFinal,
  }));
  return { ...comparison, restatements };
}

/** Joins two records without duplicates: two replicas may have made the same comparison. */
function merge(a: readonly Comparison[], b: readonly Comparison[]): readonly Comparison[] {
  const distinct = new Map([...b, ...a].map((comparison) => [comparison.beforeReadAt, comparison]));
  return [...distinct.values()].toSorted((x, y) => x.beforeReadAt - y.beforeReadAt);
}

/** A weak check is enough: the checksum proves that we wrote it, and the key names its version. */
function isComparison(value: unknown): value is Comparison {
  return typeof value === 'object' && value !== null && 'restatements' in value;
}
