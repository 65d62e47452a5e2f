/** A day at StreamLake is there whole: no row lost between two pages, none twice, none made up. */

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { streamlake } from '../../src/providers/streamlake/adapter.ts';
import { connected, fixture, only, piece, type Sent, type Vendor } from '../support/connected.ts';

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
    [99, [0]],
    [100, [0, 99]],
    [101, [0, 99]],
    [250, [0, 99, 198]],
  ])(
    'of %i rows is walked to its end, each page from the last row of the one before, and no further',
    async (count, expected) => {
      const { codes, offsets } = await readDay(paged(() => lines(count)));
      expect(codes).toEqual(codesTo(count));
      expect(offsets).toEqual(expected);
    },
  );

  test('is whole at a server that sends 20 rows where 100 are asked for', async () => {
    expect((await readDay(paged(() => lines(45), 20))).codes).toEqual(codesTo(45));
  });

  test.each([
    ['in front', [line(0), ...lines(150)], [0, 99, 0, 100, 0, 100]],
    ['at the end', [...lines(150), line(0)], [0, 99, 0, 100, 0, 100]],
  ])(
    'that gets a row %s while it is read is read again until two readings agree: no row twice, none lost',
    async (_name, grown, expected) => {
      const { codes, offsets, rows } = await readDay(paged((index) => (index === 0 ? lines(150) : grown)));
      expect(codes).toHaveLength(151);
      expect(new Set(codes)).toEqual(new Set(['code-0', ...codesTo(150)]));
      expect(new Set(rows.map(({ id }) => id)).size).toBe(151);
      expect(offsets).toEqual(expected);
    },
  );

  /** What happens to 250 rows before each request. */
  const moves: [string, (rows: readonly Fields[], index: number) => readonly Fields[]][] = [
    ['comes in front', (rows, index) => [line(1000 + index), ...rows]],
    ['comes at the end', (rows, index) => [...rows, line(1000 + index)]],
    ['leaves in front', (rows) => rows.slice(1)],
    ['leaves at the end', (rows) => rows.slice(0, -1)],
    ['leaves in front and another comes at the end', (rows, index) => [...rows.slice(1), line(1000 + index)]],
    [
      'leaves at the end and another comes in front',
      (rows, index) => [line(1000 + index), ...rows.slice(0, -1)],
    ],
    ['goes from the front to the end', ([first = {}, ...rows]) => [...rows, first]],
    ['goes from the end to the front', (rows) => [...rows.slice(-1), ...rows.slice(0, -1)]],
    [
      'goes from the front to the end, and back',
      (rows, index) => (index % 2 === 0 ? rows.toReversed() : rows),
    ],
  ];
  test.each(moves)(
    'of which a row %s at each request is an error, not a day of no moment',
    async (_name, move) => {
      let rows: readonly Fields[] = lines(250);
      const vendor = paged((index) => (rows = move(rows, index)));
      await expect(readDay(vendor)).rejects.toMatchObject({
        code: 'PROVIDER_RESPONSE_INVALID',
        retryable: true,
      });
    },
  );
  test.each(moves)(
    'of which a row %s in the first reading alone is the day that it became',
    async (_name, move) => {
      let rows: readonly Fields[] = lines(250);
      const vendor = paged((index) => (rows = index < 3 ? move(rows, index) : rows));
      const { codes } = await readDay(vendor);
      expect(new Set(codes)).toEqual(new Set(rows.map(({ BillingCode }) => BillingCode)));
      expect(codes).toHaveLength(rows.length);
    },
  );

  test.each([
    [120, 100],
    [100, 100],
    [200, 100],
    [1, 100],
    [20, 20],
    [60, 30],
  ])(
    'of 250 rows is whole where the vendor counts %i, in pages of %i, and that is told',
    async (Total, cap) => {
      const vendor: Vendor = (sent) => {
        const { Offset, Limit } = asked(sent);
        return answer({ Total, Billings: lines(250).slice(Offset, Offset + Math.min(cap, Limit)) });
      };
      const { codes, notices } = await readDay(vendor);
      expect(codes).toEqual(codesTo(250));
      expect(only(notices)).toMatchObject({ code: 'ROW_COUNT_DIFFERS', date: '2026-06-15' });
    },
  );

  test('is whole at a server that counts in whole pages, whatever row it is asked to begin with', async () => {
    const vendor: Vendor = (sent) => {
      const { Offset, Limit } = asked(sent);
      const start = Math.floor(Offset / Limit) * Limit;
      return answer({ Total: 250, Billings: lines(250).slice(start, start + Limit) });
    };
    expect((await readDay(vendor)).codes).toEqual(codesTo(250));
  });

  test('is an error at a server that is off by one, not a day with a row twice', async () => {
    const vendor: Vendor = (sent) => {
      const { Offset, Limit } = asked(sent);
      const start = Math.max(0, Offset - 1);
      return answer({ Total: 250, Billings: lines(250).slice(start, start + Limit) });
    };
    await expect(readDay(vendor)).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE_INVALID' });
  });

  test('that never ends is an error after a bounded number of requests', async () => {
    let requests = 0;
    const vendor: Vendor = (sent) => {
      requests += 1;
      const { Offset, Limit } = asked(sent);
      const Billings = Array.from({ length: Math.min(2, Limit) }, (_, index) => line(Offset + index));
      return answer({ Total: 10_000_000, Billings });
    };
    await expect(readDay(vendor)).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE_INVALID' });
    expect(requests).toBeLessThanOrEqual(1000);
  });

  test('that steadily has the same line twice costs it twice, under two ids that stay, and says so', async () => {
    const rows = [...lines(120), line(7), line(7)];
    const first = await readDay(paged(() => rows));
    expect(first.codes).toEqual([...codesTo(120), 'code-7', 'code-7']);
    expect(new Set(first.rows.map(({ id }) => id)).size).toBe(122);
    expect(only(first.notices)).toMatchObject({ code: 'DUPLICATE_ROWS', date: '2026-06-15' });
    expect((await readDay(paged(() => rows))).rows).toEqual(first.rows);
  });

  test.each([
    ['one after the other', (rows: readonly Fields[]) => [...rows, ...rows]],
    ['side by side', (rows: readonly Fields[]) => rows.flatMap((row) => [row, row])],
  ])('whose rows all come twice, %s, is told to be charged twice', async (_name, twice) => {
    for (const count of [3, 100, 130]) {
      const { codes, notices } = await readDay(paged(() => twice(lines(count))));
      expect(codes).toHaveLength(2 * count);
      expect(only(notices).message).toContain(`${count} of ${2 * count} rows`);
    }
  });

  test('whose lines share a code but not their amounts has each, and nothing is told', async () => {
    const rows = ['0.10', '0.20'].map((PayableAmount) => ({
      ...line(1),
      PayableAmount,
      RemainingPayableAmount: PayableAmount,
    }));
    const { codes, notices } = await readDay(paged(() => rows));
    expect([codes, notices]).toEqual([['code-1', 'code-1'], []]);
  });

  test.each([0, 3, 100])('of which only %i rows come is an error, not a shorter day', async (count) => {
    const vendor: Vendor = (sent) => {
      const { Offset, Limit } = asked(sent);
      return answer({ Total: 250, Billings: lines(count).slice(Offset, Offset + Limit) });
    };
    await expect(readDay(vendor)).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE_INVALID' });
  });
});

