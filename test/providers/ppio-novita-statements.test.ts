/** Monthly statements of PPIO and Novita: each is there once, however the vendor cuts its pages, and as it was sent. */

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { novita, ppio } from '../../src/providers/ppio-novita/adapter.ts';
import { connected, only, type Sent, type Vendor } from '../support/connected.ts';
import type { Fields } from '../support/ppio-novita-examples.ts';

const whole = { key: 'all', variant: 'all', dates: null };

const statement: Fields = {
  billId: 'b-1',
  userId: 'u-1',
  billingMonth: '2026-02',
  totalAmount: '1000000',
  originTotalAmount: '1200000',
  voucherPayAmount: '200000',
  cashPayAmount: '500000',
  debtAmount: '300000',
  repaidAmount: '0',
  status: 'outed',
  invoiceUrl: 'https://vendor.example/invoice',
  startTime: '1769904000',
  endTime: '1772323199',
};

/** The months from the first that has a statement to the running one of these tests. */
const months = ['2025-10', '2025-11', '2025-12', '2026-01', '2026-02', '2026-03'];
const of = (billingMonth: string, billId = `b-${billingMonth}`): Fields => ({
  ...statement,
  billingMonth,
  billId,
});
const filledIn = (billingMonth: string): Fields => {
  const nothing = { totalAmount: '0', voucherPayAmount: '0', cashPayAmount: '0', debtAmount: '0' };
  return {
    ...of(billingMonth, ''),
    ...nothing,
    status: 'pending',
    invoiceUrl: '',
    startTime: '0',
    endTime: '0',
  };
};
const all = months.map((month) => of(month));
const answer = (data: readonly Fields[]): string => JSON.stringify({ data });

/** A server with these rows on its pages, of which it sends `cap` at most. */
function paged(rows: readonly Fields[], cap = 1000): Vendor {
  return ({ query }: Sent) => {
    const size = Math.min(Number(query['pageSize']), cap);
    const page = Number(query['page']);
    return answer(rows.slice((page - 1) * size, page * size));
  };
}

async function readAll(vendor: Vendor, provider = novita) {
  const { read, sent } = connected(provider, vendor);
  const { rows, notices } = await read('INVOICE', whole);
  return { rows, notices, numbers: rows.map(({ number }) => number), sent };
}

const readOne = async (change: Fields) => readAll(paged([...all.slice(0, -1), { ...all.at(-1), ...change }]));
const last = async (change: Fields) => {
  const { rows } = await readOne(change);
  const row = rows.at(-1);
  if (row === undefined) throw new RangeError('no statement');
  return row;
};
const numbersOf = (rows: readonly Fields[]) => rows.map(({ billId }) => billId);

describe('the list', () => {
  test.each([ppio, novita])('of $id is asked for from its first month on', async (provider) => {
    const { sent } = await readAll(paged(all), provider);
    const [first] = sent;
    if (first === undefined) throw new RangeError('nothing was asked');
    const { method, path, query, body, headers } = first;
    expect([method, path, body]).toEqual(['GET', '/openapi/v1/billing/monthly/bill', undefined]);
    expect(query).toEqual({ startMonth: '2025-10', page: '1', pageSize: '100' });
    expect(headers()).toEqual({ authorization: 'Bearer key-1' });
  });

  test('is at its end only when a page brings nothing new', async () => {
    const { numbers, sent } = await readAll(paged(all));
    expect(numbers).toEqual(numbersOf(all));
    expect(sent).toHaveLength(2);
  });

  test.each([1, 2, 4, 5])('is whole at a server that sends %i rows where 100 are asked for', async (cap) => {
    const { numbers, sent } = await readAll(paged(all, cap));
    expect(numbers).toEqual(numbersOf(all));
    expect(sent.map(({ query }) => query['page'])).toEqual(sent.map((_one, index) => String(index + 1)));
  });

  test.each([1, 2, 4, 5])('is whole newest first, by %i rows at a time', async (cap) => {
    const { numbers } = await readAll(paged(all.toReversed(), cap));
    expect(numbers).toEqual(numbersOf(all.toReversed()));
  });

  test('is whole where months are filled in, so that a page is longer or shorter than was asked for', async () => {
    const filled = [...months.slice(0, 4).map(filledIn), ...all.slice(4)];
    expect((await readAll(() => answer(filled))).numbers).toEqual(['b-2026-02', 'b-2026-03']);
    const pages = [filled.slice(0, 5), filled.slice(5), []];
    const { numbers, sent } = await readAll((_sent, index) => answer(pages[index] ?? []));
    expect(numbers).toEqual(['b-2026-02', 'b-2026-03']);
    expect(sent).toHaveLength(3);
  });

  test.each([
    ['empty', () => []],
    ['the last one again', (pages: readonly Fields[][]) => pages.at(-1) ?? []],
    ['the first one again', (pages: readonly Fields[][]) => pages[0] ?? []],
  ])('ends with a page that is %s', async (_name, after) => {
    const pages = [all.slice(0, 3), all.slice(3, 5)];
    const { numbers, sent } = await readAll((_sent, index) => answer(pages[index] ?? after(pages)));
    expect(numbers).toEqual(numbersOf(all.slice(0, 5)));
    expect(sent).toHaveLength(3);
  });

  test('of a server that ignores the page is not counted twice', async () => {
    const early = all.slice(0, 5);
    const { numbers, sent } = await readAll(() => answer(early));
    expect(numbers).toEqual(numbersOf(early));
    expect(sent).toHaveLength(2);
  });

  test.each([100, 101, 250])('of %i rows is read past a page that is full to the brim', async (count) => {
    const extra = Array.from({ length: count - all.length }, (_one, index) => of('2025-12', `x-${index}`));
    const { numbers, sent } = await readAll(paged([...all, ...extra]));
    expect(numbers).toHaveLength(count);
    expect(new Set(numbers).size).toBe(count);
    expect(sent).toHaveLength(Math.ceil(count / 100) + 1);
  });

  test('that never ends is an error, after a bounded number of requests', async () => {
    let asked = 0;
    const endless: Vendor = (_sent, index) => {
      asked += 1;
      return answer(Array.from({ length: 100 }, (_one, row) => of('2026-01', `b-${index}-${row}`)));
    };
    await expect(readAll(endless)).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE_INVALID' });
    expect(asked).toBeLessThanOrEqual(100);
  });

  test('is whole before the running month has a statement', async () => {
    const { numbers, notices } = await readAll(paged(all.slice(0, -1)));
    expect(numbers).toEqual(numbersOf(all.slice(0, -1)));
    expect(notices).toEqual([]);
  });

  test('of an account without statements is empty, also where all months are filled in', async () => {
    for (const text of ['{"data":[]}', '{"data":null}', '{}', answer(months.map(filledIn))]) {
      expect((await readAll(() => text)).rows).toEqual([]);
    }
  });
});

