/**
 * Segments: the fixed pieces in which we read and cache a provider's rows. They follow the provider's grid, never a
 * client's range, so overlapping requests share them.
 */

import { addDays, datesOf, daysBetween, monthOf, type CalendarDate, type DateRange } from './calendar.ts';
import type { Notice } from './coverage.ts';
import type { GatewayError } from './errors.ts';
import type { Rows } from './row-list.ts';

/** The length of a segment. `week` and `fourWeeks` begin on Mondays; `whole` is a list without a date filter. */
export type Step = 'day' | 'week' | 'month' | 'fourWeeks' | 'whole';

/** The grid of one kind of row at one provider. */
export interface Grid {
  /** The lists that make up the kind, each with its step: a product category, a cycle, or "all". */
  readonly variants: Readonly<Record<string, Step>>;
  /** Whether variants are product categories: then each row is only in the list of its category. */
  readonly byCategory?: boolean;
  /** Whether rows have no category: then no row matches a filter by category. */
  readonly uncategorized?: boolean;
  /** The same lists by the hour, each named by `hourlyOf`: for days of a zone other than the provider's. */
  readonly hourly?: Readonly<Record<string, Step>>;
  /** The provider has no rows before this date. */
  readonly floor?: CalendarDate;
  /** Whether a row may be billed with the month before or after its start: paid ahead, or refunded later. */
  readonly billedAcrossMonths?: boolean;
  /** Whether rows may start in the future (a renewal paid ahead). Otherwise we never ask for future segments. */
  readonly future: boolean;
}

/** One piece of a grid: one cache entry has it, and one flight reads it. */
export interface Segment {
  /** Unique within an account and kind, the same on every replica: "gpu:2026-02-01". */
  readonly key: string;
  readonly variant: string;
  /** Null: the whole list. */
  readonly dates: DateRange | null;
  /** From the grid: the next month's bill may still add rows to it. */
  readonly billedAcrossMonths?: boolean;
  /** It is no piece of a list: nothing in it is ever final (snapshots.ts). */
  readonly isSnapshot?: boolean;
}

/** The rows from one reading of a segment. */
export interface SegmentRows<Row> {
  readonly rows: Rows<Row>;
  readonly notices: readonly Notice[];
  /** The vendor does not know the requested category, so its empty list is never final. */
  readonly isUnknownCategory?: boolean;
}

/** How long a reading may take, and who waits for it. */
export interface Call {
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
  /**
   * When the last of those who wait gives up, in milliseconds on the monotonic clock (`performance.now()`). It moves as
   * others join, so read it when you need it and never copy it.
   */
  readonly deadlineMs: number;
  /** Whether nobody waits: then all other requests go first. It can change during the call. */
  readonly isBackground?: () => boolean;
  /** Call it when a request leaves: from then on the reading is worth finishing, even if all who wait leave. */
  readonly onBegun?: () => void;
  /** Call it when a request starts to wait for its quota slot, and whenever the wait gets longer. */
  readonly onQueued?: (queued: QueuedRequest) => void;
}

/** A request that waits for its quota slot. */
export interface QueuedRequest {
  /** How long until its slot comes, by the rate alone, by current estimate. Milliseconds. */
  readonly slotInMs: () => number;
  /** How the previous attempt failed; null: this is the first. */
  readonly failure: GatewayError | null;
}

/** Reads one segment from its provider. @throws GatewayError with a PROVIDER_ code */
export type SegmentReader<Row> = (segment: Segment, call: Call) => Promise<SegmentRows<Row>>;

/** The name of a list by the hour. */
export function hourlyOf(variant: string): string {
  return `hour/${variant}`;
}

/** A provider's grid, with the lists of these categories if it has one list for each; `undefined`: its own lists. */
export function gridOf(grid: Grid, categories: readonly string[] | undefined): Grid {
  if (grid.byCategory !== true || categories === undefined) return grid;
  const each = (names: readonly string[], steps: Grid['variants']): Grid['variants'] => {
    const [step = 'month'] = Object.values(steps);
    return Object.fromEntries(names.map((name) => [name, step]));
  };
  const variants = each(categories, grid.variants);
  return grid.hourly === undefined
    ? { ...grid, variants }
    : { ...grid, variants, hourly: each(categories.map(hourlyOf), grid.hourly) };
}

/** The Monday from which we count four-week segments. */
const monday = '2024-01-01' as CalendarDate;

/**
 * The segments of a grid that contain the rows of a range, in order. `dates` null asks for everything, which only a
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
      .map((piece) => ({
        key: `${variant}:${piece.from}`,
        variant,
        dates: piece,
        ...(grid.billedAcrossMonths === true ? { billedAcrossMonths: true } : {}),
      }));
  });
}

/** How many segments `segmentsOf` returns, without creating them: counting is cheap even for a range of centuries. */
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

/** The fewest days that a step has. */
const daysOf = { day: 1, week: 7, month: 28, fourWeeks: 28 } as const;
type DatedStep = keyof typeof daysOf;

function stepOf({ variants, hourly }: Grid, variant: string): Step | undefined {
  return variants[variant] ?? hourly?.[variant];
}

function cut(step: DatedStep, range: DateRange): DateRange[] {
  const pieces: DateRange[] = [];
  if (range.from >= range.to) return pieces;
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
