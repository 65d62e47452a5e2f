/** What lies in the store is read as it was written, or not at all. */

import { randomBytes } from 'node:crypto';
import { crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import * as fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';

import { instantOf } from '../../src/domain/calendar.ts';
import { detach } from '../../src/domain/row-list.ts';
import {
  decode,
  encode,
  schemaVersion,
  versionIn,
  versionOf,
  type ReadSegment,
} from '../../src/ledger/entry-codec.ts';
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

/** Rows of many are kept in another form: as JSON they are the same. */
const plain = (read: ReadSegment | null): unknown =>
  read === null ? null : JSON.parse(JSON.stringify({ ...read, rows: [...read.rows] }));

test('any rows are read as they were written, as JSON or in columns', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom(1, 10), async (some, times) => {
      const read: ReadSegment = { ...segmentOf(Array.from({ length: times }, () => some).flat()), readAt };
      const value = await encode(key, read);
      expect(versionIn(value)).toBe(versionOf(readAt));
      expect(plain(await decode(key, value))).toEqual(read);
    }),
  );
});

test('a stored value says that its vendor does not know the category', async () => {
  const read: ReadSegment = { ...segmentOf([]), isUnknownCategory: true, readAt };
  expect(await decode(key, await encode(key, read))).toEqual(read);
});

/** Rows that compress badly, with line feeds in them. */
const manyRows = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: String(index),
    raw: `{"a":"\n${Math.sin(index)}${Math.cos(index)}\u2028中"}`,
    nested: { at: index, none: null },
    billedCost: index % 3 === 0 ? `0.${String(index).padStart(30, '1')}` : `${index}.50`,
    listCost: null,
    tokens: index % 2 === 0 ? null : { input: null, output: '1', total: String(index) },
  }));

test('a segment of many rows is read as it was written, and written again from what was read', async () => {
  for (const count of [63, 64, 4097]) {
    const notices = [{ code: 'AMOUNT_MISMATCH' as const, message: '{"x\n', date: null }];
    const read: ReadSegment = { ...segmentOf(manyRows(count)), notices, readAt };
    const value = await encode(key, read);
    const again = await decode(key, value);
    expect(plain(again)).toEqual(read);
    expect(again !== null && value.equals(await encode(key, again))).toBe(true);
  }
});

test('few rows of much text are read as they were written', async () => {
  const read: ReadSegment = { ...segmentOf([{ id: 'a', raw: 'x'.repeat(3_000_000) }]), readAt };
  expect(plain(await decode(key, await encode(key, read)))).toEqual(read);
});

test('a value under another key, changed in one byte or cut off counts as absent', async () => {
  for (const count of [2, 50, 200, 12_345]) {
    const value = await encode(key, { ...segmentOf(manyRows(count)), readAt });
    expect(await decode(`${key}x`, value)).toBeNull();
    for (let index = 0; index < value.length; index += Math.ceil(value.length / 100)) {
      const changed = Buffer.from(value);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(await decode(key, changed)).toBeNull();
      expect(await decode(key, value.subarray(0, index))).toBeNull();
    }
  }
});

test('others have their turn while many rows are written and read', async () => {
  const { turns, result: value } = await countTurns(() =>
    encode(key, { ...segmentOf(manyRows(10_000)), readAt }),
  );
  // One for each five hundred rows, at least.
  expect(turns).toBeGreaterThanOrEqual(20);
  const large = Buffer.concat([value, randomBytes(64 * 1_048_576)]);
  expect((await countTurns(() => decode(key, large))).turns).toBeGreaterThanOrEqual(15);
});

async function countTurns<T>(work: () => Promise<T>): Promise<{ turns: number; result: T }> {
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  count();
  const result = await work();
  isOver = true;
  return { turns, result };
}

/** A value whose checksum is right, whatever its body is. */
function sealed(form: string, body: Uint8Array): Buffer {
  const start = `B${form}${versionOf(readAt)}`;
  const sum = crc32(body, crc32(`${start}|${key}`));
  return Buffer.concat([Buffer.from(start + sum.toString(16).padStart(8, '0')), body]);
}

/** A body of columns that says it is so long. */
function columnsOf(bytes: Uint8Array, length = bytes.length): Buffer {
  const said = Buffer.alloc(4);
  said.writeUInt32LE(length);
  return Buffer.concat([said, zstdCompressSync(bytes)]);
}

test('garbage of any kind counts as absent, though its checksum is right', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom('j', 'z', 'c', 'x'),
      async (bytes, form) => {
        expect(await decode(key, Buffer.from(bytes))).toBeNull();
        expect(await decode(key, sealed(form, bytes))).toBeNull();
        expect(await decode(key, sealed(form, zstdCompressSync(bytes)))).toBeNull();
        expect(await decode(key, sealed('c', columnsOf(bytes)))).toBeNull();
        expect(
          await decode(key, Buffer.concat([Buffer.from(`B${form}${versionOf(readAt)}00000000`), bytes])),
        ).toBeNull();
      },
    ),
  );
});

