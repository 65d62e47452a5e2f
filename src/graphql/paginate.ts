/** Relay paging over rows in an order: forward, backward, from a cursor or between two. */

import { GatewayError } from '../domain/errors.ts';
import { createCursors } from './cursor.ts';
import type { Order, SortKey } from './order.ts';

export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

const defaultPage = 100;
const largestPage = 1000;

/** A page that was asked for, its arguments checked before anything is read. */
export interface PageOf<Row> {
  of(rows: readonly Row[]): {
    readonly edges: readonly { readonly node: Row; readonly cursor: string }[];
    readonly pageInfo: {
      readonly hasPreviousPage: boolean;
      readonly hasNextPage: boolean;
      readonly startCursor: string | null;
      readonly endCursor: string | null;
    };
  };
}

/**
 * Reads the arguments of a page. `question` is what the cursors are bound to.
 * @throws GatewayError BAD_USER_INPUT, INVALID_CURSOR
 */
export function createPage<Row>(order: Order<Row>, args: PageArgs, question: unknown): PageOf<Row> {
  const size = readSize(args);
  const cursors = createCursors(question);
  const readPlace = (cursor: string | null | undefined): SortKey | null => {
    if (cursor === null || cursor === undefined) return null;
    const key = order.keyOf(cursors.parse(cursor));
    if (key !== null) return key;
    throw new GatewayError(
      'INVALID_CURSOR',
      'the cursor names no place in this order: start again without a cursor',
    );
  };
  const [after, before] = [readPlace(args.after), readPlace(args.before)];
  return {
    of(rows) {
      const sorted = rows
        .map((node) => ({ node, key: order.keyOf(order.placeOf(node)) ?? [] }))
        .sort((a, b) => order.compare(a.key, b.key));
      let start = after === null ? 0 : firstIndex(sorted, ({ key }) => order.compare(key, after) > 0);
      let end =
        before === null ? sorted.length : firstIndex(sorted, ({ key }) => order.compare(key, before) >= 0);
      end = Math.max(start, end);
      if (size.from === 'start') end = Math.min(end, start + size.count);
      else start = Math.max(start, end - size.count);
      const edges = sorted
        .slice(start, end)
        .map(({ node }) => ({ node, cursor: cursors.print(order.placeOf(node)) }));
      const pageInfo = {
        hasPreviousPage: start > 0,
        hasNextPage: end < sorted.length,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      };
      return { edges, pageInfo };
    },
  };
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

/** By halving: the order says that once `isAfter` holds, it holds for the rest. */
function firstIndex<T>(sorted: readonly T[], isAfter: (item: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = sorted[middle];
    if (item !== undefined && isAfter(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
