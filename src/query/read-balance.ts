/** What is left on an account, by its provider or by the settings, and how long it lasts. */

import type { Account } from '../domain/account.ts';
import { addDays, after, dateIn, eachDate } from '../domain/calendar.ts';
import type { CurrencyCode } from '../domain/rows.ts';
import { runwayOf, type Runway } from '../reports/runway.ts';
import type { GatewayContext } from './context.ts';
import { readDeclared } from './declared-balance.ts';
import { readCash } from './read-cash.ts';
import { readSnapshot, type Snapshot } from './read-snapshot.ts';

export const balanceSources = ['PROVIDER', 'DECLARED'] as const;

export interface Balance extends Snapshot<'BALANCE'> {
  readonly account: Account;
  readonly source: (typeof balanceSources)[number];
}

/** Null: neither the provider nor the settings tell one. @throws GatewayError when it is not known and cannot be read */
export async function readBalance(account: Account, context: GatewayContext): Promise<Balance | null> {
  const own = await readSnapshot(account, 'BALANCE', context);
  if (own !== null) return { ...own, account, source: 'PROVIDER' };
  const { declaredBalance } = account;
  if (declaredBalance === undefined) return null;
  return { ...(await readDeclared(account, declaredBalance, context)), account, source: 'DECLARED' };
}

export interface BalanceRunway extends Runway {
  readonly currency: CurrencyCode;
}

const daysOfMedian = 14;
/** One day that runs, and as many as its usage may be late. */
const daysNotComplete = 2;

/** Null: it cannot be told from the days that are known, or nothing is spent. @throws GatewayError when those days cannot be read */
export async function readRunway(balance: Balance, context: GatewayContext): Promise<BalanceRunway | null> {
  const { account, reported, asOf } = balance;
  const { timeZone, provider } = account;
  const today = dateIn(context.ledger.now(), timeZone);
  const dates = { from: addDays(today, -daysOfMedian - daysNotComplete), to: addDays(today, 1) };
  const currency = reported?.currency ?? account.currency;
  if (currency === null) return null;
  const cash = await readCash(account, currency, dates, context);
  const left = reported?.available ?? reported?.cash ?? null;
  if (cash === null || left === null) return null;
  const complete = dateIn(after(cash.knownUntil, -provider.usageLagHours * hourMs), timeZone);
  const from = addDays(complete, -daysOfMedian);
  const days = eachDate({ from: from > dates.from ? from : dates.from, to: complete });
  const runway = runwayOf({ left, on: dateIn(asOf, timeZone), days, cashOn: cash.cashOn });
  return runway && { ...runway, currency };
}

const hourMs = 3_600_000;
