/**
 * Pages of groups: as many as fit, or from a cursor on. A cursor is a position in the order, so it survives a refresh.
 */

import { toDecimal } from '../domain/decimal.ts';
import { GatewayError } from '../domain/errors.ts';
import type { Converter } from '../domain/currency-conversion.ts';
import { groupsAfter, placeOf, type GroupPlace, type SpendOrder } from '../reports/spend-order.ts';
import type { SpendGroup } from '../reports/spend-group.ts';
import type { GatewayContext } from './context.ts';
import { createCursors } from './cursor.ts';

export interface GroupPageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

export interface GroupPages {
  /** All groups, in order. */
  readonly all: readonly SpendGroup[];
  /** The groups shown without arguments: as many as fit into the answer. */
  fitting(): readonly SpendGroup[];
  /** @throws GatewayError BAD_USER_INPUT, INVALID_CURSOR, QUERY_TOO_EXPENSIVE */
  page(args: GroupPageArgs): readonly SpendGroup[];
  cursorOf(group: SpendGroup): string;
}

export interface PageSettings {
  readonly order: SpendOrder;
  readonly converter: Converter | null;
  /** The request for which the cursors are valid: plain JSON. */
  readonly listRequest: unknown;
}

/** Pages of sorted groups. */
export function createGroupPages(
  all: readonly SpendGroup[],
  { order, converter, listRequest }: PageSettings,
  { allowance, limits: { maxGroups } }: Pick<GatewayContext, 'allowance' | 'limits'>,
): GroupPages {
  const cursors = createCursors(listRequest);
  let fitting: readonly SpendGroup[] | null = null;

  function parse(cursor: string): GroupPlace {
    const [text] = cursors.parse(cursor);
    const place: unknown = typeof text === 'string' ? JSON.parse(text) : null;
    if (isPlace(place)) return place;
    throw new GatewayError(
      'INVALID_CURSOR',
      'the cursor does not point to a group: start again without a cursor',
    );
  }

  const pages: GroupPages = {
    all,
    fitting: () => (fitting ??= all.slice(0, allowance.fitGroups(all.length))),
    page({ first, after }) {
      if (first != null && (first < 0 || first > maxGroups)) {
        throw new GatewayError('BAD_USER_INPUT', `first is ${first}; it may be 0 to ${maxGroups}`);
      }
      if (first == null && after == null) return pages.fitting();
      const left = after == null ? all : groupsAfter(all, parse(after), order, converter);
      if (first == null) return left.slice(0, allowance.fitGroups(left.length));
      const page = left.slice(0, first);
      allowance.takeGroups(page.length);
      return page;
    },
    cursorOf: (group) => cursors.print([JSON.stringify(placeOf(group, order, converter))]),
  };
  return pages;
}

function isPlace(place: unknown): place is GroupPlace {
  if (typeof place !== 'object' || place === null) return false;
  const { costs, values } = place as Partial<Record<keyof GroupPlace, unknown>>;
  const isCost = (cost: unknown): boolean =>
    Array.isArray(cost) && typeof cost[0] === 'string' && toDecimal(String(cost[1])) !== null;
  return (
    Array.isArray(costs) &&
    costs.every((cost) => isCost(cost)) &&
    Array.isArray(values) &&
    values.every((value) => value === null || typeof value === 'string')
  );
}
