/** Visibility: which of all accounts a client may see, and whose cost in them. */

import type { Visibility } from '../../query/context.ts';
import { canMatch, type Allocation } from '../../reports/allocation-rules.ts';
import type { Bounds, Client } from './auth.ts';

/** An account, the sources of its rows, and its snapshots. */
interface VisibleAccount {
  readonly account: Visibility['accounts'][number];
  readonly sources: Visibility['sources'];
  readonly snapshots: Visibility['snapshots'];
}

/** What a client may see and do, computed once per client. */
export function createVisibility(
  connected: readonly VisibleAccount[],
  allocations: readonly Allocation[],
): (client: Client) => Visibility {
  const known = new WeakMap<Client, Visibility>();
  const byKey = new Map<string, Visibility>();
  const isKnown = (id: string): boolean => allocations.some((allocation) => allocation.id === id);
  return (client) => {
    const own = known.get(client);
    if (own !== undefined) return own;
    const { bounds } = client;
    // What binds a client to nothing that there is leaves it nothing to see.
    const isLost = bounds !== null && (bounds.size === 0 || [...bounds.keys()].some((id) => !isKnown(id)));
    const seen = connected.filter(({ account }) => !isLost && (client.accounts?.has(account.id) ?? true));
    const accounts = seen.map(({ account }) => account);
    const may = [[...client.permissions].toSorted(), client.trustedOnly];
    const key = JSON.stringify([accounts.map(({ id }) => id), ...may, textOf(bounds)]);
    const costSources = seen.flatMap(({ sources }) => sources);
    // Those who see the same share what has been made for them.
    const visibility: Visibility = byKey.get(key) ?? {
      key,
      accounts,
      sources: bounds === null ? costSources : [],
      costSources,
      allocations: allocations.filter(
        (allocation) =>
          (bounds?.has(allocation.id) ?? true) &&
          allocation.rules.some((rule) => accounts.some((account) => canMatch(rule, account))),
      ),
      bound: bounds,
      snapshots: bounds === null ? seen.flatMap(({ snapshots }) => snapshots) : [],
    };
    byKey.set(key, visibility);
    known.set(client, visibility);
    return visibility;
  };
}

function textOf(bounds: Bounds | null): unknown {
  return (
    bounds && Array.from(bounds, ([id, values]) => JSON.stringify([id, [...values].toSorted()])).toSorted()
  );
}
