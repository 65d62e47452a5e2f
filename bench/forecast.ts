/**
 * How good the forecast is: the method of the gateway beside two naive ones, on the sandbox's thirteen months. Each
 * month is forecast from what was known on the 6th, 11th, 16th, 21st and 26th, and the interval from months before it.
 * `node bench/forecast.ts` prints the table that stands in docs/reports.md.
 */

import {
  addMonths,
  datesOf,
  daysBetween,
  monthOf,
  type CalendarDate,
  type YearMonth,
} from '../src/domain/calendar.ts';
import {
  absoluteOf,
  compareDecimals,
  multiplyDecimals,
  ratioOf,
  subtractDecimals,
  zero,
  type Decimal,
} from '../src/domain/decimal.ts';
import { costOf, forecastMonth, type DailyCost } from '../src/reports/forecast.ts';
import { medianOf } from '../src/reports/statistics.ts';
import type { SubscriptionLine } from '../src/reports/subscriptions.ts';
import { dateText, dayAt, firstDayAt } from '../src/sandbox/days.ts';
import { offsetHours, subscriptionsOf, type Brand } from '../src/sandbox/ppio-novita-truth.ts';
import { usageDaysOf } from '../src/sandbox/ppio-novita-truth-usage.ts';
import { dayDetailsOf, streamlakeOffset } from '../src/sandbox/streamlake-truth.ts';

const nowMs = Date.parse('2026-03-31T15:59:59Z');
const seeds = [20_260_201, 1, 2, 3, 4];
const days = ['06', '11', '16', '21', '26'];
const names = ['forecast', "last month's total", 'days so far, scaled up'] as const;

interface Judged {
  readonly errors: readonly Decimal[];
  readonly isInside: boolean;
}

const decimal = (value: bigint): Decimal => {
  const text = (value < 0n ? -value : value).toString().padStart(11, '0');
  return `${value < 0n ? '-' : ''}${text.slice(0, -10)}.${text.slice(-10)}` as Decimal;
};
const date = (day: number): CalendarDate => dateText(day) as CalendarDate;

function addUp(
  rows: readonly { readonly day: number; readonly amount: bigint }[],
): Map<CalendarDate, Decimal> {
  const sums = Map.groupBy(rows, ({ day }) => day);
  return new Map(
    [...sums].map(([day, list]) => [date(day), decimal(list.reduce((sum, { amount }) => sum + amount, 0n))]),
  );
}

function platformCost(seed: number, brand: Brand): DailyCost {
  const dayOf = (seconds: number): CalendarDate => date(dayAt(seconds * 1000, offsetHours[brand]));
  const subscriptions = subscriptionsOf(seed, brand, nowMs).map((line): SubscriptionLine => {
    const subscription = line.billingMethod === 3 ? null : line.ownerId;
    const [day, end] = [dayOf(line.startSeconds), dayOf(line.endSeconds + 1)];
    return { subscription, day, end, amount: decimal(line.amount) };
  });
  return {
    completeTo: date(dayAt(nowMs, 0) + 1),
    usage: addUp(usageDaysOf(seed, brand, nowMs)),
    subscriptions,
  };
}

function streamlakeCost(seed: number, currency: 'CNY' | 'USD'): DailyCost {
  const first = firstDayAt(nowMs, streamlakeOffset);
  const rows = Array.from({ length: 400 }, (_, index) => dayDetailsOf(seed, first + index, nowMs)).flat();
  const usage = addUp(
    rows.filter((row) => row.currency === currency).map(({ day, billed }) => ({ day, amount: billed })),
  );
  return { completeTo: date(dayAt(nowMs, 0) + 1), usage, subscriptions: [] };
}

/** A cost as it was known when a day began. */
function knownOn(cost: DailyCost, day: CalendarDate): DailyCost {
  return {
    completeTo: day,
    usage: new Map([...cost.usage].filter(([one]) => one < day)),
    subscriptions: cost.subscriptions.filter((line) => line.day < day),
  };
}

function judge(cost: DailyCost, month: YearMonth, day: CalendarDate): Judged | null {
  const known = knownOn(cost, day);
  const forecast = forecastMonth(known, month);
  if (forecast === null) return null;
  const actual = costOf(cost, month);
  const { from, to } = datesOf(month);
  const scaled = ratioOf(
    multiplyDecimals(costOf(known, month), String(daysBetween(from, to)) as Decimal),
    String(daysBetween(from, day)) as Decimal,
    10,
  );
  const said = [forecast.expected, costOf(known, addMonths(month, -1)), scaled ?? zero];
  const isInside = compareDecimals(forecast.low, actual) <= 0 && compareDecimals(actual, forecast.high) <= 0;
  const errors = said.map((one) => ratioOf(absoluteOf(subtractDecimals(one, actual)), actual, 6) ?? zero);
  return { errors, isInside };
}

const percent = (value: Decimal | null): string =>
  value === null ? '' : `${ratioOf(multiplyDecimals(value, '100' as Decimal), '1' as Decimal, 1)} %`;

const costs = seeds.flatMap((seed) => [
  platformCost(seed, 'ppio'),
  platformCost(seed, 'novita'),
  streamlakeCost(seed, 'CNY'),
  streamlakeCost(seed, 'USD'),
]);
const last = monthOf(date(dayAt(nowMs, 0)));
const months = Array.from({ length: 13 }, (_, index) => addMonths(last, index - 12));

console.log(`| known before | forecasts | ${names.join(' | ')} | in the interval |`);
console.log('| --- | --- | --- | --- | --- | --- |');
const everything: Judged[] = [];
const row = (name: string, judged: readonly Judged[]): void => {
  const median = (index: number): string =>
    percent(medianOf(judged.flatMap(({ errors }) => errors[index] ?? [])));
  const inside = judged.filter(({ isInside }) => isInside).length;
  const share = ratioOf(String(inside) as Decimal, String(judged.length) as Decimal, 6);
  console.log(
    `| ${[name, judged.length, ...names.map((_, index) => median(index)), percent(share)].join(' | ')} |`,
  );
};
for (const day of days) {
  const judged = months.flatMap((month) =>
    costs.flatMap((cost) => judge(cost, month, `${month}-${day}` as CalendarDate) ?? []),
  );
  everything.push(...judged);
  row(`day ${Number(day)}`, judged);
}
row('all', everything);
