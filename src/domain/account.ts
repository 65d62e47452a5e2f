/** Accounts: one per credential at a provider; and providers as clients see them. */

import type { CalendarDate, TimeZone } from './calendar.ts';
import type { Decimal } from './decimal.ts';
import type { FocusServices } from './focus-services.ts';
import type { CurrencyCode, RowKind } from './rows.ts';
import type { SettlementRule } from './settlement.ts';

/** A vendor, as clients see it. */
export interface ProviderProfile {
  /** Short, lower-case, stable. */
  readonly id: string;
  readonly name: string;
  readonly homepage: string;
  readonly kinds: readonly RowKind[];
  /** The zone in which the provider's days and months begin. */
  readonly timeZone: TimeZone;
  /** Categories whose usage the provider lists both by product and by API key: the same money twice. */
  readonly keyedCategories: readonly string[];
  /** Which FOCUS services its products belong to. */
  readonly focusServices: FocusServices;
  /** How many hours after the end of a day its usage may still arrive. */
  readonly usageLagHours: number;
}

/** One credential's billing account at one provider. */
export interface Account {
  /** From the settings: stable, and part of row ids. Filters, errors and the log use it. */
  readonly id: string;
  /** What clients see: unique over accounts, providers and rows (public-ids.ts). */
  readonly publicId: string;
  readonly name: string;
  readonly provider: ProviderProfile;
  /** Null when rows have their own currency. */
  readonly currency: CurrencyCode | null;
  readonly kinds: readonly RowKind[];
  /** The provider's zone, or the one from the settings. */
  readonly timeZone: TimeZone;
  readonly settlement: SettlementRule;
  /** What was on it on a day, by the settings; only where its provider tells no balance. */
  readonly declaredBalance?: DeclaredBalance;
}

export interface DeclaredBalance {
  readonly amount: Decimal;
  readonly currency: CurrencyCode;
  /** When that day began in the account's zone. */
  readonly asOf: CalendarDate;
}
