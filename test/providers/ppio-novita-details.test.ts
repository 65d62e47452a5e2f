/** Usage by product at PPIO and Novita: what is asked, and that each row says what the vendor said and nothing else. */

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import type { TimeZone } from '../../src/domain/calendar.ts';
import { GatewayError } from '../../src/domain/errors.ts';
import { hourlyOf, segmentsOf } from '../../src/domain/segments.ts';
import { novita, ppio } from '../../src/providers/ppio-novita/adapter.ts';
import { connected, date, instant, only, piece, type Vendor } from '../support/connected.ts';
import { exampleUsage, type Fields } from '../support/ppio-novita-examples.ts';

const none = (): string => '{"bills":[]}';
const seconds = (text: string): string => String(instant(text) / 1000);
const month = (category: string) => piece(category, '2026-01-01', '2026-02-01');
const grid = (provider: typeof ppio) => {
  const { DAILY_DETAIL: details } = provider.grids;
  if (details === undefined) throw new RangeError('no details');
  return details;
};

/** The documents' example of usage by key, as usage by product has it: without the key's name, `ownerID` a resource. */
const { apikeyName: _name, apikeyMask: _mask, ...shared } = exampleUsage;
const llm: Fields = { ...shared, productName: 'deepseek-v3', productId: 'p-1', ownerID: '' };
const gpu: Fields = { ...llm, category: 'gpu', productName: 'RTX 4090', productId: 'p-2', ownerID: 'ins-1' };

async function readDetails(rows: readonly Fields[], category = 'llm') {
  const { read } = connected(novita, () => JSON.stringify({ bills: rows }));
  return read('DAILY_DETAIL', month(category));
}

const detail = async (row: Fields) => only((await readDetails([row], String(row['category']))).rows);

describe('the vendor is asked', () => {
  test.each([
    { provider: ppio, startTime: '2026-01-31T16:00:00Z', endTime: '2026-02-28T15:59:59Z' },
    { provider: novita, startTime: '2026-02-01T00:00:00Z', endTime: '2026-02-28T23:59:59Z' },
  ])(
    'for all of February at $provider.id by day, first and last second included',
    async ({ provider, ...times }) => {
      const { read, sent } = connected(provider, none);
      await read('DAILY_DETAIL', piece('gpu', '2026-02-01', '2026-03-01'));
      const { method, path, query, body, headers } = only(sent);
      expect([method, path, body]).toEqual(['GET', '/openapi/v1/billing/bill/list', undefined]);
      expect(query).toEqual({
        cycleType: 'Day',
        productCategory: 'gpu',
        startTime: seconds(times.startTime),
        endTime: seconds(times.endTime),
      });
      expect(headers()).toEqual({ authorization: 'Bearer key-1' });
    },
  );

  test.each([
    { provider: ppio, startTime: '2026-01-25T16:00:00Z', endTime: '2026-02-01T15:59:59Z' },
    { provider: novita, startTime: '2026-01-26T00:00:00Z', endTime: '2026-02-01T23:59:59Z' },
  ])('for a week by hour at $provider.id, from a Monday', async ({ provider, ...times }) => {
    const dates = { from: date('2026-02-01'), to: date('2026-02-02') };
    const { read, sent } = connected(provider, none);
    for (const segment of segmentsOf(grid(provider), [hourlyOf('gpu')], dates, date('2026-03-01'))) {
      await read('DAILY_DETAIL', segment);
    }
    expect(only(sent).query).toEqual({
      cycleType: 'Hour',
      productCategory: 'gpu',
      startTime: seconds(times.startTime),
      endTime: seconds(times.endTime),
    });
  });

  test.each([
    ['day', 31, (category: string) => category],
    ['hour', 7, hourlyOf],
  ])('by %s for no more than the %i days that are allowed', async (_cycle, days, nameOf) => {
    for (const provider of [ppio, novita]) {
      const variants = Object.keys(grid(provider).variants).map(nameOf);
      const { read, sent } = connected(provider, none);
      const dates = { from: date('2025-11-13'), to: date('2026-06-02') };
      for (const segment of segmentsOf(grid(provider), variants, dates, date('2026-12-31'))) {
        await read('DAILY_DETAIL', segment);
      }
      expect(new Set(sent.map(({ query }) => query['productCategory'])).size).toBe(variants.length);
      for (const { query } of sent) {
        expect(Number(query['endTime']) + 1 - Number(query['startTime'])).toBeLessThanOrEqual(days * 86_400);
      }
    }
  });

  test('by each category of the documents, never by summary, which sums them up', async () => {
    const { read, sent } = connected(ppio, none);
    const dates = { from: date('2026-02-10'), to: date('2026-02-20') };
    const variants = Object.keys(grid(ppio).variants);
    for (const segment of segmentsOf(grid(ppio), variants, dates, date('2026-03-01'))) {
      await read('DAILY_DETAIL', segment);
    }
    const documented = ['gpu', 'llm', 'serverless', 'cloud_storage', 'gen_api', 'cloud_sandbox'];
    const more = ['llm_dedicated_endpoint', 'web_search', 'bare_metal'];
    expect(sent).toHaveLength(9);
    expect(new Set(sent.map(({ query }) => query['productCategory']))).toEqual(
      new Set([...documented, ...more]),
    );
  });

  test("in the account's zone where its settings give one", async () => {
    const { read, sent } = connected(ppio, none, { timeZone: 'UTC' as TimeZone });
    await read('DAILY_DETAIL', piece('llm', '2026-02-01', '2026-03-01'));
    expect(only(sent).query).toMatchObject({ startTime: '1769904000', endTime: '1772323199' });
  });
});

