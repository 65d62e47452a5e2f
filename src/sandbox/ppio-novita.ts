/** PPIO and Novita: one billing platform, told from their documents. */

import { dayAt, secondsOf } from './days.ts';
import {
  keyDaysOf,
  offsetHours,
  subscriptionsOf,
  windowOf,
  type Brand,
  type KeyDay,
  type Subscription,
} from './truth.ts';
import {
  bearerOf,
  fixed,
  sandboxCredentials,
  type Switches,
  type Vendor,
  type VendorAnswer,
  type VendorRequest,
} from './vendor.ts';

const maxDays = 31;
const step = 1_000_000n;

type Cycle = 'Day' | 'Week' | 'Month';
type Row = Record<string, unknown>;

/** A platform of a brand. `nowMs` tells the time. */
export function createPlatform(brand: Brand, seed: number, nowMs: () => number): Vendor {
  const reads = { count: 0 };
  const usage = createUsage(brand, seed, nowMs);
  return {
    id: brand,
    tooFast: failure(429, 'LIST_BILL_TOO_FAST', 'bill queries are too frequent'),
    broken: failure(500, 'LIST_BILL_ERROR', 'failed to list bills'),
    unauthorized: failure(401, 'FAILED_TO_AUTH', 'failed to authenticate API key'),
    answer(request, switches) {
      reads.count += 1;
      const known = ['/openapi/v1/billing/bill/monthly/list', '/openapi/v1/billing/apikey/bill/list'];
      if (request.method !== 'GET' || !known.includes(request.path)) {
        return failure(404, 'API_NOT_FOUND', 'api not found');
      }
      if (bearerOf(request) !== sandboxCredentials[brand].apiKey) {
        return failure(401, 'FAILED_TO_AUTH', 'failed to authenticate API key');
      }
      const bump = switches.mutating === true ? BigInt(reads.count) : 0n;
      const answer = request.path.endsWith('/apikey/bill/list')
        ? listUsage(brand, usage(), request, switches, bump)
        : listSubscriptions(brand, seed, nowMs(), request, switches, bump);
      return answer;
    },
  };
}

/** The usage up to now, worked out anew when an hour has passed. */
function createUsage(brand: Brand, seed: number, nowMs: () => number): () => readonly KeyDay[] {
  const memory = { hour: -1, rows: [] as readonly KeyDay[] };
  return () => {
    const hour = Math.floor(nowMs() / 3_600_000);
    if (hour !== memory.hour) Object.assign(memory, { hour, rows: keyDaysOf(seed, brand, nowMs()) });
    return memory.rows;
  };
}

function listSubscriptions(
  brand: Brand,
  seed: number,
  nowMs: number,
  { query }: VendorRequest,
  switches: Switches,
  bump: bigint,
): VendorAnswer {
  const start = Number(query.get('startTime') ?? '0');
  const end = Number(query.get('endTime') ?? '0') || Number.MAX_SAFE_INTEGER;
  if (switches.strictRange === true && end - start >= maxDays * 86_400) return rangeError('Month');
  const slack = switches.wideWindows === true ? 20 * 86_400 : 0;
  const name = query.get('productName')?.toLowerCase() ?? '';
  const owner = query.get('ownerId');
  const lines = subscriptionsOf(seed, brand, nowMs).filter(
    (line) =>
      line.startSeconds >= start - slack &&
      line.startSeconds <= end + slack &&
      line.product.toLowerCase().includes(name) &&
      (owner === null || owner === line.ownerId),
  );
  const category = query.get('category') ?? 'summary';
  if (category === 'summary') return success(summaries(brand, lines), switches);
  const rows = lines
    .filter((line) => line.category === category)
    .map((line) => subscriptionRow(brand, line, switches, bump));
  return success(rows, switches);
}

function subscriptionRow(brand: Brand, line: Subscription, switches: Switches, bump: bigint): Row {
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
    ...amountsOf(brand, line.amount + bump * step, line.voucher, switches),
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
function summaries(brand: Brand, lines: readonly Subscription[]): Row[] {
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

function listUsage(
  brand: Brand,
  usage: readonly KeyDay[],
  { query }: VendorRequest,
  switches: Switches,
  bump: bigint,
): VendorAnswer {
  const cycle = query.get('cycleType');
  if (cycle !== 'Day' && cycle !== 'Week' && cycle !== 'Month') {
    return failure(400, 'INVALID_BILL_CYCLE', 'cycleType must be Day, Week or Month');
  }
  const offset = offsetHours[brand];
  const [start, end] = [query.get('startTime') ?? '', query.get('endTime') ?? ''].map((text) =>
    /^\d+$/.test(text) ? Number(text) : Number.NaN,
  ) as [number, number];
  const floor = secondsOf(20_454, offset); // 2026-01-01
  if (!(end > start) || start < floor || end - start >= maxDays * 86_400) return rangeError(cycle);
  const slack = switches.wideWindows === true ? 20 : 0;
  const category = query.get('category') ?? '';
  const name = query.get('productName')?.toLowerCase() ?? '';
  const [firstDay] = windowOf(cycle, dayAt(start * 1000, offset) - slack);
  const [, lastDay] = windowOf(cycle, dayAt(end * 1000, offset) + slack);
  const days = usage.filter(
    (row) =>
      row.day >= Math.max(firstDay, 20_454) &&
      row.day < lastDay &&
      (category === '' || row.category === category) &&
      row.product.toLowerCase().includes(name),
  );
  const windows = Map.groupBy(days, (row) => `${windowOf(cycle, row.day)[0]}/${row.keyId}/${row.product}`);
  const rows = [...windows.values()].map((group) => usageRow(brand, cycle, group, switches, bump));
  return success(
    rows.toSorted((a, b) => Number(a['startTime']) - Number(b['startTime'])),
    switches,
  );
}

/** One key, one product, one window; the window is whole even when the query begins within it. */
function usageRow(
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
      sum((row) => row.amount) + bump * step,
      sum((row) => row.voucher),
      switches,
    ),
    pricePrecision: 1,
    productId: one.productId,
    apikeyName: one.keyName,
    apikeyMask: one.mask,
  };
}

function amountsOf(brand: Brand, amount: bigint, voucher: bigint, switches: Switches): Row {
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

function success(rows: readonly Row[], switches: Switches): VendorAnswer {
  if (switches.nullList === true) return { status: 200, body: { bills: null } };
  return { status: 200, body: { bills: rows.map((row) => restyle(row, switches)) } };
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

function restyle(row: Row, switches: Switches): Row {
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

function rangeError(cycle: Cycle): VendorAnswer {
  return failure(
    400,
    'INVALID_REQUEST_BODY',
    `time range must not exceed ${maxDays} days for cycle ${cycle}`,
  );
}

function failure(status: number, reason: string, message: string): VendorAnswer {
  return { status, body: { code: status, reason, message, metadata: {} } };
}
