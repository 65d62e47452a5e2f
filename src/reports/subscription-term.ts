/**
 * What a subscription costs by the time it covers. A payment for a term is spread evenly over it: until a moment it has
 * cost as much as the part of the term that has passed, cut to whole steps of the amount's last digit (of four decimal
 * places at least). So the parts of a term add up to the payment, however it is cut: by days, months or not at all.
 */

import {
  addMonths,
  dateIn,
  firstDayOf,
  monthOf,
  startOfDay,
  type Instant,
  type Period,
  type TimeZone,
} from '../domain/calendar.ts';
import { printDecimal, readDecimal, subtractDecimals, type Decimal } from '../domain/decimal.ts';
import type { BillRow } from '../domain/rows.ts';

/** A part of a term, and what it costs. */
export interface TermPart {
  readonly period: Period;
  readonly amount: Decimal;
}

/** Parts are as exact as this many decimal places, or as their amount. */
const minScale = 4;
/** A longer term is no term: some lists put an end in the far future where there is none. */
const maxMonths = 120;

/** The term over which a payment is spread; null: it is another kind of charge, or its dates are no term. */
export function termOf(row: BillRow, zone: TimeZone): Period | null {
  return monthsWithin(row, zone) === null ? null : row.chargePeriod;
}

/**
 * The parts of a subscription's term, one for each month in a zone. Null where there is nothing to spread: another kind
 * of charge, or a term within one month.
 */
export function termPartsOf(row: BillRow, zone: TimeZone): readonly TermPart[] | null {
  const { chargePeriod: term, billedCost } = row;
  const cuts = monthsWithin(row, zone) ?? [];
  if (cuts.length === 0) return null;
  return cuts.concat(term.end).map((end, index) => {
    const period = { start: cuts[index - 1] ?? term.start, end };
    return { period, amount: costWithin(term, billedCost, period) };
  });
}

/** The moments within a term at which a month begins; null if there is no term. */
function monthsWithin({ chargePeriod: term, billingMethod }: BillRow, zone: TimeZone): Instant[] | null {
  if (billingMethod !== 'SUBSCRIPTION' || term.end <= term.start) return null;
  const starts: Instant[] = [];
  let month = addMonths(monthOf(dateIn(term.start, zone)), 1);
  for (;;) {
    const start = startOfDay(firstDayOf(month), zone);
    if (start >= term.end) return starts;
    if (starts.length === maxMonths) return null;
    starts.push(start);
    month = addMonths(month, 1);
  }
}

/** What the part of a term that lies within a period costs. */
export function costWithin(term: Period, amount: Decimal, { start, end }: Period): Decimal {
  return subtractDecimals(costUntil(term, amount, end), costUntil(term, amount, start));
}

/** What a term has cost until a moment: nothing before it begins, and the whole amount once it has ended. */
export function costUntil(term: Period, amount: Decimal, moment: Instant): Decimal {
  const { coefficient, scale } = readDecimal(amount);
  const units = coefficient * 10n ** BigInt(Math.max(0, minScale - scale));
  const passed = Math.min(Math.max(moment - term.start, 0), term.end - term.start);
  return printDecimal((units * BigInt(passed)) / BigInt(term.end - term.start), Math.max(scale, minScale));
}
