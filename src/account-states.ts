/** How each account is, put together from those who know: its ledger, its way out, its rule of settlement. */

import type { Connected } from './accounts.ts';
import { cutOffAfter } from './domain/settlement.ts';
import type { Ledger } from './ledger/ledger.ts';
import { scopeOf } from './ledger/source.ts';
import { healthOf } from './ledger/status.ts';
import type { AccountState } from './server/health.ts';

/** The states of accounts, asked of nobody. */
export function statesOf(connected: readonly Connected[], ledger: Ledger): AccountState[] {
  const oldestOpen = ledger.oldestOpen();
  return connected.map(({ account, sources, client }) => {
    const successes = sources.flatMap((source) => ledger.lastReading(source)?.succeededAt ?? []);
    const open = sources.flatMap((source) => oldestOpen.get(scopeOf(source)) ?? []);
    return {
      account: account.id,
      provider: account.provider.id,
      status: healthOf(ledger, sources),
      lastSuccessAt: successes.length === 0 ? null : Math.max(...successes),
      ...client.state(),
      oldestOpenAt: open.length === 0 ? null : Math.min(...open),
      nextFinalAt: cutOffAfter(account.settlement, ledger.now()),
    };
  });
}
