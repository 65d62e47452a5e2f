/** The same row has the same id whenever it is read; rows that are alike have each their own, whatever their order. */

import { createHash } from 'node:crypto';

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { createRowIds, disambiguate } from '../../src/domain/row-ids.ts';
import type { RawJson } from '../../src/domain/rows.ts';

test('an id is a digest of account, kind and identity, and of nothing else', () => {
  const rowId = createRowIds('ppio-main', 'BILL');
  const digest = createHash('sha256').update('["ppio-main","BILL","u-1",null,"x"]#0').digest('base64url');
  expect(rowId(['u-1', null, 'x'])).toBe(digest.slice(0, 24));
  expect(rowId(['u-1', null, 'x'])).toBe(rowId(['u-1', null, 'x']));
  const others = [
    rowId([]),
    rowId(['']),
    rowId([null]),
    rowId(['u-1', 'x']),
    rowId(['u-1', null, 'x', null]),
    createRowIds('ppio-main', 'INVOICE')(['u-1', null, 'x']),
    createRowIds('ppio', 'BILL')(['u-1', null, 'x']),
  ];
  expect(new Set([...others, rowId(['u-1', null, 'x'])]).size).toBe(others.length + 1);
});

test('rows that are alike get ids that depend on their texts, not on their order', () => {
  const rowId = createRowIds('ppio-main', 'BILL');
  const row = fc.record({ about: fc.constantFrom('a', 'b', 'c', 'd'), raw: fc.string({ maxLength: 2 }) });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), fc.infiniteStream(fc.nat()), (plain, random) => {
      const rows = plain.map(({ about, raw }) => ({ id: rowId([about]), about, raw: raw as RawJson }));
      const shuffled = rows
        .map((one) => ({ one, at: random.next().value as number }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ one }) => one);
      const [told, others] = [disambiguate(rows), disambiguate(shuffled)];
      expect(new Set(told.map(({ id }) => id)).size).toBe(rows.length);
      const sorted = (list: typeof told) => list.map((one) => JSON.stringify(one)).toSorted();
      expect(sorted(others)).toEqual(sorted(told));
      // The first of those that are alike keeps its name: more of them change nothing for it.
      for (const { about } of rows) {
        const least = rows
          .filter((one) => one.about === about)
          .toSorted((a, b) => (a.raw < b.raw ? -1 : 1))[0];
        expect(told.find(({ id }) => id === rowId([about]))?.raw).toBe(least?.raw);
      }
      expect(told.map(({ raw }) => raw)).toEqual(rows.map(({ raw }) => raw));
    }),
  );
});
