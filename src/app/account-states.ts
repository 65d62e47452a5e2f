/** The state of each account, from its ledger, its vendor client and its settlement rule. */

import type { Connected } from './accounts.ts';
import { cutOffAfter } from '../domain/settlement.ts';
import type { HistoryView } from '../ledger/history.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { scopeOf } from '../ledger/source.ts';
import { healthOf } from '../query/account-health.ts';
import type { LabelledAccount } from '../domain/metric-labels.ts';
import type { AccountState } from '../server/observability/health.ts';

/** The states of accounts, without asking anybody. */
export function statesOf(
  connected: readonly Connected[],
  ledger: Ledger,
  history: HistoryView,
): (AccountState & LabelledAccount)[] {
  const oldestOpen = ledger.oldestOpen();
  return connected.map(({ account, endpoints, sources, client }) => {
    const successes = sources.flatMap((source) => ledger.lastReading(source)?.succeededAt ?? []);
    const open = sources.flatMap((source) => oldestOpen.get(scopeOf(source)) ?? []);
    return {
      account: account.id,
      provider: account.provider.id,
      endpoints,
      status: healthOf(ledger, sources),
      lastSuccessAt: successes.length === 0 ? null : Math.max(...successes),
      ...client.state(),
      oldestOpenAt: open.length === 0 ? null : Math.min(...open),
      nextFinalAt: cutOffAfter(account.settlement, ledger.now()),
      history: history.of(account),
    };
  });
}
