/** A group of a report of spend: charges with the same values in all requested dimensions, added up. */

import type { CalendarDate } from '../domain/calendar.ts';
import type { TokenCounts } from '../domain/rows.ts';
import type { SpendDimension } from './spend-dimensions.ts';
import type { Totals } from './totals.ts';

/** The common value of a group in one dimension. */
export interface SpendKey {
  readonly dimension: SpendDimension;
  /** The value, as filters take it. Null: the provider does not say. */
  readonly value: string | null;
  /** For people. */
  readonly label: string;
}

/** Sums of charges that have the same exchange rate. */
export interface DatedTotals {
  /** The day that decides the rate. Null: the rate does not depend on the day. */
  readonly day: CalendarDate | null;
  readonly totals: readonly Totals[];
}

export interface SpendGroup {
  /** The same as the id of the matching group in another period. */
  readonly id: string;
  /** In the order of the requested dimensions. */
  readonly key: readonly SpendKey[];
  readonly totals: readonly Totals[];
  /** The same sums by exchange rate. Null: no rate depends on the day. */
  readonly dated: readonly DatedTotals[] | null;
  readonly rowCount: number;
  /** Null unless all rows are measured in tokens and have the same currency. */
  readonly tokens: TokenCounts | null;
}
