/** Packed rows are the rows that were packed: every field, as JSON, in any thread. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';

import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';

import { buffersOf, createPacker, disambiguatePacked, unpack } from '../../src/table/packed-rows.ts';
import { detach, distinctValues } from '../../src/domain/row-list.ts';
import { disambiguate } from '../../src/domain/row-ids.ts';
import type { RowKind, RowOf } from '../../src/domain/rows.ts';
import { root } from '../support/process.ts';

type Row = RowOf[RowKind];

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', 'gpu', 'llm', '显卡🙂', '\u0000'));
const word = fc.oneof(text, fc.constant(null));
/** As Decimal is: plain, and of any length. */
const digits = fc.oneof(
  fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
  fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
  fc.constantFrom(0n, 999_999_999_999_999n, -999_999_999_999_999n, 9_999_999_999_999_999n, 2n ** 53n + 1n),
);
const decimal = fc.tuple(digits, fc.integer({ min: 0, max: 20 })).map(([value, scale]) => {
  const padded = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const sign = value < 0n ? '-' : '';
  return scale === 0 ? sign + padded : `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
});
const figure = fc.option(decimal, { freq: 3 });
const instant = fc.integer({ min: 0, max: 253_402_300_799_999 });
const date = fc.constantFrom('2026-02-01', '2026-02-02', '2026-03-01');

const base = {
  id: text,
  date,
  currency: fc.constantFrom('CNY', 'USD'),
  billingPeriod: fc.constantFrom('2026-02', '2026-03'),
};
const charge = {
  ...base,
  product: fc.record({ id: word, name: fc.constantFrom('A', 'B', 'C'), category: word }),
  chargePeriod: fc.record({ start: fc.constantFrom(0, 86_400_000), end: instant }),
  listCost: figure,
  billedCost: decimal,
  voucherAmount: figure,
  cashAmount: figure,
  billingMethod: fc.constantFrom('SPOT', null),
  providerBillingMethod: word,
};
const kinds: Record<RowKind, fc.Arbitrary<object>> = {
  BILL: fc.record({
    ...charge,
    resourceId: word,
    subAccountId: word,
    tradeType: fc.constantFrom('RENEWAL', 'OTHER'),
    providerTradeType: word,
    quantity: figure,
    unitPrice: figure,
    createdAt: fc.option(instant),
    raw: text,
  }),
  API_KEY_USAGE: fc.record({
    ...charge,
    cycle: fc.constant('DAY'),
    apiKey: fc.record({ id: text, name: word, maskedKey: word }),
    inputTokens: figure,
    outputTokens: figure,
    requestCount: figure,
    inputUnitPrice: figure,
    raw: text,
  }),
  DAILY_DETAIL: fc.record({
    ...charge,
    projectId: word,
    tokens: fc.option(fc.record({ input: figure, output: figure, total: decimal })),
    discount: figure,
    paidAmount: figure,
    raw: text,
  }),
  INVOICE: fc.record({
    ...base,
    number: word,
    total: decimal,
    outstandingAmount: figure,
    url: word,
    raw: text,
  }),
};

const packed = (rows: readonly Row[]) => {
  const packer = createPacker();
  for (const row of rows) packer.add(row);
  return packer.end();
};
const json = (rows: Iterable<unknown>): unknown => JSON.parse(JSON.stringify([...rows]));

describe.each(Object.entries(kinds))('%s', (_kind, row) => {
  test('any rows are what they were, field by field and as JSON, and so is what a field holds', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), (plain) => {
        const rows = plain as Row[];
        const read = unpack(packed(rows));
        expect(json(read)).toEqual(rows);
        expect([read.length, read.at(rows.length)]).toEqual([rows.length, undefined]);
        expect(Array.from(read, (one) => detach(one))).toEqual(rows);
        for (const [place, one] of rows.entries()) {
          const found = read.at(place);
          for (const name of Object.keys(one) as (keyof Row)[]) {
            expect(found?.[name]).toEqual(one[name]);
            expect(found !== undefined && name in found).toBe(true);
            expect(new Set(json(distinctValues(read, name)) as unknown[]).size).toBeGreaterThan(0);
          }
          // What a row does not have it does not seem to have.
          for (const name of ['total', 'apiKey', 'tradeType', 'tokens', 'cycle']) {
            expect(found !== undefined && name in found).toBe(name in one);
          }
        }
        for (const name of ['date', 'billingPeriod', 'billedCost', 'product', 'id'] as (keyof Row)[]) {
          if (rows[0] === undefined || !(name in rows[0])) continue;
          const values = (from: Iterable<unknown>): Set<string> =>
            new Set(Array.from(from, (one) => JSON.stringify(one)));
          expect(values(distinctValues(read, name))).toEqual(values(rows.map((one) => one[name])));
        }
      }),
      { numRuns: 300 },
    );
  });
});

test('rows are told apart as those are that are not packed', () => {
  const id = fc.constantFrom('a'.repeat(24), `${'a'.repeat(23)}b`, 'c'.repeat(24));
  const row = fc.record({ id, raw: fc.constantFrom('x', 'y', 'z', '显') });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 30 }), (plain) => {
      const rows = plain as unknown as Row[];
      const table = packed(rows);
      disambiguatePacked(table);
      expect(json(unpack(table))).toEqual(disambiguate(rows));
    }),
  );
});

test('a table goes to another thread without a copy, and takes the memory that it says', async () => {
  const rows = fc.sample(kinds.DAILY_DETAIL, { numRuns: 3000, seed: 1 }) as Row[];
  const table = packed(rows);
  const { port1, port2 } = new MessageChannel();
  const arrived = new Promise<ReturnType<typeof packed>>((resolve) => port2.once('message', resolve));
  port1.postMessage(table, buffersOf(table));
  const buffers = buffersOf(table);
  expect(buffers.every(({ byteLength }) => byteLength === 0)).toBe(true);
  const moved = await arrived;
  port1.close();
  expect(json(unpack(moved))).toEqual(rows);
  const bytes = buffersOf(moved).reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(unpack(moved).bytes?.()).toBeGreaterThanOrEqual(bytes);
});

test('a field in which each row has its own word, and those that come again among them', () => {
  const [one] = fc.sample(kinds.DAILY_DETAIL, { numRuns: 1, seed: 1 }) as Row[];
  const rows = Array.from({ length: 20_000 }, (_, index) => {
    const resourceId = index % 3 === 0 ? null : `endpoint-${index % 5 === 0 ? index % 100 : index}`;
    return { ...one, projectId: resourceId, id: `row-${index}` } as unknown as Row;
  });
  const read = unpack(packed(rows));
  expect(json(read)).toEqual(rows);
  const values = new Set(distinctValues(read, 'projectId' as never));
  expect(values).toEqual(new Set(rows.map((row) => ('projectId' in row ? row.projectId : null))));
});

test('a row that lacks a field of the first is refused', () => {
  const [one] = fc.sample(kinds.BILL, { numRuns: 1, seed: 1 }) as Row[];
  const packer = createPacker();
  if (one !== undefined) packer.add(one);
  const { billingPeriod: _gone, ...rest } = one as unknown as Record<string, unknown>;
  expect(() => packer.add(rest as unknown as Row)).toThrow(TypeError);
});

describe('a field that is added to a row', () => {
  /** What the type checker says of the packer, should rows have a field more each. */
  const checked = (fields: readonly (readonly [row: string, field: string])[]): string => {
    const folder = mkdtempSync(join(tmpdir(), 'rows-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const at = (path: string): string => JSON.stringify(join(root, path));
    const types = ['Decimal', 'TokenCounts', 'IntegerText'].map(
      (name) =>
        `import type { ${name} } from ${at(`src/domain/${name === 'Decimal' ? 'decimal' : 'rows'}.ts`)};`,
    );
    const rows = fields.map(([row, field]) => `interface ${row} { readonly ${field} }`);
    writeFileSync(
      join(folder, 'planted.ts'),
      `${types.join('\n')}\nimport ${at('src/table/packed-rows.ts')};\ndeclare module ${at('src/domain/rows.ts')} { ${rows.join(' ')} }\nexport type Used = Decimal | TokenCounts | IntegerText;\n`,
    );
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions: { typeRoots: [join(root, 'node_modules/@types')] },
        files: ['planted.ts'],
        include: [],
      }),
    );
    const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
    return stdout;
  };

  test('of numbers, and of which the packer does not say how it keeps it, does not pass the types', () => {
    const told = checked([
      ['BillRow', 'surcharge: Decimal | null'],
      ['ApiKeyUsageRow', 'calls: IntegerText | null'],
      ['DailyDetailRow', 'thoughts: TokenCounts | null'],
      ['InvoiceRow', 'reminders: number'],
    ]);
    for (const field of ['surcharge', 'calls', 'thoughts', 'reminders'])
      expect(told).toMatch(new RegExp(`packed-rows\\.ts.*${field}`));
  });

  test('of words may be kept as all others are', () => {
    expect(checked([['BillRow', 'remark: string | null']])).toBe('');
  });
});
