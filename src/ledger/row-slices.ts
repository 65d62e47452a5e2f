/** The rows of a reading in slices: other work gets a turn in between, and nobody has to hold all of them. */

import { setImmediate } from 'node:timers/promises';

import type { Instant } from '../domain/calendar.ts';
import { rowsPerSlice } from '../domain/row-list.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { Part } from './out-of-window.ts';

/** A row, and when it was read. */
export interface ReadRow<K extends RowKind> {
  readonly row: RowOf[K];
  readonly readAt: Instant;
}

export type RowSlice<K extends RowKind> = readonly ReadRow<K>[];

/**
 * The rows of parts that are asked for, each once. Two windows, or two lists, may both contain a row. Its id shows that
 * it is the same row, and the later reading counts. Only rows outside their own window or list can occur twice.
 */
export async function* slicesOf<K extends RowKind>(
  parts: readonly Part<K>[],
  isAsked: (row: RowOf[K]) => boolean,
  misplaced: readonly RowOf[K][],
): AsyncGenerator<RowSlice<K>> {
  const doubtful = new Set(misplaced.map(({ id }) => id));
  const latest = new Map<string, ReadRow<K>>();
  let visited = 0;
  let slice: ReadRow<K>[] = [];
  for (const { entry } of parts) {
    for (const row of entry.rows) {
      visited += 1;
      if (visited % rowsPerSlice === 0) {
        yield slice;
        slice = [];
        await setImmediate();
      }
      if (!doubtful.has(row.id)) {
        if (isAsked(row)) slice.push({ row, readAt: entry.readAt });
      } else if (entry.readAt > (latest.get(row.id)?.readAt ?? -1)) {
        latest.set(row.id, { row, readAt: entry.readAt });
      }
    }
  }
  yield [...slice, ...[...latest.values()].filter(({ row }) => isAsked(row))];
}

/** Passes each row to a visitor. */
export async function visitSlices<K extends RowKind>(
  slices: AsyncIterable<RowSlice<K>>,
  visitor: (row: RowOf[K], readAt: Instant) => void,
): Promise<void> {
  for await (const slice of slices) for (const { row, readAt } of slice) visitor(row, readAt);
}
