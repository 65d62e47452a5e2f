/** Rows are in the order of their exact values, whatever doubles make of them, and a place is found again. */

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { compareDecimals, type Decimal } from '../../src/domain/decimal.ts';
import { byDecimal, byInstant, byText, createOrder } from '../../src/query/order.ts';
import type { Instant } from '../../src/domain/calendar.ts';

/** Amounts that are alike, or the same, as doubles. */
const amount = fc.constantFrom(
  '0',
  '0.00',
  '-0.01',
  '1.10',
  '1.1',
  '9007199254740992',
  '9007199254740993',
  '9007199254740993.0',
  '-9007199254740993',
  '0.1000000000000000055511151231257827',
  '0.1',
  '123456789012345678901234567890.12',
  '123456789012345678901234567890.13',
);
const row = fc.record({
  account: fc.record({ id: fc.constantFrom('a', 'b') }),
  row: fc.record({
    id: fc.constantFrom('1', '2', '3'),
    text: fc.constantFrom('x', 'y', 'Ä', '中'),
    amount,
    at: fc.nat(3),
  }),
});
type Row = typeof row extends fc.Arbitrary<infer One> ? One : never;

const text = byText<Row>((one) => one.row.text);
const decimal = byDecimal<Row>((one) => one.row.amount as Decimal);
const instant = byInstant<Row>((one) => (one.row.at === 0 ? null : (one.row.at as Instant)));

const compareText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
const byOracle = {
  text: (a: Row, b: Row) => compareText(a.row.text, b.row.text),
  decimal: (a: Row, b: Row) => compareDecimals(a.row.amount as Decimal, b.row.amount as Decimal),
  instant: (a: Row, b: Row) => a.row.at - b.row.at,
};

test.each([
  ['text', [text], ['text']],
  ['decimal', [decimal], ['decimal']],
  ['text and decimal', [text, decimal], ['text', 'decimal']],
  ['decimal before text', [decimal, text], ['decimal', 'text']],
  ['decimal, instant and text', [decimal, instant, text], ['decimal', 'instant', 'text']],
] as const)('by %s, either way', (_name, parts, names) => {
  for (const direction of ['ASC', 'DESC'] as const) {
    const order = createOrder<Row>('test', parts, direction);
    const sign = direction === 'ASC' ? 1 : -1;
    const oracle = (a: Row, b: Row): number => {
      for (const name of names) {
        const compared = byOracle[name](a, b);
        if (compared !== 0) return sign * compared;
      }
      return compareText(a.account.id, b.account.id) || compareText(a.row.id, b.row.id);
    };
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
        const sorted = order.sort(rows).map((place) => rows[place] as Row);
        expect(sorted).toEqual(rows.toSorted(oracle));
        for (const [index, one] of sorted.entries()) {
          const place = order.placeOf(one);
          expect(order.isPlace(JSON.parse(JSON.stringify(place)))).toBe(true);
          const before = sorted[index - 1];
          if (before !== undefined)
            expect(order.compare(order.placeOf(before), place)).toBeLessThanOrEqual(0);
        }
      }),
    );
  }
});

test('a value that is no sort key is refused', () => {
  const order = createOrder<Row>('test', [decimal, instant], 'ASC');
  const good = ['1.10', 3, 'a', '1'];
  expect(order.isPlace(good)).toBe(true);
  for (const bad of [
    [],
    good.slice(1),
    [...good, 'x'],
    ['x', 3, 'a', '1'],
    ['1.10', '3', 'a', '1'],
    ['1.10', 3, 1, '1'],
  ])
    expect(order.isPlace(bad)).toBe(false);
});
