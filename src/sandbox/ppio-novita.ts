/** Simulates PPIO and Novita, one billing platform, by their documentation. */

import { dayAt, secondsOf } from './days.ts';
import { balanceOf, balanceRow } from './ppio-novita-balance.ts';
import { keyBudgetRow, keyBudgetsOf } from './ppio-novita-budgets.ts';
import {
  restyle,
  subscriptionRow,
  summaries,
  usageRow,
  type PlatformQuirks,
  type Row,
} from './ppio-novita-rows.ts';
import {
  maxDaysOf,
  statementRow,
  statementsFrom,
  usageCategories,
  usageRows,
  type UsageCycle,
} from './ppio-novita-usage.ts';
import { statementsOf, usageDaysOf, type Statement, type UsageDay } from './ppio-novita-truth-usage.ts';
import {
  keyDaysOf,
  offsetHours,
  subscriptionsOf,
  windowOf,
  type Brand,
  type KeyDay,
} from './ppio-novita-truth.ts';
import {
  bearerOf,
  edited,
  type SimulatedVendor,
  type Vendor,
  type VendorAnswer,
  type VendorRequest,
} from './vendor.ts';

const maxDays = 31;
const lists = [
  'bill/monthly/list',
  'apikey/bill/list',
  'bill/list',
  'monthly/bill',
  'balance/detail',
] as const;
const keyBudgetPath = '/openapi/v1/user/team/key-budget-list';
const step = 1_000_000n;

export const ppio = brandOf('ppio', 'sk_sandbox_ppio_4b1d', { id: 'ppio-main', name: 'PPIO production' });
export const novita = brandOf('novita', 'sk_sandbox_novita_90ce', { id: 'novita-us', name: 'Novita US' });

function brandOf(brand: Brand, apiKey: string, account: SimulatedVendor['account']) {
  return {
    credential: { apiKey },
    account,
    create: (seed: number, nowMs: () => number) => createPlatform(brand, apiKey, seed, nowMs),
  } satisfies SimulatedVendor<PlatformQuirks>;
}

function createPlatform(
  brand: Brand,
  apiKey: string,
  seed: number,
  nowMs: () => number,
): Vendor<PlatformQuirks> {
  const reads = { count: 0 };
  const usage = hourly(nowMs, () => keyDaysOf(seed, brand, nowMs()));
  const products = hourly(nowMs, () => usageDaysOf(seed, brand, nowMs()));
  const statements = hourly(nowMs, () => statementsOf(seed, brand, nowMs()));
  return {
    tooFast: failure(429, 'LIST_BILL_TOO_FAST', 'bill queries are too frequent'),
    broken: failure(500, 'LIST_BILL_ERROR', 'failed to list bills'),
    unauthorized: failure(401, 'FAILED_TO_AUTH', 'failed to authenticate API key'),
    refusal: (status, text) => failure(status, text, text),
    answer(request, quirks) {
      reads.count += 1;
      const list = lists.find((path) => request.path === `/openapi/v1/billing/${path}`);
      if (request.method !== 'GET' || (list === undefined && request.path !== keyBudgetPath))
        return failure(404, 'API_NOT_FOUND', 'api not found');
      if (bearerOf(request) !== apiKey) {
        return failure(401, 'FAILED_TO_AUTH', 'failed to authenticate API key');
      }
      if (list === undefined) {
        const rows = keyBudgetsOf(seed, brand, nowMs()).map((budget) => keyBudgetRow(budget));
        return { status: 200, body: { key_budgets: quirks.nullList === true ? null : rows } };
      }
      const bump = quirks.mutating === true ? BigInt(reads.count) * step : 0n;
      return {
        'apikey/bill/list': () => listUsage(brand, usage(), request, quirks, bump),
        'bill/monthly/list': () => listSubscriptions(brand, seed, nowMs(), request, quirks, bump),
        'bill/list': () => listByProduct(brand, products(), nowMs(), request, quirks, bump),
        'monthly/bill': () => listStatements(brand, statements(), request, quirks),
        'balance/detail': () => tellBalance(brand, seed, nowMs(), quirks),
      }[list]();
    },
  };
}

/** A function that computes its result again when an hour has passed. */
function hourly<T>(nowMs: () => number, workOut: () => readonly T[]): () => readonly T[] {
  const memory = { hour: -1, rows: [] as readonly T[] };
  return () => {
    const hour = Math.floor(nowMs() / 3_600_000);
    if (hour !== memory.hour) Object.assign(memory, { hour, rows: workOut() });
    return memory.rows;
  };
}

