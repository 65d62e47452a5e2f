/** The balance of PPIO and Novita as it is on the wire: what is not told is unknown, and no digit changes. */

import { describe, expect, test } from 'vitest';

import { novita, ppio } from '../../src/providers/ppio-novita/adapter.ts';
import { connected } from '../support/connected.ts';

const read = (body: unknown) =>
  connected(novita, () => (typeof body === 'string' ? body : JSON.stringify(body))).readBalance();

const unknown = { available: null, cash: null, creditLimit: null, pending: null, outstanding: null };

describe('the balance of PPIO and Novita', () => {
  test.each([ppio, novita])('is one small call of $id, in units of 1/10000', async (provider) => {
    const answer = {
      availableBalance: '150000',
      cashBalance: '100000',
      creditLimit: '50000',
      pendingCharges: '0',
      outstandingInvoices: '7',
    };
    const vendor = connected(provider, () => JSON.stringify(answer));
    expect(await vendor.readBalance()).toEqual({
      kind: 'BALANCE',
      currency: 'EUR',
      available: '15.0000',
      cash: '10.0000',
      creditLimit: '5.0000',
      pending: '0.0000',
      outstanding: '0.0007',
    });
    expect(vendor.sent.map(({ method, path, query }) => [method, path, query])).toEqual([
      ['GET', '/openapi/v1/billing/balance/detail', {}],
    ]);
    expect(vendor.sent[0]?.headers()).toEqual({ authorization: 'Bearer key-1' });
  });

  test('may be negative, and may be a number of any length', async () => {
    expect(await read({ cashBalance: '-12345' })).toMatchObject({ cash: '-1.2345', available: null });
    expect(await read('{"availableBalance":-12345678901234567890}')).toMatchObject({
      available: '-1234567890123456.7890',
    });
  });

  test('that a field is left out, null or empty means that it is unknown, never 0', async () => {
    expect(await read({ availableBalance: '1', cashBalance: null, creditLimit: '' })).toMatchObject({
      ...unknown,
      available: '0.0001',
    });
    expect(await read({})).toMatchObject(unknown);
  });

  test('is read from under `data` as well', async () => {
    expect(await read({ data: { availableBalance: '20000' } })).toMatchObject({ available: '2.0000' });
  });

  test.each([
    '"text"',
    '[]',
    'null',
    '{"total":1}',
    '{"data":[]}',
    '{"availableBalance":"1,5"}',
    '{"cashBalance":1.5}',
  ])('an invalid balance is refused: %s', async (text) => {
    await expect(read(text)).rejects.toThrow();
  });
});
