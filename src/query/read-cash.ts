/** What an account bears in cash by day, from its rows: what a declared balance falls by, and a runway goes by. */

import type { Account } from '../domain/account.ts';
import { addDays, dateIn, type CalendarDate, type DateRange, type Instant } from '../domain/calendar.ts';
import type { Decimal } from '../domain/decimal.ts';
import { GatewayError } from '../domain/errors.ts';
import type { CurrencyCode } from '../domain/rows.ts';
import { createSum, type RunningSum } from '../domain/sums.ts';
import { sourceOf, type GatewayContext } from './context.ts';
import { byCategories, readSource } from './sources.ts';

export interface CashDays {
  /** A day without charges is absent. */
  readonly cashOn: ReadonlyMap<CalendarDate, Decimal>;
  /** Until when charges are known. */
  readonly knownUntil: Instant;
  readonly status: 'FRESH' | 'STALE';
  readonly error: GatewayError | null;
}

/**
 * The charges of some days in one currency: the part borne in cash where the provider tells it apart, else the whole.
 * Null: the account has no list of charges. @throws GatewayError when not all of them can be read
 */
export async function readCash(
  account: Account,
  currency: CurrencyCode,
  dates: DateRange,
  context: GatewayContext,
): Promise<CashDays | null> {
  const { visibility, allowance, ledger } = context;
  const sources = (['BILL', 'DAILY_DETAIL'] as const).flatMap(
    (kind) => sourceOf<'BILL' | 'DAILY_DETAIL'>(visibility, account, kind) ?? [],
  );
  if (sources.length === 0) return null;
  allowance.takeList();
  const all = byCategories(null);
  const now = ledger.now();
  const readings = await Promise.all(sources.map((source) => readSource(source, dates, all, context)));
  // What has ended may have been read long ago, and is complete; the last days say how far it goes.
  const today = dateIn(now, account.timeZone);
  const lastDays = { from: addDays(today, -1), to: addDays(today, 1) };
  const edges = await Promise.all(sources.map((source) => readSource(source, lastDays, all, context)));
  const sums = new Map<CalendarDate, RunningSum>();
  for (const { status, error } of [...readings, ...edges]) {
    if (status === 'FAILED') throw error ?? new TypeError('a list failed without an error');
  }
  for (const reading of readings) {
    if (reading.isClamped) throw beforeFirst(account, reading.source.grid.floor);
    await reading.visit((row) => {
      allowance.visitRows(1);
      if (row.currency !== currency) return;
      const sum = sums.get(row.date) ?? createSum();
      sum.add(row.cashAmount ?? row.billedCost);
      sums.set(row.date, sum);
    });
  }
  const stale = [...readings, ...edges].find(({ status }) => status === 'STALE');
  return {
    cashOn: new Map([...sums].map(([day, sum]) => [day, sum.value()])),
    knownUntil: Math.min(now, ...edges.flatMap(({ asOf }) => asOf ?? [])) as Instant,
    status: stale === undefined ? 'FRESH' : 'STALE',
    error: stale?.error ?? null,
  };
}

function beforeFirst({ id, provider }: Account, floor: CalendarDate | undefined): GatewayError {
  const message = `${provider.name} has its charges from ${floor} on: what was charged before is not known`;
  return new GatewayError('UNSUPPORTED_BY_PROVIDER', message, { account: id, provider: provider.id });
}