describe('a row', () => {
  test('of llm is told whole: input with its cache, output, and reasoning not counted twice', async () => {
    const counts = { billNum2: '10', billNum3: '100', billNum4: '7', billNum5: 20 };
    const prices = { basePrice0: '50000', discountPrice0: '40000' };
    const { id, raw, ...row } = await detail({ ...llm, ...counts, ...prices, amountDecimal: '1.000000' });
    expect(id).toMatch(/^[\w-]{24}$/);
    expect(JSON.parse(raw)).toMatchObject({ ...llm, ...counts, ...prices });
    expect(row).toEqual({
      kind: 'DAILY_DETAIL',
      date: '2026-01-01',
      currency: 'EUR',
      billingPeriod: '2026-01',
      chargePeriod: { start: instant('2026-01-01T00:00:00Z'), end: instant('2026-01-02T00:00:00Z') },
      product: { id: 'p-1', name: 'deepseek-v3', category: 'llm' },
      listCost: null,
      billedCost: '1.000000',
      voucherAmount: '0.0000',
      cashAmount: '1.0000',
      billingMethod: 'PAY_AS_YOU_GO',
      providerBillingMethod: '1',
      projectId: null,
      resourceId: null,
      subProduct: null,
      feeItem: null,
      factors: null,
      quantity: '1630',
      unit: 'tokens',
      tokens: { input: '1130', output: '500', total: '1630' },
      listUnitPrice: null,
      discountedUnitPrice: null,
      discount: null,
      paidAmount: null,
      outstandingAmount: null,
    });
  });

  test.each([
    ['gpu', 'card-seconds'],
    ['bare_metal', 'card-seconds'],
    ['cloud_storage', 'GB-seconds'],
    ['local_storage', 'GB-seconds'],
    ['gen_api', null],
    ['web_search', null],
    ['serverless', null],
  ])('of %s counts %s, has its price, and no tokens', async (category, unit) => {
    const prices = { basePrice0: '10000', discountPrice0: '8000', pricePrecision: 100 };
    expect(await detail({ ...gpu, category, billNum0: '172800', ...prices })).toMatchObject({
      product: { id: 'p-2', name: 'RTX 4090', category },
      resourceId: 'ins-1',
      quantity: '172800',
      unit,
      tokens: null,
      listUnitPrice: '0.0100',
      discountedUnitPrice: '0.0080',
    });
  });

  test.each([7, '7'])(
    'of a multimodal model (%o) has no tokens: its fields count other things',
    async (method) => {
      const counts = { billNum5: '1', billNum6: '2', billNum7: '3', basePrice0: '9', discountPrice0: '9' };
      expect(await detail({ ...llm, ...counts, billingMethod: method })).toMatchObject({
        billingMethod: 'MULTIMODAL',
        quantity: null,
        unit: null,
        tokens: null,
        listUnitPrice: null,
        discountedUnitPrice: null,
      });
    },
  );

  test('that names its usage and its unit is told in these', async () => {
    const counted = { billNum: '12.50', billNumUnit: 'image' };
    expect(await detail({ ...gpu, category: 'gen_api', ...counted })).toMatchObject({
      quantity: '12.50',
      unit: 'image',
      tokens: null,
    });
    expect(await detail({ ...llm, ...counted })).toMatchObject({ quantity: '1500', unit: 'tokens' });
  });

  test('has the unit of the count that is told, never that of another', async () => {
    const seconds = { billNum0: '172800' };
    expect(await detail({ ...gpu, ...seconds, billNum: '48' })).toMatchObject({ quantity: '48', unit: null });
    expect(await detail({ ...gpu, ...seconds, billNum: '48', billNumUnit: 'hour' })).toMatchObject({
      quantity: '48',
      unit: 'hour',
    });
    expect(await detail({ ...gpu, ...seconds, billNumUnit: 'hour' })).toMatchObject({
      quantity: '172800',
      unit: 'card-seconds',
    });
  });

  test.each([undefined, null, ''])('leaves open what the vendor leaves open (%o)', async (gap) => {
    const names = [
      'userId',
      'productId',
      'ownerID',
      'billingMethod',
      'pricePrecision',
      'billNum',
      'billNumUnit',
    ];
    const more = ['billNum0', 'billNum1', 'basePrice0', 'discountPrice0', 'voucherAmount', 'payAmount'];
    const gaps = Object.fromEntries([...names, ...more].map((name) => [name, gap]));
    const { rows, notices } = await readDetails([{ ...llm, ...gaps, category: gap }]);
    expect(notices).toEqual([]);
    expect(only(rows)).toMatchObject({
      // The list that was asked for says what it is.
      product: { id: null, name: 'deepseek-v3', category: 'llm' },
      billedCost: '1.0000',
      listCost: null,
      voucherAmount: null,
      cashAmount: null,
      billingMethod: null,
      providerBillingMethod: null,
      resourceId: null,
      quantity: null,
      unit: null,
      tokens: null,
      listUnitPrice: null,
      discountedUnitPrice: null,
    });
  });

  test('keeps all 20 digits of its counts and amounts, as strings and as JSON numbers', async () => {
    for (const huge of ['12345678901234567891', JSON.rawJSON('12345678901234567891')]) {
      const row = await detail({ ...llm, billNum0: huge, billNum1: huge, amount: huge, payAmount: huge });
      expect(row.tokens).toEqual({
        input: '12345678901234567891',
        output: '12345678901234567891',
        total: '24691357802469135782',
      });
      expect(row).toMatchObject({ billedCost: '1234567890123456.7891', quantity: '24691357802469135782' });
    }
  });

  test('is the same whether its numbers come as strings or as JSON numbers', async () => {
    const numeric = ['startTime', 'endTime', 'billNum0', 'billNum1', 'basePrice0', 'basePrice1'];
    const more = ['discountPrice0', 'discountPrice1', 'amount', 'voucherAmount', 'payAmount'];
    const fields = [...numeric, ...more, 'pricePrecision', 'billingMethod'];
    const as = (of: (value: unknown) => unknown) =>
      Object.fromEntries(fields.map((name) => [name, of(gpu[name])]));
    const { raw: _raw, ...asNumbers } = await detail({ ...gpu, ...as(Number) });
    expect(await detail({ ...gpu, ...as(String) })).toMatchObject(asNumbers);
  });

  test('of a refund keeps its sign', async () => {
    const refund = { billingMethod: 3, amount: '-5', payAmount: '-3', voucherAmount: '-2' };
    const { rows, notices } = await readDetails([{ ...gpu, ...refund }], 'gpu');
    expect(only(rows)).toMatchObject({
      billedCost: '-0.0005',
      cashAmount: '-0.0003',
      voucherAmount: '-0.0002',
      billingMethod: 'REFUND',
    });
    expect(notices).toEqual([]);
  });

  test('that costs nothing is kept as usage', async () => {
    expect(await detail({ ...llm, amount: '0', payAmount: '0' })).toMatchObject({
      billedCost: '0.0000',
      quantity: '1500',
    });
  });

  test.each<Fields>([
    { amount: undefined },
    { amount: '' },
    { amount: '1,234' },
    { amount: '1.5' },
    { payAmount: 'NaN' },
    { amountDecimal: '1,0' },
    { billNum0: 'many' },
    { billNum1: '1.5' },
    { billNum: 'x' },
    { startTime: '' },
    { endTime: 'never' },
  ])('that cannot be read is refused, never taken for 0: %o', async (change) => {
    await expect(readDetails([llm, { ...llm, ...change }])).rejects.toBeInstanceOf(z.ZodError);
  });
});

