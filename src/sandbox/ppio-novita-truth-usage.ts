/**
 * The truth of PPIO's and Novita's pay-as-you-go products, by product and resource, and of their monthly statements.
 * The usage of keys is the same money by product; instances and storage that no key uses come in addition.
 */

import {
  dateText,
  firstDayAt,
  foundingDay,
  hoursOf,
  monthStart,
  passedDays,
  secondsOf,
  shape,
} from './days.ts';
import { keysOn, offsetHours, subscriptionsOf, type Brand } from './ppio-novita-truth.ts';
import { between, createRandom, pick } from './random.ts';
import { remembered } from './remembered.ts';

const step = 1_000_000n;

/** What one product, or one resource, used in one hour. Money in units of 1e-10. */
export interface UsageHour {
  readonly category: string;
  readonly product: string;
  readonly productId: string;
  /** The resource id; "" for products that are not rented individually. */
  readonly ownerId: string;
  readonly billingMethod: number;
  readonly day: number;
  /** 0 to 23. 24 hours make a day, fewer a day that still runs. */
  readonly hour: number;
  /** llm: input and output tokens. gpu: cards times seconds. Storage: GB times seconds. */
  readonly quantity: bigint;
  readonly second: bigint;
  /** In 1/10000. */
  readonly price: bigint;
  readonly secondPrice: bigint;
  readonly amount: bigint;
  readonly voucher: bigint;
}

export type UsageDay = Omit<UsageHour, 'hour'>;

/** The statement of a month. Money in units of 1e-10. */
export interface Statement {
  readonly id: string;
  /** YYYY-MM */
  readonly month: string;
  readonly startSeconds: number;
  /** The last included second; for the current month, a moment before its beginning, as seen in real answers. */
  readonly endSeconds: number;
  readonly total: bigint;
  readonly voucher: bigint;
  readonly status: 'pending' | 'outed' | 'paid' | 'overdue' | 'voided';
  readonly invoiceUrl: string;
}

/** The usage of some days, hour by hour, up to now; the last day is not included. */
export function usageHoursOf(
  usage: readonly UsageDay[],
  brand: Brand,
  nowMs: number,
  [from, to]: readonly [number, number],
): UsageHour[] {
  return usage
    .filter(({ day }) => day >= from && day < to)
    .flatMap((usage) =>
      toHours(usage, hoursOf(nowMs, usage.day, offsetHours[brand]), brand === 'ppio' ? step : 1n),
    );
}

/** The usage up to now, day by day. */
export function usageDaysOf(seed: number, brand: Brand, nowMs: number): UsageDay[] {
  return passedDays(nowMs, offsetHours[brand]).flatMap(({ day, hours }) => usageOn(seed, brand, day, hours));
}

/** What was used in the first hours of a day. */
const usageOn = remembered((seed: number, brand: Brand, day: number, hours: number): readonly UsageDay[] =>
  hours === 0
    ? []
    : [...keyUsageOn(seed, brand, day, hours), ...resourcesOn(seed, brand, day, BigInt(hours))],
);

/** The usage of all keys, by product. */
function keyUsageOn(seed: number, brand: Brand, day: number, hours: number): UsageDay[] {
  const byProduct = Map.groupBy(keysOn(seed, brand, day, hours), ({ product }) => product);
  return [...byProduct.values()].flatMap((rows): UsageDay[] => {
    const [one] = rows;
    if (one === undefined) return [];
    const sum = (of: (row: (typeof rows)[number]) => bigint) => rows.reduce((all, row) => all + of(row), 0n);
    return [
      {
        category: one.category,
        product: one.product,
        productId: one.productId,
        ownerId: '',
        billingMethod: 1,
        day,
        quantity: one.category === 'llm' ? sum((row) => row.input) : sum((row) => row.requests),
        second: sum((row) => row.output),
        price: one.inputPrice,
        secondPrice: one.outputPrice,
        amount: sum((row) => row.amount),
        voucher: sum((row) => row.voucher),
      },
    ];
  });
}

