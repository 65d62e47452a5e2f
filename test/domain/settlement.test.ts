/** The moment at which figures become final is the provider's, and no such moment is skipped. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { addMonths, after, instantOf, type TimeZone, type YearMonth } from '../../src/domain/calendar.ts';
import { cutOffAfter, finalAtOf, type SettlementRule } from '../../src/domain/settlement.ts';

const at = (text: string) => instantOf(Date.parse(text));
const rule = (day: number, time: string, zone: string): SettlementRule => ({
  kind: 'nextMonth',
  day,
  time,
  zone: zone as TimeZone,
});
const shanghai = rule(1, '14:00', 'Asia/Shanghai');

describe('the next moment at which a month becomes final', () => {
  test.each([
    ['is that of the month that has just ended', '2026-03-01T05:59:59.999Z', '2026-03-01T06:00:00Z'],
    ['lies after it, not at it', '2026-03-01T06:00:00Z', '2026-04-01T06:00:00Z'],
    [
      'is that of the running month, once the one before is final',
      '2026-03-18T00:00:00Z',
      '2026-04-01T06:00:00Z',
    ],
    [
      "is told by the rule's zone, where the next month has begun",
      '2026-02-28T17:00:00Z',
      '2026-03-01T06:00:00Z',
    ],
    ['lies in the next year after December', '2025-12-20T00:00:00Z', '2026-01-01T06:00:00Z'],
  ])('%s', (_name, instant, cutOff) => {
    expect(cutOffAfter(shanghai, at(instant))).toBe(at(cutOff));
  });

  test('is never where the provider publishes none', () => {
    expect(cutOffAfter({ kind: 'unpublished' }, at('2026-03-01T00:00:00Z'))).toBeNull();
  });

  test('is the first of all months, on any day, at any time, in any zone', () => {
    const months = Array.from({ length: 30 }, (_, index) => addMonths('2025-01' as YearMonth, index));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 28 }),
        fc.constantFrom('00:00', '10:00', '23:59'),
        fc.constantFrom('UTC', 'Asia/Shanghai', 'America/Los_Angeles', 'Pacific/Kiritimati'),
        fc.integer({ min: 0, max: 365 * 86_400 }),
        (day, time, zone, seconds) => {
          const instant = after(at('2025-06-01T00:00:00Z'), seconds * 1000);
          const every = months.map((month) => finalAtOf(rule(day, time, zone), month) ?? 0);
          expect(cutOffAfter(rule(day, time, zone), instant)).toBe(every.find((one) => one > instant));
        },
      ),
    );
  });
});