function listSubscriptions(
  brand: Brand,
  seed: number,
  nowMs: number,
  { query }: VendorRequest,
  quirks: PlatformQuirks,
  bump: bigint,
): VendorAnswer {
  const start = Number(query.get('startTime') ?? '0');
  const end = Number(query.get('endTime') ?? '0') || Number.MAX_SAFE_INTEGER;
  if (quirks.strictRange === true && end - start >= maxDays * 86_400) return rangeError('Month');
  const slack = quirks.wideWindows === true ? 20 * 86_400 : 0;
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
  if (category === 'summary') return success('bill/monthly/list', summaries(brand, lines), quirks);
  const rows = lines
    .filter((line) => line.category === category)
    .map((line) => subscriptionRow(brand, line, quirks, bump));
  return success('bill/monthly/list', rows, quirks);
}

function listUsage(
  brand: Brand,
  usage: readonly KeyDay[],
  { query }: VendorRequest,
  quirks: PlatformQuirks,
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
  const slack = quirks.wideWindows === true ? 20 : 0;
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
  const rows = [...windows.values()].map((group) => usageRow(brand, cycle, group, quirks, bump));
  return success(
    'apikey/bill/list',
    rows.toSorted((a, b) => Number(a['startTime']) - Number(b['startTime'])),
    quirks,
  );
}

function listByProduct(
  brand: Brand,
  usage: readonly UsageDay[],
  nowMs: number,
  { query }: VendorRequest,
  quirks: PlatformQuirks,
  bump: bigint,
): VendorAnswer {
  const cycle = (['Hour', 'Day', 'Week', 'Month'] as const).find((name) => name === query.get('cycleType'));
  if (cycle === undefined)
    return failure(400, 'INVALID_BILL_CYCLE', 'cycleType must be Hour, Day, Week or Month');
  const productCategory = query.get('productCategory') ?? '';
  if (!usageCategories.includes(productCategory)) {
    return failure(400, 'INVALID_PRODUCT_CATEGORY', 'productCategory is not valid');
  }
  const start = Number(query.get('startTime') ?? '0');
  const end = Number(query.get('endTime') ?? '0') || Math.floor(nowMs / 1000);
  if (quirks.strictRange === true && end - start >= maxDaysOf[cycle] * 86_400) return rangeError(cycle);
  const productName = query.get('productName')?.toLowerCase() ?? '';
  const listRequest = { cycle, productCategory, productName, ownerId: query.get('ownerId'), start, end };
  return success('bill/list', usageRows(brand, usage, nowMs, listRequest, quirks, bump), quirks);
}

function listStatements(
  brand: Brand,
  statements: readonly Statement[],
  { query }: VendorRequest,
  quirks: PlatformQuirks,
): VendorAnswer {
  const all = statementsFrom(statements, query.get('startMonth') ?? '');
  const page = Number(query.get('page') ?? '1');
  const size = Number(query.get('pageSize') ?? '20');
  const rows = all.slice((page - 1) * size, page * size).map((one) => statementRow(brand, one, quirks));
  const data = quirks.nullList === true ? null : edited(rows, 'monthly/bill', quirks);
  return { status: 200, body: { data } };
}

function tellBalance(brand: Brand, seed: number, nowMs: number, quirks: PlatformQuirks): VendorAnswer {
  if (quirks.noBillingRole === true) return failure(401, 'FAILED_TO_AUTH', 'failed to authenticate API key');
  return { status: 200, body: balanceRow(balanceOf(seed, brand, nowMs), quirks) };
}

function success(list: (typeof lists)[number], rows: readonly Row[], quirks: PlatformQuirks): VendorAnswer {
  if (quirks.nullList === true) return { status: 200, body: { bills: null } };
  return { status: 200, body: { bills: edited(rows, list, quirks).map((row) => restyle(row, quirks)) } };
}

function rangeError(cycle: UsageCycle): VendorAnswer {
  return failure(
    400,
    'INVALID_REQUEST_BODY',
    `time range must not exceed ${maxDaysOf[cycle]} days for cycle ${cycle}`,
  );
}

function failure(status: number, reason: string, message: string): VendorAnswer {
  return { status, body: { code: status, reason, message, metadata: {} } };
}
