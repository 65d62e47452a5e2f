/** The FOCUS export says what the vendors say, to the digit, and nothing leaves that breaks the specification. */

import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseDecimal, subtractDecimals, type Decimal } from '../../src/domain/decimal.ts';
import { sumDecimals } from '../../src/domain/sums.ts';
import { billingMethods, tradeTypes, type BillRow, type DailyDetailRow } from '../../src/domain/rows.ts';
import { createFocusCheck } from '../../src/reports/focus-check.ts';
import type { FocusRow } from '../../src/reports/focus-columns.ts';
import { datasetColumns } from '../../src/reports/focus-datasets.ts';
import { focusGaps } from '../../src/reports/focus-gaps.ts';
import { crossRules } from '../../src/reports/focus-rules.ts';
import type { FocusColumn } from '../../src/reports/focus-versions.ts';
import { toFocusRows as toRows, type FocusCharge } from '../../src/reports/focus.ts';
import { csvHeader, toCsvLine } from '../../src/server/export/csv-format.ts';
import { toJsonLine } from '../../src/server/export/json-lines-format.ts';
import {
  between,
  d,
  final,
  novita,
  novitaDay,
  ppio,
  ppioBill,
  ppioRefund,
  provisional,
  streamlake,
  streamlakeDay,
} from '../support/focus-fixtures.ts';

const focusColumns: readonly FocusColumn[] = datasetColumns('focus', '1.2');
const checkFocusRow = createFocusCheck('1.2');
const toFocusRows = (charge: FocusCharge): readonly FocusRow[] => toRows(charge, '1.2');

const bill = (changes: Partial<BillRow> = {}): FocusCharge => ({
  kind: 'BILL',
  row: { ...ppioBill, ...changes },
  account: ppio,
  settlement: final,
  invoiceId: 'bill-ppio-2026-02',
});
const day = (changes: Partial<DailyDetailRow> = {}): FocusCharge => ({
  kind: 'DAILY_DETAIL',
  row: { ...streamlakeDay, ...changes },
  account: streamlake,
  settlement: provisional,
  invoiceId: null,
});
const refund: FocusCharge = {
  kind: 'BILL',
  row: ppioRefund,
  account: ppio,
  settlement: final,
  invoiceId: null,
};
const novitaSpot: FocusCharge = {
  kind: 'DAILY_DETAIL',
  row: novitaDay,
  account: novita,
  settlement: provisional,
  invoiceId: null,
};

function linesOf(charge: FocusCharge): [FocusRow, FocusRow] {
  const [line, credit] = toFocusRows(charge);
  if (line === undefined || credit === undefined) throw new Error('a charge and a credit were expected');
  return [line, credit];
}

function lineOf(charge: FocusCharge): FocusRow {
  const [line] = toFocusRows(charge);
  if (line === undefined) throw new Error('a line was expected');
  return line;
}

const amounts = (rows: readonly FocusRow[], column: 'BilledCost' | 'EffectiveCost'): Decimal =>
  sumDecimals(rows.map((row) => parseDecimal(row[column] ?? 'null')));

