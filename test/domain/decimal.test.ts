/** Money keeps every digit, through reading, shifting, adding, comparing and dividing. */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  compareDecimals,
  divideDecimals,
  parseDecimal,
  shiftLeft,
  subtractDecimals,
  sumDecimals,
  toDecimal,
} from '../../src/domain/decimal.ts';

/** Text of a decimal from its digits and scale, by another way than the product's. */
const print = (coefficient: bigint, scale: number): string => {
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString().padStart(scale + 1, '0');
  const text =
    scale === 0 ? digits : `${digits.slice(0, digits.length - scale)}.${digits.slice(digits.length - scale)}`;
  return coefficient < 0n ? `-${text}` : text;
};
const number = fc.record({
  coefficient: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
  scale: fc.nat(18),
});

test('a decimal is given back as it came, with its scale', () => {
  fc.assert(
    fc.property(number, ({ coefficient, scale }) => {
      expect(toDecimal(print(coefficient, scale))).toBe(print(coefficient, scale));
    }),
  );
});

test.each([
  ['1e-7', '0.0000001'],
  ['1.50E+3', '1500'],
  ['-2.5e1', '-25'],
  ['-0', '0'],
  ['-0.00', '0.00'],
  ['007.10', '7.10'],
  ['0.1234567890123456789012345', '0.1234567890123456789012345'],
  ['12345678901234567890123456789', '12345678901234567890123456789'],
])('%s is %s', (text, decimal) => {
  expect(toDecimal(text)).toBe(decimal);
});

test.each([
  '',
  ' ',
  '1,234.56',
  'NaN',
  'Infinity',
  '+1',
  '.5',
  '5.',
  '1e400',
  '0x10',
  '1_000',
  '--1',
  '１',
  '9'.repeat(101),
])('text that is no amount is refused, never read as something else: %s', (text) => {
  expect(toDecimal(text)).toBeNull();
  expect(() => parseDecimal(text)).toThrow(RangeError);
});

test('a sum is exact, in any order and any grouping', () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 30 }), fc.nat(30), (numbers, cut) => {
      const values = numbers.map(({ coefficient, scale }) => parseDecimal(print(coefficient, scale)));
      const exact = numbers.reduce(
        (sum, { coefficient, scale }) => sum + coefficient * 10n ** BigInt(18 - scale),
        0n,
      );
      const total = sumDecimals(values);
      expect(compareDecimals(total, parseDecimal(print(exact, 18)))).toBe(0);
      const parts = [sumDecimals(values.slice(0, cut)), sumDecimals(values.slice(cut))];
      expect(sumDecimals(parts)).toBe(total);
      expect(sumDecimals(values.toReversed())).toBe(total);
    }),
  );
});

test('a sum has the largest scale among its parts', () => {
  expect(sumDecimals([parseDecimal('1.10'), parseDecimal('2.2000'), parseDecimal('3')])).toBe('6.3000');
  expect(sumDecimals([])).toBe('0');
});

test('a difference added back gives the whole', () => {
  fc.assert(
    fc.property(number, number, (a, b) => {
      const [x, y] = [
        parseDecimal(print(a.coefficient, a.scale)),
        parseDecimal(print(b.coefficient, b.scale)),
      ];
      expect(compareDecimals(sumDecimals([subtractDecimals(x, y), y]), x)).toBe(0);
    }),
  );
});

test('integers in 1/10000 become main units without losing a digit', () => {
  expect(shiftLeft(parseDecimal('1000000'), 4)).toBe('100.0000');
  expect(shiftLeft(parseDecimal('5'), 4)).toBe('0.0005');
  expect(shiftLeft(parseDecimal('-7'), 4)).toBe('-0.0007');
  expect(shiftLeft(parseDecimal('12345678901234567890'), 4)).toBe('1234567890123456.7890');
});

test('a quotient is exact, or unknown', () => {
  expect(divideDecimals(parseDecimal('360.0000'), parseDecimal('1'))).toBe('360.0000');
  expect(divideDecimals(parseDecimal('1'), parseDecimal('8'))).toBe('0.125');
  expect(divideDecimals(parseDecimal('0.0050'), parseDecimal('100'))).toBe('0.00005');
  expect(divideDecimals(parseDecimal('1'), parseDecimal('3'))).toBeNull();
  expect(divideDecimals(parseDecimal('1'), parseDecimal('0.00'))).toBeNull();
});
