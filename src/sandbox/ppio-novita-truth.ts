/** The truth of PPIO's and Novita's subscriptions and of their usage by API key. Money in units of 1e-10. */

import {
  dateText,
  dayAt,
  foundingDay,
  mondayOf,
  monthsBetween,
  monthStart,
  passedDays,
  secondsOf,
  shape,
} from './days.ts';
import { between, createRandom, pick } from './random.ts';
import { remembered } from './remembered.ts';

export type Brand = 'ppio' | 'novita';

/** 1/10000 of a main unit. */
const step = 1_000_000n;

export interface Subscription {
  readonly category: string;
  readonly product: string;
  readonly productId: string;
  readonly ownerId: string;
  readonly memberId: string;
  readonly tradeType: string;
  readonly billingMethod: number;
  /** In 1/10000. */
  readonly basePrice: bigint;
  readonly quantity: bigint;
  readonly amount: bigint;
  readonly voucher: bigint;
  readonly startSeconds: number;
  /** The last included second. */
  readonly endSeconds: number;
  readonly createSeconds: number;
  /** YYYY-MM */
  readonly cycle: string;
  readonly storageDays: number | null;
}

/** What one key used of one model on one day. */
export interface KeyDay {
  readonly keyId: string;
  readonly keyName: string;
  readonly mask: string;
  readonly category: string;
  readonly product: string;
  readonly productId: string;
  readonly day: number;
  readonly input: bigint;
  readonly output: bigint;
  readonly cacheRead: bigint;
  readonly cacheWrite: bigint;
  readonly requests: bigint;
  /** In 1/10000 for a million tokens. */
  readonly inputPrice: bigint;
  readonly outputPrice: bigint;
  readonly amount: bigint;
  readonly voucher: bigint;
}

interface Model {
  readonly category: string;
  readonly product: string;
  readonly input: number;
  readonly output: number;
}

export const offsetHours: Readonly<Record<Brand, number>> = { ppio: 8, novita: 0 };

const catalog = {
  ppio: {
    gpus: ['RTX 4090 24GB', 'A100 80GB', 'L40S 48GB'],
    models: [
      { category: 'llm', product: 'deepseek/deepseek-v3', input: 20_000, output: 80_000 },
      { category: 'llm', product: 'qwen/qwen3-235b', input: 7000, output: 28_000 },
      { category: 'gen_api', product: 'kling-v2-image', input: 0, output: 0 },
      { category: 'web_search', product: 'web-search-basic', input: 0, output: 0 },
    ],
    keys: ['prod-backend', 'staging', 'data-team', '客服机器人'],
  },
  novita: {
    gpus: ['H100 SXM 80GB', 'RTX 5090 32GB', 'H200 141GB'],
    models: [
      { category: 'llm', product: 'meta-llama/llama-4-maverick', input: 1700, output: 8500 },
      { category: 'llm', product: 'deepseek/deepseek-r1', input: 7000, output: 25_000 },
      { category: 'web_search', product: 'search', input: 0, output: 0 },
    ],
    keys: ['us-prod', 'eval', 'notebooks'],
  },
} as const satisfies Record<
  Brand,
  { gpus: readonly string[]; models: readonly Model[]; keys: readonly string[] }
>;

/** All subscription lines up to now, and one that was paid ahead for next month. */
export function subscriptionsOf(seed: number, brand: Brand, nowMs: number): Subscription[] {
  const today = dayAt(nowMs, offsetHours[brand]);
  const firstCycle = dateText(monthStart(today, -12)).slice(0, 7);
  // What starts next month may have been paid already.
  return linesUpTo(seed, brand, monthsBetween(foundingDay, today) + 1).filter(
    ({ cycle, createSeconds }) => cycle >= firstCycle && createSeconds <= Math.floor(nowMs / 1000),
  );
}

/** All lines of the months up to one, that month included, in the order in which they start. */
const linesUpTo = remembered((seed: number, brand: Brand, lastMonth: number): readonly Subscription[] => {
  const instances = [
    ...[0, 1, 2, 3, 4, 5, 6].map((index) => ({ category: 'gpu', index })),
    ...[0, 1].map((index) => ({ category: 'cloud_storage', index })),
    ...['local_storage', 'image', 'serverless', 'bare_metal'].map((category) => ({ category, index: 0 })),
  ];
  return instances
    .flatMap(({ category, index }) => linesOf(seed, brand, category, index, lastMonth))
    .toSorted((a, b) => a.startSeconds - b.startSeconds);
});

