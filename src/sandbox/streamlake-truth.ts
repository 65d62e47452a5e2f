/** The truth of StreamLake's day details. */

import { dateText, dayAt, firstDayAt, hoursOf, monthStart, secondsOf, shape } from './days.ts';
import { between, createRandom, pick } from './random.ts';
import { remembered } from './remembered.ts';

/** Units of 1e-10 of the main unit. */
export interface DayDetail {
  readonly code: string;
  readonly day: number;
  readonly project: string;
  readonly goods: string;
  readonly feeItem: string;
  readonly factors: string;
  readonly currency: 'CNY' | 'USD';
  /** Millionths. */
  readonly usage: bigint;
  /** 1e-4 of the main unit for 1000 tokens. */
  readonly unitPrice: bigint;
  /** Tenths. */
  readonly discount: bigint;
  readonly list: bigint;
  readonly billed: bigint;
  readonly voucher: bigint;
  /** Whether the cash part has been paid, which happens at the cut-off of its month. */
  readonly settled: boolean;
  readonly version: number;
}

const items = [
  { goods: '基础模型推理', feeItem: 'KAT-Coder-Pro-在线推理', price: 80n, currency: 'CNY' },
  { goods: '基础模型推理', feeItem: 'DeepSeek-V3-在线推理', price: 20n, currency: 'CNY' },
  { goods: '基础模型推理', feeItem: 'Gemini-3-Pro-Image-在线推理', price: 8520n, currency: 'CNY' },
  { goods: '模型精调', feeItem: 'Qwen3-32B-SFT', price: 300n, currency: 'CNY' },
  { goods: '海外推理', feeItem: 'Claude-Sonnet-online', price: 33n, currency: 'USD' },
] as const;
const projects = ['P900001default', 'P900001search', 'P900001ads'] as const;
const factors = ['customTokenType=input', 'customTokenType=output', 'customTokenType=cache'] as const;

/** The offset of StreamLake's days. */
export const streamlakeOffset = 8;

/** The rows of a day; none for a day outside the truth. One day has more than two pages of rows. */
export function dayDetailsOf(seed: number, day: number, nowMs: number): readonly DayDetail[] {
  const first = firstDayAt(nowMs, streamlakeOffset);
  const today = dayAt(nowMs, streamlakeOffset);
  if (day < first || day > today) return [];
  const settled = nowMs / 1000 >= secondsOf(monthStart(day, 1), streamlakeOffset) + 14 * 3600;
  return detailsOn(seed, day, hoursOf(nowMs, day, streamlakeOffset), settled);
}

/** The rows of the first hours of a day. */
const detailsOn = remembered(
  (seed: number, day: number, hours: number, settled: boolean): readonly DayDetail[] => {
    const portion = BigInt(hours);
    // Many small jobs, once a quarter.
    const batches = dateText(day).slice(8) === '15' && monthStart(day) % 3 === 0 ? 240 : 0;
    const rows: DayDetail[] = [];
    // Until the month has been checked, one row in ten lacks a part of its usage.
    const recheck = (usage: bigint): bigint =>
      settled || rows.length % 10 !== 3 ? usage : (usage * 97n) / 100n;
    for (const project of projects) {
      for (const item of items) {
        for (const factor of factors) {
          const random = createRandom(seed, 'streamlake', project, item.feeItem, factor, day);
          if (random() < 0.3) continue;
          const usage = BigInt(Math.round(between(random, 1, 9_000_000) * shape(day) * 100));
          rows.push(
            toDetail(
              day,
              project,
              item,
              factor,
              recheck((usage * portion) / 24n),
              random,
              settled,
              rows.length,
            ),
          );
        }
      }
    }
    for (let batch = 0; batch < batches; batch += 1) {
      const random = createRandom(seed, 'batch', batch, day);
      const factor = `customTokenType=input;batch=${batch}`;
      rows.push(
        toDetail(
          day,
          projects[0],
          items[1],
          factor,
          BigInt(between(random, 1, 999_999)),
          random,
          settled,
          rows.length,
        ),
      );
    }
    return rows;
  },
);

function toDetail(
  day: number,
  project: string,
  item: (typeof items)[number],
  factor: string,
  usage: bigint,
  random: () => number,
  settled: boolean,
  index: number,
): DayDetail {
  const discount = BigInt(pick(random, [10, 10, 9, 8]));
  const list = item.price * usage;
  const cents = (list * discount) / 10n / 100_000_000n;
  const billed = cents * 100_000_000n;
  const covered = BigInt(pick(random, [0, 0, 0, 50, 100]));
  return {
    code: `b${dateText(day).replaceAll('-', '')}-${String(index).padStart(4, '0')}`,
    day,
    project,
    goods: item.goods,
    feeItem: item.feeItem,
    factors: factor,
    currency: item.currency,
    usage,
    unitPrice: item.price,
    discount,
    list,
    billed,
    voucher: ((cents * covered) / 100n) * 100_000_000n,
    settled,
    version: 3,
  };
}
