/** What lies in the shared tier is read as it was written, or not at all. */

import * as fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';

import { instantOf } from '../../src/domain/calendar.ts';
import {
  decode,
  encode,
  pack,
  schemaVersion,
  unpack,
  versionIn,
  versionOf,
  type ReadSegment,
} from '../../src/ledger/codec.ts';
import { startGateway } from '../support/gateway.ts';
import { startRedis } from '../support/redis.ts';

const readAt = instantOf(Date.parse('2026-03-18T12:00:00.123Z'));
const key = 'v1:{a.0f}:BILL:gpu:2026-03-01';

const rows = fc.array(
  fc.record({
    id: fc.string(),
    date: fc.string(),
    raw: fc.string({ unit: 'binary' }),
    amount: fc.option(fc.string()),
  }),
  { maxLength: 60 },
);

/** Rows of no kind: the codec does not look into them. */
const segmentOf = (plain: readonly object[]) => JSON.parse(JSON.stringify({ rows: plain, notices: [] }));

test('any rows are read as they were written, small or compressed', async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (plain) => {
      const read: ReadSegment = { ...segmentOf(plain), readAt };
      const value = await encode(key, read);
      expect(versionIn(value)).toBe(versionOf(readAt));
      expect(await decode(key, value)).toEqual(read);
    }),
  );
});

test('a value under another key, changed in one byte or cut off is none', async () => {
  const many = Array.from({ length: 200 }, (_, index) => ({ id: String(index), raw: 'x'.repeat(50) }));
  for (const plain of [many.slice(0, 2), many]) {
    const value = await encode(key, { ...segmentOf(plain), readAt });
    expect(await decode(`${key}x`, value)).toBeNull();
    for (let index = 0; index < value.length; index += Math.ceil(value.length / 200)) {
      const changed = Buffer.from(value);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(await decode(key, changed)).toBeNull();
      expect(await decode(key, value.subarray(0, index))).toBeNull();
    }
  }
});

/** Rows that compress badly, with line feeds in them. */
const manyRows = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: String(index),
    raw: `{"a":"\n${Math.sin(index)}${Math.cos(index)}\u2028中"}`,
    nested: { at: index, none: null },
  }));

/** Many rows are kept in another form: as JSON they are the same. */
const plain = (read: ReadSegment | null): unknown =>
  read === null ? null : JSON.parse(JSON.stringify({ ...read, rows: [...read.rows] }));

test('a segment of many rows is read as it was written, and by those who know no lines', async () => {
  for (const count of [500, 501, 1000, 12_345]) {
    const read: ReadSegment = { ...segmentOf(manyRows(count)), readAt };
    const noted = { ...read, notices: [{ code: 'AMOUNT_MISMATCH' as const, message: '{"x\n', date: null }] };
    const value = await encode(key, noted);
    expect(plain(await decode(key, value))).toEqual(noted);
    expect((await unpack(key, value))?.content).toEqual({ rows: noted.rows, notices: noted.notices });
    // As it was written before there were lines.
    const whole = await pack(key, readAt, { rows: noted.rows, notices: noted.notices });
    expect(plain(await decode(key, whole))).toEqual(noted);
  }
});

test('a value of many rows that was changed in one byte or cut off is none', async () => {
  const value = await encode(key, { ...segmentOf(manyRows(12_345)), readAt });
  expect(await decode(`${key}x`, value)).toBeNull();
  for (let index = 0; index < value.length; index += Math.ceil(value.length / 20)) {
    const changed = Buffer.from(value);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(await decode(key, changed)).toBeNull();
    expect(await decode(key, value.subarray(0, index))).toBeNull();
  }
});

test('others have their turn while many rows are written and read', async () => {
  const read: ReadSegment = { ...segmentOf(manyRows(10_000)), readAt };
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  count();
  const value = await encode(key, read);
  // One for each five hundred rows, at least.
  expect(turns).toBeGreaterThanOrEqual(20);
  turns = 0;
  await decode(key, value);
  expect(turns).toBeGreaterThanOrEqual(20);
  isOver = true;
});

test('garbage of any kind is none', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      expect(await decode(key, Buffer.from(bytes))).toBeNull();
      expect(
        await decode(key, Buffer.concat([Buffer.from(`Bj${versionOf(readAt)}00000000`), bytes])),
      ).toBeNull();
    }),
  );
});

test('versions are in the order of time', () => {
  const times = [1, 999, 1_000_000_000_000, Number(readAt), 9_999_999_999_999];
  const versions = times.map((time) => versionOf(instantOf(time)));
  expect(versions.toSorted()).toEqual(versions);
});

/**
 * When this fails, rows have got another shape: raise `schemaVersion` and write the new shape here, or replicas of two
 * versions that share a store would take each other's rows for their own.
 */
test('rows have the shape that the schema version stands for', async () => {
  const redis = await startRedis({ onTestFinished });
  const gateway = await startGateway({
    settings: (settings) => ({ ...settings, redis: { url: redis.url } }),
  });
  const day = 'period: { dates: { from: "2026-02-10", to: "2026-02-11" } }';
  await gateway.query(
    `{ bills(${day}) { totalCount } apiKeyUsage(${day}, cycle: DAY) { totalCount } dailyDetails(${day}) { totalCount } invoices { totalCount } }`,
  );
  const keys = await redis.call('KEYS', `billing:v${schemaVersion}:*`);
  const shapes: Record<string, string> = {};
  for (const name of (Array.isArray(keys) ? keys : []).map(String)) {
    const kind = name.split(':')[3] ?? '';
    const value = await redis.bytes(name);
    const [row] = (await decode(name.replace('billing:', ''), value))?.rows ?? [];
    // The fullest: a field that is an object in one row may be null in another.
    const shape = row === undefined ? '' : shapeOf(row);
    if (shape.length > (shapes[kind]?.length ?? 0)) shapes[kind] = shape;
  }
  expect({ schemaVersion, shapes }).toMatchInlineSnapshot(`
    {
      "schemaVersion": 3,
      "shapes": {
        "API_KEY_USAGE": "apiKey(id maskedKey name) billedCost billingMethod billingPeriod cacheReadTokens cacheWriteTokens cashAmount chargePeriod(end start) currency cycle date discountedInputUnitPrice discountedOutputUnitPrice id inputTokens inputUnitPrice listCost outputTokens outputUnitPrice product(category id name) providerBillingMethod raw reasoningTokens requestCount voucherAmount",
        "BILL": "billedCost billingMethod billingPeriod cashAmount chargePeriod(end start) createdAt currency date id listCost product(category id name) providerBillingMethod providerTradeType quantity raw resourceId subAccountId tradeType unitPrice voucherAmount",
        "DAILY_DETAIL": "billedCost billingMethod billingPeriod cashAmount chargePeriod(end start) currency date discount discountedUnitPrice factors feeItem id listCost listUnitPrice outstandingAmount paidAmount product(category id name) projectId providerBillingMethod quantity raw resourceId subProduct tokens(input output total) unit voucherAmount",
        "INVOICE": "billingPeriod createdAt currency date dueDate id number outstandingAmount periodEnd periodStart providerStatus raw status total url voucherAmount",
      },
    }
  `);
});

/** The names of all fields, those within fields too. */
function shapeOf(value: object): string {
  const names = Object.entries(value).map(([name, field]: [string, unknown]) =>
    typeof field === 'object' && field !== null ? `${name}(${shapeOf(field)})` : name,
  );
  return names.toSorted().join(' ');
}