/** A table of columns as it lies in a value: its layout, which a test may change, and the memory behind it. */
async function tableOf(count: number) {
  const value = await encode(key, { ...segmentOf(manyRows(count)), readAt });
  const bytes = zstdDecompressSync(value.subarray(27));
  const length = Number(bytes.readBigUInt64LE(0));
  const memory = bytes.subarray(8 + Math.ceil(length / 8) * 8);
  const layout = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, unknown>;
  const print = (changed: unknown): Buffer => {
    const json = Buffer.from(JSON.stringify(changed));
    const head = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8);
    head.writeBigUInt64LE(BigInt(json.length));
    json.copy(head, 8);
    return Buffer.concat([head, memory]);
  };
  return { bytes, layout, print };
}

/** Each number, text and list of a value of JSON, by the names on the way to it. */
function* pathsIn(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, one] of Object.entries(value)) yield* pathsIn(one, [...path, name]);
}

function replaced(value: unknown, [name, ...rest]: readonly string[], by: unknown): unknown {
  if (name === undefined) return by;
  const copy: Record<string, unknown> = Array.isArray(value)
    ? Object.assign([], value)
    : { ...Object(value) };
  copy[name] = replaced(copy[name], rest, by);
  return copy;
}

test('a layout that lies is that of no value, and takes no memory', async () => {
  const { layout, print } = await tableOf(300);
  expect(await decode(key, sealed('c', columnsOf(print(layout))))).not.toBeNull();
  const paths = [...pathsIn(layout)].filter(([first]) => first !== 'about');
  const before = process.memoryUsage().rss;
  // What differs by no more than what fills up to the next eight bytes is not noticed, and takes no memory, either.
  const lies = [0, 1, -1, 1.5, 280, 320, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, null, 'TEXT', 'DECIMAL', [], {}];
  for (const path of paths) {
    for (const lie of lies) {
      const lying = replaced(layout, path, lie);
      if (JSON.stringify(lying) === JSON.stringify(layout)) continue;
      expect([path, lie, await decode(key, sealed('c', columnsOf(print(lying))))]).toEqual([path, lie, null]);
    }
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1_048_576);
});

test('a table with any bytes changed counts as absent, or is a table of as many rows at most as there are bytes', async () => {
  const { bytes } = await tableOf(100);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
      fc.nat(bytes.length),
      async (changes, end) => {
        const changed = Buffer.from(bytes);
        for (const [at, byte] of changes) changed[at] = byte;
        const read = await decode(key, sealed('c', columnsOf(changed)));
        expect(read?.rows.length ?? 0).toBeLessThan(bytes.length);
        if (end < bytes.length)
          expect(await decode(key, sealed('c', columnsOf(bytes.subarray(0, end))))).toBeNull();
      },
    ),
    { numRuns: 500 },
  );
});

test('a value that is not as long as it says counts as absent, and one that grows without end takes no more than it says', async () => {
  const { bytes } = await tableOf(100);
  for (const length of [0, 1, bytes.length - 1, bytes.length + 1, 2 ** 29, 2 ** 29 + 1, 2 ** 32 - 1]) {
    expect(await decode(key, sealed('c', columnsOf(bytes, length)))).toBeNull();
  }
  // A thousand times as much as there is memory for, were it taken.
  const bomb = zstdCompressSync(Buffer.alloc(268_435_456));
  const many = Buffer.concat(Array.from({ length: 1000 }, () => bomb));
  const before = process.memoryUsage().rss;
  expect(await decode(key, sealed('z', many))).toBeNull();
  for (const length of [100, 1_048_576, 2 ** 26]) {
    const said = Buffer.alloc(4);
    said.writeUInt32LE(length);
    expect(await decode(key, sealed('c', Buffer.concat([said, many])))).toBeNull();
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(512 * 1_048_576);
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
    settings: (settings) => ({ ...settings, redis: { url: redis.url, timeoutMs: 5000 } }),
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
    const shape = row === undefined ? '' : shapeOf(detach(row));
    if (shape.length > (shapes[kind]?.length ?? 0)) shapes[kind] = shape;
  }
  expect({ schemaVersion, shapes }).toMatchInlineSnapshot(`
    {
      "schemaVersion": 5,
      "shapes": {
        "API_KEY_USAGE": "apiKey(id maskedKey name) billedCost billingMethod billingPeriod cacheReadTokens cacheWriteTokens cashAmount chargePeriod(end start) currency cycle date discountedInputUnitPrice discountedOutputUnitPrice id inputTokens inputUnitPrice kind listCost outputTokens outputUnitPrice product(category id name) providerBillingMethod raw reasoningTokens requestCount voucherAmount",
        "BILL": "billedCost billingMethod billingPeriod cashAmount chargePeriod(end start) createdAt currency date id kind listCost product(category id name) providerBillingMethod providerTradeType quantity raw resourceId subAccountId tradeType unitPrice voucherAmount",
        "DAILY_DETAIL": "billedCost billingMethod billingPeriod cashAmount chargePeriod(end start) currency date discount discountedUnitPrice factors feeItem id kind listCost listUnitPrice outstandingAmount paidAmount product(category id name) projectId providerBillingMethod quantity raw resourceId subProduct tokens(input output total) unit voucherAmount",
        "INVOICE": "billingPeriod createdAt currency date dueDate id kind number outstandingAmount periodEnd periodStart providerStatus raw status total url voucherAmount",
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
