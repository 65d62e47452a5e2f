/** Figures on the page keep every digit: what is shortened says so, and nothing passes through a number. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { isZero, minorDigits, showAmount } from '../../../src/page/format/amounts.ts';
import { compareDecimals } from '../../../src/page/format/compare-decimals.ts';
import { showCount, showShortCount } from '../../../src/page/format/counts.ts';
import { directionOf, showChange, showShare } from '../../../src/page/format/ratios.ts';

describe('an amount', () => {
  test.each([
    ['1234567.5', 'en', '1,234,567.50', '1,234,567.50', false],
    ['1234567.5', 'de', '1.234.567,50', '1.234.567,50', false],
    ['1234567.5000', 'zh-CN', '1,234,567.50', '1,234,567.5000', false],
    ['1234.5678', 'en', '1,234.57', '1,234.5678', true],
    ['-1234.5678', 'en', '-1,234.57', '-1,234.5678', true],
    ['0', 'en', '0.00', '0.00', false],
    ['0.0000', 'en', '0.00', '0.0000', false],
    ['0.0099', 'en', '< 0.01', '0.0099', true],
    ['0.0000000001', 'de', '< 0,01', '0,0000000001', true],
    ['-0.004', 'en', '> -0.01', '-0.004', true],
    ['0.0149', 'en', '0.01', '0.0149', true],
    ['12', 'en', '12.00', '12.00', false],
  ])('%s (%s) is shown as %s, and told as %s', (amount, locale, text, exact, isShortened) => {
    expect(showAmount(amount, 'CNY', locale)).toEqual({ text, exact, isShortened });
  });

  test('has every digit where a double would have lost them', () => {
    const amount = '-98765432109876543210.012345678901234567890123';
    expect(showAmount(amount, 'USD', 'en').exact).toBe(
      '-98,765,432,109,876,543,210.012345678901234567890123',
    );
    expect(showAmount(amount, 'USD', 'en').text).toBe('-98,765,432,109,876,543,210.01');
    expect(showAmount(amount, 'USD', 'en', 'all').text).toBe(showAmount(amount, 'USD', 'en').exact);
  });

  test('is written as its currency is', () => {
    expect(minorDigits('JPY')).toBe(0);
    expect(showAmount('1234.4', 'JPY', 'en').text).toBe('1,234');
    expect(showAmount('0.4', 'JPY', 'en').text).toBe('< 1');
    expect(showAmount('1.23456', 'KWD', 'en').text).toBe('1.235');
  });

  const decimals = fc.tuple(
    fc.boolean(),
    fc.stringMatching(/^(0|[1-9]\d{0,25})$/),
    fc.stringMatching(/^\d{0,14}$/),
  );
  const amounts = decimals.map(
    ([isNegative, whole, fraction]) =>
      `${isNegative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`,
  );

  test('gives back its digits when the grouping is taken off, whatever it is', () => {
    fc.assert(
      fc.property(amounts, (amount) => {
        const { exact } = showAmount(amount, 'CNY', 'en');
        expect(compareDecimals(exact.replaceAll(',', ''), amount)).toBe(0);
      }),
    );
  });

  test('that is not shortened lacks no digit, and one that is not nothing is never shown as nothing', () => {
    fc.assert(
      fc.property(amounts, (amount) => {
        const { text, isShortened } = showAmount(amount, 'CNY', 'en');
        const digits = text.replaceAll(',', '');
        if (!isShortened) expect(compareDecimals(digits, amount)).toBe(0);
        expect(isZero(text)).toBe(isZero(amount));
      }),
    );
  });

  test('has its place among others by its digits', () => {
    const ordered = [
      '-10.01',
      '-10',
      '-0.0001',
      '0',
      '0.00009',
      '0.0001',
      '9.99',
      '10',
      '98765432109876543210.5',
    ];
    for (const [index, amount] of ordered.entries()) {
      for (const [other, against] of ordered.entries()) {
        expect(compareDecimals(amount, against)).toBe(Math.sign(index - other));
      }
    }
    expect(compareDecimals('1.50', '1.5')).toBe(0);
    expect(compareDecimals('-0.0', '0')).toBe(0);
  });
});

test('counts keep every digit, and have a short form', () => {
  expect(showCount('12345678901234567890', 'en')).toBe('12,345,678,901,234,567,890');
  expect(showCount('1234.5', 'en')).toBe('1,234.5');
  expect(showShortCount('1234567', 'en')).toBe('1.23M');
  expect(showShortCount('1234567', 'zh-CN')).toBe('123万');
});

test('shares and changes are said in percent, and changes with their sign', () => {
  expect(showShare('0.253411', 'en')).toBe('25.3%');
  expect(showShare('-0.000100', 'en')).toBe('-0.0%');
  expect(showChange('0.25', 'en')).toBe('+25.0%');
  expect(showChange('-0.5', 'en')).toBe('-50.0%');
  expect(showChange('11.704', 'en')).toBe('+1,170.4%');
  expect(showChange('0.000000', 'en')).toBe('0.0%');
  expect([directionOf('0.1'), directionOf('-0.1'), directionOf('0.000000')]).toEqual([1, -1, 0]);
});
