/** PPIO's and Novita's rows on the wire: the truth in their units, names and styles. */

import { secondsOf } from './days.ts';
import { offsetHours, windowOf, type Brand, type KeyDay, type Subscription } from './truth.ts';
import { fixed, type Switches } from './vendor.ts';

export type Row = Record<string, unknown>;
export type Cycle = 'Day' | 'Week' | 'Month';

/** Units of the truth in 1/10000. */
const step = 1_000_000n;

/** A line of a subscription. */
export function subscriptionRow(brand: Brand, line: Subscription, switches: Switches, bump: bigint): Row {
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
    ...amountsOf(brand, line.amount + bump, line.voucher, switches),
    pricePrecision: 1,
    createTime: String(line.createSeconds),
    cycle: line.cycle,
    ...(switches.missingOptional === true
      ? {}
      : { productId: line.productId, billingMethod: line.billingMethod }),
    ...(line.storageDays === null ? {} : { storageDays: String(line.storageDays) }),
  };
}

/** Totals of the other categories, by cycle: never to be added to them. */
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

/** One key, one product, one window; the window is whole even when the query begins within it. */
export function usageRow(
  brand: Brand,
  cycle: Cycle,
  group: readonly KeyDay[],
  switches: Switches,
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
  const cache = brand === 'novita' && one.category === 'llm' && switches.missingOptional !== true;
  return {
    userId: 'u-1001',
    startTime: String(secondsOf(from, offset)),
    endTime: String(secondsOf(to, offset) - 1),
    billingMethod: 1,
    productName: one.product,
    category: one.category,
    ownerID: one.keyId,
    billNum0: String(cache ? input - read - written : input),
    billNum1: switches.hugeIntegers === true ? '12345678901234567890' : String(sum((row) => row.output)),
    ...(cache ? { billNum2: String(read), billNum3: String(written), billNum5: '0' } : {}),
    ...(brand === 'novita' && switches.missingOptional !== true
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
      switches,
    ),
    pricePrecision: 1,
    productId: one.productId,
    apikeyName: one.keyName,
    apikeyMask: one.mask,
  };
}

/** The money fields of a row. */
export function amountsOf(brand: Brand, amount: bigint, voucher: bigint, switches: Switches): Row {
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
    ...((switches.decimals ?? brand === 'novita') ? exact : {}),
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

/** A row in the manners that are switched on. */
export function restyle(row: Row, switches: Switches): Row {
  const changed = { ...row };
  if (switches.numbersAsStrings === true) for (const name of small) changed[name] = String(row[name]);
  if (switches.stringsAsNumbers === true) {
    for (const name of large) {
      const text = row[name];
      if (typeof text === 'string') changed[name] = JSON.rawJSON(text);
    }
  }
  if (switches.extraFields === true)
    Object.assign(changed, { llmSeries: 'x', tieredConfig: null, committedUsage: { a: [1] } });
  if (switches.missingRequired === true) delete changed['amount'];
  return changed;
}
