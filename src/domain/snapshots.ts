/**
 * Snapshots: what a provider says of an account as a whole, as it stands at the moment: no list, no period, nothing that
 * is ever final. They are read, kept and shared as segments are. Null means that the provider does not say.
 */

import type { Instant } from './calendar.ts';
import type { Decimal } from './decimal.ts';
import type { Rows } from './row-list.ts';
import type { CurrencyCode, IntegerText, RowKind, RowOf } from './rows.ts';

/** What is left on an account. The parts overlap in ways that no provider documents: they are never added. */
export interface BalanceReading {
  readonly kind: 'BALANCE';
  readonly currency: CurrencyCode;
  /** May be negative, as all of them. */
  readonly available: Decimal | null;
  readonly cash: Decimal | null;
  readonly creditLimit: Decimal | null;
  readonly pending: Decimal | null;
  readonly outstanding: Decimal | null;
}

export const vendorBudgetTypes = ['UNLIMITED', 'ONE_TIME', 'RECURRING', 'OTHER'] as const;
export type VendorBudgetType = (typeof vendorBudgetTypes)[number];

/** What an API key may spend, as it was set at the provider. */
export interface VendorBudget {
  readonly keyId: string | null;
  readonly keyName: string | null;
  readonly type: VendorBudgetType;
  /** The provider's own word. */
  readonly providerType: string | null;
  readonly limit: Decimal | null;
  readonly used: Decimal | null;
  /** Negative where more was spent than allowed. */
  readonly remaining: Decimal | null;
  /** The provider's own word. */
  readonly cycle: string | null;
  readonly periodStart: Instant | null;
  readonly periodEnd: Instant | null;
}

export interface VendorBudgetsReading {
  readonly kind: 'VENDOR_BUDGETS';
  readonly currency: CurrencyCode;
  readonly budgets: readonly VendorBudget[];
}

/** What a provider's dashboard says of the days up to now: a window that moves, no billing period. */
export interface UsageSummaryReading {
  readonly kind: 'SUMMARY';
  readonly currency: CurrencyCode;
  readonly cost: Decimal | null;
  readonly totalTokens: IntegerText | null;
  readonly inputTokens: IntegerText | null;
  readonly outputTokens: IntegerText | null;
  readonly requests: IntegerText | null;
  /** Null, as `teams`: the provider does not say; not that there are none. */
  readonly models: readonly ModelUsage[] | null;
  readonly teams: readonly TeamCost[] | null;
}

export interface ModelUsage {
  readonly model: string;
  readonly requests: IntegerText | null;
  readonly tokens: IntegerText | null;
}

export interface TeamCost {
  readonly teamId: string | null;
  readonly teamName: string | null;
  readonly cost: Decimal | null;
  readonly conversations: IntegerText | null;
}

/** The snapshot of a kind. */
export interface SnapshotOf {
  BALANCE: BalanceReading;
  VENDOR_BUDGETS: VendorBudgetsReading;
  SUMMARY: UsageSummaryReading;
}

export type SnapshotKind = keyof SnapshotOf;

/** Whatever the ledger reads and keeps. */
export type ReadKind = RowKind | SnapshotKind;
export interface ReadOf extends RowOf, SnapshotOf {}

const snapshotKinds: Readonly<Record<SnapshotKind, true>> = {
  BALANCE: true,
  VENDOR_BUDGETS: true,
  SUMMARY: true,
};

/** Whether what was read are rows of a list. */
export function areRows(read: Rows<ReadOf[ReadKind]>): read is Rows<RowOf[RowKind]> {
  const kind = read.at(0)?.kind;
  return kind === undefined || !(kind in snapshotKinds);
}