/** Instances that are rented by the second, some of them spot, and storage that grows. */
function resourcesOn(seed: number, brand: Brand, day: number, hours: bigint): UsageDay[] {
  const days: UsageDay[] = [];
  for (const index of [0, 1, 2]) {
    const random = createRandom(seed, brand, 'instance', index, day);
    if (random() < 0.4) continue;
    const seconds = (BigInt(Math.round(between(random, 600, 80_000) * shape(day))) * hours) / 24n;
    const cards = BigInt(pick(random, [1, 2, 4]));
    const price = BigInt(pick(random, [3, 5, 8]));
    const amount = seconds * cards * price * step;
    days.push({
      category: 'gpu',
      product: brand === 'ppio' ? 'RTX 4090 24GB' : 'H100 SXM 80GB',
      productId: `prd-od-${index}`,
      ownerId: `od-${brand}-${index}`,
      billingMethod: index === 2 ? 4 : 1,
      day,
      quantity: seconds * cards,
      second: 0n,
      price,
      secondPrice: 0n,
      amount,
      voucher: ((amount * BigInt(pick(random, [0, 0, 20]))) / 100n / step) * step,
    });
  }
  const gigabytes = BigInt(100 + Math.max(0, day - foundingDay));
  const amount = (gigabytes * 37n * step * hours) / 24n;
  days.push({
    category: 'cloud_storage',
    product: 'cloud_storage on demand',
    productId: 'prd-store',
    ownerId: `store-${brand}`,
    billingMethod: 1,
    day,
    quantity: gigabytes * hours * 3600n,
    second: 0n,
    price: 37n,
    secondPrice: 0n,
    amount: brand === 'novita' ? amount : (amount / step) * step,
    voucher: 0n,
  });
  return days;
}

/** The statements from the first month of the truth to the current one: subscriptions and usage together. */
export function statementsOf(seed: number, brand: Brand, nowMs: number): Statement[] {
  const offset = offsetHours[brand];
  const first = firstDayAt(nowMs, offset);
  const usage = Map.groupBy(usageDaysOf(seed, brand, nowMs), ({ day }) => dateText(day).slice(0, 7));
  const bills = Map.groupBy(subscriptionsOf(seed, brand, nowMs), ({ cycle }) => cycle);
  return Array.from({ length: 13 }, (_, index): Statement => {
    const start = monthStart(first, index);
    const end = secondsOf(monthStart(first, index + 1), offset);
    const month = dateText(start).slice(0, 7);
    const lines = [...(usage.get(month) ?? []), ...(bills.get(month) ?? [])];
    const random = createRandom(seed, brand, 'statement', month);
    const isRunning = nowMs / 1000 < end;
    // Issued on the third of the next month, at 10:00 UTC, or 18:00 at +08:00.
    const isIssued = nowMs / 1000 >= end + 2 * 86_400 + (10 + offset) * 3600;
    const isDue = nowMs / 1000 < end + 20 * 86_400;
    const status = !isIssued
      ? 'pending'
      : isDue
        ? 'outed'
        : pick(random, ['paid', 'paid', 'overdue', 'voided'] as const);
    return {
      id: `bill-${brand}-${month}`,
      month,
      startSeconds: secondsOf(start, offset),
      endSeconds: isRunning ? secondsOf(start, offset) - 1 : end - 1,
      total: lines.reduce((sum, { amount }) => sum + amount, 0n),
      voucher: lines.reduce((sum, { voucher }) => sum + voucher, 0n),
      status,
      invoiceUrl: status === 'paid' ? `https://invoices.example.com/${brand}/${month}.pdf` : '',
    };
  });
}

/** The row that fills in a month in which nothing was billed. */
export function filledIn(month: string): Statement {
  const nothing = { id: '', total: 0n, voucher: 0n, status: 'pending', invoiceUrl: '' } as const;
  return { ...nothing, month, startSeconds: 0, endSeconds: 0 };
}

/** Splits a day into equal shares of whole grains; the last hour gets the rest, so that the hours add up exactly. */
function toHours(usage: UsageDay, hours: number, moneyGrain: bigint): UsageHour[] {
  const share = (value: bigint, hour: number, grain = 1n): bigint => {
    const even = (value / (grain * BigInt(hours))) * grain;
    return hour === hours - 1 ? value - even * BigInt(hours - 1) : even;
  };
  return Array.from({ length: hours }, (_, hour) => ({
    ...usage,
    hour,
    quantity: share(usage.quantity, hour),
    second: share(usage.second, hour),
    amount: share(usage.amount, hour, moneyGrain),
    voucher: share(usage.voucher, hour, moneyGrain),
  }));
}
