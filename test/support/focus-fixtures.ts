/** Rows as the vendors give them, made by hand, and what it takes to report them. */

import type { Account } from '../../src/domain/account.ts';
import {
  instantOf,
  toInstant,
  utc,
  type CalendarDate,
  type Instant,
  type Period,
  type TimeZone,
  type YearMonth,
} from '../../src/domain/calendar.ts';
import { parseDecimal, type Decimal } from '../../src/domain/decimal.ts';
import type { BillRow, CurrencyCode, DailyDetailRow, RawJson } from '../../src/domain/rows.ts';
import type { Settlement } from '../../src/domain/settlement.ts';
import { novita as novitaProvider, ppio as ppioProvider } from '../../src/providers/ppio-novita/adapter.ts';
import type { AnyProvider } from '../../src/providers/provider.ts';
import { streamlake as streamlakeProvider } from '../../src/providers/streamlake/adapter.ts';

const shanghai = 'Asia/Shanghai' as TimeZone;

export const d = (text: string): Decimal => parseDecimal(text);

function at(text: string): Instant {
  const instant = toInstant(text);
  if (instant === null) throw new Error(`no moment: ${text}`);
  return instant;
}

export const between = (start: string, end: string): Period => ({ start: at(start), end: at(end) });

type Named = Pick<AnyProvider, 'id' | 'focusServices'>;

const account = ({ id, focusServices }: Named, name: string, timeZone: TimeZone): Account => ({
  id: `${id}-main`,
  publicId: `${id}-main`,
  name: `${name}, main account`,
  provider: {
    id,
    name,
    homepage: `https://${id}.example`,
    keyedCategories: [],
    focusServices,
    usageLagHours: 0,
    kinds: ['BILL', 'DAILY_DETAIL'],
    timeZone,
  },
  currency: null,
  kinds: ['BILL', 'DAILY_DETAIL'],
  timeZone,
  settlement: { kind: 'unpublished' },
});

export const ppio = account(ppioProvider, 'PPIO', shanghai);
export const novita = account(novitaProvider, 'Novita', utc);
export const streamlake = account(streamlakeProvider, 'StreamLake', shanghai);

export const provisional: Settlement = { status: 'PROVISIONAL', finalAt: null };
export const final: Settlement = { status: 'FINAL', finalAt: at('2026-03-03T10:00:00Z') };

/** A month of two GPUs, bought again; a part of it paid by voucher. */
export const ppioBill: BillRow = {
  kind: 'BILL',
  id: 'ppioBill0000000000000001',
  date: '2026-02-01' as CalendarDate,
  currency: 'CNY' as CurrencyCode,
  billingPeriod: '2026-02' as YearMonth,
  raw: '{}' as RawJson,
  product: { id: 'prd-4090', name: 'RTX 4090 24GB', category: 'gpu' },
  chargePeriod: between('2026-01-31T16:00:00Z', '2026-02-28T16:00:00Z'),
  listCost: null,
  billedCost: d('720.0000'),
  voucherAmount: d('20.0000'),
  cashAmount: d('700.0000'),
  billingMethod: 'SUBSCRIPTION',
  providerBillingMethod: '2',
  resourceId: 'ins-3fa9',
  subAccountId: 'm-7',
  tradeType: 'RENEWAL',
  providerTradeType: 'monthly_re_buy',
  quantity: d('2'),
  unitPrice: d('360.0000'),
  createdAt: instantOf(1_769_875_203_000),
};

/** Rows by day may state what they count in tokens; this one does not, and reports do not ask. */
const notInTokens = { tokens: null };

/** A day of a model; list price, discount and amounts agree to the last digit. */
export const streamlakeDay: DailyDetailRow = {
  kind: 'DAILY_DETAIL',
  id: 'streamlakeDay00000000001',
  date: '2026-06-20' as CalendarDate,
  currency: 'CNY' as CurrencyCode,
  billingPeriod: '2026-06' as YearMonth,
  raw: '{}' as RawJson,
  product: { id: null, name: '快手万擎', category: null },
  chargePeriod: between('2026-06-19T16:00:00Z', '2026-06-20T16:00:00Z'),
  listCost: d('12.2580000000'),
  billedCost: d('11.0322000000'),
  voucherAmount: d('1.0300000000'),
  cashAmount: d('10.0022000000'),
  billingMethod: 'PAY_AS_YOU_GO',
  providerBillingMethod: 'post_paid',
  projectId: 'P900001default',
  resourceId: null,
  subProduct: '基础模型推理',
  feeItem: 'KAT-Coder-Pro-在线推理',
  factors: 'customTokenType=output',
  quantity: d('1532.250000'),
  unit: 'per_1000_tokens',
  listUnitPrice: d('0.0080000000'),
  discountedUnitPrice: d('0.0072000000'),
  discount: d('0.9000000000'),
  paidAmount: d('0.0000000000'),
  outstandingAmount: d('10.0022000000'),
  ...notInTokens,
};

/** A day of an instance at Novita, by product: no list cost, a quantity whose unit is not told, less than a cent. */
export const novitaDay: DailyDetailRow = {
  ...streamlakeDay,
  id: '-ovitaDay000000000000001',
  date: '2026-02-28' as CalendarDate,
  currency: 'USD' as CurrencyCode,
  billingPeriod: '2026-02' as YearMonth,
  product: { id: 'prd-1', name: 'H100 SXM', category: 'gpu' },
  chargePeriod: between('2026-02-28T00:00:00Z', '2026-03-01T00:00:00Z'),
  listCost: null,
  billedCost: d('0.0000000123'),
  voucherAmount: null,
  cashAmount: null,
  billingMethod: 'SPOT',
  providerBillingMethod: '4',
  projectId: null,
  resourceId: 'ins-77',
  subProduct: null,
  feeItem: null,
  factors: null,
  quantity: d('86400'),
  unit: null,
  listUnitPrice: d('0.0001'),
  discountedUnitPrice: null,
  discount: null,
  paidAmount: null,
  outstandingAmount: null,
};

/** What was left of January's month, given back in February. */
export const ppioRefund: BillRow = {
  ...ppioBill,
  id: 'ppioRefund00000000000001',
  chargePeriod: between('2026-01-14T16:00:00Z', '2026-02-14T16:00:00Z'),
  billedCost: d('-100.0000'),
  voucherAmount: d('-30.0000'),
  cashAmount: d('-70.0000'),
  billingMethod: 'REFUND',
  providerBillingMethod: '3',
  tradeType: 'OTHER',
  providerTradeType: null,
};
