/** Every row of PPIO and Novita is there once, under an id that stays, with what the vendor said and nothing else. */

import { describe, expect, test } from 'vitest';

import { novita, ppio } from '../../src/providers/ppio-novita/adapter.ts';
import { connected, fixture, instant, only, piece } from '../support/connected.ts';
import {
  bill,
  exampleBill,
  exampleUsage,
  readBills,
  usage,
  type Fields,
} from '../support/ppio-novita-examples.ts';

describe('rows', () => {
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
