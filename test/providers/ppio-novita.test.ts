/** No amount or digit of PPIO and Novita is lost or made up, however loosely the vendor writes its JSON. */

import { describe, expect, test } from 'vitest';

import { only } from '../support/connected.ts';
import { bill, readBills, usage, type Fields } from '../support/ppio-novita-examples.ts';

const digits = (text: string) => JSON.rawJSON(text);

describe('numbers', () => {
  test('are the same whether they come as strings or as JSON numbers', async () => {
    const asStrings = { payAmountDisplay: '100', pricePrecision: '1', billingMethod: '2' };
    const asNumbers = {
      startTime: 1764547200,
      endTime: 1767225599,
      createTime: 1764547200,
      basePrice: 1000000,
    };
    const amounts = { billNum: 1, amount: 1000000, voucherAmount: 0, payAmount: 1000000 };
    const { raw: _raw, ...expected } = await bill({});
    expect(await bill(asStrings)).toMatchObject(expected);
    expect(await bill({ ...asNumbers, ...amounts })).toMatchObject(expected);
  });

  test.each(['12345678901234567891', digits('12345678901234567891')])(
    'keep all 20 digits of %o',
    async (huge) => {
      expect(await bill({ amount: huge, payAmount: huge })).toMatchObject({
        billedCost: '1234567890123456.7891',
        cashAmount: '1234567890123456.7891',
      });
      expect(await usage({ billNum1: huge })).toMatchObject({ outputTokens: '12345678901234567891' });
    },
  );

  test('keep the digits of JSON fractions that no double holds', async () => {
    const row = await bill({ amountDecimal: digits('100.000000000000000000010'), billNum: digits('1.10') });
    expect(row).toMatchObject({ billedCost: '100.000000000000000000010', quantity: '1.10' });
  });
});

describe('amounts', () => {
  test('are exact where the vendor sends decimals: a charge rounded to 0 is still a charge', async () => {
    const row = await bill({
      amount: '0',
      payAmount: '0',
      amountDecimal: '0.0000375',
      voucherAmountDecimal: '0.0000075',
      payableDecimal: '0.0000300',
      originAmountDecimal: '0.0000500',
    });
    expect(row).toMatchObject({
      billedCost: '0.0000375',
      voucherAmount: '0.0000075',
      cashAmount: '0.0000300',
      listCost: '0.0000500',
    });
  });

  test('of refunds keep their sign', async () => {
    const row = await bill({ billingMethod: 3, amount: '-5', voucherAmount: '0', payAmount: '-5' });
    expect(row).toMatchObject({ billedCost: '-0.0005', cashAmount: '-0.0005', billingMethod: 'REFUND' });
  });

  const exact = { amountDecimal: '100.00', voucherAmountDecimal: '0', payableDecimal: '100.00' };

  test.each<[string, Fields]>([
    ['integers that add up', {}],
    ['decimals that add up and are those of the integers', exact],
    ['a decimal within 1/10000 of the integer', { amountDecimal: '100.00009', payableDecimal: '100.00009' }],
    ['parts that are not told', { voucherAmount: null }],
  ])('raise no alarm over %s', async (_name, change) => {
    expect((await readBills(change)).notices).toEqual([]);
  });

  test('that are not the sum of vouchers and cash are kept, and said to be odd', async () => {
    const { rows, notices } = await readBills({ payAmount: '999999' });
    expect(only(rows)).toMatchObject({ billedCost: '100.0000', cashAmount: '99.9999' });
    expect(only(notices)).toMatchObject({ code: 'AMOUNT_MISMATCH', date: '2025-12-01' });
  });

  test.each(['100.0001', '99.9999', '-100'])(
    'that the vendor states in two ways are kept exact, and said to be odd: %s',
    async (decimal) => {
      const { rows, notices } = await readBills({ amountDecimal: decimal, payableDecimal: decimal });
      expect(only(rows).billedCost).toBe(decimal);
      expect(only(notices)).toMatchObject({ code: 'DECIMAL_DIFFERS', date: '2025-12-01' });
    },
  );

  test('are not said to be odd because only one of them comes as a decimal', async () => {
    expect((await readBills({ amountDecimal: '100.00004' })).notices).toEqual([]);
  });

  test('are never taken from payAmountDisplay', async () => {
    expect((await bill({ payAmountDisplay: 7 })).cashAmount).toBe('100.0000');
    expect((await bill({ payAmountDisplay: 7, payAmount: undefined })).cashAmount).toBeNull();
  });
});

describe('unit prices', () => {
  test.each([
    ['1000000', 1, '100.0000'],
    ['1000000', '8', '12.5000'],
    ['1', 1000000, '0.0000000001'],
    ['12345678901234567891', 1, '1234567890123456.7891'],
    ['1000000', 0, null],
    ['1000000', undefined, null],
    ['1000000', null, null],
    ['1000000', '', null],
    ['1000000', 3, null],
    [undefined, 1, null],
  ])('of %s at precision %s are %s: exact or unknown', async (basePrice, pricePrecision, expected) => {
    expect((await bill({ basePrice, pricePrecision })).unitPrice).toBe(expected);
  });

  test('of usage are told for input and output, before and after discount', async () => {
    const prices = {
      basePrice0: '50000',
      basePrice1: '200000',
      discountPrice0: '40000',
      discountPrice1: 160000,
    };
    expect(await usage(prices)).toMatchObject({
      inputUnitPrice: '5.0000',
      outputUnitPrice: '20.0000',
      discountedInputUnitPrice: '4.0000',
      discountedOutputUnitPrice: '16.0000',
    });
  });
});

describe('tokens', () => {
  const counts = {
    billNum0: '1',
    billNum1: '2',
    billNum2: '10',
    billNum3: '100',
    billNum4: '7',
    billNum5: '1000',
  };

  test('put in count those read from and written to the cache, reasoning is not added', async () => {
    expect(await usage({ ...counts, requestCount: 3 })).toMatchObject({
      inputTokens: '1111',
      outputTokens: '2',
      cacheReadTokens: '10',
      cacheWriteTokens: '1100',
      reasoningTokens: '7',
      requestCount: '3',
    });
  });

  test.each<[string, Fields]>([
    ['of another category', { category: 'gen_api' }],
    ['of multimodal models', { billingMethod: 7 }],
    ['of multimodal models, as text', { billingMethod: '7' }],
    ['without counts', { billNum0: null, billNum1: '', billNum2: null, billNum3: null, billNum5: null }],
  ])('are not made up for rows %s', async (_name, change) => {
    const tokens = { inputTokens: null, outputTokens: null, cacheReadTokens: null, cacheWriteTokens: null };
    expect(await usage({ ...(change['billNum1'] === '' ? {} : counts), ...change })).toMatchObject(tokens);
  });

  test('of a free row are kept', async () => {
    const free = await usage({ amount: '0', payAmount: '0' });
    expect(free).toMatchObject({ billedCost: '0.0000', inputTokens: '1000' });
  });
});
