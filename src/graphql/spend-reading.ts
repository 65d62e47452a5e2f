/**
 * What a report of spend reads: for each account the lists that together are its cost, on the days of the zone that
 * was asked for. An account counts whole or not at all.
 */

import type { Account } from '../domain/account.ts';
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
import type { SourceCoverage } from '../domain/coverage.ts';
import { GatewayError } from '../domain/errors.ts';
import { hourlyOf, type Grid } from '../domain/segments.ts';
import type { Reading } from '../ledger/reading.ts';
import type { Source } from '../ledger/source.ts';
import type { ChargedRow } from '../reports/spend.ts';
import { sourceOf, type GatewayContext } from './context.ts';
import {
  byCategories,
  failedCoverage,
  readSource,
  selectAccounts,
  toCoverage,
  unsupported,
  type Choice,
  type Scope,
} from './sources.ts';

/** Which lists are added up: those that are an account's cost, or its usage by key, which is the same money again. */
export type SpendView = 'COST' | 'KEYS';
type ChargeKind = 'BILL' | 'DAILY_DETAIL' | 'API_KEY_USAGE';
const kindsOf: Readonly<Record<SpendView, readonly ChargeKind[]>> = {
  COST: ['BILL', 'DAILY_DETAIL'],
  KEYS: ['API_KEY_USAGE'],
};

export interface SpendQuestion {
  readonly view: SpendView;
  readonly scope: Scope;
  readonly dates: DateRange;
  /** Null: each provider's own days. */
  readonly timeZone: TimeZone | null;
  readonly categories: readonly string[] | null | undefined;
  readonly matches: (row: ChargedRow) => boolean;
}

/** Is shown each charge, the day on which it starts in the zone of the report, and when it was read. */
export type ChargeVisitor = (account: Account, row: ChargedRow, day: CalendarDate, readAt: Instant) => void;

/** Shows the matching charges of all accounts that answered to a visitor, in one pass, and says what each contributed. */
export async function readCharges(
  question: SpendQuestion,
  context: GatewayContext,
  visitor: ChargeVisitor,
): Promise<SourceCoverage[]> {
  const accounts = selectAccounts(question.scope, context);
  const read = await Promise.all(accounts.map((account) => readAccount(account, question, context)));
  const sources: SourceCoverage[] = [];
  for (const [index, account] of accounts.entries()) {
    const lists = read[index] ?? [];
    if (lists.length === 0) sources.push(unsupported(account, null, viewNames[question.view]));
    sources.push(...(await visitAccount(account, lists, question, context, visitor)));
  }
  return sources;
}

async function visitAccount(
  account: Account,
  lists: readonly ReadList[],
  { matches }: SpendQuestion,
  { allowance }: GatewayContext,
  visitor: ChargeVisitor,
): Promise<SourceCoverage[]> {
  const failed = lists.find(({ reading }) => reading.status === 'FAILED');
  if (failed !== undefined) {
    const nothing = { status: 'FAILED', asOf: null, notices: [], error: failed.reading.error } as const;
    return lists.map(({ reading }) => ({ ...toCoverage(reading, 0), ...nothing }));
  }
  const sources: SourceCoverage[] = [];
  for (const list of lists) {
    let rowCount = 0;
    await list.visit((row, day, readAt) => {
      allowance.visitRows(1);
      if (!matches(row)) return;
      rowCount += 1;
      visitor(account, row, day, readAt);
    });
    sources.push(toCoverage(list.reading, rowCount));
  }
  return sources;
}

const viewNames: Readonly<Record<SpendView, string>> = {
  COST: 'list of charges (BILL or DAILY_DETAIL)',
  KEYS: 'API_KEY_USAGE',
};

/** One list of an account, with each row's day. */
interface ReadList {
  readonly reading: Omit<Reading<ChargeKind>, 'visit' | 'parts'>;
  visit(visitor: (row: ChargedRow, day: CalendarDate, readAt: Instant) => void): Promise<void>;
}

