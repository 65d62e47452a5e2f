/** PPIO's and Novita's lists of pay-as-you-go usage and of monthly statements, as they send them. */

import { dateText, dayAt, dayOf, monthStart, secondsOf } from './days.ts';
import { amountsOf, type PlatformQuirks, type Row } from './ppio-novita-rows.ts';
import { offsetHours, windowOf, type Brand } from './ppio-novita-truth.ts';
import { filledIn, usageHoursOf, type Statement, type UsageDay } from './ppio-novita-truth-usage.ts';
import { fixed } from './vendor.ts';

/** The allowed values of `productCategory` in the usage list. */
export const usageCategories = [
  'summary',
  'gpu',
  'llm',
  'serverless',
  'cloud_storage',
  'gen_api',
  'cloud_sandbox',
  'llm_dedicated_endpoint',
  'web_search',
  'bare_metal',
];

export type UsageCycle = 'Hour' | 'Day' | 'Week' | 'Month';

/** The most days that one query may span. */
export const maxDaysOf = { Hour: 7, Day: 31, Week: 31, Month: 31 } as const;

export interface UsageRequest {
  readonly cycle: UsageCycle;
  readonly productCategory: string;
  readonly productName: string;
  readonly ownerId: string | null;
  readonly start: number;
  readonly end: number;
}

/** One row for each product or resource and window. Windows are whole even if the query begins within one. */
export function usageRows(
  brand: Brand,
  usage: readonly UsageDay[],
  nowMs: number,
  request: UsageRequest,
  quirks: PlatformQuirks,
  bump: bigint,
): Row[] {
  const isSummary = request.productCategory === 'summary';
  const groups = Map.groupBy(windowed(brand, usage, nowMs, request), ([[from], one]) =>
    isSummary ? from : [from, one.product, one.ownerId, one.billingMethod].join('/'),
  );
  const rows = [...groups.values()].flatMap((group) => {
    const [[window, one] = []] = group;
    if (window === undefined || one === undefined) return [];
    const all = group.map(([, usage]) => usage);
    return [usageRow(brand, isSummary ? asSummary(one) : one, window, all, quirks, bump)];
  });
  return rows.toSorted((a, b) => Number(a['startTime']) - Number(b['startTime']));
}

/** What a request asks for, each with its window in Unix seconds: hours where it asks for them, else whole days. */
function windowed(
  brand: Brand,
  usage: readonly UsageDay[],
  nowMs: number,
  { cycle, productCategory, productName, ownerId, start, end }: UsageRequest,
): (readonly [readonly [number, number], UsageDay])[] {
  const offset = offsetHours[brand];
  const [firstDay, lastDay] = [dayAt(start * 1000, offset), dayAt(end * 1000, offset)];
  const days = [
    cycle === 'Hour' ? firstDay : windowOf(cycle, firstDay)[0],
    cycle === 'Hour' ? lastDay + 1 : windowOf(cycle, lastDay)[1],
  ] as const;
  const asked = usage.filter(
    ({ day, category, product, ownerId: owner }) =>
      day >= days[0] &&
      day < days[1] &&
      (productCategory === 'summary' || category === productCategory) &&
      product.toLowerCase().includes(productName) &&
      (ownerId === null || ownerId === owner),
  );
  const all =
    cycle === 'Hour'
      ? usageHoursOf(asked, brand, nowMs, days).map((usage) => {
          const from = secondsOf(usage.day, offset) + usage.hour * 3600;
          return [[from, from + 3600], usage] as const;
        })
      : asked.map((usage) => {
          const [from, to] = windowOf(cycle, usage.day);
          return [[secondsOf(from, offset), secondsOf(to, offset)], usage] as const;
        });
  return all.filter(([[from, to]]) => to > start && from <= end);
}

function asSummary(usage: UsageDay): UsageDay {
  return { ...usage, category: 'summary', product: '', productId: '', ownerId: '' };
}

function usageRow(
  brand: Brand,
  one: UsageDay,
  [from, to]: readonly [number, number],
  group: readonly UsageDay[],
  quirks: PlatformQuirks,
  bump: bigint,
): Row {
  const sum = (of: (usage: UsageDay) => bigint): bigint => group.reduce((all, usage) => all + of(usage), 0n);
  return {
    userId: 'u-1001',
    startTime: String(from),
    endTime: String(to - 1),
    billingMethod: one.billingMethod,
    productName: one.product,
    category: one.category,
    ownerID: one.ownerId,
    billNum0: String(sum(({ quantity }) => quantity)),
    billNum1: String(sum(({ second }) => second)),
    basePrice0: String(one.price),
    basePrice1: String(one.secondPrice),
    discountPrice0: String(one.price),
    discountPrice1: String(one.secondPrice),
    ...amountsOf(
      brand,
      sum(({ amount }) => amount) + bump,
      sum(({ voucher }) => voucher),
      quirks,
    ),
    pricePrecision: 1,
    productId: one.productId,
  };
}

/** A month of the list of statements. */
export function statementRow(brand: Brand, statement: Statement, quirks: PlatformQuirks): Row {
  const step = 1_000_000n;
  const { total, voucher, status } = statement;
  const cash = total - voucher;
  const repaid = status === 'paid' ? cash : 0n;
  // "Outstanding debt amount", says the document of it; nobody owes what was voided.
  const debt = status === 'voided' ? 0n : cash - repaid;
  const inSteps = (value: bigint): string => String(value / step);
  return {
    billId: statement.id,
    userId: 'u-1001',
    billingMonth: statement.month,
    ...(quirks.missingRequired === true ? {} : { totalAmount: inSteps(total) }),
    originTotalAmount: inSteps(total + total / 10n),
    voucherPayAmount: inSteps(voucher),
    cashPayAmount: inSteps(repaid),
    debtAmount: inSteps(debt),
    repaidAmount: inSteps(repaid),
    status,
    invoiceUrl: statement.invoiceUrl,
    startTime: String(statement.startSeconds),
    endTime: String(statement.endSeconds),
    ...((quirks.decimals ?? brand === 'novita')
      ? {
          totalAmountDecimal: fixed(total, 10),
          voucherPayAmountDecimal: fixed(voucher, 10),
          cashPayAmountDecimal: fixed(repaid, 10),
        }
      : {}),
  };
}

/** The statements from a month on, newest last. Missing months are filled in, whatever `pageSize` says. */
export function statementsFrom(all: readonly Statement[], startMonth: string): readonly Statement[] {
  const day = dayOf(`${startMonth}-01`);
  const from = Number.isNaN(day) ? '2025-10' : dateText(day).slice(0, 7);
  const stated = all.filter(({ month }) => month >= from && month >= '2025-10');
  const filled: Statement[] = [];
  for (let index = 0; index < 120; index += 1) {
    const month = dateText(monthStart(dayOf(`${from < '2025-10' ? '2025-10' : from}-01`), index)).slice(0, 7);
    if (month >= (stated[0]?.month ?? '')) break;
    filled.push(filledIn(month));
  }
  return [...filled, ...stated];
}
