/** PPIO's and Novita's rows as they send them: the truth in their units, names and styles. */

import { secondsOf } from './days.ts';
import { offsetHours, windowOf, type Brand, type KeyDay, type Subscription } from './ppio-novita-truth.ts';
import { fixed, type Quirks } from './vendor.ts';

export interface PlatformQuirks extends Quirks {
  /** Omits Novita's exact decimals, or adds PPIO's. */
  readonly decimals?: boolean;
  /** Also returns rows of the adjacent months. */
  readonly wideWindows?: boolean;
  /** Also limits lists of subscriptions and of usage by product to 31 days. */
  readonly strictRange?: boolean;
  /** The balance under `data`. */
  readonly wrappedBalance?: boolean;
  /** The key may read lists, and not the balance: its owner lacks the role. */
  readonly noBillingRole?: boolean;
}

export type Row = Record<string, unknown>;
export type Cycle = 'Day' | 'Week' | 'Month';

/** Units of the truth in 1/10000. */
const step = 1_000_000n;

/** A line of a subscription. */
export function subscriptionRow(brand: Brand, line: Subscription, quirks: PlatformQuirks, bump: bigint): Row {
  return {
    userId: 'u-1001',
    memberId: line.memberId,
    startTime: String(line.startSeconds),
    endTime: String(line.endSeconds),
    productName: line.product,
    productCategory: line.category,
    ownerID: line.ownerId,
    tradeMode: 'monthly',
    tradeType: line.tradeType,
    basePrice: String(line.basePrice),
    billNum: String(line.quantity),
    ...amountsOf(brand, line.amount + bump, line.voucher, quirks),
    pricePrecision: 1,
    createTime: String(line.createSeconds),
    cycle: line.cycle,
    ...(quirks.missingOptional === true
      ? {}
      : { productId: line.productId, billingMethod: line.billingMethod }),
    ...(line.storageDays === null ? {} : { storageDays: String(line.storageDays) }),
  };
}

/** Totals of the other categories, by cycle. Never add them to the others. */
export function summaries(brand: Brand, lines: readonly Subscription[]): Row[] {
  return [...Map.groupBy(lines, (line) => line.cycle)].map(([cycle, group]) => ({
    ...amountsOf(
      brand,
      group.reduce((sum, line) => sum + line.amount, 0n),
      group.reduce((sum, line) => sum + line.voucher, 0n),
      {},
    ),
    cycle,
    userId: 'u-1001',
    productCategory: 'summary',
    productName: '',
    ownerID: '',
    startTime: '0',
    endTime: '0',
  }));
}

/** One row for a key, a product and a window. The window is whole even if the query begins within it. */
export function usageRow(
  brand: Brand,
  cycle: Cycle,
  group: readonly KeyDay[],
  quirks: PlatformQuirks,
  bump: bigint,
): Row {
  const [one] = group;
  if (one === undefined) return {};
  const sum = (of: (row: KeyDay) => bigint): bigint => group.reduce((total, row) => total + of(row), 0n);
  const [from, to] = windowOf(cycle, one.day);
  const offset = offsetHours[brand];
  const input = sum((row) => row.input);
  const read = sum((row) => row.cacheRead);
  const written = sum((row) => row.cacheWrite);
  const cache = brand === 'novita' && one.category === 'llm' && quirks.missingOptional !== true;
  return {
    userId: 'u-1001',
    startTime: String(secondsOf(from, offset)),
    endTime: String(secondsOf(to, offset) - 1),
    billingMethod: 1,
    productName: one.product,
    category: one.category,
    ownerID: one.keyId,
    billNum0: String(cache ? input - read - written : input),
    billNum1: quirks.hugeIntegers === true ? '12345678901234567890' : String(sum((row) => row.output)),
    ...(cache ? { billNum2: String(read), billNum3: String(written), billNum5: '0' } : {}),
    ...(brand === 'novita' && quirks.missingOptional !== true
      ? { requestCount: Number(sum((row) => row.requests)) }
      : {}),
    basePrice0: String(one.inputPrice),
    basePrice1: String(one.outputPrice),
    discountPrice0: String(one.inputPrice),
    discountPrice1: String(one.outputPrice),
    ...amountsOf(
      brand,
      sum((row) => row.amount) + bump,
      sum((row) => row.voucher),
      quirks,
    ),
    pricePrecision: 1,
    productId: one.productId,
    apikeyName: one.keyName,
    apikeyMask: one.mask,
  };
}

/** The money fields of a row. */
export function amountsOf(brand: Brand, amount: bigint, voucher: bigint, quirks: PlatformQuirks): Row {
  const integer = { amount: amount / step, voucher: voucher / step };
  const exact = {
    amountDecimal: fixed(amount, 10),
    voucherAmountDecimal: fixed(voucher, 10),
    payableDecimal: fixed(amount - voucher, 10),
    originAmountDecimal: fixed(amount + amount / 10n, 10),
  };
  return {
    amount: String(integer.amount),
    voucherAmount: String(integer.voucher),
    payAmount: String(integer.amount - integer.voucher),
    payAmountDisplay: Number(integer.amount - integer.voucher) / 10_000,
    ...((quirks.decimals ?? brand === 'novita') ? exact : {}),
  };
}

const small = ['billingMethod', 'pricePrecision', 'payAmountDisplay'];
const large = [
  'startTime',
  'endTime',
  'amount',
  'voucherAmount',
  'payAmount',
  'billNum0',
  'billNum1',
  'basePrice',
];

/** A row with the quirks that are switched on. */
export function restyle(row: Row, quirks: PlatformQuirks): Row {
  const changed = { ...row };
  if (quirks.numbersAsStrings === true) for (const name of small) changed[name] = String(row[name]);
  if (quirks.stringsAsNumbers === true) {
    for (const name of large) {
      const text = row[name];
      if (typeof text === 'string') changed[name] = JSON.rawJSON(text);
    }
  }
  if (quirks.extraFields === true)
    Object.assign(changed, { llmSeries: 'x', tieredConfig: null, committedUsage: { a: [1] } });
  if (quirks.missingRequired === true) delete changed['amount'];
  return changed;
}
