/** Reads an account's month in each list that its provider has, and compares them. */

import type { Account } from '../domain/account.ts';
import {
  after,
  dateIn,
  datesOf,
  type CalendarDate,
  type Instant,
  type YearMonth,
} from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import type { RowKind } from '../domain/rows.ts';
import type { Reading } from '../ledger/reading.ts';
import { isZero, reconcile, type Reconciliation, type Rows } from '../reports/reconciliation.ts';
import { sourceOf, type GatewayContext } from './context.ts';
import { byCategories, readBilled, readSource, toCoverage } from './sources.ts';

export interface AccountReconciliation extends Reconciliation {
  readonly account: Account;
  readonly month: YearMonth;
  readonly sources: readonly SourceCoverage[];
}

/** Reads a month of an account in each list that its provider has. */
export async function readReconciliation(
  account: Account,
  month: YearMonth,
  context: GatewayContext,
): Promise<AccountReconciliation> {
  const dates = datesOf(month);
  const read = async <K extends RowKind>(kind: K): Promise<Reading<K> | null> => {
    const source = sourceOf(context.visibility, account, kind);
    if (source === undefined) return null;
    return kind === 'API_KEY_USAGE'
      ? readSource(source, dates, () => ['DAY'], context)
      : readBilled(source, month, byCategories(null), context);
  };
  const [bills, dailyDetails, apiKeyUsage, invoices] = await Promise.all([
    read('BILL'),
    read('DAILY_DETAIL'),
    read('API_KEY_USAGE'),
    read('INVOICE'),
  ]);
  const reconciliation = await reconcile({
    bills: rowsOf(bills, context),
    dailyDetails: rowsOf(dailyDetails, context),
    apiKeyUsage: rowsOf(apiKeyUsage, context),
    invoices: rowsOf(invoices, context),
    isCostWhole: [bills, dailyDetails].every((reading) => reading?.status !== 'FAILED'),
    keyedCategories: account.provider.keyedCategories,
    month: dates,
    openDay: openDayOf(account, dailyDetails?.asOf ?? context.ledger.now()),
  });
  const readings = [bills, dailyDetails, apiKeyUsage, invoices].filter((reading) => reading !== null);
  const sources = await Promise.all(readings.map((reading) => coverageOf(reading)));
  return { ...reconciliation, account, month, sources };
}

/** The first day whose usage may not be complete yet. */
function openDayOf({ provider, timeZone }: Account, readAt: Instant): CalendarDate {
  return dateIn(after(readAt, -provider.usageLagHours * 3_600_000), timeZone);
}

/** The rows of a list; null when it does not reach back far enough, which is not the same as a list without rows. */
function rowsOf<K extends RowKind>(reading: Reading<K> | null, { allowance }: GatewayContext): Rows<K> {
  if (reading === null || reading.status === 'FAILED' || reading.isClamped) return null;
  return (visitor) =>
    reading.visit((row) => {
      allowance.visitRows(1);
      visitor(row);
    });
}

async function coverageOf(reading: Reading<RowKind>): Promise<SourceCoverage> {
  let rowCount = 0;
  await reading.visit(() => {
    rowCount += 1;
  });
  return toCoverage(reading, rowCount);
}

/** Whether the lists agree; null when we do not know, because one of them is missing. */
export function toBalance({ residuals, lacksStatement, sources }: AccountReconciliation): boolean | null {
  const areEqual = residuals.every(({ difference, lines }) => isZero(difference) && lines.length === 0);
  if (!areEqual) return false;
  const isFailed = sources.some(({ status }) => status === 'FAILED');
  return residuals.length === 0 || lacksStatement || isFailed ? null : true;
}