describe('a statement', () => {
  test('says what the vendor said and nothing else', async () => {
    const { rows, notices } = await readAll(
      paged([...all.slice(0, -1), { ...statement, billingMonth: '2026-03' }]),
    );
    const { id, raw, ...row } = rows.at(-1) ?? {};
    expect(id).toMatch(/^[\w-]{24}$/);
    expect(JSON.parse(raw ?? '')).toEqual({ ...statement, billingMonth: '2026-03' });
    expect(row).toEqual({
      kind: 'INVOICE',
      date: '2026-03-01',
      currency: 'EUR',
      billingPeriod: '2026-03',
      number: 'b-1',
      periodStart: '2026-03-01',
      periodEnd: '2026-03-31',
      total: '100.0000',
      voucherAmount: '20.0000',
      outstandingAmount: '30.0000',
      status: 'ISSUED',
      providerStatus: 'outed',
      dueDate: null,
      createdAt: null,
      url: 'https://vendor.example/invoice',
    });
    expect(notices).toEqual([]);
  });

  test('that was voided stands beside the one that took its place', async () => {
    const two = [of('2026-02', 'b-old'), of('2026-02', 'b-new')];
    const { rows } = await readAll(paged([...all.slice(0, 4), ...two, of('2026-03')]));
    const february = rows.filter(({ billingPeriod }) => billingPeriod === '2026-02');
    expect(february.map(({ number }) => number)).toEqual(['b-old', 'b-new']);
    expect(new Set(february.map(({ id }) => id)).size).toBe(2);
  });

  test('that comes on two pages is there once, as it was sent last', async () => {
    const pages = [all.slice(0, 3), [{ ...all[2], status: 'paid' }, ...all.slice(3)]];
    const { rows, numbers } = await readAll((_sent, index) => answer(pages[index] ?? []));
    expect(numbers).toEqual(numbersOf(all));
    expect(rows[2]?.status).toBe('PAID');
  });

  test('of the running month, whose end lies before its start, covers its month', async () => {
    expect(await last({ startTime: '1772323200', endTime: '1772323199' })).toMatchObject({
      billingPeriod: '2026-03',
      periodStart: '2026-03-01',
      periodEnd: '2026-03-31',
    });
  });

  test.each([
    ['2026-02', '2026-02-28'],
    ['2028-02', '2028-02-29'],
    ['2025-12', '2025-12-31'],
    ['2026-04', '2026-04-30'],
  ])('of %s covers it to its last day, %s', async (billingMonth, periodEnd) => {
    const { rows } = await readAll(paged([...all, of(billingMonth, 'b-more')]));
    expect(rows.at(-1)).toMatchObject({
      date: `${billingMonth}-01`,
      periodStart: `${billingMonth}-01`,
      periodEnd,
    });
  });

  test('is exact where the vendor sends decimals', async () => {
    const exact = { totalAmountDecimal: '100.0000375', voucherPayAmountDecimal: '20.0000075' };
    const { rows, notices } = await readOne(exact);
    expect(rows.at(-1)).toMatchObject({ total: '100.0000375', voucherAmount: '20.0000075' });
    expect(notices).toEqual([]);
  });

  test.each(['100.0001', '99.9999', '-100', '0'])(
    'whose total is stated in two ways is kept exact, and said to be odd: %s',
    async (decimal) => {
      const { rows, notices } = await readOne({ totalAmountDecimal: decimal });
      expect(rows.at(-1)?.total).toBe(decimal);
      expect(only(notices)).toMatchObject({ code: 'DECIMAL_DIFFERS', date: '2026-03-01' });
    },
  );

  test.each(['12345678901234567891', JSON.rawJSON('12345678901234567891')])(
    'keeps all 20 digits of %o',
    async (huge) => {
      expect((await last({ totalAmount: huge })).total).toBe('1234567890123456.7891');
    },
  );

  test('of a credit keeps its sign', async () => {
    expect((await last({ totalAmount: '-5' })).total).toBe('-0.0005');
  });

  test.each<Fields>([
    { totalAmount: undefined },
    { totalAmount: null },
    { totalAmount: '' },
    { totalAmount: '1,234' },
    { totalAmount: '1.5' },
    { totalAmountDecimal: 'NaN' },
    { voucherPayAmount: 'none' },
    { debtAmount: '1,0' },
    { billingMonth: '2026-13' },
    { billingMonth: '' },
  ])('that cannot be read is refused, never taken for 0: %o', async (change) => {
    await expect(readOne(change)).rejects.toBeInstanceOf(z.ZodError);
  });
});
