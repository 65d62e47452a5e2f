/**
 * Segments: the fixed pieces in which a provider's rows are read and cached. They lie on the provider's grid, never on
 * a client's range, so overlapping questions share them.
 */

import {
  addDays,
  datesOf,
  daysBetween,
  monthOf,
  type CalendarDate,
  type DateRange,
  type Instant,
} from './calendar.ts';
import type { Notice } from './coverage.ts';

/** How long one segment is. `week` and `fourWeeks` begin on Mondays; `whole` is a list without any date filter. */
export type Step = 'day' | 'week' | 'month' | 'fourWeeks' | 'whole';

/** The grid of one kind of row at one provider. */
export interface Grid {
  /** The lists that make up the kind, each with its step: a product category, a cycle, or "all". */
  readonly variants: Readonly<Record<string, Step>>;
  /** Variants are product categories: rows of a category are in its list alone. */
  readonly byCategory?: boolean;
  /** Rows name no category: none matches a filter on it. */
  readonly uncategorized?: boolean;
  /** The same lists hour by hour, each under `hourlyOf` its name: for days of a zone other than the provider's. */
  readonly hourly?: Readonly<Record<string, Step>>;
  /** The provider has nothing before this date. */
  readonly floor?: CalendarDate;
  /** Rows may start in the future (a renewal paid ahead). Otherwise later segments are not asked for. */
  readonly future: boolean;
}

/** One piece of a grid: what one cache entry holds and one flight reads. */
export interface Segment {
  /** Unique within an account and kind, the same on every replica: "gpu:2026-02-01". */
  readonly key: string;
  readonly variant: string;
  /** Null: the whole list. */
  readonly dates: DateRange | null;
}

/** Rows as they are kept: in an array, or packed (packed-rows.ts). */
export interface Rows<Row> extends Iterable<Row> {
  readonly length: number;
  at(place: number): Row | undefined;
}

/** What one reading of a segment gives. */
export interface SegmentRows<Row> {
  readonly rows: Rows<Row>;
  readonly notices: readonly Notice[];
}

/** How long and for whom a reading may go on: `signal` aborts when nobody waits any more, `deadline` is known ahead. */
export interface Call {
  readonly signal: AbortSignal;
  readonly deadline: Instant;
  /** Whether nobody waits for it: then whatever is waited for goes first. It can change while the call lasts. */
  readonly isBackground?: () => boolean;
  /** To be called when the first request leaves: from then on the reading is worth finishing, whoever still waits. */
  readonly onBegun?: () => void;
}

/** Reads one segment from its provider. @throws GatewayError with a PROVIDER_ code */
export type SegmentReader<Row> = (segment: Segment, call: Call) => Promise<SegmentRows<Row>>;

/** The name of a list hour by hour. */
export function hourlyOf(variant: string): string {
  return `hour/${variant}`;
}

/** A Monday, from which four-week segments are counted. */
const monday = '2024-01-01' as CalendarDate;

/**
 * The segments of a grid that hold the rows of a range, in order. `dates` null asks for everything, which only a
 * `whole` grid can answer. `today` is the current date in the provider's zone.
 */
export function segmentsOf(
  grid: Grid,
  variants: readonly string[],
  dates: DateRange | null,
  today: CalendarDate,
): Segment[] {
  return variants.flatMap<Segment>((variant) => {
    const step = stepOf(grid, variant);
    if (step === undefined) return [];
    if (step === 'whole') return [{ key: variant, variant, dates: null }];
    if (dates === null) throw new RangeError('this list can only be read by period');
    return cut(step, dates)
      .filter((piece) => piece.to > (grid.floor ?? '') && (grid.future || piece.from <= today))
      .map((piece) => ({ key: `${variant}:${piece.from}`, variant, dates: piece }));
  });
}

/** How many segments `segmentsOf` gives, without making them: a range of centuries costs nothing to count. */
export function countSegments(grid: Grid, variants: readonly string[], dates: DateRange | null): number {
  let count = 0;
  for (const variant of variants) {
    const step = stepOf(grid, variant);
    if (step === undefined) continue;
    const days = dates === null ? 1 : Math.max(0, daysBetween(dates.from, dates.to));
    count += step === 'whole' ? 1 : Math.ceil(days / daysOf[step]);
  }
  return count;
}

/** The least days of a step. */
const daysOf = { day: 1, week: 7, month: 28, fourWeeks: 28 } as const;
type DatedStep = keyof typeof daysOf;

function stepOf({ variants, hourly }: Grid, variant: string): Step | undefined {
  return variants[variant] ?? hourly?.[variant];
}

function cut(step: DatedStep, range: DateRange): DateRange[] {
  const pieces: DateRange[] = [];
  for (let piece = pieceAt(step, range.from); piece.from < range.to; piece = pieceAt(step, piece.to)) {
    pieces.push(piece);
  }
  return pieces;
}

function pieceAt(step: DatedStep, date: CalendarDate): DateRange {
  if (step === 'day') return { from: date, to: addDays(date, 1) };
  if (step === 'month') return datesOf(monthOf(date));
  const days = daysOf[step];
  const from = addDays(monday, Math.floor(daysBetween(monday, date) / days) * days);
  return { from, to: addDays(from, days) };
}
