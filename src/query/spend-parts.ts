/**
 * Adds up charges segment by segment. We compute the sums of a segment by some dimensions once per reading of it, so a
 * year is a sum over segments and not over rows. A segment whose sums are known needs no rows.
 */

import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

import { rowsPerSlice } from '../domain/row-list.ts';
import {
  addDays,
  addMonths,
  monthOf,
  type CalendarDate,
  type DateRange,
  type Instant,
  type YearMonth,
} from '../domain/calendar.ts';
import type { RateDay } from '../domain/currency-conversion.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { isWhole, type ReadPart } from '../ledger/reading.ts';
import { keyOf } from '../ledger/source.ts';
import type { ChargedRow, SpendDimension } from '../reports/spend-dimensions.ts';
import { createSpend, type Spend } from '../reports/spend.ts';
import type { GatewayContext } from './context.ts';
import type { ChargeKind } from './spend-lists.ts';
import type { ChargeList, Collector } from './spend-charges.ts';
import { addTermCosts } from './term-costs.ts';
import { createSpendSums, type SpendSums } from './spend-sums.ts';

export interface PartSettings {
  readonly groupBy: readonly SpendDimension[];
  readonly rateDay: RateDay | null;
  /** Identifies dimensions, filter and rates. */
  readonly signature: string;
  readonly matches: (row: ChargedRow) => boolean;
}

/** Collects lists of charges into `spend`. */
export function createCollector(
  spend: Spend,
  settings: PartSettings,
  { allowance, ledger, segments }: Pick<GatewayContext, 'allowance' | 'ledger' | 'segments'>,
): Collector {
  const sums = sumsOf(ledger);
  /** The sums for this report. Kept here, because other reports may push them out of the cache before we use them. */
  const held = new Map<string, Spend>();

  /** What a segment without rows comes to. Of many accounts' lists most are empty. */
  const nothing = createSpend(settings.groupBy, settings.rateDay);

  async function wholePart(part: ReadPart<ChargeKind>, list: OfList): Promise<Spend> {
    if (part.entry.rows.length === 0) return nothing;
    const key = sumsKeyOf(part, part.entry.readAt, list, settings);
    const known = held.get(key) ?? sums.find(key);
    if (known !== undefined) return known;
    // The first request to add up a segment pays for it; later ones share the result.
    allowance.visitRows(part.entry.rows.length);
    return sums.get(key, () => addUp(part, list, settings));
  }

  async function partOf(part: ReadPart<ChargeKind>, list: ChargeList): Promise<Spend> {
    // A plan has no rows, so it must not store their sums.
    if (part.dates === null && !segments.isPlan) return wholePart(part, list);
    allowance.visitRows(part.entry.rows.length);
    return addUp(part, list, settings);
  }

  return {
    async collect(list) {
      const { parts } = list;
      const before = countOf(spend);
      if (parts === null) await list.visitRows((row, day) => add(spend, list, row, day));
      for (const part of parts ?? []) spend.merge(await partOf(part, list));
      if (list.terms !== null) {
        const termSettings = { ...list, groupBy: settings.groupBy };
        await addTermCosts(spend, list.terms, termSettings, (count) => allowance.visitRows(count));
      }
      return countOf(spend) - before;
    },
    withoutRows: (dates, shift, attribution) => ({
      accepts(ref, head) {
        const { segment, source } = ref;
        if (!isWhole(segment, dates)) return false;
        if (head.rows.length === 0) return true;
        const list = { account: source.account, shift, attribution };
        const key = sumsKeyOf({ key: keyOf(ref), covers: segment.dates }, head.readAt, list, settings);
        const known = held.get(key) ?? sums.find(key);
        if (known !== undefined) held.set(key, known);
        return known !== undefined;
      },
      async digest({ source, segment }, entry) {
        if (!isWhole(segment, dates)) return;
        const part = { key: keyOf({ source, segment }), covers: segment.dates, entry, dates: null };
        const list = { account: source.account, shift, attribution };
        const spend = await wholePart(part as ReadPart<ChargeKind>, list);
        held.set(sumsKeyOf(part, entry.readAt, list, settings), spend);
      },
    }),
  };
}

/** What of a list decides the sums of its segments. */
type OfList = Pick<ChargeList, 'account' | 'shift' | 'attribution'>;

const sumsOfLedgers = new WeakMap<object, SpendSums>();

/** The sums for a ledger's readings. */
function sumsOf(ledger: Ledger): SpendSums {
  const sums = sumsOfLedgers.get(ledger) ?? createSpendSums();
  sumsOfLedgers.set(ledger, sums);
  return sums;
}

/** The key of the sums for a reading of a segment. It includes the account's name, which the settings may change. */
function sumsKeyOf(
  { key, covers }: Pick<ReadPart<ChargeKind>, 'key' | 'covers'>,
  readAt: Instant,
  { account, shift, attribution }: OfList,
  { signature }: PartSettings,
): string {
  const way = attribution?.nameIn(covers === null ? [] : monthsOf(covers)) ?? '';
  return [key, readAt, account.publicId, account.name, shift?.name ?? '', way, signature].join(' ');
}

/** The months that some dates touch. */
function monthsOf({ from, to }: DateRange): YearMonth[] {
  const last = monthOf(addDays(to, -1));
  const months: YearMonth[] = [];
  for (let month = monthOf(from); month <= last; month = addMonths(month, 1)) months.push(month);
  return months;
}

async function addUp(
  { entry, dates }: ReadPart<ChargeKind>,
  list: OfList,
  { groupBy, rateDay, matches }: PartSettings,
): Promise<Spend> {
  const spend = createSpend(groupBy, rateDay);
  let count = 0;
  for (const row of entry.rows) {
    count += 1;
    if (count % rowsPerSlice === 0) await yieldToEventLoop();
    const isIn = dates === null || (row.date >= dates.from && row.date < dates.to);
    if (isIn && matches(row)) add(spend, list, row, row.date);
  }
  return spend;
}

function add(
  spend: Spend,
  { account, shift, attribution }: OfList,
  row: ChargedRow,
  own: CalendarDate,
): void {
  const { day, month } = shift === null ? { day: own, month: monthOf(own) } : shift.of(own);
  const on = { day, month, own };
  if (attribution === null) return spend.add(account, row, on);
  spend.addParts(account, { row, parts: attribution.partsOf(row), inTotals: attribution.totalsOf(row) }, on);
}

function countOf({ parts }: Spend): number {
  return parts.charges.count;
}
