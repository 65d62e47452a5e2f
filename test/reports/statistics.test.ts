import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { compareDecimals, type Decimal } from '../../src/domain/decimal.ts';
import { medianDeviationOf, medianOf, quantileOf } from '../../src/reports/statistics.ts';

const of = (...texts: string[]) => texts as Decimal[];
const amounts = fc.array(
  fc.tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: 0, max: 9999 })),
  { minLength: 1, maxLength: 40 },
);
const share = (text: string) => text as Decimal;

describe('estimates from exact decimals', () => {
  test('the median of an odd number is the middle one as it was written, whatever the order', () => {
    expect(medianOf(of('10.50', '9.1', '-3', '100', '10.4'))).toBe('10.4');
    expect(medianOf(of('2', '10', '1'))).toBe('2');
  });

  test('the median of an even number lies between the middle two, to the last digit', () => {
    expect(medianOf(of('0.01', '0.02'))).toBe('0.015');
    expect(medianOf(of('-1', '0'))).toBe('-0.5');
    expect(medianOf(of('9007199254740993', '9007199254740995', '1', '99999999999999999'))).toBe(
      '9007199254740994.0',
    );
  });

  test('nothing has no median: it is unknown, not zero', () => {
    expect(medianOf([])).toBeNull();
    expect(medianDeviationOf([])).toBeNull();
    expect(quantileOf([], share('0.9'))).toBeNull();
  });

  test('one day out of many moves neither the median nor the deviation', () => {
    const usual = ['10', '11', '9', '10', '12', '8', '10'];
    expect(medianOf(of(...usual, '1000000'))).toBe('10.0');
    expect(medianDeviationOf(of(...usual, '1000000'))).toBe('1.00');
  });

  test('a quantile lies between two values in proportion', () => {
    expect(quantileOf(of('4', '1', '3', '2'), share('0'))).toBe('1');
    expect(quantileOf(of('4', '1', '3', '2'), share('1'))).toBe('4');
    expect(quantileOf(of('4', '1', '3', '2'), share('0.25'))).toBe('1.75');
    expect(quantileOf(of('1.5'), share('0.99'))).toBe('1.5');
  });

  test('of any amounts: half of them lie on either side of the median, and quantiles rise with their share', () => {
    fc.assert(
      fc.property(amounts, (parts) => {
        const values = parts.map(([whole, rest]) => `${whole}.${String(rest).padStart(4, '0')}` as Decimal);
        const median = medianOf(values) ?? share('0');
        const shares = ['0', '0.1', '0.25', '0.5', '0.9', '1'].map(
          (text) => quantileOf(values, share(text)) ?? median,
        );
        expect(values.filter((value) => compareDecimals(value, median) < 0).length * 2).toBeLessThanOrEqual(
          values.length,
        );
        expect(values.filter((value) => compareDecimals(value, median) > 0).length * 2).toBeLessThanOrEqual(
          values.length,
        );
        expect(shares.toSorted(compareDecimals)).toEqual(shares);
      }),
    );
  });
});
