/** alerts: what people were told, as far as the caller may see the accounts. */

import type { Account } from '../domain/account.ts';
import type { Alert, AlertKind, AlertState } from '../domain/alert.ts';
import type { GatewayContext } from './context.ts';

export interface AlertRequest {
  /** Null: all. */
  readonly states: readonly AlertState[] | null;
  readonly kinds: readonly AlertKind[] | null;
  /** How many at most. */
  readonly first: number;
}

export interface SeenAlert extends Alert {
  readonly seen: readonly Account[];
}

export interface AlertReport {
  /** The newest first. */
  readonly alerts: readonly SeenAlert[];
  /** How many there are, shown or not. */
  readonly count: number;
  readonly openCount: number;
  /** What the open ones are about, each counted once whatever its steps. */
  readonly openMatterCount: number;
}

/** Reads them. An alert that is about accounts which the caller may not see does not exist. */
export async function readAlerts(
  { states, kinds, first }: AlertRequest,
  { alerts, visibility, allowance, validity }: GatewayContext,
): Promise<AlertReport> {
  allowance.takeList();
  // They change whenever something happens, not when rows are read.
  validity.endsNow();
  const known = new Map(visibility.accounts.map((account) => [account.id, account]));
  const all = await alerts.read();
  const visible = all.flatMap((alert): SeenAlert[] => {
    const seen = alert.accounts.flatMap((id) => known.get(id) ?? []);
    return seen.length === alert.accounts.length ? [{ ...alert, seen }] : [];
  });
  const found = visible.filter(
    ({ state, kind }) => (states?.includes(state) ?? true) && (kinds?.includes(kind) ?? true),
  );
  const shown = found.slice(0, first);
  allowance.takeRows(shown.length);
  const open = visible.filter(({ state }) => state === 'OPEN');
  const openMatterCount = new Set(open.map(({ matter }) => matter)).size;
  return { alerts: shown, count: found.length, openCount: open.length, openMatterCount };
}