describe('amounts', () => {
  test('are exact where the vendor sends decimals: a charge rounded to 0 is still a charge', async () => {
    const exact = {
      amountDecimal: '0.0000375',
      voucherAmountDecimal: '0.0000075',
      payableDecimal: '0.00003',
    };
    const { rows, notices } = await readDetails([
      { ...llm, amount: '0', payAmount: '0', ...exact, originAmountDecimal: '0.00005' },
    ]);
    expect(only(rows)).toMatchObject({
      billedCost: '0.0000375',
      voucherAmount: '0.0000075',
      cashAmount: '0.00003',
      listCost: '0.00005',
    });
    expect(notices).toEqual([]);
  });

  test('that the vendor states in two ways are kept exact, and said to be odd', async () => {
    const { rows, notices } = await readDetails([
      { ...llm, amountDecimal: '1.0001', payableDecimal: '1.0001' },
    ]);
    expect(only(rows).billedCost).toBe('1.0001');
    expect(only(notices)).toMatchObject({ code: 'DECIMAL_DIFFERS', date: '2026-01-01' });
  });

  test('that are not the sum of vouchers and cash are kept, and said to be odd', async () => {
    const { rows, notices } = await readDetails([{ ...llm, voucherAmount: '1' }]);
    expect(only(rows)).toMatchObject({ billedCost: '1.0000', voucherAmount: '0.0001', cashAmount: '1.0000' });
    expect(only(notices)).toMatchObject({ code: 'AMOUNT_MISMATCH', date: '2026-01-01' });
  });
});

