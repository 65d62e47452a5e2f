/**
 * The balance of an account whose provider tells none: what the settings declare, less what was charged since, by the
 * gateway's own rows. Where they do not say what was charged on each day since, it is not told.
 */

import type { Account, DeclaredBalance } from '../domain/account.ts';
import { addDays, dateIn, startOfDay, type Instant } from '../domain/calendar.ts';
import { subtractDecimals, type Decimal } from '../domain/decimal.ts';
import { GatewayError } from '../domain/errors.ts';
import { sumDecimals } from '../domain/sums.ts';
import type { Snapshot } from './read-snapshot.ts';
import { sourceOf, type GatewayContext } from './context.ts';
import { readCash } from './read-cash.ts';
import { readSource } from './sources.ts';

/** @throws GatewayError when not all that was charged since is known */
export async function readDeclared(
  account: Account,
  declared: DeclaredBalance,
  context: GatewayContext,
): Promise<Snapshot<'BALANCE'>> {
  const { asOf, amount, currency } = declared;
  const tomorrow = addDays(dateIn(context.ledger.now(), account.timeZone), 1);
  const to = asOf < tomorrow ? tomorrow : asOf;
  const cash = await readCash(account, currency, { from: asOf, to }, context);
  if (cash === null) return readInvoiced(account, declared, context);
  const { cashOn, knownUntil, status, error } = cash;
  const reported = toReading(declared, subtractDecimals(amount, sumDecimals(cashOn.values())));
  return { reported, asOf: knownUntil, status, error };
}

/** A provider of invoices alone says what was charged up to the end of the last one. */
async function readInvoiced(
  account: Account,
  declared: DeclaredBalance,
  context: GatewayContext,
): Promise<Snapshot<'BALANCE'>> {
  const { asOf, amount, currency } = declared;
  const source = sourceOf(context.visibility, account, 'INVOICE');
  if (source === undefined) throw unknownSince(account, asOf);
  context.allowance.takeList();
  const reading = await readSource(source, null, () => Object.keys(source.grid.variants), context);
  if (reading.status === 'FAILED') throw reading.error ?? new TypeError('a list failed without an error');
  const charged: Decimal[] = [];
  let coveredTo = asOf;
  let isCut = false;
  await reading.visit((row) => {
    context.allowance.visitRows(1);
    if (row.currency !== currency || row.status === 'VOID' || row.periodEnd < asOf) return;
    isCut ||= row.periodStart < asOf;
    if (row.periodEnd >= coveredTo) coveredTo = addDays(row.periodEnd, 1);
    const { total, voucherAmount } = row;
    charged.push(voucherAmount === null ? total : subtractDecimals(total, voucherAmount));
  });
  if (isCut) throw cutByInvoice(account, asOf);
  const readAt = reading.asOf ?? context.ledger.now();
  const reported = toReading(declared, subtractDecimals(amount, sumDecimals(charged)));
  const coveredUntil = startOfDay(coveredTo, account.timeZone);
  if (coveredUntil >= readAt || context.segments.isPlan) {
    return { reported, asOf: readAt, status: reading.status, error: reading.error };
  }
  const error = reading.error ?? unknownSince(account, coveredTo);
  return { reported, asOf: Math.min(readAt, coveredUntil) as Instant, status: 'STALE', error };
}

function toReading({ currency }: DeclaredBalance, available: Decimal): Snapshot<'BALANCE'>['reported'] {
  const unknown = { cash: null, creditLimit: null, pending: null, outstanding: null };
  return { kind: 'BALANCE', currency, available, ...unknown };
}

function unknownSince(account: Account, date: string): GatewayError {
  return refusal(account, `no invoice says yet what was charged since ${date}: this is the balance of then`);
}

function cutByInvoice(account: Account, asOf: string): GatewayError {
  const message = `an invoice covers days before and after ${asOf}, the date of the declared balance: declare that of the first day of an invoice`;
  return refusal(account, message);
}

function refusal({ id, provider }: Account, message: string): GatewayError {
  return new GatewayError('UNSUPPORTED_BY_PROVIDER', message, { account: id, provider: provider.id });
}
