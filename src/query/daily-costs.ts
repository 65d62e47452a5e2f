/** Cost day by day, as a forecast needs it: for each group and currency its usage by day, and its subscriptions. */

import type { Account } from '../domain/account.ts';
import {
  addMonths,
  dateIn,
  datesOf,
  firstDayOf,
  monthOf,
  toCalendarDate,
  type CalendarDate,
  type DateRange,
  type Instant,
  type TimeZone,
  type YearMonth,
} from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import { addDecimals, zero, type Decimal } from '../domain/decimal.ts';
import type { CurrencyCode } from '../domain/rows.ts';
import { maxMonths, type DailyCost } from '../reports/forecast.ts';
import { rankGroups } from '../reports/spend-order.ts';
import type { ChargePart } from '../reports/attribution.ts';
import { valuesOf, type SpendDimension } from '../reports/spend-dimensions.ts';
import type { SpendKey } from '../reports/spend-group.ts';
import { createSpend } from '../reports/spend.ts';
import type { SubscriptionLine } from '../reports/subscriptions.ts';
import type { GatewayContext } from './context.ts';
import { readCharges } from './attributed-charges.ts';
import type { ChargeList, SpendRequest } from './spend-charges.ts';
import { createCollector } from './spend-parts.ts';

/** What has been charged of one group in one currency. */
export interface CostSeries extends DailyCost {
  readonly currency: CurrencyCode;
}

export interface CostGroup {
  readonly key: readonly SpendKey[];
  readonly series: readonly CostSeries[];
}

export interface DailyCosts {
  /** Those with the most cost first. */
  readonly groups: readonly CostGroup[];
  /** Over all groups, by currency. */
  readonly totals: readonly CostSeries[];
  readonly sources: readonly SourceCoverage[];
}

interface GrowingSeries {
  completeTo: CalendarDate;
  readonly usage: Map<CalendarDate, Decimal>;
  readonly subscriptions: SubscriptionLine[];
}

/**
 * What is read to foretell a month: itself and twelve months before, but nothing from before the months that a gateway
 * usually keeps.
 */
export function basisOf(month: YearMonth, now: Instant): (zone: TimeZone) => DateRange {
  return (zone) => {
    const { from: start, to } = datesOf(month);
    const running = monthOf(dateIn(now, zone));
    const first = firstDayOf(addMonths(month > running ? month : running, -maxMonths));
    return { from: first < start ? first : start, to };
  };
}

/**
 * Reads it. Amounts that `convert` knows how to turn into one currency are in that.
 * @throws GatewayError where it may not be read
 */
export async function readDailyCosts(
  request: SpendRequest,
  groupBy: readonly SpendDimension[],
  context: GatewayContext,
  convert: Convert = (amount) => amount,
): Promise<DailyCosts> {
  const { narrowing, matches } = request;
  const whole = createSpend(groupBy);
  const groups = createSeries(convert);
  const totals = createSeries(convert);
  const settingsOf = (dimensions: readonly SpendDimension[]) => ({
    groupBy: dimensions,
    rateDay: null,
    signature: JSON.stringify([dimensions, narrowing, null]),
    matches,
  });
  const collectWhole = createCollector(whole, settingsOf(groupBy), context);

  const addUsage = async (list: ChargeList): Promise<void> => {
    const dimensions = [...groupBy, 'DAY'] as const;
    const byDay = createSpend(dimensions);
    await createCollector(byDay, settingsOf(dimensions), context).collect(list);
    for (const { key, totals: sums } of byDay.groups()) {
      const values = key.map(({ value }) => value);
      const day = toCalendarDate(values.pop() ?? '');
      if (day === null) continue;
      for (const { currency, billedCost } of sums) {
        const usage: DatedMoney = { day, currency, amount: billedCost };
        groups.addUsage(JSON.stringify(values), usage, list.completeTo);
        totals.addUsage('', usage, list.completeTo);
      }
    }
  };
  const addBills = (list: ChargeList): Promise<void> =>
    list.visit((part, day) => {
      const id = JSON.stringify(valuesOf(groupBy, part.row, list.account, day, monthOf(day), part));
      const line = toLine(part, list.account, day);
      groups.addLine(id, line, list.completeTo);
      totals.addLine('', line, list.completeTo);
    });

  const sources = await readCharges(request, context, {
    async collect(list) {
      const count = await collectWhole.collect(list);
      await (list.kind === 'BILL' ? addBills(list) : addUsage(list));
      return count;
    },
  });
  return {
    groups: rankGroups(whole.groups(), 'COST', null).map(({ id, key }) => ({ key, series: groups.of(id) })),
    totals: totals.of(''),
    sources,
  };
}

/** An amount of a day in a currency, into another currency where it is to be converted. */
export type Convert = (money: DatedMoney) => DatedMoney;

export interface DatedMoney {
  readonly day: CalendarDate;
  readonly currency: CurrencyCode;
  readonly amount: Decimal;
}

/** Series that grow, by group and currency. */
function createSeries(convert: Convert) {
  const known = new Map<string, Map<CurrencyCode, GrowingSeries>>();
  const seriesOf = (id: string, currency: CurrencyCode, completeTo: CalendarDate): GrowingSeries => {
    const own = known.get(id) ?? new Map<CurrencyCode, GrowingSeries>();
    known.set(id, own);
    const series = own.get(currency) ?? { completeTo, usage: new Map(), subscriptions: [] };
    own.set(currency, series);
    if (completeTo < series.completeTo) series.completeTo = completeTo;
    return series;
  };
  return {
    addUsage(id: string, money: DatedMoney, completeTo: CalendarDate): void {
      const { day, currency, amount } = convert(money);
      const { usage } = seriesOf(id, currency, completeTo);
      usage.set(day, addDecimals(usage.get(day) ?? zero, amount));
    },
    addLine(id: string, { line, currency }: BilledLine, completeTo: CalendarDate): void {
      const money = convert({ day: line.day, currency, amount: line.amount });
      const { subscriptions } = seriesOf(id, money.currency, completeTo);
      subscriptions.push({ ...line, amount: money.amount });
    },
    of: (id: string): CostSeries[] =>
      Array.from(known.get(id) ?? [], ([currency, series]) => ({ currency, ...series })).toSorted((a, b) =>
        a.currency < b.currency ? -1 : 1,
      ),
  };
}

interface BilledLine {
  readonly line: SubscriptionLine;
  readonly currency: CurrencyCode;
}

function toLine(
  { row, amounts: { billedCost } }: ChargePart,
  account: Account,
  day: CalendarDate,
): BilledLine {
  const { chargePeriod, currency, product } = row;
  const resource = row.kind === 'BILL' ? [row.resourceId, row.subAccountId] : [];
  const isTerm = row.billingMethod !== 'REFUND' && !billedCost.startsWith('-');
  return {
    currency,
    line: {
      subscription: isTerm ? JSON.stringify([account.id, product.id ?? product.name, ...resource]) : null,
      day,
      end: dateIn(chargePeriod.end, account.timeZone),
      amount: billedCost,
    },
  };
}
