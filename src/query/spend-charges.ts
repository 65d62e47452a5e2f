/**
 * What a report of spend reads: for each account the lists that together are its cost, on the days of the requested
 * zone. An account counts whole or not at all.
 */

import type { Account } from '../domain/account.ts';
import type { CalendarDate, DateRange, Instant, TimeZone } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import type { GatewayError } from '../domain/errors.ts';
import type { WithoutRows } from '../ledger/outcome.ts';
import type { ReadPart } from '../ledger/reading.ts';
import type { Source } from '../ledger/source.ts';
import type { AllocationChoice } from '../reports/allocation-rules.ts';
import type { Attribution, ChargePart } from '../reports/attribution.ts';
import type { ChargedRow } from '../reports/spend-dimensions.ts';
import type { Shift } from '../reports/spend-report.ts';
import type { GatewayContext } from './context.ts';
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
  type ReadList,
  type RowVisitor,
} from './spend-lists.ts';
import { readTerms, withTerms, type TermList } from './term-lists.ts';

/** Which lists to add up: those of an account's cost, or its usage by key, which is the same money again. */
export type CostBasis = 'COST' | 'KEYS';

/** What a question asks of the allocations of the settings. */
export interface AskedAllocations {
  /** The allocation whose values are asked for; null: none. */
  readonly asked: string | null;
  /** The values that count; of several choices all must hold. */
  readonly choices: readonly AllocationChoice[];
}

export const noAllocations: AskedAllocations = { asked: null, choices: [] };

export interface SpendRequest {
  readonly costBasis: CostBasis;
  readonly scope: Scope;
  /** Its dates in a zone, and how to shift them onto the dates they are compared with; null: no shift. */
  readonly datesIn: (zone: TimeZone) => { readonly dates: DateRange; readonly shift: Shift | null };
  /** Null: each provider's own days. */
  readonly timeZone: TimeZone | null;
  readonly categories: readonly string[] | null | undefined;
  readonly matches: (row: ChargedRow) => boolean;
  /** Whether to spread the payments of subscriptions over their terms, for the effective cost. Absent: no. */
  readonly spreadsTerms?: boolean;
  /** Whose cost it is about. */
  readonly allocations: AskedAllocations;
  /** What `matches` depends on, besides accounts and providers: plain JSON. */
  readonly narrowing: unknown;
}

/** What is read of an account, and whose cost its charges are. */
export interface AccountLists {
  readonly sources: readonly Source<ChargeKind>[];
  /** Null: every charge counts whole. */
  readonly attribution: Attribution | null;
  /** Why the account cannot be counted, if it cannot. */
  readonly error: GatewayError | null;
}

/** Receives each charge that counts, or each part of it, on the day on which it starts, and when it was read. */
export type ChargeVisitor = (part: ChargePart, day: CalendarDate, readAt: Instant) => void;

/** A list of an account that answered. */
export interface ChargeList {
  readonly account: Account;
  readonly kind: ChargeKind;
  /** The view that it is read for: usage by key may be a part of an account's cost, or all there is to see. */
  readonly costBasis: CostBasis;
  /** Null: every charge counts whole. */
  readonly attribution: Attribution | null;
  /** The first day that is not complete. */
  readonly completeTo: CalendarDate;
  /** On which days its charges count; null: on their own. */
  readonly shift: Shift | null;
  /** Its segments, if rows count on their own days and each row is in one segment only; null: use `visit`. */
  readonly parts: readonly ReadPart<ChargeKind>[] | null;
  /** Which of its payments to spread over which days; null: none. */
  readonly terms: ListTerms | null;
  /** Visits the charges that match, whole. */
  visitRows(visitor: RowVisitor): Promise<void>;
  /** Visits what counts of the charges that match. */
  visit(visitor: ChargeVisitor): Promise<void>;
}

/** The payments of a list that are spread over their terms, and the days of the report. */
export interface ListTerms {
  readonly dates: DateRange;
  readonly zone: TimeZone;
  /** Visits the charges that match, from before those days as well. */
  visit(visitor: RowVisitor): Promise<void>;
}

/** Takes in the charges of lists. */
export interface Collector {
  /** Takes in a list, and returns its number of charges. */
  readonly collect: (list: ChargeList) => Promise<number>;
  /** How it does without the rows of segments for these dates; absent: it needs rows. */
  readonly withoutRows?: (
    dates: DateRange,
    shift: Shift | null,
    attribution: Attribution | null,
  ) => WithoutRows;
}

/**
 * Passes the lists of all accounts that answered to `collector`, one after the other; returns what each contributed.
 * attributed-charges.ts says which lists these are, and whose cost their charges.
 */