/** The lines of an instance. */
function linesOf(
  seed: number,
  brand: Brand,
  category: string,
  index: number,
  lastMonth: number,
): Subscription[] {
  const offset = offsetHours[brand];
  const random = createRandom(seed, brand, category, index);
  const bornMonth = between(random, 0, category === 'gpu' ? 6 : 3);
  const dayOfMonth = between(random, 0, 27);
  const secondOfDay = between(random, 0, 86_399);
  const product = category === 'gpu' ? pick(random, catalog[brand].gpus) : `${category} standard`;
  const basePrice = BigInt(between(random, 2000, 99_999)) * (category === 'gpu' ? 100n : 1n);
  const quantity = BigInt(category === 'gpu' ? between(random, 1, 8) : between(random, 10, 500));
  const voucherShare = BigInt(pick(random, [0, 0, 10, 25, 100]));
  const sub = BigInt(between(random, 1, 999_999));
  const lines: Subscription[] = [];
  for (let month = bornMonth; month <= lastMonth; month += 1) {
    // A subscription that is no longer renewed is bought again.
    const isBought = (month - bornMonth) % 11 === 0;
    const starts = secondsOf(monthStart(foundingDay, month) + dayOfMonth, offset) + secondOfDay;
    const created = isBought ? starts + 3 : starts - between(random, 1, 3) * 86_400;
    const ends = secondsOf(monthStart(foundingDay, month + 1) + dayOfMonth, offset) + secondOfDay - 1;
    // Novita charges more digits than its integer fields can express.
    const amount = basePrice * quantity * step + (brand === 'novita' ? sub : 0n);
    const line: Subscription = {
      category,
      product,
      productId: `prd-${category}-${product.length}`,
      ownerId: `${category}-${brand}-${index}`,
      memberId: index % 2 === 0 ? '' : `m-${index}`,
      tradeType: isBought ? 'monthly_new_buy' : month % 5 === 4 ? 'monthly_re_config' : 'monthly_re_buy',
      billingMethod: 2,
      basePrice,
      quantity,
      amount,
      voucher: ((amount * voucherShare) / 100n / step) * step,
      startSeconds: starts,
      endSeconds: ends,
      createSeconds: created,
      cycle: dateText(monthStart(foundingDay, month)).slice(0, 7),
      storageDays: category.endsWith('storage') ? Math.round((ends - starts) / 86_400) : null,
    };
    lines.push(line);
    // Two purchases that are identical in everything are still two purchases.
    if (category === 'image' && month % 4 === 0) lines.push(line);
    if (category === 'gpu' && index === 2 && month % 3 === 0) {
      const at = starts + 7200;
      const refund = { billingMethod: 3, amount: -amount / 4n, voucher: 0n };
      lines.push({ ...line, ...refund, startSeconds: at, createSeconds: at });
    }
  }
  return lines;
}

/** The usage of all keys, day by day, up to now; for today only the full hours. */
export function keyDaysOf(seed: number, brand: Brand, nowMs: number): KeyDay[] {
  return passedDays(nowMs, offsetHours[brand]).flatMap(({ day, hours }) => keysOn(seed, brand, day, hours));
}

/** What keys used in the first hours of a day. */
export const keysOn = remembered(
  (seed: number, brand: Brand, day: number, hours: number): readonly KeyDay[] => {
    if (hours === 0) return [];
    const { keys, models } = catalog[brand];
    return keys.flatMap((_, index) =>
      models.flatMap((model) => keyDayOf(seed, brand, index, model, day, BigInt(hours)) ?? []),
    );
  },
);

function keyDayOf(
  seed: number,
  brand: Brand,
  index: number,
  model: Model,
  day: number,
  hours: bigint,
): KeyDay | null {
  const keyName = catalog[brand].keys[index] ?? '';
  const random = createRandom(seed, brand, keyName, model.product, day);
  if (random() < 0.25) return null;
  const scale = shape(day) * (index === 0 ? 6 : 1);
  const tokens = (low: number, high: number): bigint =>
    (BigInt(Math.round(between(random, low, high) * scale)) * hours) / 24n;
  const isLlm = model.category === 'llm';
  const input = isLlm ? tokens(200_000, 4_000_000) : 0n;
  const output = isLlm ? tokens(20_000, 700_000) : 0n;
  const requests = tokens(50, 3000);
  // 1/10000 per million tokens is 1e-10 of the main unit per token.
  const exact = isLlm
    ? input * BigInt(model.input) + output * BigInt(model.output)
    : // Some charges are too small for a field that counts in 1/10000.
      requests * (keyName === 'notebooks' ? 1n : 12_345_678n);
  // A free allowance now and then: usage without cost.
  const charged = random() < 0.04 ? 0n : exact;
  const amount = brand === 'novita' ? charged : (charged / step) * step;
  const covered = BigInt(pick(random, [0, 0, 0, 30, 100]));
  return {
    keyId: `key_${brand}_${index}`,
    keyName,
    mask: `sk-****${(index + 10).toString(16)}9c`,
    category: model.category,
    product: model.product,
    productId: `prd-${model.product.replaceAll('/', '-')}`,
    day,
    input,
    output,
    cacheRead: input / 5n,
    cacheWrite: input / 11n,
    requests,
    inputPrice: BigInt(model.input),
    outputPrice: BigInt(model.output),
    amount,
    voucher: brand === 'novita' ? (amount * covered) / 100n : ((amount * covered) / 100n / step) * step,
  };
}

/** The first day of the cycle's window that contains a day, and the first day after the window. */
export function windowOf(cycle: 'Day' | 'Week' | 'Month', day: number): readonly [number, number] {
  if (cycle === 'Day') return [day, day + 1];
  if (cycle === 'Week') return [mondayOf(day), mondayOf(day) + 7];
  return [monthStart(day), monthStart(day, 1)];
}
