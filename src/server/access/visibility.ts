/** Visibility: which of all accounts a client may see. */

import type { Visibility } from '../../query/context.ts';
import type { Client } from './auth.ts';

/** An account, the sources of its rows, and its snapshots. */
interface VisibleAccount {
  readonly account: Visibility['accounts'][number];
  readonly sources: Visibility['sources'];
  readonly snapshots: Visibility['snapshots'];
}

/** What a client may see and do, computed once per client. */
export function createVisibility(connected: readonly VisibleAccount[]): (client: Client) => Visibility {
  const known = new WeakMap<Client, Visibility>();
  const byKey = new Map<string, Visibility>();
  return (client) => {
    const own = known.get(client);
    if (own !== undefined) return own;
    const seen = connected.filter(({ account }) => client.accounts?.has(account.id) ?? true);
    const accounts = seen.map(({ account }) => account);
    const may = [[...client.permissions].toSorted(), client.trustedOnly];
    const key = JSON.stringify([accounts.map(({ id }) => id), ...may]);
    // Those who see the same share what has been made for them.
    const visibility = byKey.get(key) ?? {
      key,
      accounts,
      sources: seen.flatMap(({ sources }) => sources),
      snapshots: seen.flatMap(({ snapshots }) => snapshots),
    };
    byKey.set(key, visibility);
    known.set(client, visibility);
    return visibility;
  };
}
