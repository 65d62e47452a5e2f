/**
 * Restatements: what a provider changed between two readings of the same rows, the later one final. We compare rows by
 * id and amounts. Rows whose time had not come at the earlier reading are not restatements.
 */

import type { Account } from './account.ts';
import { addDays, after, startOfDay, type Instant } from './calendar.ts';
import { compareDecimals, type Decimal } from './decimal.ts';
import { detach, rowsPerSlice } from './row-list.ts';
import type { RowKind, RowOf } from './rows.ts';
import { finalAtOf, settlementMonthOf } from './settlement.ts';

type Row = RowOf[RowKind];

/** One row that a provider added, removed or changed. Plain JSON. */
export interface Restatement {
  /** Null: the row was added. */
  readonly before: Row | null;
  /** Null: the row was removed. */
  readonly after: Row | null;
  /** Whether the earlier reading was final already: then the provider changed figures that it had called final. */
  readonly wasFinal: boolean;
}

/** The differences between two readings of a segment. Plain JSON. */
export interface Comparison {
  readonly beforeReadAt: Instant;
  readonly afterReadAt: Instant;
  readonly restatements: readonly Restatement[];
}

interface Reading {
  readonly rows: Iterable<Row>;
  readonly readAt: Instant;
}

/**
 * Compares two readings of a segment, as far as the later one is final. Null when there is nothing to say: no figures
 * became final between them (`isNewlyFinal`), and no final ones differ. Awaits `yieldToEventLoop` now and then.
 */
export async function compareReadings(
  account: Account,
  before: Reading,
  later: Reading,
  isNewlyFinal: boolean,
  yieldToEventLoop: () => Promise<unknown>,
): Promise<Comparison | null> {
  const finalAtOfRow = createFinality(account);
  const isFinal = (row: Row): boolean => later.readAt >= finalAtOfRow(row);
  const earlier = new Map<string, Row>();
  let seen = 0;
  for (const row of before.rows) {
    seen += 1;
    if (seen % rowsPerSlice === 0) await yieldToEventLoop();
    if (isFinal(row)) earlier.set(row.id, row);
  }
  const restatements: Restatement[] = [];
  for (const row of later.rows) {
    seen += 1;
    if (seen % rowsPerSlice === 0) await yieldToEventLoop();
    if (!isFinal(row)) continue;
    const known = earlier.get(row.id);
    earlier.delete(row.id);
    if (known !== undefined && haveSameAmounts(known, row)) continue;
    if (!wasComplete(row, before.readAt, account)) continue;
    const wasFinal = before.readAt >= finalAtOfRow(row);
    restatements.push({ before: known === undefined ? null : detach(known), after: detach(row), wasFinal });
  }
  for (const row of earlier.values()) {
    if (!wasComplete(row, before.readAt, account)) continue;
    const wasFinal = before.readAt >= finalAtOfRow(row);
    restatements.push({ before: detach(row), after: null, wasFinal });
  }
  if (restatements.length === 0 && !isNewlyFinal) return null;
  return { beforeReadAt: before.readAt, afterReadAt: later.readAt, restatements };
}

/** When a row becomes final; infinity when the provider publishes no moment. */
function createFinality({ settlement, timeZone }: Account): (row: Row) => number {
  const known = new Map<string, number>();
  return (row) => {
    const month = settlementMonthOf(row, timeZone);
    const finalAt = known.get(month) ?? finalAtOf(settlement, month) ?? Number.POSITIVE_INFINITY;
    known.set(month, finalAt);
    return finalAt;
  };
}

/** Whether a reading had all usage of a row: usage that arrives later adds to the row and is not a restatement. */
function wasComplete(row: Row, readAt: Instant, { timeZone, provider }: Account): boolean {
  if (row.kind === 'INVOICE') return readAt >= startOfDay(addDays(row.periodEnd, 1), timeZone);
  if (row.kind === 'BILL') return readAt >= (row.createdAt ?? row.chargePeriod.start);
  return readAt >= after(row.chargePeriod.end, provider.usageLagHours * 3_600_000);
}

/** The amounts and quantities of a row. Its names and payment status may change without being a restatement. */
function amountsOf(row: Row): readonly (Decimal | string | null)[] {
  if (row.kind === 'INVOICE') return [row.total, row.voucherAmount, row.currency];
  const { listCost, billedCost, voucherAmount, cashAmount, currency } = row;
  const charge = [listCost, billedCost, voucherAmount, cashAmount, currency];
  if (row.kind === 'API_KEY_USAGE') return [...charge, row.inputTokens, row.outputTokens, row.requestCount];
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