export async function collectCharges(
  request: SpendRequest,
  listsOf: (account: Account) => Promise<AccountLists>,
  context: GatewayContext,
  collector: Collector,
): Promise<SourceCoverage[]> {
  const accounts = selectAccounts(request.scope, context);
  const read = await Promise.all(
    accounts.map(async (account) => {
      const lists = await listsOf(account);
      return { lists, read: await readAccount(account, lists, request, context, collector) };
    }),
  );
  const sources: SourceCoverage[] = [];
  for (const [index, account] of accounts.entries()) {
    const { lists, read: own } = read[index] ?? { lists: null, read: [] };
    if (own.length === 0) sources.push(unsupported(account, null, costBasisNames[request.costBasis]));
    if (lists !== null)
      sources.push(...(await collectAccount(account, lists, own, request, context, collector)));
  }
  return sources;
}

async function collectAccount(
  account: Account,
  { attribution, error }: AccountLists,
  lists: readonly ReadCharges[],
  { costBasis, matches, timeZone, datesIn }: SpendRequest,
  { allowance }: GatewayContext,
  { collect }: Collector,
): Promise<SourceCoverage[]> {
  const readings = lists.flatMap(({ reading, terms }) =>
    terms === null ? [reading] : [reading, terms.reading],
  );
  const failed = readings.find(({ status }) => status === 'FAILED');
  if (failed !== undefined || error !== null) {
    return lists.map(({ reading }) => toFailedCoverage(reading, failed?.error ?? error));
  }
  const zone = timeZone ?? account.timeZone;
  const { dates, shift } = datesIn(zone);
  const sources: SourceCoverage[] = [];
  for (const list of lists) {
    const matching = (all: Pick<ReadList, 'visit'>) => (visitor: RowVisitor) =>
      all.visit((row, day, readAt) => {
        allowance.visitRows(1);
        if (matches(row)) visitor(row, day, readAt);
      });
    const { terms } = list;
    const visitRows = matching(list);
    const rowCount = await collect({
      account,
      kind: list.reading.source.kind,
      costBasis,
      attribution,
      completeTo: list.reading.completeTo ?? dates.from,
      shift,
      parts: list.parts,
      terms: terms && { dates, zone, visit: matching(terms) },
      visitRows,
      visit: (visitor) =>
        visitRows((row, day, readAt) => {
          for (const part of attribution?.partsOf(row) ?? [wholeOf(row)]) visitor(part, day, readAt);
        }),
    });
    const coverage = toCoverage(list.reading, rowCount);
    sources.push(terms === null ? coverage : withTerms(coverage, terms));
  }
  return sources;
}

/** A list, and the bills whose terms it needs besides. */
interface ReadCharges extends ReadList {
  readonly terms: TermList | null;
}

/** A charge that counts whole. */
function wholeOf(row: ChargedRow): ChargePart {
  return { row, amounts: row, allocated: null, isDifference: false };
}

const costBasisNames: Readonly<Record<CostBasis, string>> = {
  COST: 'list of charges (BILL or DAILY_DETAIL)',
  KEYS: 'API_KEY_USAGE',
};

/**
 * Reads one account. If one list cannot provide the requested days, we leave the account out and read none of its
 * lists.
 */
async function readAccount(
  account: Account,
  { sources, attribution }: AccountLists,
  request: SpendRequest,
  context: GatewayContext,
  { withoutRows }: Collector,
): Promise<ReadCharges[]> {
  const { timeZone, categories, spreadsTerms = false } = request;
  const { dates, shift } = request.datesIn(timeZone ?? account.timeZone);
  const readEach = (read: (source: Source<ChargeKind>) => Promise<ReadList>): Promise<ReadCharges[]> =>
    Promise.all(
      sources.map(async (source) => {
        const terms = spreadsTerms ? readTerms(source, { dates, categories, timeZone }, context) : null;
        const [list, ofTerms] = await Promise.all([read(source), terms]);
        return { ...list, terms: ofTerms };
      }),
    );
  if (timeZone === null || haveSameDays(dates, timeZone, account.timeZone)) {
    const without = withoutRows?.(dates, shift, attribution);
    return readEach((source) => readOwnDays(source, { dates, categories }, context, without));
  }
  const choices = new Map(
    sources.map((source) => [source, finerChoice(source, dates, timeZone, categories)] as const),
  );
  if ([...choices.values()].includes(null)) {
    return sources.map((source) => ({ ...underivable(source, dates, timeZone), terms: null }));
  }
  return readEach((source) =>
    readDaysOf(timeZone, source, dates, choices.get(source) ?? byCategories(categories), context),
  );
}
