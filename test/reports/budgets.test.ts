/** What a budget says is true: exceeded as soon as that is known, within it only when everything is. */

import { expect, test } from 'vitest';

import { toCalendarDate } from '../../src/domain/calendar.ts';
import { parseDecimal } from '../../src/domain/decimal.ts';
import { toCurrencyCode } from '../../src/domain/rows.ts';
import { passedOn, reachedOf, stateOf, usedShareOf, type BudgetRule } from '../../src/reports/budgets.ts';

const currency = toCurrencyCode('CNY');
if (currency === null) throw new Error('CNY');
const rule: BudgetRule = {
  id: 'b',
  name: 'b',
  filter: {},
  accounts: [],
  amount: { amount: parseDecimal('1000.00'), currency },
  convertTo: null,
  thresholds: [50, 80, 100],
};

test.each([
  // spent, complete, expected, state, threshold
  ['499.99', true, null, 'OK', null],
  ['500', true, null, 'WARNING', 50],
  ['799.99', true, '1000', 'WARNING', 50],
  ['800.00', true, '999', 'WARNING', 80],
  ['800', true, '1000.01', 'FORECAST_EXCEEDED', 80],
  ['10', true, '1000.0000001', 'FORECAST_EXCEEDED', null],
  ['1000.00', true, '1000.00', 'WARNING', 100],
  ['1000.0000000001', true, '900', 'EXCEEDED', 100],
  ['1000.01', false, null, 'EXCEEDED', 100],
  ['1000', false, '2000', 'UNKNOWN', 100],
  ['1', false, null, 'UNKNOWN', null],
  ['-20', true, '-5', 'OK', null],
] as const)(
  'of 1000, %s with complete coverage %s and %s expected is %s',
  (spent, isComplete, expected, state, threshold) => {
    const known = parseDecimal(spent);
    const likely = expected === null ? null : parseDecimal(expected);
    expect(stateOf(rule, { spent: known, isComplete, expected: likely })).toBe(state);
    expect(reachedOf(rule, known)).toBe(threshold);
  },
);

test('of nothing known nothing is said', () => {
  expect(stateOf(rule, { spent: null, isComplete: false, expected: null })).toBe('UNKNOWN');
  expect(usedShareOf(rule, parseDecimal('333.33'))).toBe('0.3333');
});

test('a budget is passed on the day after which the month stays above it', () => {
  const days = (...amounts: string[]) =>
    amounts.map((amount, index) => {
      const day = toCalendarDate(`2026-03-0${index + 1}`);
      if (day === null) throw new Error('date');
      return { day, amount: parseDecimal(amount) };
    });
  const limit = parseDecimal('10');
  expect(passedOn(days('5', '5', '0'), limit)).toBeNull();
  expect(passedOn(days('5', '5.0001', '1'), limit)).toBe('2026-03-02');
  expect(passedOn(days('11', '-2', '0.5', '1'), limit)).toBe('2026-03-04');
  expect(passedOn([], limit)).toBeNull();
});
