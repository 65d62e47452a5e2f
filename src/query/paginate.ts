/**
 * Relay paging over sorted runs of rows: forward, backward, from a cursor or between two. Merges only the page itself.
 */

import { GatewayError } from '../domain/errors.ts';
import type { RowKind } from '../domain/rows.ts';
import { createCursors, type Place } from './cursor.ts';
import type { Order } from './order.ts';
import { firstIndex, rowAt, type Run, type Sourced } from './sorted-segments.ts';

export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

const defaultPage = 100;
const largestPage = 1000;

/** A requested page, its arguments checked before anything is read. */
export interface PageOf<K extends RowKind> {
  of(runs: readonly Run<K>[]): {
    readonly edges: readonly { readonly node: Sourced<K>; readonly cursor: string }[];
    readonly pageInfo: {
      readonly hasPreviousPage: boolean;
      readonly hasNextPage: boolean;
      readonly startCursor: string | null;
      readonly endCursor: string | null;
    };
  };
}

/**
 * Reads the arguments of a page. Its cursors are valid for `listRequest` only. @throws GatewayError BAD_USER_INPUT,
 * INVALID_CURSOR
 */
export function createPage<K extends RowKind>(
  order: Order<Sourced<K>>,
  args: PageArgs,
  listRequest: unknown,
): PageOf<K> {
  const size = readSize(args);
  const cursors = createCursors(listRequest);
  const readPlace = (cursor: string | null | undefined): Place | null => {
    if (cursor === null || cursor === undefined) return null;
    const place = cursors.parse(cursor);
    if (order.isPlace(place)) return place;
    throw new GatewayError(
      'INVALID_CURSOR',
      'the cursor does not fit this order: start again without a cursor',
    );
  };
  const [after, before] = [readPlace(args.after), readPlace(args.before)];
  return {
    of(runs) {
      const placeAt = (run: Run<K>, index: number): Place | null => {
        const node = sourcedAt(run, index);
        return node === null ? null : order.placeOf(node);
      };
      const isFrom = (run: Run<K>, place: Place, least: number) => (index: number) =>
        order.compare(placeAt(run, index) ?? [], place) >= least;
      const bounded = runs.map((run) => {
        const { start: first, end: last } = run;
        const start = after === null ? first : firstIndex(first, last, isFrom(run, after, 1));
        const end = before === null ? last : firstIndex(start, last, isFrom(run, before, 0));
        return { ...run, start, end };
      });
      const isBackward = size.from === 'end';
      const merged = merge(bounded, isBackward, size.count, placeAt, (a, b) => order.compare(a, b));
      if (isBackward) merged.reverse();
      const cursorOf = (node: Sourced<K>): string => cursors.print(order.placeOf(node));
      const edges = merged.map((node) => new Edge(node, cursorOf));
      const hasMore = bounded.reduce((count, { start, end }) => count + end - start, 0) > merged.length;
      const isCut = (side: 'start' | 'end'): boolean =>
        bounded.some((run, index) => run[side] !== runs[index]?.[side]);
      return {
        edges,
        pageInfo: {
          hasPreviousPage: isCut('start') || (isBackward && hasMore),
          hasNextPage: isCut('end') || (!isBackward && hasMore),
          get startCursor() {
            return edges[0]?.cursor ?? null;
          },
          get endCursor() {
            return edges.at(-1)?.cursor ?? null;
          },
        },
      };
    },
  };
}

/** A row of the page. */
class Edge<K extends RowKind> {
  readonly node: Sourced<K>;
  readonly #cursorOf: (node: Sourced<K>) => string;

  constructor(node: Sourced<K>, cursorOf: (node: Sourced<K>) => string) {
    this.node = node;
    this.#cursorOf = cursorOf;
  }

  /** Computed only if the client asks for it. */
  get cursor(): string {
    return this.#cursorOf(this.node);
  }
}

/** The next row of a run, and its place in the order. */
interface Head<K extends RowKind> {
  readonly run: Run<K>;
  readonly index: number;
  readonly place: Place;
}

/** Merges sorted runs and returns the first rows; backward, the last rows, last one first. */
function merge<K extends RowKind>(
  runs: readonly Run<K>[],
  isBackward: boolean,
  count: number,
  placeAt: (run: Run<K>, index: number) => Place | null,
  compare: (a: Place, b: Place) => number,
): Sourced<K>[] {
  const sign = isBackward ? -1 : 1;
  const headAt = (run: Run<K>, index: number): Head<K> | null => {
    const place = index >= run.start && index < run.end ? placeAt(run, index) : null;
    return place === null ? null : { run, index, place };
  };
  const isAfter = (head: Head<K>) => (other: Head<K>) => sign * compare(other.place, head.place) > 0;
  // The next run is at the end of the array, where removing it is cheap.
  const heads = runs
    .flatMap((run) => headAt(run, isBackward ? run.end - 1 : run.start) ?? [])
    .toSorted((a, b) => sign * compare(b.place, a.place));
  const merged: Sourced<K>[] = [];
  for (let head = heads.pop(); head !== undefined && merged.length < count; head = heads.pop()) {
    const { run, index } = head;
    if (heads.length === 0) {
      // Nothing is left to compare the rows of the last run with.
      takeRest(head, sign, count, merged);
      break;
    }
    const node = sourcedAt(run, index);
    if (node !== null) merged.push(node);
    const next = headAt(run, index + sign);
    if (next !== null) {
      const isBefore = isAfter(next);
      const isBehind = (at: number): boolean => {
        const other = heads[at];
        return other !== undefined && !isBefore(other);
      };
      heads.splice(firstIndex(0, heads.length, isBehind), 0, next);
    }
  }
  return merged;
}

/** Adds the rows of a run from its head on, up to `count` rows in all. `step`: 1 forward, -1 backward. */
function takeRest<K extends RowKind>(
  { run, index }: Head<K>,
  step: number,
  count: number,
  merged: Sourced<K>[],
): void {
  for (let at = index; at >= run.start && at < run.end && merged.length < count; at += step) {
    const node = sourcedAt(run, at);
    if (node !== null) merged.push(node);
  }
}

function sourcedAt<K extends RowKind>(run: Run<K>, index: number): Sourced<K> | null {
  const row = rowAt(run, index);
  return row === undefined ? null : { row, account: run.account, readAt: run.readAt };
}

function readSize({ first, last }: PageArgs): { from: 'start' | 'end'; count: number } {
  if (first != null && last != null) {
    throw new GatewayError('BAD_USER_INPUT', 'give first or last, not both');
  }
  const count = first ?? last ?? defaultPage;
  if (count < 0 || count > largestPage) {
    const name = first == null ? 'last' : 'first';
    throw new GatewayError('BAD_USER_INPUT', `${name} is ${count}; it may be 0 to ${largestPage}`);
  }
  return { from: last == null ? 'start' : 'end', count };
}