describe('rows', () => {
  test.each(['category', 'productCategory'])(
    'that %s calls a summary never stand beside the others',
    async (field) => {
      const total = { ...llm, category: undefined, [field]: 'summary', amount: '99', startTime: '' };
      expect(only((await readDetails([llm, total])).rows).billedCost).toBe('1.0000');
    },
  );

  const day = { startTime: '1767225600', endTime: '1767311999' };
  const next = { startTime: '1767312000', endTime: '1767398399' };
  const hour = { startTime: '1767225600', endTime: '1767229199' };

  test('of two days, hours, resources, products, methods and categories have ids of their own', async () => {
    const changes: Fields[] = [{}, next, { ownerID: 'ins-2' }, { productId: 'p-9' }, { billingMethod: 4 }];
    const byDay = await Promise.all(
      [...changes, { category: 'bare_metal' }].map((change) => detail({ ...gpu, ...day, ...change })),
    );
    const { read } = connected(novita, () => JSON.stringify({ bills: [{ ...gpu, ...hour }] }));
    const byHour = await read('DAILY_DETAIL', piece(hourlyOf('gpu'), '2025-12-29', '2026-01-05'));
    const ids = [...byDay, ...byHour.rows].map(({ id }) => id);
    expect(new Set(ids).size).toBe(changes.length + 2);
  });

  test('of a day and of an hour that is as long have ids of their own', async () => {
    const text = JSON.stringify({ bills: [gpu] });
    const idIn = async (variant: string) => {
      const { read } = connected(novita, () => text);
      return only((await read('DAILY_DETAIL', piece(variant, '2026-01-01', '2026-01-08'))).rows).id;
    };
    expect(await idIn('gpu')).not.toBe(await idIn(hourlyOf('gpu')));
  });

  test('fall on the day on which they start in the zone of the vendor', async () => {
    const late = { startTime: '1769875200', endTime: '1769878799' };
    const { read } = connected(ppio, () => JSON.stringify({ bills: [{ ...gpu, ...late }] }));
    const row = only((await read('DAILY_DETAIL', piece(hourlyOf('gpu'), '2026-01-26', '2026-02-02'))).rows);
    expect(row).toMatchObject({ date: '2026-02-01', billingPeriod: '2026-02' });
    expect(await detail({ ...gpu, ...late })).toMatchObject({ date: '2026-01-31', billingPeriod: '2026-01' });
  });
});

