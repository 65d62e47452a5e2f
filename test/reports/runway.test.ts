import { describe, expect, test } from 'vitest';

import { addDays, type CalendarDate } from '../../src/domain/calendar.ts';
import type { Decimal } from '../../src/domain/decimal.ts';
import { runwayOf } from '../../src/reports/runway.ts';

const first = '2026-03-01' as CalendarDate;
const on = '2026-03-15' as CalendarDate;

/** Days from the first of March; null: nothing was charged on it. */
const runway = (left: string, costs: readonly (string | null)[]) => {
  const days = costs.map((_, index) => addDays(first, index));
  const cashOn = new Map<CalendarDate, Decimal>();
  for (const [index, cost] of costs.entries()) {
    const day = days[index];
    if (cost !== null && day !== undefined) cashOn.set(day, cost as Decimal);
  }
  return runwayOf({ left: left as Decimal, on, days, cashOn });
};

describe('how long an account lasts', () => {
  test('is the whole days that its median day can still be paid for, and the day after them', () => {
    expect(runway('100', ['10', '30', '9999', '30', '31'])).toEqual({
      days: 3,
      exhaustedOn: '2026-03-18',
      dailyCash: '30',
      basedOnDays: 5,
    });
    expect(runway('90', ['30', '30', '30', '30', '30'])).toMatchObject({
      days: 3,
      exhaustedOn: '2026-03-18',
    });
    expect(runway('89.9999', ['30', '30', '30', '30', '30'])).toMatchObject({ days: 2 });
  });

  test.each(['0', '-0.01', '-4711.5'])('is no day where %s is left: it is exhausted', (left) => {
    expect(runway(left, ['1', '1', '1', '1', '1'])).toMatchObject({ days: 0, exhaustedOn: on });
  });

  test('counts days without charges, but not those before the first', () => {
    expect(runway('10', ['2', null, '2', null, '2'])).toMatchObject({ dailyCash: '2', basedOnDays: 5 });
    expect(runway('10', [null, null, '2', null, '2', '2', '2'])).toMatchObject({ basedOnDays: 5 });
  });

  test.each([
    ['there are four days', ['1', '1', '1', '1']],
    ['there are four days since the first charge', [null, '1', '1', '1', '1']],
    ['nothing was spent', [null, null, null, null, null, null]],
    ['the median day costs nothing', ['5', null, null, null, '5']],
    ['more comes back than is spent', ['-1', '-2', '-3', '1', '-1']],
    ['it lasts for more than a century', ['0.0001', '0.0001', '0.0001', '0.0001', '0.0001']],
  ])('is unknown where %s', (_why, costs) => {
    expect(runway('1000', costs)).toBeNull();
  });

  test('is told to the day of amounts that no double can hold', () => {
    const cost = '123456789012345678.0001';
    expect(runway('1234567890123456780.0010', [cost, cost, cost, cost, cost])).toMatchObject({ days: 10 });
    expect(runway('1234567890123456780.0009', [cost, cost, cost, cost, cost])).toMatchObject({ days: 9 });
  });
});
