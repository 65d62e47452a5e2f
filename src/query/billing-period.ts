/**
 * A billing period of an account: the charges that its provider bills with a month, whenever they start, and their
 * invoice. An account counts whole or not at all.
 */

import type { Account } from '../domain/account.ts';
import { datesOf, type YearMonth } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import type { CurrencyCode, RowKind } from '../domain/rows.ts';
import type { Reading } from '../ledger/reading.ts';
import type { RowSlice } from '../ledger/row-slices.ts';
import { sourceOf, type GatewayContext } from './context.ts';
import { lookAtSegments, streamSegments, type ListPeriod, type ReadMode } from './segment-readings.ts';
import { byCategories, failedAs, readBilled, toCoverage, unsupported } from './sources.ts';

/** The lists that make up an account's cost. */
type CostKind = 'BILL' | 'DAILY_DETAIL';

export interface BillingPeriod {
  readonly account: Account;
  /**
   * One entry per list that makes up cost; all FAILED when one is. A single entry without a kind when there is no such
   * list.
   */
  readonly charges: readonly SourceCoverage[];
  /** The invoices or statements of the account; null when it has none. */
  readonly invoices: SourceCoverage | null;
  /** By currency: the id of the period's invoice. Absent when none is known, or several are. */
  readonly invoiceIds: ReadonlyMap<CurrencyCode, string>;
  /** Whether its charges may be read again segment by segment. */
  readonly isStreamable: boolean;
  /** Each charge with the time when it was read; none when the charges FAILED. */
  readonly slices: () => AsyncIterable<RowSlice<CostKind>>;
}

/**
 * Reads a billing period. `isStaleRefused`: an older entry that stands in for a failing provider counts as failed.
 * `mode`: how the daily details, which are many, are read.
 */
export async function readBillingPeriod(
  account: Account,
  month: YearMonth,
  isStaleRefused: boolean,
  context: GatewayContext,
  mode: ReadMode = 'WHOLE',
): Promise<BillingPeriod> {
  const read = async <K extends RowKind>(kind: K): Promise<Reading<K> | null> => {
    const source = sourceOf(context.visibility, account, kind);
    return source === undefined ? null : readBilled(source, month, byCategories(null), context);
  };
  const hasCharges = account.kinds.includes('BILL') || account.kinds.includes('DAILY_DETAIL');
  const streamed = mode === 'WHOLE' ? null : segmentedDetails(account, month, context);
  const [bills, details, looked, invoices] = await Promise.all([
    read('BILL'),
    streamed === null ? read('DAILY_DETAIL') : null,
    streamed !== null && mode === 'LOOK' ? lookAtSegments(streamed, context) : null,
    hasCharges ? read('INVOICE') : null,
  ]);
  const lists = [bills, details].filter((list) => list !== null);
  const coverages = [
    ...lists.map((list) => toCoverage(list, 0)),
    ...(looked === null ? [] : [looked.coverage]),
  ];
  const all = [...coverages, ...(invoices === null ? [] : [invoices])];
  const refused =
    coverages.find(({ status }) => status === 'FAILED') ??
    (isStaleRefused ? all.find(({ status }) => status === 'STALE') : undefined);
  return {
    account,
    charges:
      coverages.length === 0 && streamed === null
        ? [unsupported(account, null, 'list of charges (BILL or DAILY_DETAIL)')]
        : refused === undefined
          ? coverages
          : coverages.map((coverage) => failedAs(coverage, refused.error)),
    isStreamable: looked?.isStreamable ?? streamed === null,
    invoices: invoices && toCoverage(invoices, 0),
    invoiceIds: invoices === null ? new Map() : await readInvoiceIds(invoices),
    async *slices() {
      if (refused !== undefined) return;
      for (const list of lists) {
        for await (const slice of list.slices()) {
          context.allowance.visitRows(slice.length);
          yield slice;
        }
      }
      if (streamed !== null) yield* streamSegments(streamed, isStaleRefused, context);
    },
  };
}

/** The daily details of a month, where each of them is billed with the month in which it starts; null: there are none. */
function segmentedDetails(
  account: Account,
  month: YearMonth,
  { visibility }: GatewayContext,
): ListPeriod<'DAILY_DETAIL'> | null {
  const source = sourceOf(visibility, account, 'DAILY_DETAIL');
  if (source === undefined || source.grid.billedAcrossMonths === true) return null;
  return { source, dates: datesOf(month), choice: byCategories(null) };
}

/** The invoice ids by currency; void invoices do not count. */
async function readInvoiceIds(invoices: Reading<'INVOICE'>): Promise<ReadonlyMap<CurrencyCode, string>> {
  const found = new Map<CurrencyCode, Set<string>>();
  await invoices.visit(({ status, currency, number }) => {
    const ids = found.get(currency) ?? new Set();
    found.set(currency, ids);
    if (status !== 'VOID' && number !== null && number.trim() !== '') ids.add(number);
  });
  return new Map(
    [...found].flatMap(([currency, ids]) => (ids.size === 1 ? [[currency, [...ids].join('')]] : [])),
  );
}