describe('what a line says', () => {
  test('a subscription is a purchase at the amount billed, and its voucher a credit beside it', () => {
    const [line, credit] = linesOf(bill());
    expect(line).toEqual({
      BilledCost: '720.0000',
      BillingAccountId: 'ppio-main',
      BillingAccountName: 'PPIO, main account',
      BillingCurrency: 'CNY',
      BillingPeriodEnd: '2026-02-28T16:00:00Z',
      BillingPeriodStart: '2026-01-31T16:00:00Z',
      ChargeCategory: 'Purchase',
      ChargeClass: null,
      ChargeDescription: 'RTX 4090 24GB, renewal',
      ChargeFrequency: 'Recurring',
      ChargePeriodEnd: '2026-02-28T16:00:00Z',
      ChargePeriodStart: '2026-01-31T16:00:00Z',
      ConsumedQuantity: null,
      ConsumedUnit: null,
      ContractedCost: '720.0000',
      ContractedUnitPrice: null,
      EffectiveCost: '720.0000',
      HostProviderName: 'PPIO',
      InvoiceDetailId: 'charges',
      InvoiceId: 'bill-ppio-2026-02',
      InvoiceIssuerName: 'PPIO',
      ListCost: '720.0000',
      ListUnitPrice: '360.0000',
      PricingCategory: 'Standard',
      PricingQuantity: null,
      PricingUnit: null,
      ProviderName: 'PPIO',
      PublisherName: 'PPIO',
      ResourceId: 'ins-3fa9',
      ResourceName: null,
      ResourceType: 'gpu',
      ServiceCategory: 'Compute',
      ServiceName: 'gpu',
      ServiceProviderName: 'PPIO',
      ServiceSubcategory: 'Virtual Machines',
      SkuId: 'prd-4090',
      SkuMeter: 'gpu',
      SkuPriceDetails: '{"x_ProductName":"RTX 4090 24GB"}',
      SkuPriceId: 'prd-4090',
      SubAccountId: 'm-7',
      SubAccountName: 'm-7',
      x_AccountId: 'ppio-main',
      x_BillingMethod: 'SUBSCRIPTION',
      x_CashAmount: '700.0000',
      x_CreatedAt: '2026-01-31T16:00:03Z',
      x_Day: null,
      x_Discount: null,
      x_DiscountedUnitPrice: null,
      x_Factors: null,
      x_FeeItem: null,
      x_FinalAt: '2026-03-03T10:00:00Z',
      x_Kind: 'BILL',
      x_LineType: 'CHARGE',
      x_ListCostIsStated: 'false',
      x_ListUnitPrice: '360.0000',
      x_OutstandingAmount: null,
      x_PaidAmount: null,
      x_ProductCategory: 'gpu',
      x_ProductName: 'RTX 4090 24GB',
      x_ProjectId: null,
      x_ProviderBillingMethod: '2',
      x_ProviderId: 'ppio',
      x_ProviderTradeType: 'monthly_re_buy',
      x_Quantity: '2',
      x_RowId: 'bill:ppio-main:2026-02-01:ppioBill0000000000000001',
      x_SettlementStatus: 'FINAL',
      x_SubProduct: null,
      x_TradeType: 'RENEWAL',
      x_Unit: null,
      x_VoucherAmount: '20.0000',
    });
    expect(credit).toMatchObject({
      BilledCost: '-20.0000',
      EffectiveCost: '-20.0000',
      ListCost: '-20.0000',
      ContractedCost: '-20.0000',
      ChargeCategory: 'Credit',
      ChargeDescription: 'Voucher, RTX 4090 24GB, renewal',
      ListUnitPrice: null,
      InvoiceId: 'bill-ppio-2026-02',
      ResourceId: 'ins-3fa9',
      x_RowId: 'bill:ppio-main:2026-02-01:ppioBill0000000000000001',
      x_VoucherAmount: null,
      x_CashAmount: null,
    });
  });

  test('a day of a model is usage, with its unit prices where they agree with the amounts', () => {
    expect(lineOf(day())).toMatchObject({
      BilledCost: '11.0322000000',
      ChargeCategory: 'Usage',
      ChargeFrequency: 'Usage-Based',
      ChargeDescription: '快手万擎, 基础模型推理, KAT-Coder-Pro-在线推理, customTokenType=output',
      ConsumedQuantity: '1532.250000',
      ConsumedUnit: '1000 Tokens',
      ContractedUnitPrice: '0.0072000000',
      ListCost: '12.2580000000',
      ListUnitPrice: '0.0080000000',
      PricingQuantity: '1532.250000',
      PricingUnit: '1000 Tokens',
      ServiceCategory: 'AI and Machine Learning',
      ServiceName: '快手万擎',
      ServiceSubcategory: 'Generative AI',
      SubAccountId: 'P900001default',
      x_Day: '2026-06-20',
      x_ListCostIsStated: 'true',
      x_SettlementStatus: 'PROVISIONAL',
      x_FinalAt: null,
      x_Unit: 'per_1000_tokens',
    });
  });

  test('a unit price that times the quantity is not the cost stays in its x_ column alone', () => {
    expect(lineOf(day({ billedCost: d('11.0300000000') }))).toMatchObject({
      ContractedCost: '11.0300000000',
      ContractedUnitPrice: null,
      x_DiscountedUnitPrice: '0.0072000000',
      ListUnitPrice: '0.0080000000',
    });
    expect(lineOf(day({ listUnitPrice: d('-0.0080') }))).toMatchObject({ ListUnitPrice: null });
    expect(lineOf(day({ quantity: d('0') }))).toMatchObject({ PricingQuantity: '0', ListUnitPrice: null });
    expect(lineOf(day({ quantity: d('0.00'), listCost: d('0.0'), billedCost: d('0') }))).toMatchObject({
      ListUnitPrice: '0.0080000000',
      ContractedUnitPrice: '0.0072000000',
    });
  });

  test.each([
    ['per_1000_tokens', '1000 Tokens'],
    ['per_million_tokens', '1000000 Tokens'],
    ['per_1k_tokens', '1000 Tokens'],
    ['per_token', 'Tokens'],
    ['tokens', 'Tokens'],
    ['card-seconds', 'Card-Seconds'],
    ['GB-seconds', 'GB-Seconds'],
    ['gigabyte-seconds', 'GB-Seconds'],
    ['gb_hour', 'GB-Hours'],
    ['GiB*h', 'GiB-Hours'],
    ['GPU-hours', 'GPU-Hours'],
    ['requests/day', 'Requests/Day'],
    ['image', 'Images'],
    ['input tokens', 'Input Tokens'],
    ['hour', 'Hours'],
    ['secs', 'Seconds'],
    ['次', '次'],
    ['1000 Tokens', '1000 Tokens'],
    ['Units/3 Months', 'Units/3 Months'],
  ])('the unit %s is written %s, and the vendor has it in x_Unit', (unit, written) => {
    const line = lineOf(day({ unit }));
    expect(line).toMatchObject({ PricingUnit: written, ConsumedUnit: written, x_Unit: unit });
    expect(checkFocusRow(line)).toEqual([]);
  });

  test.each(['¥/per_1000_tokens', '=1+1', 'a/b/c', '%', '1.5 hours'])(
    'a quantity of what cannot be read as a unit, %s, stays in the columns of our own',
    (unit) => {
      const line = lineOf(day({ unit }));
      const none = { PricingUnit: null, PricingQuantity: null, ConsumedUnit: null, ConsumedQuantity: null };
      expect(line).toMatchObject({ ...none, x_Unit: unit, x_Quantity: '1532.250000' });
      expect(checkFocusRow(line)).toEqual([]);
    },
  );

  test('what the vendor does not state is not made up', () => {
    expect(toFocusRows(novitaSpot)).toHaveLength(1);
    expect(lineOf(novitaSpot)).toMatchObject({
      BilledCost: '0.0000000123',
      BillingCurrency: 'USD',
      BillingPeriodEnd: '2026-03-01T00:00:00Z',
      ConsumedQuantity: null,
      ListCost: '0.0000000123',
      ListUnitPrice: '0.0001',
      PricingCategory: 'Dynamic',
      PricingQuantity: null,
      PricingUnit: null,
      x_ListCostIsStated: 'false',
      x_Quantity: '86400',
      x_VoucherAmount: null,
    });
    expect(lineOf(day({ product: { id: '', name: ' ', category: '' }, resourceId: '' }))).toMatchObject({
      ResourceId: null,
      ServiceName: 'StreamLake',
      SkuId: null,
      x_ProductName: null,
    });
  });

  test('a voucher of nothing is no credit, and one that pays all leaves nothing', () => {
    expect(toFocusRows(bill({ voucherAmount: d('0.0000') }))).toHaveLength(1);
    expect(toFocusRows(bill({ voucherAmount: null }))).toHaveLength(1);
    const rows = toFocusRows(bill({ voucherAmount: d('720.0000'), cashAmount: d('0.0000') }));
    expect(amounts(rows, 'BilledCost')).toBe('0.0000');
  });

  test('a refund keeps its sign and category, and corrects only what an earlier month was billed', () => {
    const [line, credit] = linesOf(refund);
    expect(line).toMatchObject({
      BilledCost: '-100.0000',
      ChargeCategory: 'Purchase',
      ChargeClass: 'Correction',
    });
    expect(credit).toMatchObject({
      BilledCost: '30.0000',
      ChargeCategory: 'Credit',
      ChargeClass: 'Correction',
    });
    expect(lineOf(bill({ billingMethod: 'REFUND', billedCost: d('-1') }))).toMatchObject({
      ChargeClass: null,
    });
    const early = between('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z');
    expect(lineOf(bill({ chargePeriod: early }))).toMatchObject({ ChargeClass: null });
  });

  test('a correction keeps the prices stated, though they do not make up its amount', () => {
    const earlier = between('2026-05-30T16:00:00Z', '2026-05-31T16:00:00Z');
    const taken = day({
      billingMethod: 'REFUND',
      chargePeriod: earlier,
      listCost: d('-1'),
      billedCost: d('-0.9'),
    });
    const [line] = linesOf(taken);
    expect(line).toMatchObject({ ChargeClass: 'Correction', ListUnitPrice: '0.0080000000', ListCost: '-1' });
    expect(checkFocusRow(line)).toEqual([]);
  });

  test("a credit repeats none of the charge's figures", () => {
    const [line, credit] = linesOf(day());
    const columns: readonly FocusColumn[] = focusColumns;
    const figures = columns.filter(({ type, level }) => type === 'Decimal' && level === 'Custom');
    for (const { name } of figures) expect([name, credit[name as keyof FocusRow]]).toEqual([name, null]);
    expect(credit.x_Unit).toBeNull();
    expect(credit.x_ListCostIsStated).toBeNull();
    expect(credit.x_FeeItem).toBe(line.x_FeeItem);
  });

  test('pricing categories follow the billing method', () => {
    const category = (charge: FocusCharge) => lineOf(charge).PricingCategory;
    expect(category(bill({ billingMethod: 'SAVING_PLAN' }))).toBe('Standard');
    expect(category(day({ billingMethod: 'SAVING_PLAN' }))).toBe('Committed');
    expect(category(day({ billingMethod: null }))).toBe('Other');
    expect(lineOf(bill({ tradeType: 'NEW_PURCHASE' })).ChargeFrequency).toBe('One-Time');
  });

  test('the service is the one that the provider names for its category, and Other for a new one', () => {
    const serviceOf = (charge: FocusCharge) => {
      const { ServiceCategory, ServiceSubcategory } = lineOf(charge);
      return [ServiceCategory, ServiceSubcategory];
    };
    const product = (category: string | null) => ({ product: { id: null, name: 'X', category } });
    expect(serviceOf(bill(product('Local_Storage')))).toEqual(['Storage', 'Block Storage']);
    for (const unknown of ['quantum', 'constructor', null]) {
      expect(serviceOf(bill(product(unknown)))).toEqual(['Other', 'Other (Other)']);
    }
    expect(serviceOf(day(product(null)))).toEqual(['AI and Machine Learning', 'Generative AI']);
  });
});