/** Where one list cannot tell the days that are asked for, the account is left out, and no list of it is read. */
async function readAccount(
  account: Account,
  question: SpendQuestion,
  context: GatewayContext,
): Promise<ReadList[]> {
  const sources = kindsOf[question.view].flatMap((kind): Source<ChargeKind>[] => {
    const source = sourceOf(context.visible, account, kind);
    return source === undefined ? [] : [source];
  });
  const { dates, timeZone, categories } = question;
  if (timeZone === null || haveSameDays(dates, timeZone, account.timeZone)) {
    return Promise.all(sources.map((source) => readOwnDays(source, question, context)));
  }
  const choices = sources.map((source) => finerChoice(source, dates, timeZone, categories));
  if (choices.includes(null)) return sources.map((source) => underivable(source, timeZone));
  return Promise.all(
    sources.map((source, index) =>
      readDaysOf(timeZone, source, dates, choices[index] ?? byCategories(categories), context),
    ),
  );
}

async function readOwnDays(
  source: Source<ChargeKind>,
  { dates, categories }: SpendQuestion,
  context: GatewayContext,
): Promise<ReadList> {
  const reading = await readSource(source, dates, choiceOf(source, categories), context);
  return { reading, visit: (visitor) => reading.visit((row, readAt) => visitor(row, row.date, readAt)) };
}

/** Rows on the days of another zone, told from when they start. */
async function readDaysOf(
  timeZone: TimeZone,
  source: Source<ChargeKind>,
  dates: DateRange,
  choice: Choice,
  context: GatewayContext,
): Promise<ReadList> {
  const own = source.account.timeZone;
  const period = periodOf(dates, timeZone);
  const cover = { from: dateIn(period.start, own), to: addDays(dateIn(after(period.end, -1), own), 1) };
  const reading = await readSource(source, cover, choice, context, period.end);
  const dayOf = createDays(timeZone);
  if (source.kind !== 'BILL' && (await hasRowsAcrossDays(reading, period, dayOf))) {
    return underivable(source, timeZone);
  }
  return {
    reading,
    visit: (visitor) =>
      reading.visit((row, readAt) => {
        if (isIn(row, period)) visitor(row, dayOf(row.chargePeriod.start), readAt);
      }),
  };
}

function choiceOf(source: Source<ChargeKind>, categories: SpendQuestion['categories']): Choice {
  return source.kind === 'API_KEY_USAGE' ? () => ['DAY'] : byCategories(categories);
}

/**
 * The lists from which days of another zone can be told: a bill has the moment at which it starts; other rows only where
 * the vendor lists them by the hour, and days begin on the hour. Null: there are none.
 */
function finerChoice(
  source: Source<ChargeKind>,
  dates: DateRange,
  timeZone: TimeZone,
  categories: SpendQuestion['categories'],
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

function underivable(source: Source<ChargeKind>, timeZone: TimeZone): ReadList {
  const { account, kind } = source;
  const message =
    `${account.provider.name} gives no hours from which days of ${timeZone} could be told: ` +
    `ask without timeZone, or for ${account.timeZone}, the zone of this account's own days`;
  const error = new GatewayError('TIMEZONE_NOT_DERIVABLE', message);
  const { status, asOf, settlement, notices } = failedCoverage(account, kind, error);
  const named = error.of(account.id, account.provider.id);
  return {
    reading: { source, status, asOf, settlement, notices, error: named },
    visit: () => Promise.resolve(),
  };
}

/** A row of an hourly list may be longer than an hour: then it may lie on two days. */
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

function haveSameDays(dates: DateRange, zone: TimeZone, own: TimeZone): boolean {
  const differences = zoneDifferences(periodOf(dates, zone), zone, own);
  return [...differences].every((difference) => difference === 0);
}

const hourMs = 3_600_000;

/** The date of a moment in a zone, worked out once for each hour: no zone changes its date within a quarter of one. */
function createDays(zone: TimeZone): (instant: Instant) => CalendarDate {
  const known = new Map<number, CalendarDate>();
  return (instant) => {
    const quarter = Math.floor(instant / (hourMs / 4));
    const date = known.get(quarter) ?? dateIn(instantOf(quarter * (hourMs / 4)), zone);
    known.set(quarter, date);
    return date;
  };
}
