/** How long the money of an account lasts, if its days go on as they were. */

import { addDays, type CalendarDate } from '../domain/calendar.ts';
import { compareDecimals, toSortable, zero, type Decimal } from '../domain/decimal.ts';
import { medianOf } from './statistics.ts';

export interface Runway {
  /** Whole days that can still be paid for; 0 where nothing is left. */
  readonly days: number;
  /** The day on which nothing is left. */
  readonly exhaustedOn: CalendarDate;
  readonly dailyCash: Decimal;
  readonly basedOnDays: number;
}

export interface Spending {
  /** What can be spent. */
  readonly left: Decimal;
  /** The day on which the amount was so. */
  readonly on: CalendarDate;
  /** The last complete days, in order. */
  readonly days: readonly CalendarDate[];
  /** What was borne in cash on a day; nothing on a day that is absent. */
  readonly cashOn: ReadonlyMap<CalendarDate, Decimal>;
}

/** Of fewer days a median says little. */
const fewestDays = 5;
/** What lasts for longer than a century is not going to run out. */
const mostDays = 36_525n;

/**
 * The runway by the median day, which neither a day of renewals nor a holiday moves. Days before the first charge are
 * none of the account's. Null: there are too few days, or the median day costs nothing.
 */
export function runwayOf({ left, on, days, cashOn }: Spending): Runway | null {
  const first = days.findIndex((day) => cashOn.has(day));
  const own = first === -1 ? [] : days.slice(first);
  const dailyCash = medianOf(own.map((day) => cashOn.get(day) ?? zero));
  if (own.length < fewestDays || dailyCash === null || compareDecimals(dailyCash, zero) <= 0) return null;
  const lasting = compareDecimals(left, zero) <= 0 ? 0n : toSortable(left) / toSortable(dailyCash);
  if (lasting > mostDays) return null;
  const count = Number(lasting);
  return { days: count, exhaustedOn: addDays(on, count), dailyCash, basedOnDays: own.length };
}
