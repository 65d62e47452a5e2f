/** The allocations that a caller may use, their values, and who sees which of them alone. */

import { canMatch, valuesOfRule, type Allocation } from '../reports/allocation-rules.ts';
import type { GatewayContext } from './context.ts';

/** A client of the settings that sees the cost of some values alone. */
export interface BoundClient {
  readonly clientId: string;
  readonly values: readonly string[];
}

export interface ListedAllocation {
  readonly allocation: Allocation;
  /** In the order of the rules. */
  readonly values: readonly string[];
  /** The values that the caller is bound to; null: it is not bound. */
  readonly boundTo: readonly string[] | null;
  /** Null: the caller may not know. */
  readonly clients: readonly BoundClient[] | null;
}

/** The allocations that a caller may use, in the order of the settings. */
export function listAllocations({
  visibility,
  boundClients,
  permissions,
}: GatewayContext): ListedAllocation[] {
  const { allocations, accounts, bound } = visibility;
  return allocations.map((allocation) => {
    const own = bound?.get(allocation.id);
    const rules = allocation.rules.filter((rule) => accounts.some((account) => canMatch(rule, account)));
    const values = [...new Set(rules.flatMap((rule) => valuesOfRule(rule)))];
    return {
      allocation,
      values: own === undefined ? values : values.filter((value) => own.has(value)),
      boundTo: own === undefined ? null : [...own],
      clients: permissions.has('operations')
        ? boundClients.flatMap(({ clientId, bounds }) => {
            const named = bounds.get(allocation.id);
            return named === undefined ? [] : [{ clientId, values: [...named] }];
          })
        : null,
    };
  });
}