describe('a category', () => {
  const refuse =
    (reason: string | undefined, code: 'PROVIDER_REJECTED' | 'PROVIDER_UNAVAILABLE'): Vendor =>
    () =>
      new GatewayError(code, 'the provider refused', { reason });

  test.each(['vector_store', hourlyOf('vector_store')])(
    'that the vendor does not know has no rows, and is said so by its name: %s',
    async (variant) => {
      const { read, sent } = connected(ppio, refuse('INVALID_PRODUCT_CATEGORY', 'PROVIDER_REJECTED'));
      const { rows, notices, isUnknownCategory } = await read(
        'DAILY_DETAIL',
        piece(variant, '2026-02-02', '2026-02-09'),
      );
      expect([rows, isUnknownCategory]).toEqual([[], true]);
      const { code, message, date: on } = only(notices);
      expect([code, on]).toEqual(['UNKNOWN_CATEGORY', null]);
      expect(message).toContain('vector_store');
      expect(message).not.toMatch(/hour|INVALID/);
      expect(sent).toHaveLength(1);
    },
  );

  test.each([
    ['INVALID_BILL_CYCLE', 'PROVIDER_REJECTED'],
    ['INVALID_REQUEST_BODY', 'PROVIDER_REJECTED'],
    ['none given', 'PROVIDER_REJECTED'],
    [undefined, 'PROVIDER_REJECTED'],
    ['LIST_BILL_ERROR', 'PROVIDER_UNAVAILABLE'],
  ] as const)('is not taken for empty where the refusal is another one: %s', async (reason, code) => {
    const { read } = connected(ppio, refuse(reason, code));
    await expect(read('DAILY_DETAIL', month('gpu'))).rejects.toMatchObject({ code, reason });
  });

  test('keeps the rows of others that the vendor lists with it, and tells of each category once', async () => {
    const other = { ...gpu, category: 'image' };
    const { rows, notices, isUnknownCategory } = await readDetails(
      [gpu, other, other, { ...gpu, category: '' }],
      'gpu',
    );
    expect(isUnknownCategory).toBeUndefined();
    expect(rows.map(({ product }) => product.category ?? '').toSorted()).toEqual([
      'gpu',
      'gpu',
      'image',
      'image',
    ]);
    const { code, message } = only(notices);
    expect(code).toBe('UNKNOWN_CATEGORY');
    expect(message).toMatch(/image.*gpu/);
  });
});
