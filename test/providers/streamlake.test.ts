/** A day at StreamLake is there whole: no row lost between two pages, none twice, none made up. */

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { streamlake } from '../../src/providers/streamlake/adapter.ts';
import { connected, fixture, only, piece, type Sent, type Vendor } from './connected.ts';

type Fields = Record<string, unknown>;

const example = z.object({
  ResponseData: z.object({ Billings: z.tuple([z.record(z.string(), z.unknown())]) }),
});
const exampleRow: Fields = example.parse(JSON.parse(fixture('streamlake-day-detail'))).ResponseData
  .Billings[0];

const day = piece('all', '2026-06-15', '2026-06-16');
const credential = { tenantCode: 'tenant-1' };
const question = z.strictObject({ BillingCycle: z.string(), Offset: z.number(), Limit: z.number() });
const asked = ({ body = '' }: Sent) => question.parse(JSON.parse(body));

const line = (number: number): Fields => ({ ...exampleRow, BillingCode: `code-${number}` });
const lines = (count: number): Fields[] => Array.from({ length: count }, (_, index) => line(index + 1));

function answer(ResponseData: Fields): string {
  return JSON.stringify({ ResponseMeta: { RequestId: 'r', ErrorMessage: '', ErrorCode: '' }, ResponseData });
}

/** A server whose rows are those of `rowsAt` at each request. */
function paged(rowsAt: (index: number) => readonly Fields[], cap = 100): Vendor {
  return (sent, index) => {
    const rows = rowsAt(index);
    const { Offset, Limit } = asked(sent);
    const Billings = rows.slice(Offset, Offset + Math.min(Limit, cap));
    return answer({ Total: rows.length, Offset, Limit, Billings });
  };
}

async function readDay(vendor: Vendor) {
  const { read, sent } = connected(streamlake, vendor, { credential });
  const { rows, notices } = await read('DAILY_DETAIL', day);
  const codes = rows.map(
    ({ raw }) => z.object({ BillingCode: z.string().nullish() }).parse(JSON.parse(raw)).BillingCode,
  );
  return { rows, notices, codes, offsets: sent.map((one) => asked(one).Offset) };
}

const readRow = async (change: Fields) =>
  only((await readDay(paged(() => [{ ...exampleRow, ...change }]))).rows);
const codesTo = (count: number): string[] => lines(count).map(({ BillingCode }) => String(BillingCode));

