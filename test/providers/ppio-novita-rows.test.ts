/** Every row of PPIO and Novita is there once, under an id that stays, with what the vendor said and nothing else. */

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { novita, ppio } from '../../src/providers/ppio-novita/adapter.ts';
import { connected, fixture, instant, only, piece } from './connected.ts';
import {
  bill,
  exampleBill,
  exampleUsage,
  readBills,
  readText,
  usage,
  type Fields,
} from './ppio-novita-examples.ts';

describe('what the vendor leaves out', () => {
  test.each(['{"bills":[]}', '{"bills":null}', '{}'])('%s is a list without rows', async (text) => {
    expect(await readText('BILL', text)).toEqual({ rows: [], notices: [] });
    expect(await readText('API_KEY_USAGE', text)).toEqual({ rows: [], notices: [] });
  });

  test.each([
    '{"code":0,"data":{"bills":[]}}',
    '{"success":false}',
    '[]',
    'null',
    '{"bills":{}}',
    '{"bills":[null]}',
    '"text"',
  ])('%s is no list: refused, not taken for one without rows', async (text) => {
    await expect(readText('BILL', text)).rejects.toBeInstanceOf(z.ZodError);
  });

  test.each([undefined, null, ''])('is unknown (%o), never 0 and never empty text', async (gap) => {
    const names = ['userId', 'memberId', 'productId', 'ownerID', 'productCategory', 'tradeType', 'basePrice'];
    const more = ['billNum', 'voucherAmount', 'payAmount', 'billingMethod', 'createTime', 'pricePrecision'];
    const gaps = Object.fromEntries([...names, ...more].map((name) => [name, gap]));
    expect(await bill(gaps)).toMatchObject({
      product: { id: null, name: '<string>', category: null },
      listCost: null,
      billedCost: '100.0000',
      voucherAmount: null,
      cashAmount: null,
      billingMethod: null,
      providerBillingMethod: null,
      resourceId: null,
      subAccountId: null,
      tradeType: 'OTHER',
      providerTradeType: null,
      quantity: null,
      unitPrice: null,
      createdAt: null,
    });
    const keyGaps = Object.fromEntries(['apikeyName', 'apikeyMask', 'category'].map((name) => [name, gap]));
    expect(await usage(keyGaps)).toMatchObject({
      apiKey: { id: '<api_key_id>', name: null, maskedKey: null },
    });
  });
});

describe('rows', () => {
  test.each<[Fields, object]>([
    [{ tradeType: 'monthly_gift' }, { tradeType: 'OTHER', providerTradeType: 'monthly_gift' }],
    [{ tradeType: 'constructor' }, { tradeType: 'OTHER', providerTradeType: 'constructor' }],
    [{ billingMethod: 99 }, { billingMethod: 'OTHER', providerBillingMethod: '99' }],
    [{ billingMethod: 'prepaid' }, { billingMethod: 'OTHER', providerBillingMethod: 'prepaid' }],
    [{ productCategory: 'quantum' }, { product: { id: '<string>', name: '<string>', category: 'quantum' } }],
  ])('with a word that is new are kept, the word too: %o', async (change, expected) => {
    expect(await bill(change)).toMatchObject(expected);
  });

  test('that are alike to the last field are two purchases, with ids of their own', async () => {
    const ids = async () => (await readBills({}, {}, { ownerID: 'other' })).rows.map(({ id }) => id);
    const first = await ids();
    expect(new Set(first).size).toBe(3);
    expect(await ids()).toEqual(first);
  });

  test('keep their id when their amounts are corrected, or numbers turn into strings', async () => {
    const { id } = await bill({});
    const change = { amount: '7', payAmount: '7', voucherAmount: '1', basePrice: '9', billNum: '3' };
    expect(
      (await bill({ ...change, amountDecimal: '0.0007', billingMethod: '2', createTime: 1764547200 })).id,
    ).toBe(id);
  });

  test.each<Fields>([
    { userId: 'x' },
    { productId: 'x' },
    { tradeType: 'x' },
    { createTime: '1' },
    { startTime: 1 },
  ])('that differ in %o have different ids', async (change) => {
    expect((await bill(change)).id).not.toBe((await bill({})).id);
  });

  test('of two accounts and of two cycles have different ids', async () => {
    const text = fixture('ppio-apikey-bill-list');
    const ids: string[] = [];
    for (const accountId of ['account-1', 'account-2']) {
      for (const cycle of ['DAY', 'WEEK', 'MONTH'] as const) {
        const { read } = connected(ppio, () => text, { accountId });
        const row = only((await read('API_KEY_USAGE', piece(cycle, '2026-01-01', '2026-02-01'))).rows);
        expect(row.cycle).toBe(cycle);
        ids.push(row.id);
      }
    }
    expect(new Set(ids).size).toBe(6);
  });

  test.each<[string, Fields]>([
    ['with all its fields', {}],
    ['without product, owner and times', { productName: undefined, ownerID: '', startTime: '', endTime: '' }],
  ])('of the category summary never appear beside those they sum up, %s', async (_name, change) => {
    const { rows } = await readBills({}, { ...change, productCategory: 'summary', amount: '99' });
    expect(only(rows).billedCost).toBe('100.0000');
  });

  test('keep every field and digit of the vendor in raw, also those we do not know', async () => {
    const text = '{"new":{"deep":[1.10,-0,1e2]},"tieredConfig":null,"amountDecimal":100.000000000000000010}';
    const members = JSON.stringify(exampleBill).slice(1);
    const row = `${text.slice(0, -1)},${members}`;
    const { read } = connected(novita, () => `{"total":1,"bills":[ ${row} ]}`);
    const { rows } = await read('BILL', piece('gpu', '2025-12-01', '2026-01-01'));
    expect(only(rows).raw).toBe(row);
  });

  test('fall on the day on which they start in the zone of the vendor', async () => {
    const times = { startTime: '1769875200', endTime: '1769961599' };
    const text = JSON.stringify({ bills: [{ ...exampleUsage, ...times }] });
    const { read } = connected(ppio, () => text);
    const inChina = only((await read('API_KEY_USAGE', piece('DAY', '2026-02-01', '2026-03-01'))).rows);
    expect(inChina).toMatchObject({ date: '2026-02-01', billingPeriod: '2026-02' });
    expect(await usage(times)).toMatchObject({ date: '2026-01-31', billingPeriod: '2026-01' });
  });

  test('that are said to run until the end of time are there', async () => {
    const row = await bill({ endTime: '253402300799' });
    expect(row.chargePeriod.start).toBe(instant('2025-12-01T00:00:00Z'));
    expect(row.chargePeriod.end).toBeGreaterThan(instant('9999-12-31T00:00:00Z'));
  });
});
