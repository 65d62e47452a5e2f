/** Money keeps every digit, through reading, shifting, adding, comparing and dividing. */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  addDecimals,
  compareDecimals,
  divideDecimals,
  isSumOf,
  multiplyDecimals,
  parseDecimal,
  ratioOf,
  shiftLeft,
  subtractDecimals,
  toDecimal,
  trimDecimal,
} from '../../src/domain/decimal.ts';
import { createSum, sumDecimals } from '../../src/domain/sums.ts';

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

/** Of the sizes where a double still holds the digits, and where it does not. */
const near = fc.record({
  coefficient: fc.oneof(
    fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }),
    fc.bigInt({ min: -30n, max: 30n }),
    fc.constantFrom(999_999_999_999_999n, -999_999_999_999_999n, 9_007_199_254_740_993n),
  ),
  scale: fc.constantFrom(0, 0, 4, 4, 10, 16),
});

test('two decimals of any size are added, subtracted, shifted and compared to the last digit', () => {
  fc.assert(
    fc.property(near, near, (a, b) => {
      const [left, right] = [a, b].map(({ coefficient, scale }) => parseDecimal(print(coefficient, scale)));
      if (left === undefined || right === undefined) return;
      const scale = Math.max(a.scale, b.scale);
      const x = a.coefficient * 10n ** BigInt(scale - a.scale);
      const y = b.coefficient * 10n ** BigInt(scale - b.scale);
      expect(addDecimals(left, right)).toBe(print(x + y, scale));
      expect(subtractDecimals(left, right)).toBe(print(x - y, scale));
      expect(compareDecimals(left, right)).toBe(x < y ? -1 : x > y ? 1 : 0);
      expect(shiftLeft(left, 4)).toBe(print(a.coefficient, a.scale + 4));
    }),
  );
});

test('two decimals add up to their sum at whatever scale, and to nothing else', () => {
  const isAlike = fc.boolean();
  const zeros = fc.constantFrom(0, 0, 3);
  fc.assert(
    fc.property(
      near,
      near,
      isAlike,
      zeros,
      fc.bigInt({ min: -2n, max: 2n }),
      (a, other, alike, more, off) => {
        const b = alike ? { ...other, scale: a.scale } : other;
        const scale = Math.max(a.scale, b.scale) + more;
        const sum = [a, b].reduce(
          (all, one) => all + one.coefficient * 10n ** BigInt(scale - one.scale),
          off,
        );
        const [left, right, whole] = [a, b, { coefficient: sum, scale }].map((one) =>
          parseDecimal(print(one.coefficient, one.scale)),
        );
        if (left === undefined || right === undefined || whole === undefined) return;
        expect(isSumOf(whole, left, right)).toBe(off === 0n);
      },
    ),
    { numRuns: 1000 },
  );
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

const decimal = number.map(({ coefficient, scale }) => parseDecimal(print(coefficient, scale)));

test('a sum that grows is at every step the sum of what was added', () => {
  fc.assert(
    fc.property(fc.array(decimal, { maxLength: 20 }), (values) => {
      const sum = createSum();
      expect(sum.value()).toBe('0');
      values.forEach((value, index) => {
        sum.add(value);
        expect(sum.value()).toBe(sumDecimals(values.slice(0, index + 1)));
      });
    }),
  );
});

test('a product is exact, in either order, at the scales of both', () => {
  fc.assert(
    fc.property(number, number, (a, b) => {
      const [x, y] = [
        parseDecimal(print(a.coefficient, a.scale)),
        parseDecimal(print(b.coefficient, b.scale)),
      ];
      expect(multiplyDecimals(x, y)).toBe(print(a.coefficient * b.coefficient, a.scale + b.scale));
      expect(multiplyDecimals(y, x)).toBe(multiplyDecimals(x, y));
    }),
  );
  expect(multiplyDecimals(parseDecimal('-0.5'), parseDecimal('0'))).toBe('0.0');
  expect(multiplyDecimals(parseDecimal('1.120000'), parseDecimal('1000'))).toBe('1120.000000');
});

test.each([
  ['1120.500', '1120.5'],
  ['1120.000', '1120'],
  ['100', '100'],
  ['0', '0'],
  ['0.000', '0'],
  ['-0.50', '-0.5'],
  ['-10.0', '-10'],
  ['0.001', '0.001'],
  ['1000.0100', '1000.01'],
])('%s without the zeros behind its last digit is %s', (text, trimmed) => {
  expect(trimDecimal(parseDecimal(text))).toBe(trimmed);
});

test('trimming changes how a number is written, never the number', () => {
  fc.assert(
    fc.property(decimal, (value) => {
      const trimmed = trimDecimal(value);
      expect(compareDecimals(trimmed, value)).toBe(0);
      expect(toDecimal(trimmed)).toBe(trimmed);
      expect(trimmed).not.toMatch(/\.\d*0$|\.$/);
    }),
  );
});

test.each([
  ['1', '3', 4, '0.3333'],
  ['2', '3', 4, '0.6667'],
  ['1', '8', 2, '0.13'],
  ['-1', '8', 2, '-0.13'],
  ['1', '-8', 2, '-0.13'],
  ['-1', '-8', 2, '0.13'],
  ['0.5', '1', 0, '1'],
  ['-0.5', '1', 0, '-1'],
  ['0.4999', '1.00', 0, '0'],
  ['-0.4999', '1.00', 0, '0'],
  ['2.50', '1', 0, '3'],
  ['0', '-7', 3, '0.000'],
  ['1.50', '0.0003', 1, '5000.0'],
])('%s by %s to %i digits is %s: half goes away from zero', (a, b, digits, expected) => {
  expect(ratioOf(parseDecimal(a), parseDecimal(b), digits)).toBe(expected);
});

test.each(['0', '0.000'])('a ratio to nothing (%s) is unknown', (zero) => {
  expect(ratioOf(parseDecimal('1'), parseDecimal(zero), 2)).toBeNull();
  expect(ratioOf(parseDecimal('0'), parseDecimal(zero), 2)).toBeNull();
});

test('a ratio is never farther off than half its last digit, and on the tie it is the larger one', () => {
  const size = (value: bigint): bigint => (value < 0n ? -value : value);
  fc.assert(
    fc.property(number, number, fc.nat(12), (a, b, digits) => {
      fc.pre(b.coefficient !== 0n);
      const [x, y] = [
        parseDecimal(print(a.coefficient, a.scale)),
        parseDecimal(print(b.coefficient, b.scale)),
      ];
      const ratio = ratioOf(x, y, digits) ?? '';
      expect(toDecimal(ratio)).toBe(ratio);
      expect(digits === 0 ? !ratio.includes('.') : ratio.split('.')[1]?.length === digits).toBe(true);
      // |x| / |y| and |ratio| in units of the last digit: numerator / denominator, and rounded.
      const numerator = size(a.coefficient) * 10n ** BigInt(b.scale + digits);
      const denominator = size(b.coefficient) * 10n ** BigInt(a.scale);
      const rounded = size(BigInt(ratio.replace('.', '')));
      const twiceOff = 2n * (rounded * denominator - numerator);
      expect(twiceOff > -denominator && twiceOff <= denominator).toBe(true);
      const isNegative = a.coefficient < 0n !== b.coefficient < 0n;
      expect(ratio.startsWith('-')).toBe(isNegative && rounded !== 0n);
    }),
  );
});
