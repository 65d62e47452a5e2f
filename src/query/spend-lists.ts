/** Reads one list of charges: on the provider's own days, or on those of another zone if the list allows it. */

import {
  addDays,
  after,
  dateIn,
  instantOf,
  periodOf,
  zoneDifferences,
  type CalendarDate,
  type DateRange,
  type Instant,
  type Period,
  type TimeZone,
} from '../domain/calendar.ts';
import { GatewayError } from '../domain/errors.ts';
import { hourlyOf, type Grid } from '../domain/segments.ts';
import type { WithoutRows } from '../ledger/outcome.ts';
import type { Reading, ReadingDetails, ReadPart } from '../ledger/reading.ts';
import type { Source } from '../ledger/source.ts';
import type { ChargedRow } from '../reports/spend-dimensions.ts';
import type { GatewayContext } from './context.ts';
import { byCategories, failedCoverage, readSource, type Choice } from './sources.ts';

/** The kinds of row that are charges. */
export type ChargeKind = 'BILL' | 'DAILY_DETAIL' | 'API_KEY_USAGE';

/** The rows that are requested. */
export interface SpendDates {
  readonly dates: DateRange;
  readonly categories: readonly string[] | null | undefined;
}

/** Receives each charge as its provider has it, the day on which it starts in the report's zone, and when it was read. */
export type RowVisitor = (row: ChargedRow, day: CalendarDate, readAt: Instant) => void;

/** One list of an account, with each row's day. */
export interface ReadList {
  readonly reading: ReadingDetails<ChargeKind>;
  readonly parts: readonly ReadPart<ChargeKind>[] | null;
  visit(visitor: RowVisitor): Promise<void>;
}

/** Reads rows on the provider's own days. */
export async function readOwnDays(
  source: Source<ChargeKind>,
  { dates, categories }: SpendDates,
  context: GatewayContext,
  withoutRows: WithoutRows | undefined,
): Promise<ReadList> {
  const choice = choiceOf(source, categories);
  const reading = await readSource(source, dates, choice, context, { withoutRows });
  return {
    reading,
    parts: reading.parts,
    visit: (visitor) => reading.visit((row, readAt) => visitor(row, row.date, readAt)),
  };
}

/** Reads rows on the days of another zone, by the moments at which they start. */
export async function readDaysOf(
  timeZone: TimeZone,
  source: Source<ChargeKind>,
  dates: DateRange,
  choice: Choice,
  context: GatewayContext,
): Promise<ReadList> {
  const own = source.account.timeZone;
  const period = periodOf(dates, timeZone);
  const cover = { from: dateIn(period.start, own), to: addDays(dateIn(after(period.end, -1), own), 1) };
  const reading = await readSource(source, cover, choice, context, { end: period.end });
  const dayOf = createDays(timeZone);
  if (source.kind !== 'BILL' && (await hasRowsAcrossDays(reading, period, dayOf))) {
    return underivable(source, dates, timeZone);
  }
  return {
    reading: { ...reading, dates },
    parts: null,
    visit: (visitor) =>
      reading.visit((row, readAt) => {
        if (isIn(row, period)) visitor(row, dayOf(row.chargePeriod.start), readAt);
      }),
  };
}

function choiceOf(source: Source<ChargeKind>, categories: SpendDates['categories']): Choice {
  return source.kind === 'API_KEY_USAGE' ? () => ['DAY'] : byCategories(categories);
}

/**
 * The lists from which we can compute days of another zone. A bill has the moment at which it starts; other rows only
 * work if the vendor lists them by the hour and the zone's days begin on the hour. Null: there are no such lists.
 */
export function finerChoice(
  source: Source<ChargeKind>,
  dates: DateRange,
  timeZone: TimeZone,
  categories: SpendDates['categories'],
): Choice | null {
  if (source.kind === 'BILL') return byCategories(categories);
  const { hourly } = source.grid;
  const own = source.account.timeZone;
  const differences = zoneDifferences(periodOf(dates, timeZone), timeZone, own);
  const isHourly = [...differences].every((difference) => difference % hourMs === 0);
  if (hourly === undefined || source.kind !== 'DAILY_DETAIL' || !isHourly) return null;
  const choose = byCategories(categories);
  return (grid: Grid) => choose(grid).map(hourlyOf);
}

export function underivable(source: Source<ChargeKind>, dates: DateRange, timeZone: TimeZone): ReadList {
  const { account, kind } = source;
  const message =
    `${account.provider.name} has no hourly figures from which to compute days of ${timeZone}: ` +
    `ask without timeZone, or with ${account.timeZone}, the zone of this account's own days`;
  const error = new GatewayError('TIMEZONE_NOT_DERIVABLE', message);
  return {
    reading: { ...failedCoverage(account, kind, error), completeTo: null, source, dates },
    parts: [],
    visit: () => Promise.resolve(),
  };
}

/** Whether a row of an hourly list is longer than an hour and touches two days. */
async function hasRowsAcrossDays(
  reading: Reading<ChargeKind>,
  period: Period,
  dayOf: (instant: Instant) => CalendarDate,
): Promise<boolean> {
  let found = false;
  await reading.visit((row) => {
    const { start, end } = row.chargePeriod;
    const touches = start < period.end && end > period.start;
    if (!found && touches && end > start) found = dayOf(start) !== dayOf(after(end, -1));
  });
  return found;
}

function isIn({ chargePeriod: { start } }: ChargedRow, period: Period): boolean {
  return start >= period.start && start < period.end;
}

/** Whether two zones have the same days within a range of dates. */
export function haveSameDays(dates: DateRange, zone: TimeZone, own: TimeZone): boolean {
  const differences = zoneDifferences(periodOf(dates, zone), zone, own);
  return [...differences].every((difference) => difference === 0);
}

const hourMs = 3_600_000;

/**
 * A function for the date of a moment in a zone. It computes once per quarter of an hour: no zone changes its date
 * within one.
 */
function createDays(zone: TimeZone): (instant: Instant) => CalendarDate {
  const known = new Map<number, CalendarDate>();
  return (instant) => {
    const quarter = Math.floor(instant / (hourMs / 4));
    const date = known.get(quarter) ?? dateIn(instantOf(quarter * (hourMs / 4)), zone);
    known.set(quarter, date);
    return date;
  };
}