describe('a day', () => {
  test.each([200, 250])(
    'of %i rows at a server that ignores the offset is refused, not counted twice',
    async (count) => {
      const rows = lines(count);
      const ignoring: Vendor = () =>
        answer({ Total: rows.length, Offset: 0, Limit: 100, Billings: rows.slice(0, 100) });
      await expect(readDay(ignoring)).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE_INVALID' });
    },
  );

  test.each([
    [0, [0]],
    [100, [0]],
    [101, [0, 100]],
    [250, [0, 100, 200]],
  ])('of %i rows is walked to its total, and no further', async (count, expected) => {
    const { codes, offsets } = await readDay(paged(() => lines(count)));
    expect(codes).toEqual(codesTo(count));
    expect(offsets).toEqual(expected);
  });

  test('is whole at a server that sends 20 rows where 100 are asked for', async () => {
    expect((await readDay(paged(() => lines(45), 20))).codes).toEqual(codesTo(45));
  });

  test.each([
    ['in front', [line(0), ...lines(150)]],
    ['at the end', [...lines(150), line(0)]],
  ])(
    'that gets a row %s while it is read is read once more: no row twice, none lost',
    async (_name, grown) => {
      const { codes, offsets, rows } = await readDay(paged((index) => (index === 0 ? lines(150) : grown)));
      expect(codes).toHaveLength(151);
      expect(new Set(codes)).toEqual(new Set(['code-0', ...codesTo(150)]));
      expect(new Set(rows.map(({ id }) => id)).size).toBe(151);
      expect(offsets).toEqual([0, 100, 0, 100]);
    },
  );

  test('that grows at its end in both readings is as whole as the last one counted it', async () => {
    const { codes } = await readDay(paged((index) => lines(150 + index)));
    expect(codes).toEqual(codesTo(153));
  });

  test('that keeps pushing its rows down is an error, not a day with a row missing', async () => {
    const vendor = paged((index) => [
      ...Array.from({ length: index }, (_, i) => line(1000 + i)),
      ...lines(150),
    ]);
    await expect(readDay(vendor)).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE_INVALID' });
  });

  test('that steadily has the same line twice costs it twice, under two ids that stay', async () => {
    const rows = [...lines(120), line(7), line(7)];
    const first = await readDay(paged(() => rows));
    expect(first.codes).toEqual([...codesTo(120), 'code-7', 'code-7']);
    expect(new Set(first.rows.map(({ id }) => id)).size).toBe(122);
    expect((await readDay(paged(() => rows))).rows).toEqual(first.rows);
  });

  test.each([0, 3, 100])('of which only %i rows come is an error, not a shorter day', async (count) => {
    const vendor: Vendor = (sent) => {
      const { Offset, Limit } = asked(sent);
      return answer({ Total: 250, Billings: lines(count).slice(Offset, Offset + Limit) });
    };
    await expect(readDay(vendor)).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE_INVALID' });
  });

  test.each([null, undefined, []])('without rows (%o) is empty', async (Billings) => {
    expect((await readDay(() => answer({ Total: 0, Billings }))).rows).toEqual([]);
  });

  test.each([
    '{}',
    'null',
    '{"ResponseData":null}',
    '{"ResponseData":{"Billings":[]}}',
    answer({ Total: -1 }),
  ])('is not taken for empty where the answer is no list: %s', async (text) => {
    await expect(readDay(() => text)).rejects.toBeInstanceOf(z.ZodError);
  });
});

describe('a row', () => {
  test('keeps the currency that it names', async () => {
    const currencies = [{ CurrencyUnit: 'USD' }, { CurrencyUnit: 'CNY' }];
    const { rows } = await readDay(paged(() => currencies.map((change) => ({ ...exampleRow, ...change }))));
    expect(rows.map(({ currency }) => currency)).toEqual(['USD', 'CNY']);
    await expect(readRow({ CurrencyUnit: '' })).rejects.toBeInstanceOf(z.ZodError);
  });

  const parts = { RemainingPayableAmount: '0.50', CashPaymentAmount: '0.40', CouponDeductAmount: '0.05' };

  test('counts as cash what is paid and what is still to pay', async () => {
    const row = await readRow(parts);
    expect(row).toMatchObject({ cashAmount: '0.90', paidAmount: '0.40', outstandingAmount: '0.50' });
    expect((await readRow({ ...parts, RemainingPayableAmount: null })).cashAmount).toBeNull();
    expect((await readRow({ ...parts, CashPaymentAmount: '' })).cashAmount).toBeNull();
  });

  test('whose amount is not the sum of its parts is kept, and said to be odd', async () => {
    const odd = await readDay(paged(() => [{ ...exampleRow, ...parts, CashPaymentAmount: '0.41' }]));
    expect(only(odd.rows)).toMatchObject({ billedCost: '0.9500000000', cashAmount: '0.91' });
    expect(only(odd.notices)).toMatchObject({ code: 'AMOUNT_MISMATCH', date: '2026-06-15' });
    expect((await readDay(paged(() => [{ ...exampleRow, ...parts }]))).notices).toEqual([]);
  });

  test.each([
    ['post_paid', 'PAY_AS_YOU_GO'],
    ['pre_paid', 'SUBSCRIPTION'],
    ['barter', 'OTHER'],
    ['constructor', 'OTHER'],
  ])('billed by %s says %s and keeps the word', async (word, billingMethod) => {
    expect(await readRow({ BillingMethod: word })).toMatchObject({
      billingMethod,
      providerBillingMethod: word,
    });
  });

  test.each(['1,234', 'NaN', '', null, undefined])(
    'whose amount is %o is refused, never 0',
    async (amount) => {
      await expect(readRow({ PayableAmount: amount })).rejects.toBeInstanceOf(z.ZodError);
    },
  );

  test.each([undefined, null, ''])('leaves open what the vendor leaves open (%o)', async (gap) => {
    const names = ['ProjectId', 'GoodsName', 'FeeItemName', 'Factors', 'BillingMethod', 'TotalUsage', 'Unit'];
    const more = [
      'PubPrice',
      'DiscountPubPrice',
      'Discount',
      'SourcePrice',
      'CouponDeductAmount',
      'BillingCode',
    ];
    const row = await readRow(Object.fromEntries([...names, ...more].map((name) => [name, gap])));
    expect(row).toMatchObject({
      projectId: null,
      subProduct: null,
      feeItem: null,
      factors: null,
      unit: null,
    });
    expect(row).toMatchObject({ billingMethod: null, quantity: null, listUnitPrice: null, discount: null });
    expect(row).toMatchObject({ listCost: null, voucherAmount: null, billedCost: '0.9500000000' });
  });

  test('keeps its id when its amounts are corrected, and its digits however they are written', async () => {
    const { id } = await readRow({});
    const changed = await readRow({
      PayableAmount: JSON.rawJSON('1.10'),
      SourcePrice: '2',
      FeeItemVersion: '123',
    });
    expect(changed).toMatchObject({ id, billedCost: '1.10' });
    expect((await readRow({ FeeItemVersion: 124 })).id).not.toBe(id);
    expect((await readRow({ Factors: 'x' })).id).not.toBe(id);
  });
});

