/**
 * What a report of spend reads: for each account the lists that together are its cost, on the days of the requested
 * zone. An account counts whole or not at all.
 */

import type { Account } from '../domain/account.ts';
import type { CalendarDate, DateRange, TimeZone } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import type { AcceptsHead } from '../ledger/outcome.ts';
import type { ReadPart } from '../ledger/reading.ts';
import type { Source } from '../ledger/source.ts';
import type { ChargedRow } from '../reports/spend-dimensions.ts';
import type { Shift } from '../reports/spend-report.ts';
import { sourceOf, type GatewayContext } from './context.ts';
import {
  byCategories,
  selectAccounts,
  toCoverage,
  toFailedCoverage,
  unsupported,
  type Scope,
} from './sources.ts';
import {
  finerChoice,
  haveSameDays,
  readDaysOf,
  readOwnDays,
  underivable,
  type ChargeKind,
  type ChargeVisitor,
  type ReadList,
} from './spend-lists.ts';

/** Which lists to add up: those of an account's cost, or its usage by key, which is the same money again. */
export type SpendView = 'COST' | 'KEYS';
const kindsOf: Readonly<Record<SpendView, readonly ChargeKind[]>> = {
  COST: ['BILL', 'DAILY_DETAIL'],
  KEYS: ['API_KEY_USAGE'],
};

export interface SpendQuestion {
  readonly view: SpendView;
  readonly scope: Scope;
  /** Its dates in a zone, and how to shift them onto the dates they are compared with; null: no shift. */
  readonly datesIn: (zone: TimeZone) => { readonly dates: DateRange; readonly shift: Shift | null };
  /** Null: each provider's own days. */
  readonly timeZone: TimeZone | null;
  readonly categories: readonly string[] | null | undefined;
  readonly matches: (row: ChargedRow) => boolean;
  /** What `matches` depends on, besides accounts and providers: plain JSON. */
  readonly narrowing: unknown;
}

/** A list of an account that answered. */
export interface ChargeList {
  readonly account: Account;
  readonly kind: ChargeKind;
  /** The first day that is not complete. */
  readonly completeTo: CalendarDate;
  /** On which days its charges count; null: on their own. */
  readonly shift: Shift | null;
  /** Its segments, if rows count on their own days and each row is in one segment only; null: use `visit`. */
  readonly parts: readonly ReadPart<ChargeKind>[] | null;
  /** Visits the charges that match. */
  visit(visitor: ChargeVisitor): Promise<void>;
}

/** Takes in the charges of lists. */
export interface Collector {
  /** Takes in a list, and returns its number of charges. */
  readonly collect: (list: ChargeList) => Promise<number>;
  /** Which segments need no rows for these dates; absent: all need rows. */
  readonly accepting?: (dates: DateRange, shift: Shift | null) => AcceptsHead;
}

/** Passes the lists of all accounts that answered to `collect`, one after the other; returns what each contributed. */
export async function readCharges(
  question: SpendQuestion,
  context: GatewayContext,
  collector: Collector,
): Promise<SourceCoverage[]> {
  const accounts = selectAccounts(question.scope, context);
  const read = await Promise.all(
    accounts.map((account) => readAccount(account, question, context, collector)),
  );
  const sources: SourceCoverage[] = [];
  for (const [index, account] of accounts.entries()) {
    const lists = read[index] ?? [];
    if (lists.length === 0) sources.push(unsupported(account, null, viewNames[question.view]));
    sources.push(...(await collectAccount(account, lists, question, context, collector)));
  }
  return sources;
}

async function collectAccount(
  account: Account,
  lists: readonly ReadList[],
  { matches, timeZone, datesIn }: SpendQuestion,
  { allowance }: GatewayContext,
  { collect }: Collector,
): Promise<SourceCoverage[]> {
  const failed = lists.find(({ reading }) => reading.status === 'FAILED');
  if (failed !== undefined) {
    return lists.map(({ reading }) => toFailedCoverage(reading, failed.reading.error));
  }
  const { shift } = datesIn(timeZone ?? account.timeZone);
  const sources: SourceCoverage[] = [];
  for (const list of lists) {
    const rowCount = await collect({
      account,
      kind: list.reading.source.kind,
      completeTo: list.reading.completeTo ?? datesIn(timeZone ?? account.timeZone).dates.from,
      shift,
      parts: list.parts,
      visit: (visitor) =>
        list.visit((row, day, readAt) => {
          allowance.visitRows(1);
          if (matches(row)) visitor(row, day, readAt);
        }),
    });
    sources.push(toCoverage(list.reading, rowCount));
  }
  return sources;
}

const viewNames: Readonly<Record<SpendView, string>> = {
  COST: 'list of charges (BILL or DAILY_DETAIL)',
  KEYS: 'API_KEY_USAGE',
};

/**
 * Reads one account. If one list cannot provide the requested days, we leave the account out and read none of its
 * lists.
 */
async function readAccount(
  account: Account,
  question: SpendQuestion,
  context: GatewayContext,
  { accepting }: Collector,
): Promise<ReadList[]> {
  const sources = kindsOf[question.view].flatMap((kind): Source<ChargeKind>[] => {
    const source = sourceOf(context.visibility, account, kind);
    return source === undefined ? [] : [source];
  });
  const { timeZone, categories } = question;
  const { dates, shift } = question.datesIn(timeZone ?? account.timeZone);
  if (timeZone === null || haveSameDays(dates, timeZone, account.timeZone)) {
    const accepts = accepting?.(dates, shift);
    return Promise.all(sources.map((source) => readOwnDays(source, { dates, categories }, context, accepts)));
  }
  const choices = sources.map((source) => finerChoice(source, dates, timeZone, categories));
  if (choices.includes(null)) return sources.map((source) => underivable(source, dates, timeZone));
  return Promise.all(
    sources.map((source, index) =>
      readDaysOf(timeZone, source, dates, choices[index] ?? byCategories(categories), context),
    ),
  );
}