describe('a row', () => {
  test('keeps the currency that it names', async () => {
    const currencies = [{ CurrencyUnit: 'USD' }, { CurrencyUnit: 'CNY' }];
    const { rows } = await readDay(paged(() => currencies.map((change) => ({ ...exampleRow, ...change }))));
    expect(rows.map(({ currency }) => currency)).toEqual(['USD', 'CNY']);
    await expect(readRow({ CurrencyUnit: '' })).rejects.toBeInstanceOf(z.ZodError);
  });

  test.each(['RMB', 'rmb', 'cny', 'Cny'])(
    'in %s is in CNY, added to what is, and that is told once',
    async (written) => {
      const changes = [{ CurrencyUnit: 'CNY' }, { CurrencyUnit: written }, { CurrencyUnit: written }];
      const { rows, notices } = await readDay(
        paged(() => changes.map((change, index) => ({ ...line(index), ...change }))),
      );
      expect(rows.map(({ currency }) => currency)).toEqual(['CNY', 'CNY', 'CNY']);
      expect(only(notices)).toMatchObject({ code: 'CURRENCY_RENAMED', date: '2026-06-15' });
      expect(only(notices).message).toContain(`${written}, which is CNY`);
    },
  );

  test.each(['XQZ', 'CNH', '¥', 'yuan', 'CN', ' CNY', 'constructor', null, 156])(
    'in an invalid currency (%o) is refused: its sum would have no unit',
    async (CurrencyUnit) => {
      await expect(readRow({ CurrencyUnit })).rejects.toBeInstanceOf(z.ZodError);
    },
  );

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