test('the columns are in order, ours last and named as the specification names columns', () => {
  const names = focusColumns.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const theirs = names.filter((name) => !name.startsWith('x_'));
  const ours = names.filter((name) => name.startsWith('x_'));
  expect(names).toEqual([...theirs.toSorted(), ...ours.toSorted()]);
  for (const name of names) expect(name).toMatch(/^(x_)?([A-Z][a-z]+)+$/);
  for (const { name, level } of focusColumns) expect(name.startsWith('x_')).toBe(level === 'Custom');
  expect(focusColumns.filter(({ level }) => level === 'Mandatory')).toHaveLength(21);
});

test('every column is filled by some charge, and each gap is one', () => {
  const rows = [bill(), day(), day({ listUnitPrice: null }), refund, novitaSpot].flatMap((charge) =>
    toFocusRows(charge),
  );
  const empty = focusColumns
    .map(({ name }) => name)
    .filter((name) => rows.every((row) => row[name as keyof FocusRow] === null));
  expect(empty).toEqual(['ResourceName']);
  const charges = rows.filter((row) => row.ChargeCategory !== 'Credit' && row.ChargeClass === null);
  for (const { column } of focusGaps) expect(charges.some((row) => row[column] === null)).toBe(true);
});

describe('the self-check', () => {
  const usage = lineOf(day());
  const [purchase, credit] = linesOf(bill());
  const correction = lineOf(refund);
  const tax = { ...credit, ChargeCategory: 'Tax', SkuId: null };
  const [, part = purchase] = toFocusRows(
    bill({ chargePeriod: between('2026-01-31T16:00:00Z', '2026-03-31T16:00:00Z') }),
  );
  const adjustment = { ...credit, ChargeCategory: 'Adjustment' };

  test('passes what is made of every vendor', () => {
    for (const line of [bill(), day(), refund, novitaSpot].flatMap((charge) => toFocusRows(charge))) {
      expect(checkFocusRow(line)).toEqual([]);
    }
    expect(checkFocusRow(tax)).toEqual([]);
  });

  const planted: readonly (readonly [
    string,
    string,
    Record<string, string | null>,
    Record<string, string | null>,
  ])[] = [
    ['BilledCost', 'NULL_NOT_ALLOWED', usage, { BilledCost: null }],
    ['x_RowId', 'NULL_NOT_ALLOWED', usage, { x_RowId: null }],
    ['Region', 'COLUMN_UNKNOWN', usage, { Region: 'cn-1' }],
    ['x_Region', 'COLUMN_UNKNOWN', usage, { x_Region: null }],
    ['ServiceName', 'EMPTY_STRING', usage, { ServiceName: '' }],
    ['x_FeeItem', 'EMPTY_STRING', usage, { x_FeeItem: '  ' }],
    ['x_FeeItem', 'NOT_UNICODE', usage, { x_FeeItem: 'a\uD800' }],
    ...['', '1,5', '+1', '1e5', '01', '.5', '5.', '-0', '-0.00', '¥1', 'NaN', ' 1'].map(
      (text) => ['x_CashAmount', 'NOT_A_DECIMAL', usage, { x_CashAmount: text }] as const,
    ),
    ['ListUnitPrice', 'NEGATIVE_NOT_ALLOWED', purchase, { ListUnitPrice: '-0.01' }],
    ['ContractedUnitPrice', 'NEGATIVE_NOT_ALLOWED', purchase, { ContractedUnitPrice: '-1' }],
    ...['2026-02-30T00:00:00Z', '2026-02-03', '2026-02-03T00:00:00', '2026-02-03T00:00:00+08:00'].map(
      (text) => ['x_CreatedAt', 'NOT_A_DATE_TIME', purchase, { x_CreatedAt: text }] as const,
    ),
    ['x_CreatedAt', 'NOT_A_DATE_TIME', purchase, { x_CreatedAt: '2026-02-03T00:00:00.123Z' }],
    ['x_Day', 'NOT_A_DATE', usage, { x_Day: '2026-02-30' }],
    ['BillingCurrency', 'NOT_A_CURRENCY', usage, { BillingCurrency: 'RMB' }],
    ['BillingCurrency', 'NOT_A_CURRENCY', usage, { BillingCurrency: 'cny' }],
    ['ChargeClass', 'VALUE_NOT_ALLOWED', usage, { ChargeClass: 'Refund' }],
    ['PricingCategory', 'VALUE_NOT_ALLOWED', usage, { PricingCategory: 'standard' }],
    ['x_SettlementStatus', 'VALUE_NOT_ALLOWED', usage, { x_SettlementStatus: 'SETTLED' }],
    ['BillingPeriodEnd', 'PERIOD_REVERSED', usage, { BillingPeriodEnd: usage.BillingPeriodStart }],
    ['ChargePeriodEnd', 'PERIOD_REVERSED', usage, { ChargePeriodEnd: '2026-06-19T15:59:59Z' }],
    ...[
      'card-seconds',
      'Card-seconds',
      'Card-Second',
      'tokens',
      'Token',
      'TOKENS',
      '1000 tokens',
      '1000 Token',
      '1.5 Tokens',
      '0 Tokens',
      'gigabyte-seconds',
      'Gigabytes',
      'GBs',
      'Gbs',
      'YB/day',
      'GB per Hour',
      'GB/Hours',
      'GB/3 Month',
      'Requests/Day/Hour',
      'Hrs',
      'per_1000_tokens',
      'images',
    ].map((text) => ['PricingUnit', 'NOT_A_UNIT', usage, { PricingUnit: text }] as const),
    ['ConsumedUnit', 'NOT_A_UNIT', usage, { ConsumedUnit: 'tokens' }],
    ['PricingUnit', 'NULL_BESIDE_ITS_COLUMN', usage, { PricingUnit: null }],
    ['PricingUnit', 'NOT_NULL_WITHOUT_ITS_COLUMN', purchase, { PricingUnit: 'Months' }],
    ['ConsumedUnit', 'NULL_BESIDE_ITS_COLUMN', usage, { ConsumedUnit: null }],
    ['ConsumedUnit', 'NOT_NULL_WITHOUT_ITS_COLUMN', purchase, { ConsumedUnit: 'Months' }],
    ['ResourceType', 'NULL_BESIDE_ITS_COLUMN', purchase, { ResourceType: null }],
    ['ResourceType', 'NOT_NULL_WITHOUT_ITS_COLUMN', usage, { ResourceType: 'gpu' }],
    ['ResourceName', 'NOT_NULL_WITHOUT_ITS_COLUMN', usage, { ResourceName: 'mine' }],
    ['ResourceName', 'NAME_IS_THE_ID', purchase, { ResourceName: purchase.ResourceId }],
    ['SubAccountName', 'NULL_BESIDE_ITS_COLUMN', purchase, { SubAccountName: null }],
    ['SubAccountName', 'NOT_NULL_WITHOUT_ITS_COLUMN', purchase, { SubAccountId: null }],
    ['ContractedUnitPrice', 'NOT_NULL_ON_TAX', tax, { ContractedUnitPrice: '1' }],
    ['ListUnitPrice', 'NOT_NULL_ON_TAX', tax, { ListUnitPrice: '1' }],
    ['PricingCategory', 'NOT_NULL_ON_TAX', tax, { PricingCategory: 'Other' }],
    ['PricingQuantity', 'NOT_NULL_ON_TAX', tax, { PricingQuantity: '1', PricingUnit: 'Units' }],
    ['SkuId', 'NOT_NULL_ON_TAX', tax, { SkuId: 'vat' }],
    ['SkuPriceId', 'NOT_NULL_ON_TAX', tax, { SkuPriceId: 'vat' }],
    ['SkuMeter', 'NOT_NULL_WITHOUT_ITS_COLUMN', usage, { SkuMeter: 'tokens' }],
    ['SkuPriceDetails', 'NOT_NULL_WITHOUT_ITS_COLUMN', usage, { SkuPriceDetails: '{"x_A":1}' }],
    ...['{}', '[]', '{"a":{}}', 'null', '{'].map(
      (text) => ['SkuPriceDetails', 'NOT_KEY_VALUES', purchase, { SkuPriceDetails: text }] as const,
    ),
    ['BilledCost', 'TERM_PART_IS_BILLED', part, { BilledCost: '1' }],
    ['x_CashAmount', 'COUNTED_TWICE', part, { x_CashAmount: '1' }],
    ['PricingCategory', 'NULL_ON_CHARGE', usage, { PricingCategory: null }],
    [
      'PricingQuantity',
      'NULL_ON_CHARGE',
      usage,
      { PricingQuantity: null, PricingUnit: null, ConsumedQuantity: null, ConsumedUnit: null },
    ],
    ['ConsumedQuantity', 'NULL_ON_USAGE', usage, { ConsumedQuantity: null, ConsumedUnit: null }],
    [
      'ConsumedQuantity',
      'CONSUMED_WITHOUT_USAGE',
      purchase,
      { ConsumedQuantity: '1', ConsumedUnit: 'Months' },
    ],
    ['ChargeFrequency', 'PURCHASE_IS_USAGE_BASED', purchase, { ChargeFrequency: 'Usage-Based' }],
    ['ServiceSubcategory', 'SUBCATEGORY_OF_ANOTHER_CATEGORY', usage, { ServiceCategory: 'Compute' }],
    ['ServiceSubcategory', 'SUBCATEGORY_OF_ANOTHER_CATEGORY', usage, { ServiceSubcategory: 'Search' }],
    ['BilledCost', 'BILLED_BY_ANOTHER', usage, { InvoiceIssuerName: 'A marketplace' }],
    ['ListUnitPrice', 'PRICE_TIMES_QUANTITY_IS_NOT_COST', usage, { ListCost: '12.2580000001' }],
    ['ContractedUnitPrice', 'PRICE_TIMES_QUANTITY_IS_NOT_COST', usage, { ContractedUnitPrice: '0.0073' }],
    ['EffectiveCost', 'CREDIT_IS_NOT_AS_BILLED', credit, { EffectiveCost: '0' }],
    ['ListCost', 'CREDIT_IS_NOT_AS_BILLED', credit, { ListCost: '20.0000' }],
    ['ContractedCost', 'CREDIT_IS_NOT_AS_BILLED', credit, { ContractedCost: '-20.0001' }],
    ['EffectiveCost', 'CREDIT_IS_NOT_AS_BILLED', adjustment, { EffectiveCost: '0' }],
    ['ListCost', 'LIST_COST_INVENTED', purchase, { ListCost: '800.0000' }],
    ['x_CashAmount', 'COUNTED_TWICE', credit, { x_CashAmount: '700.0000' }],
    ['x_OutstandingAmount', 'COUNTED_TWICE', credit, { x_OutstandingAmount: '0' }],
    ['x_PaidAmount', 'COUNTED_TWICE', credit, { x_PaidAmount: '0' }],
    ['x_Quantity', 'COUNTED_TWICE', credit, { x_Quantity: '2' }],
    ['x_VoucherAmount', 'COUNTED_TWICE', credit, { x_VoucherAmount: '20.0000' }],
    ['x_FinalAt', 'FINAL_WITHOUT_MOMENT', purchase, { x_FinalAt: null }],
  ];

  test.each(planted)('catches %s: %s', (column, rule, line, changes) => {
    expect(checkFocusRow(line)).toEqual([]);
    expect(checkFocusRow({ ...line, ...changes })).toEqual([{ column, rule }]);
  });

  test('catches each missing column, and null in each that must not be', () => {
    for (const { name, nullable } of focusColumns) {
      const { [name]: gone, ...rest } = { ...usage } as Record<string, string | null>;
      expect(gone).toBeDefined();
      expect(checkFocusRow(rest)).toContainEqual({ column: name, rule: 'COLUMN_MISSING' });
      const found = checkFocusRow({ ...usage, [name]: null });
      expect(found.some(({ rule }) => rule === 'NULL_NOT_ALLOWED')).toBe(!nullable);
    }
  });

  test('has no rule that is not planted', () => {
    const caught = new Set(planted.map(([column, rule]) => `${column} ${rule}`));
    for (const { column, rule } of crossRules) {
      // An id of a resource always has its type, but need not have a name; nor a SKU a meter or details.
      if (/^(ResourceName|Sku(Meter|PriceDetails))$/.test(column) && rule === 'NULL_BESIDE_ITS_COLUMN')
        continue;
      expect(caught).toContain(`${column} ${rule}`);
    }
  });

  test('lets an adjustment with unit prices have costs of its own', () => {
    const prices = { ListUnitPrice: '25', ListCost: '-25', ContractedUnitPrice: '22', ContractedCost: '-22' };
    expect(checkFocusRow({ ...adjustment, ...prices })).toEqual([]);
  });

  test('lets a correction differ from its prices, and leave them out', () => {
    const changes = { PricingQuantity: '3', PricingUnit: 'Months', PricingCategory: null };
    expect(checkFocusRow({ ...correction, ...changes })).toEqual([]);
  });
});

