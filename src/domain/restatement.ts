/**
 * Restatements: what a provider changed between two readings of the same rows, of which the later one is final. Rows
 * are compared by their id and their amounts; rows whose time had not come at the earlier reading are no restatement.
 */

import type { Account } from './account.ts';
import { addDays, after, startOfDay, type Instant } from './calendar.ts';
import { compareDecimals, type Decimal } from './decimal.ts';
import { copyOf } from './packed-rows.ts';
import type { RowKind, RowOf } from './rows.ts';
import { finalAtOf, settlementMonthOf } from './settlement.ts';

type Row = RowOf[RowKind];

/** One row that a provider added, removed or changed. Plain JSON. */
export interface Restatement {
  /** Null: it was added. */
  readonly before: Row | null;
  /** Null: it was removed. */
  readonly after: Row | null;
  /** Whether it was final already when it was read before: then the provider changed what it had called final. */
  readonly wasFinal: boolean;
}

/** What two readings of a segment say of each other. Plain JSON. */
export interface Comparison {
  readonly beforeReadAt: Instant;
  readonly afterReadAt: Instant;
  readonly restatements: readonly Restatement[];
}

interface Reading {
  readonly rows: Iterable<Row>;
  readonly readAt: Instant;
}

/** So many rows are compared before others have a turn. */
const rowsPerTurn = 1000;

/**
 * Compares two readings of a segment, as far as the later one is final. Null where that says nothing: no figures have
 * become final between them (`isNewlyFinal`), and no final ones differ. Of many rows it waits for `othersTurn` now and then.
 */
export async function compareReadings(
  account: Account,
  before: Reading,
  later: Reading,
  isNewlyFinal: boolean,
  othersTurn: () => Promise<unknown>,
): Promise<Comparison | null> {
  const finalAtOfRow = createFinality(account);
  const isFinal = (row: Row): boolean => later.readAt >= finalAtOfRow(row);
  const earlier = new Map<string, Row>();
  let seen = 0;
  for (const row of before.rows) {
    seen += 1;
    if (seen % rowsPerTurn === 0) await othersTurn();
    if (isFinal(row)) earlier.set(row.id, row);
  }
  const restatements: Restatement[] = [];
  for (const row of later.rows) {
    seen += 1;
    if (seen % rowsPerTurn === 0) await othersTurn();
    if (!isFinal(row)) continue;
    const known = earlier.get(row.id);
    earlier.delete(row.id);
    if (known !== undefined && haveSameAmounts(known, row)) continue;
    if (!wasComplete(row, before.readAt, account)) continue;
    const wasFinal = before.readAt >= finalAtOfRow(row);
    restatements.push({ before: known === undefined ? null : copyOf(known), after: copyOf(row), wasFinal });
  }
  for (const row of earlier.values()) {
    if (!wasComplete(row, before.readAt, account)) continue;
    const wasFinal = before.readAt >= finalAtOfRow(row);
    restatements.push({ before: copyOf(row), after: null, wasFinal });
  }
  if (restatements.length === 0 && !isNewlyFinal) return null;
  return { beforeReadAt: before.readAt, afterReadAt: later.readAt, restatements };
}

/** When a row becomes final; never, where the provider publishes no moment. */
function createFinality({ settlement, timeZone }: Account): (row: Row) => number {
  const known = new Map<string, number>();
  return (row) => {
    const month = settlementMonthOf(row, timeZone);
    const finalAt = known.get(month) ?? finalAtOf(settlement, month) ?? Number.POSITIVE_INFINITY;
    known.set(month, finalAt);
    return finalAt;
  };
}

/** Whether all that a row stands for had been reported by then: what comes later adds to it without restating anything. */
function wasComplete(row: Row, readAt: Instant, { timeZone, provider }: Account): boolean {
  if ('periodEnd' in row) return readAt >= startOfDay(addDays(row.periodEnd, 1), timeZone);
  if ('tradeType' in row) return readAt >= (row.createdAt ?? row.chargePeriod.start);
  return readAt >= after(row.chargePeriod.end, provider.usageLagHours * 3_600_000);
}

/** Amounts and quantities; how a row is called, and whether it has been paid, may change without restating it. */
function amountsOf(row: Row): readonly (Decimal | string | null)[] {
  if ('total' in row) return [row.total, row.voucherAmount, row.currency];
  const { listCost, billedCost, voucherAmount, cashAmount, currency } = row;
  const charge = [listCost, billedCost, voucherAmount, cashAmount, currency];
  if ('apiKey' in row) return [...charge, row.inputTokens, row.outputTokens, row.requestCount];
  return [...charge, row.quantity];
}

function haveSameAmounts(a: Row, b: Row): boolean {
  const others = amountsOf(b);
  return amountsOf(a).every((amount, index) => isSame(amount, others[index] ?? null));
}

/** "1.0" and "1.00" are the same amount. */
function isSame(a: string | null, b: string | null): boolean {
  if (a === b) return true;
  if (a === null || b === null || !/^-?\d/.test(a) || !/^-?\d/.test(b)) return false;
  return compareDecimals(a as Decimal, b as Decimal) === 0;
}
