/** How a month stands against a budget. */

import type { CalendarDate } from '../domain/calendar.ts';
import {
  addDecimals,
  compareDecimals,
  multiplyDecimals,
  ratioOf,
  zero,
  type Decimal,
} from '../domain/decimal.ts';
import type { Money } from '../domain/money.ts';
import type { CurrencyCode } from '../domain/rows.ts';
import type { SpendSelection } from './charge-filter.ts';

/** A budget of the settings. */
export interface BudgetRule {
  readonly id: string;
  readonly name: string;
  readonly filter: SpendSelection;
  /** The accounts of its scope, by their ids in the settings. A caller who may not see all of them does not see the budget. */
  readonly accounts: readonly string[];
  readonly amount: Money;
  /** The currency of the amount: charges in others are converted into it. Null: they are not counted. */
  readonly convertTo: CurrencyCode | null;
  /** In percent of the amount, ascending. */
  readonly thresholds: readonly number[];
}

export const budgetStates = ['OK', 'WARNING', 'EXCEEDED', 'FORECAST_EXCEEDED', 'UNKNOWN'] as const;
export type BudgetState = (typeof budgetStates)[number];

/** What is known of a month, in the currency of the budget. */
export interface BudgetedMonth {
  /** Null: nothing is known. */
  readonly spent: Decimal | null;
  /** Whether every account of the scope has answered, and all could be counted. */
  readonly isComplete: boolean;
  /** Null: nothing can be foretold. */
  readonly expected: Decimal | null;
}

/**
 * EXCEEDED needs no complete coverage: what is known is enough. Everything else does, since what is not known may be any
 * amount.
 */
export function stateOf({ amount, thresholds }: BudgetRule, month: BudgetedMonth): BudgetState {
  const { spent, isComplete, expected } = month;
  if (spent !== null && compareDecimals(spent, amount.amount) > 0) return 'EXCEEDED';
  if (spent === null || !isComplete) return 'UNKNOWN';
  if (expected !== null && compareDecimals(expected, amount.amount) > 0) return 'FORECAST_EXCEEDED';
  return reachedOf({ amount, thresholds }, spent) === null ? 'OK' : 'WARNING';
}

/** The highest threshold that has been reached; null: none. */
export function reachedOf(
  { amount, thresholds }: Pick<BudgetRule, 'amount' | 'thresholds'>,
  spent: Decimal,
): number | null {
  const part = multiplyDecimals(spent, '100' as Decimal);
  const reached = thresholds.filter(
    (percent) => compareDecimals(part, multiplyDecimals(amount.amount, String(percent) as Decimal)) >= 0,
  );
  return reached.length === 0 ? null : Math.max(...reached);
}

const ratioDigits = 4;

/** What part of the amount has been spent: 0.25 is a quarter. */
export function usedShareOf({ amount }: Pick<BudgetRule, 'amount'>, spent: Decimal): Decimal | null {
  return ratioOf(spent, amount.amount, ratioDigits);
}

/** The day with which the sum of days passes an amount, and does not come back below it; null: it does not. */
export function passedOn(
  days: readonly { readonly day: CalendarDate; readonly amount: Decimal }[],
  limit: Decimal,
): CalendarDate | null {
  let sum = zero;
  let passed: CalendarDate | null = null;
  for (const { day, amount } of days) {
    sum = addDecimals(sum, amount);
    if (compareDecimals(sum, limit) <= 0) passed = null;
    else passed ??= day;
  }
  return passed;
}