describe('tokens', () => {
  const tokensOf = async (change: Fields) => (await readRow(change)).tokens;
  const factor = (kind: string): Fields => ({ Factors: `customTokenType=${kind}` });

  test.each([
    ['1.120000', '1120'],
    ['1532.250000', '1532250'],
    ['0.001', '1'],
    ['0.0005', '0.5'],
    ['1234567890123456.789012', '1234567890123456789.012'],
    ['0.000000', '0'],
    ['-1.5', '-1500'],
    ['10', '10000'],
  ])('of %s thousand are %s, exactly', async (TotalUsage, total) => {
    expect(await tokensOf({ TotalUsage, ...factor('output') })).toEqual({ input: '0', output: total, total });
    expect(await tokensOf({ TotalUsage: JSON.rawJSON(TotalUsage) })).toMatchObject({ total });
  });

  test.each([
    ['output', 'output'],
    ['Output', 'output'],
    ['textOutput', 'output'],
    ['输出', 'output'],
    ['图片输出', 'output'],
    ['input', 'input'],
    ['INPUT', 'input'],
    ['cacheHit', 'input'],
    ['cachedInput', 'input'],
    ['输入', 'input'],
    ['缓存命中', 'input'],
  ] as const)('of the kind %s went by %s, in either language', async (kind, direction) => {
    const other = direction === 'input' ? 'output' : 'input';
    expect(await tokensOf(factor(kind))).toEqual({ [direction]: '1120', [other]: '0', total: '1120' });
  });

  test.each([';', ',', '&', '|', '；', '，', '、', ' ', '\n'])(
    'are told by their own factor alone, whatever stands before and behind it: %o',
    async (separator) => {
      const factors = ['mode=output', 'customTokenType=input', 'quality=output'].join(separator);
      expect(await tokensOf({ Factors: factors })).toMatchObject({ input: '1120', output: '0' });
    },
  );

  test.each([
    'customTokenType=reasoning',
    'customTokenType=',
    'tokenType=output',
    'output',
    '',
    null,
    undefined,
  ])('of a factor that says nothing of it (%o) are counted without a direction', async (Factors) => {
    expect(await tokensOf({ Factors })).toEqual({ input: null, output: null, total: '1120' });
  });

  test.each(['per_image', 'per_1000_calls', 'per_1000_token', 'tokens', '', null, undefined])(
    'are not made up for the unit %o',
    async (Unit) => {
      expect(await tokensOf({ Unit })).toBeNull();
    },
  );

  test.each(['', null, undefined])('are unknown where the usage is (%o)', async (TotalUsage) => {
    expect(await tokensOf({ TotalUsage })).toBeNull();
  });
});
