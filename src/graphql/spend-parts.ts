/**
 * Adding up charges segment by segment. What a segment comes to by some dimensions is worked out once for a reading of it
 * and lies beside that, so that a year is a sum over segments and not over rows.
 */

import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises';

import type { Account } from '../domain/account.ts';
import { monthOf, type CalendarDate } from '../domain/calendar.ts';
import type { ReadPart } from '../ledger/reading.ts';
import type { Shift } from '../reports/spend-report.ts';
import { createSpend, type ChargedRow, type Spend, type SpendDimension } from '../reports/spend.ts';
import type { GatewayContext } from './context.ts';
import type { ChargeKind } from './spend-lists.ts';
import type { Collect } from './spend-reading.ts';

export interface PartSettings {
  readonly groupBy: readonly SpendDimension[];
  /** Null: days count as they are. */
  readonly shift: Shift | null;
  /** Tells dimensions, filter and shift apart from all others. */
  readonly signature: string;
  readonly matches: (row: ChargedRow) => boolean;
}

/** Sums of one reading: those that were asked for last. */
const mostParts = 8;
/** So many rows are added up between which others have a turn. */
const rowsPerTurn = 1000;

const known = new WeakMap<object, Map<string, Promise<Spend>>>();

/** Collects lists of charges into `spend`. */
export function createCollector(
  spend: Spend,
  settings: PartSettings,
  { allowance }: Pick<GatewayContext, 'allowance'>,
): Collect {
  return async (list) => {
    const { account, parts } = list;
    const before = countOf(spend);
    if (parts === null) await list.visit((row, day) => add(spend, account, row, day, settings.shift));
    for (const part of parts ?? []) {
      const { entry, dates } = part;
      const isKnown = dates === null && known.get(entry)?.has(settings.signature) === true;
      // Whoever adds up pays for it; then it is there for all.
      if (!isKnown) allowance.visitRows(entry.rows.length);
      spend.merge(
        dates === null ? await wholePart(part, account, settings) : await addUp(part, account, settings),
      );
    }
    return countOf(spend) - before;
  };
}

function wholePart(part: ReadPart<ChargeKind>, account: Account, settings: PartSettings): Promise<Spend> {
  const parts = known.get(part.entry) ?? new Map<string, Promise<Spend>>();
  known.set(part.entry, parts);
  const { signature } = settings;
  const adding = parts.get(signature) ?? addUp(part, account, settings);
  parts.delete(signature);
  parts.set(signature, adding);
  for (const oldest of parts.keys()) {
    if (parts.size <= mostParts) break;
    parts.delete(oldest);
  }
  return adding;
}

async function addUp(
  { entry, dates }: ReadPart<ChargeKind>,
  account: Account,
  { groupBy, shift, matches }: PartSettings,
): Promise<Spend> {
  const spend = createSpend(groupBy);
  let count = 0;
  for (const row of entry.rows) {
    count += 1;
    if (count % rowsPerTurn === 0) await turnOfTheEventLoop();
    const isIn = dates === null || (row.date >= dates.from && row.date < dates.to);
    if (isIn && matches(row)) add(spend, account, row, row.date, shift);
  }
  return spend;
}

function add(spend: Spend, account: Account, row: ChargedRow, own: CalendarDate, shift: Shift | null): void {
  const { day, month } = shift === null ? { day: own, month: monthOf(own) } : shift.of(own);
  spend.add(account, row, day, month);
}

function countOf({ parts }: Spend): number {
  return parts.all.rowCount();
}
