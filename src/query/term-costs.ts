/** What subscriptions cost on the days of a report, for its effective cost: each payment is spread over its term. */

import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

import type { Account } from '../domain/account.ts';
import {
  addDays,
  monthOf,
  startOfDay,
  type CalendarDate,
  type Period,
  type YearMonth,
} from '../domain/calendar.ts';
import { subtractDecimals } from '../domain/decimal.ts';
import { rowsPerSlice } from '../domain/row-list.ts';
import type { BillRow } from '../domain/rows.ts';
import type { Attribution } from '../reports/attribution.ts';
import type { SpendDimension } from '../reports/spend-dimensions.ts';
import type { Shift } from '../reports/spend-report.ts';
import type { ChargeDay, Spend, TermCost } from '../reports/spend.ts';
import { costUntil, termOf } from '../reports/subscription-term.ts';
import type { ListTerms } from './spend-charges.ts';

/** What decides on which days terms count, and whose cost they are. */
export interface TermSettings {
  readonly account: Account;
  readonly shift: Shift | null;
  readonly attribution: Attribution | null;
  readonly groupBy: readonly SpendDimension[];
}

/** Spreads the payments of a list over the days of a report. `visitWork` is told how much work that was. */
export async function addTermCosts(
  spend: Spend,
  terms: ListTerms,
  settings: TermSettings,
  visitWork: (count: number) => void,
): Promise<void> {
  const { account, attribution } = settings;
  const { dates } = terms;
  const bought: { readonly row: BillRow; readonly day: CalendarDate; readonly term: Period }[] = [];
  await terms.visit((row, day) => {
    const term = row.kind === 'BILL' ? termOf(row, account.timeZone) : null;
    if (row.kind === 'BILL' && term !== null) bought.push({ row, day, term });
  });
  const runs = runsOf(terms, settings);
  let count = 0;
  for (const { row, day, term } of bought) {
    const add = (costs: readonly TermCost[], on: ChargeDay): void =>
      spend.addTermCosts(account, { row, costs, inTotals: attribution?.totalsOf(row) ?? 'ROW' }, on);
    const until = (moment: Period['start']) => costsUntil(row, term, moment, attribution);
    // The payment goes from the day on which it counts ...
    if (day >= dates.from && day < dates.to) {
      const on = settings.shift?.of(day) ?? { day, month: monthOf(day) };
      add(differences(until(term.start), until(term.end)), { ...on, own: day });
    }
    // ... to those that it pays for.
    for (const { start, end, on } of runs) {
      if (end <= term.start || start >= term.end) continue;
      add(differences(until(end), until(start)), { ...on, own: day });
      count += 1;
      visitWork(1);
      if (count % rowsPerSlice === 0) await yieldToEventLoop();
    }
  }
}

/** What a term has cost until a moment, by whose cost it is. */
function costsUntil(
  row: BillRow,
  term: Period,
  moment: Period['start'],
  attribution: Attribution | null,
): readonly TermCost[] {
  const billedCost = costUntil(term, row.billedCost, moment);
  if (attribution === null) return [{ allocated: null, isDifference: false, amount: billedCost }];
  const amounts = { billedCost, listCost: null, voucherAmount: null, cashAmount: null };
  return attribution.partsOf(row, amounts).map(({ allocated, isDifference, amounts: own }) => ({
    allocated,
    isDifference,
    amount: own.billedCost,
  }));
}

/** Costs less others, part by part: a charge is divided in the same way whatever its amount. */
function differences(costs: readonly TermCost[], others: readonly TermCost[]): TermCost[] {
  return costs.map((cost, index) => {
    const other = others[index];
    if (other?.allocated !== cost.allocated) throw new TypeError('a charge has parts that differ');
    return { ...cost, amount: subtractDecimals(cost.amount, other.amount) };
  });
}

/** Days that follow each other and fall into the same groups. */
interface Run extends Period {
  readonly on: { readonly day: CalendarDate; readonly month: YearMonth };
}

function runsOf({ dates, zone }: ListTerms, { shift, groupBy }: TermSettings): Run[] {
  const byDay = groupBy.includes('DAY') || groupBy.includes('WEEK');
  const byMonth = groupBy.includes('MONTH');
  const starts: { readonly from: CalendarDate; readonly on: Run['on']; readonly key: string }[] = [];
  for (let day = dates.from; day < dates.to; day = addDays(day, 1)) {
    const on = shift?.of(day) ?? { day, month: monthOf(day) };
    const key = byDay ? on.day : byMonth ? on.month : '';
    if (starts.at(-1)?.key !== key) starts.push({ from: day, on, key });
  }
  return starts.map(({ from, on }, index) => {
    const to = starts[index + 1]?.from ?? dates.to;
    return { start: startOfDay(from, zone), end: startOfDay(to, zone), on };
  });
}
