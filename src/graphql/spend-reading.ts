/**
 * What a report of spend reads: for each account the lists that together are its cost, on the days of the zone that
 * was asked for. An account counts whole or not at all.
 */

import type { Account } from '../domain/account.ts';
import type { DateRange, TimeZone } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import type { ReadPart } from '../ledger/reading.ts';
import type { Source } from '../ledger/source.ts';
import type { ChargedRow } from '../reports/spend.ts';
import { sourceOf, type GatewayContext } from './context.ts';
import { byCategories, selectAccounts, toCoverage, unsupported, type Scope } from './sources.ts';
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

/** Which lists are added up: those that are an account's cost, or its usage by key, which is the same money again. */
export type SpendView = 'COST' | 'KEYS';
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
  /** What `matches` goes by, beside accounts and providers: plain JSON. */
  readonly narrowing: unknown;
}

/** One list of an account that answered. */
export interface ChargeList {
  readonly account: Account;
  /** Its segments, where rows count on their own days and each row is in one segment alone; null: visit the rows. */
  readonly parts: readonly ReadPart<ChargeKind>[] | null;
  /** Shows the charges that match. */
  visit(visitor: ChargeVisitor): Promise<void>;
}

/** Takes what a list has, and says how many charges that were. */
export type Collect = (list: ChargeList) => Promise<number>;

/** Gives the lists of all accounts that answered to be collected, one after the other, and says what each contributed. */
export async function readCharges(
  question: SpendQuestion,
  context: GatewayContext,
  collect: Collect,
): Promise<SourceCoverage[]> {
  const accounts = selectAccounts(question.scope, context);
  const read = await Promise.all(accounts.map((account) => readAccount(account, question, context)));
  const sources: SourceCoverage[] = [];
  for (const [index, account] of accounts.entries()) {
    const lists = read[index] ?? [];
    if (lists.length === 0) sources.push(unsupported(account, null, viewNames[question.view]));
    sources.push(...(await collectAccount(account, lists, question, context, collect)));
  }
  return sources;
}

async function collectAccount(
  account: Account,
  lists: readonly ReadList[],
  { matches }: SpendQuestion,
  { allowance }: GatewayContext,
  collect: Collect,
): Promise<SourceCoverage[]> {
  const failed = lists.find(({ reading }) => reading.status === 'FAILED');
  if (failed !== undefined) {
    const nothing = { status: 'FAILED', asOf: null, notices: [], error: failed.reading.error } as const;
    return lists.map(({ reading }) => ({ ...toCoverage(reading, 0), ...nothing }));
  }
  const sources: SourceCoverage[] = [];
  for (const list of lists) {
    const rowCount = await collect({
      account,
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
