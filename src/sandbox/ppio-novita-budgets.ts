/** What keys of PPIO and Novita may spend: of each another kind of budget, and one that is exceeded. */

import { dayAt, monthStart, secondsOf } from './days.ts';
import type { Row } from './ppio-novita-rows.ts';
import { keyDaysOf, offsetHours, type Brand, type KeyDay } from './ppio-novita-truth.ts';

export interface KeyBudget {
  readonly keyId: string;
  readonly keyName: string;
  readonly type: 'Unlimited' | 'One-time' | 'Recurring(Monthly)';
  /** In 1/10000; of an unlimited one 0. */
  readonly limit: bigint;
  readonly used: bigint;
  /** Seconds; of what does not recur 0. */
  readonly start: number;
  readonly end: number;
}

const step = 1_000_000n;
const types = ['Recurring(Monthly)', 'One-time', 'Unlimited'] as const;

/** The budgets of all keys: the first has 10 to spend in a month, which is exceeded, one has a million once. */
export function keyBudgetsOf(seed: number, brand: Brand, nowMs: number): KeyBudget[] {
  const offset = offsetHours[brand];
  const month = monthStart(dayAt(nowMs, offset));
  const usage = keyDaysOf(seed, brand, nowMs);
  return [...Map.groupBy(usage, ({ keyId }) => keyId)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([keyId, rows], index) => {
      const type = types[index % types.length] ?? 'Unlimited';
      const isMonthly = type === 'Recurring(Monthly)';
      const counted = rows.filter(({ day }) => !isMonthly || day >= month);
      const used = counted.reduce((sum: bigint, { amount }: KeyDay) => sum + amount, 0n) / step;
      return {
        keyId,
        keyName: rows[0]?.keyName ?? '',
        type,
        limit: isMonthly ? 100_000n : type === 'One-time' ? 10_000_000_000n : 0n,
        used: type === 'Unlimited' ? 0n : used,
        start: isMonthly ? secondsOf(month, offset) : 0,
        end: isMonthly ? secondsOf(monthStart(month, 1), offset) - 1 : 0,
      };
    });
}

/** Includes the e-mail address of the person who created the key: no client may see it. */
export function keyBudgetRow({ keyId, keyName, type, limit, used, start, end }: KeyBudget): Row {
  return {
    key_id: keyId,
    key_name: keyName,
    budget_type: type,
    budget_limit: Number(limit),
    used: Number(used),
    remaining: Number(limit - used),
    cycle: type === 'Recurring(Monthly)' ? 'monthly' : '',
    period_start: start,
    period_end: end,
    creator_email: 'li.wei@people.example',
    creator_name: 'Li Wei',
  };
}
