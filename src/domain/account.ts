/** Who is billed where: providers as clients see them, and accounts, one per credential. */

import type { TimeZone } from './calendar.ts';
import type { CurrencyCode, RowKind } from './rows.ts';
import type { SettlementRule } from './settlement.ts';

/** A vendor, as clients see it. */
export interface ProviderProfile {
  /** Short, lower-case, stable: "ppio". */
  readonly id: string;
  readonly name: string;
  readonly homepage: string;
  readonly kinds: readonly RowKind[];
  /** The zone in which the provider's days and months begin. */
  readonly timeZone: TimeZone;
  /** Product categories whose usage it lists by product and by API key: the same money twice. */
  readonly keyedCategories: readonly string[];
  /** How long after the end of a day its usage may still be coming in. */
  readonly usageLagHours: number;
}

/** One credential's billing account at one provider. */
export interface Account {
  /** From the settings; stable, and part of row ids. */
  readonly id: string;
  readonly name: string;
  readonly provider: ProviderProfile;
  /** Null where rows carry their own currency. */
  readonly currency: CurrencyCode | null;
  readonly kinds: readonly RowKind[];
  /** The provider's zone, or the one the settings give instead. */
  readonly timeZone: TimeZone;
  readonly settlement: SettlementRule;
}
