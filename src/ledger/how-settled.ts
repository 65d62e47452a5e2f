/** How settled a reading is: as a whole, and from which of its dates on its figures may still change. */

import type { Account } from '../domain/account.ts';
import {
  addDays,
  monthOf,
  type CalendarDate,
  type DateRange,
  type Instant,
  type YearMonth,
} from '../domain/calendar.ts';
import type { RowKind } from '../domain/rows.ts';
import { finalAtOf, settlementOf, type Settlement } from '../domain/settlement.ts';
import type { Part } from './out-of-window.ts';

/** The least settled of all; PROVISIONAL when there are none. */
export function leastSettled(settlements: readonly Settlement[]): Settlement {
  const finalAts = settlements.flatMap(({ finalAt }) => finalAt ?? []);
  const areFinal = settlements.length > 0 && settlements.every(({ status }) => status === 'FINAL');
  const isKnown = finalAts.length > 0 && finalAts.length === settlements.length;
  return {
    status: areFinal ? 'FINAL' : 'PROVISIONAL',
    finalAt: isKnown ? (Math.max(...finalAts) as Instant) : null,
  };
}

/**
 * The first requested date whose figures may still change: that of the first part that is provisional. Null when none
 * is, and of a list without dates that was asked for as a whole.
 */
export function provisionalFrom(
  parts: readonly Part<RowKind>[],
  settlements: readonly Settlement[],
  asked: DateRange | null,
): CalendarDate | null {
  const firsts = parts.flatMap(({ segment }, index): readonly CalendarDate[] => {
    if (settlements[index]?.status !== 'PROVISIONAL') return [];
    const first = segment.dates?.from ?? asked?.from;
    if (first === undefined) return [];
    return [asked !== null && asked.from > first ? asked.from : first];
  });
  return firsts.toSorted()[0] ?? null;
}

/** The settlement of a part. In a list without dates, or a billing period, the request decides when rows are final. */
export function settlementIn<K extends RowKind>(
  { entry, segment }: Part<K>,
  account: Account,
  { dates, billedIn }: { readonly dates: DateRange | null; readonly billedIn: YearMonth | null },
): Settlement {
  const isOfPeriod = segment.dates === null || (billedIn !== null && entry.finalAt !== null);
  const finalAt =
    isOfPeriod && dates !== null
      ? finalAtOf(account.settlement, monthOf(addDays(dates.to, -1)))
      : entry.finalAt;
  return settlementOf(finalAt, entry.readAt);
}
