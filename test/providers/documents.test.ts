/** Each example that a vendor prints in its document is read as a person would read it, field by field. */

import { expect, test } from 'vitest';

import type { CurrencyCode } from '../../src/domain/rows.ts';
import { aione } from '../../src/providers/aione/adapter.ts';
import { novita, ppio } from '../../src/providers/ppio-novita/adapter.ts';
import { streamlake } from '../../src/providers/streamlake/adapter.ts';
import { connected, fixture, instant, only, piece } from './connected.ts';

/** The only row of a fixture, as JSON without spaces: none of the examples has a number that JSON.parse changes. */
function rawRow(text: string, pick: (body: never) => unknown): string {
  return JSON.stringify(pick(JSON.parse(text) as never));
}

const exampleBill = {
  id: expect.stringMatching(/^[\w-]{24}$/),
  date: '2025-12-01',
  billingPeriod: '2025-12',
  chargePeriod: { start: instant('2025-12-01T00:00:00Z'), end: instant('2026-01-01T00:00:00Z') },
  product: { id: '<string>', name: '<string>', category: 'gpu' },
  listCost: null,
  billedCost: '100.0000',
  voucherAmount: '0.0000',
  cashAmount: '100.0000',
  billingMethod: 'SUBSCRIPTION',
  providerBillingMethod: '2',
  resourceId: '<string>',
  subAccountId: '<string>',
  tradeType: 'NEW_PURCHASE',
  providerTradeType: 'monthly_new_buy',
  quantity: '1',
  unitPrice: '100.0000',
  createdAt: instant('2025-12-01T00:00:00Z'),
};

test.each([
  { provider: ppio, name: 'ppio-bill-list', currency: 'CNY' },
  { provider: novita, name: 'novita-fixed-term', currency: 'USD' },
])('$name: payAmount "1000000" is 100.0000 $currency in cash', async ({ provider, name, currency }) => {
  const text = fixture(name);
  const { read } = connected(provider, () => text, { currency: currency as CurrencyCode });
  const { rows, notices } = await read('BILL', piece('gpu', '2025-12-01', '2026-01-01'));
  const raw = rawRow(text, ({ bills: [row] }: { bills: unknown[] }) => row);
  expect(only(rows)).toEqual({ ...exampleBill, currency, raw });
  expect(notices).toEqual([]);
});

test("an account without a currency in its settings has its vendor's", async () => {
  const text = fixture('ppio-bill-list');
  for (const [provider, currency] of [
    [ppio, 'CNY'],
    [novita, 'USD'],
  ] as const) {
    const { read } = connected(provider, () => text, { currency: null });
    const { rows } = await read('BILL', piece('gpu', '2025-12-01', '2026-01-01'));
    expect(only(rows).currency).toBe(currency);
  }
});

test('ppio-apikey-bill-list: 1000 tokens in, 500 out, 1.0000 CNY although all prices are 0', async () => {
  const text = fixture('ppio-apikey-bill-list');
  const { read } = connected(ppio, () => text, { currency: null });
  const { rows, notices } = await read('API_KEY_USAGE', piece('DAY', '2026-01-01', '2026-02-01'));
  expect(only(rows)).toEqual({
    id: expect.stringMatching(/^[\w-]{24}$/),
    date: '2026-01-01',
    currency: 'CNY',
    billingPeriod: '2026-01',
    chargePeriod: { start: instant('2026-01-01T00:00:00Z'), end: instant('2026-01-02T00:00:00Z') },
    cycle: 'DAY',
    product: { id: '<string>', name: '<string>', category: 'llm' },
    apiKey: { id: '<api_key_id>', name: '<string>', maskedKey: 'sk-****' },
    listCost: null,
    billedCost: '1.0000',
    voucherAmount: '0.0000',
    cashAmount: '1.0000',
    billingMethod: 'PAY_AS_YOU_GO',
    providerBillingMethod: '1',
    inputTokens: '1000',
    outputTokens: '500',
    cacheReadTokens: null,
    cacheWriteTokens: null,
    reasoningTokens: null,
    requestCount: null,
    inputUnitPrice: '0.0000',
    outputUnitPrice: '0.0000',
    discountedInputUnitPrice: '0.0000',
    discountedOutputUnitPrice: '0.0000',
    raw: rawRow(text, ({ bills: [row] }: { bills: unknown[] }) => row),
  });
  expect(notices).toEqual([]);
});

test('aione-invoices: placeholders stay as they are, dates do not shift', async () => {
  // The example prints the word "string" for `total`, which is no amount and must not become one.
  const text = fixture('aione-invoices').replace('"total": "string"', '"total": "1280.50"');
  const { read } = connected(aione, () => text, { currency: 'USD' as CurrencyCode });
  const { rows, notices } = await read('INVOICE', { key: 'all', variant: 'all', dates: null });
  expect(only(rows)).toEqual({
    id: expect.stringMatching(/^[\w-]{24}$/),
    date: '2019-08-24',
    currency: 'USD',
    billingPeriod: '2019-08',
    number: 'string',
    periodStart: '2019-08-24',
    periodEnd: '2019-08-24',
    total: '1280.50',
    voucherAmount: null,
    outstandingAmount: null,
    status: 'OTHER',
    providerStatus: 'string',
    dueDate: '2019-08-24',
    createdAt: instant('2019-08-24T14:15:22.123Z'),
    url: null,
    raw: rawRow(text, ([row]: unknown[]) => row),
  });
  expect(notices).toEqual([]);
});

test('aione-invoices: the word "string" is never taken for an amount', async () => {
  const { read } = connected(aione, () => fixture('aione-invoices'));
  await expect(read('INVOICE', { key: 'all', variant: 'all', dates: null })).rejects.toThrow(
    'expected a decimal number',
  );
});

test('streamlake-day-detail: list 0.9542400000, billed 0.9500000000, on 2026-06-15 whatever EndTime says', async () => {
  const text = fixture('streamlake-day-detail');
  const { read } = connected(streamlake, () => text, { credential: { tenantCode: 'tenant-1' } });
  const { rows, notices } = await read('DAILY_DETAIL', piece('all', '2026-06-15', '2026-06-16'));
  type Body = { ResponseData: { Billings: unknown[] } };
  expect(only(rows)).toEqual({
    id: expect.stringMatching(/^[\w-]{24}$/),
    date: '2026-06-15',
    currency: 'CNY',
    billingPeriod: '2026-06',
    chargePeriod: { start: instant('2026-06-15T00:00:00+08:00'), end: instant('2026-06-16T00:00:00+08:00') },
    product: { id: null, name: '快手万擎', category: null },
    listCost: '0.9542400000',
    billedCost: '0.9500000000',
    voucherAmount: '0.0000000000',
    cashAmount: '0.9500000000',
    billingMethod: 'PAY_AS_YOU_GO',
    providerBillingMethod: 'post_paid',
    projectId: 'P123456789default987654321',
    resourceId: null,
    subProduct: '基础模型推理',
    feeItem: 'Gemini-3-Pro-Image-在线推理',
    factors: 'customTokenType=图片输出',
    quantity: '1.120000',
    unit: 'per_1000_tokens',
    // The factor says that these are pictures that were made: output.
    tokens: { input: '0', output: '1120', total: '1120' },
    listUnitPrice: '0.8520000000',
    discountedUnitPrice: '0.8520000000',
    discount: '1.0000000000',
    paidAmount: '0.0000000000',
    outstandingAmount: '0.9500000000',
    raw: rawRow(text, ({ ResponseData }: Body) => ResponseData.Billings[0]),
  });
  expect(notices).toEqual([]);
});