describe('whatever a vendor sends', () => {
  const decimal = fc
    .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(12))
    .map(([units, scale]) => parseDecimal(`${units}e-${scale}`));
  const maybe = fc.option(decimal);
  const awkward = fc.constantFrom(
    '=1+1',
    '+86',
    '-x',
    '@a',
    '\t1',
    '"',
    'a,b',
    'a\r\nb',
    '\n',
    '',
    ' ',
    '\uD800',
  );
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), awkward);
  const product = fc.record({ id: fc.option(text), name: text, category: fc.option(text) });
  const common = {
    listCost: maybe,
    billedCost: decimal,
    voucherAmount: maybe,
    cashAmount: maybe,
    quantity: maybe,
    resourceId: fc.option(text),
    product,
    billingMethod: fc.option(fc.constantFrom(...billingMethods)),
  };
  const charge: fc.Arbitrary<FocusCharge> = fc.oneof(
    fc
      .record({
        ...common,
        unitPrice: maybe,
        subAccountId: fc.option(text),
        tradeType: fc.constantFrom(...tradeTypes),
      })
      .map(bill),
    fc
      .record({
        ...common,
        unit: fc.option(text),
        listUnitPrice: maybe,
        discountedUnitPrice: maybe,
        projectId: fc.option(text),
        feeItem: fc.option(text),
      })
      .map(day),
  );

  test('its lines pass the check, and sum to what is payable in cash', () => {
    fc.assert(
      fc.property(charge, (charge) => {
        const rows = toFocusRows(charge);
        for (const row of rows) expect(checkFocusRow(row)).toEqual([]);
        const { billedCost, voucherAmount } = charge.row;
        const payable = subtractDecimals(billedCost, voucherAmount ?? parseDecimal('0'));
        for (const column of ['BilledCost', 'EffectiveCost'] as const) {
          expect(parseDecimal(subtractDecimals(amounts(rows, column), payable))).toMatch(/^[0.]+$/);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('exact prices are kept: a cost that is price times quantity keeps both', () => {
    const factor = fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.nat(10));
    fc.assert(
      fc.property(factor, factor, ([price, priceScale], [quantity, quantityScale]) => {
        const listCost = parseDecimal(`${price * quantity}e-${priceScale + quantityScale}`);
        const listUnitPrice = parseDecimal(`${price}e-${priceScale}`);
        const line = lineOf(
          day({ listCost, listUnitPrice, quantity: parseDecimal(`${quantity}e-${quantityScale}`) }),
        );
        expect(line.ListUnitPrice).toBe(listUnitPrice);
        expect(checkFocusRow(line)).toEqual([]);
      }),
    );
  });

  test('a CSV parser reads back what was written, and a JSON parser all of it', () => {
    fc.assert(
      fc.property(fc.array(charge, { minLength: 1, maxLength: 5 }), (charges) => {
        const rows = charges.flatMap((charge) => toFocusRows(charge));
        const csv = csvHeader(focusColumns) + rows.map((row) => toCsvLine(row, focusColumns)).join('');
        const read: Record<string, string>[] = parse(csv, { columns: true, record_delimiter: '\r\n' });
        expect(read).toEqual(rows.map(asSpreadsheet));
        const json = rows
          .map((row) => toJsonLine(row, focusColumns))
          .join('')
          .split('\n');
        expect(json.pop()).toBe('');
        const own = rows.map((row) =>
          Object.fromEntries(focusColumns.map(({ name }) => [name, row[name as keyof FocusRow]])),
        );
        expect(json.map((line) => JSON.parse(line))).toEqual(own);
      }),
      { numRuns: 200 },
    );
  });
});

/** What CSV can hold of a row: nothing for null, and an apostrophe before what would be a formula. */
function asSpreadsheet(row: FocusRow): Record<string, string> {
  const cells = focusColumns.map(({ name, type }) => {
    const value = row[name as keyof FocusRow] ?? '';
    const isFormula = type === 'String' && '=+-@＝＋－＠\t\r\n'.includes(value.slice(0, 1));
    return [name, value !== '' && isFormula ? `'${value}` : value];
  });
  return Object.fromEntries(cells);
}

test('CSV: names keep quotes, commas, lines and Chinese, formulas are disarmed, amounts stay numbers', () => {
  const name = '快手"万擎", 一\r\n二';
  const [line, credit] = linesOf(
    day({
      product: { id: '=HYPERLINK("http://x")', name, category: null },
      feeItem: '@SUM(A1)',
      subProduct: 'a\rb',
      projectId: '-1+2',
    }),
  );
  const csv =
    csvHeader(focusColumns) +
    [line, credit, lineOf(novitaSpot)].map((one) => toCsvLine(one, focusColumns)).join('');
  const [first, second, third]: Record<string, string>[] = parse(csv, { columns: true });
  expect(first).toMatchObject({
    x_ProductName: name,
    SkuId: '\'=HYPERLINK("http://x")',
    x_FeeItem: "'@SUM(A1)",
    x_ProjectId: "'-1+2",
    SubAccountId: "'-1+2",
    ChargeClass: '',
  });
  expect(second).toMatchObject({ BilledCost: '-1.0300000000' });
  // An id never begins with what a spreadsheet takes for a formula, so it needs no apostrophe.
  expect(third).toMatchObject({
    x_RowId: 'daily:novita-main:2026-02-28:-ovitaDay000000000000001',
    BilledCost: '0.0000000123',
  });
  expect(csv.endsWith('\r\n')).toBe(true);
  expect(csv).toContain(',"a\rb",');
  expect(JSON.parse(toJsonLine(line, focusColumns))).toMatchObject({
    x_ProjectId: '-1+2',
    x_ProductName: name,
    ChargeClass: null,
  });
});
