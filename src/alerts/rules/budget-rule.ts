/** budget: what a month has spent of a budget, and the first time that it is expected to pass it. */

import { compareDecimals, multiplyDecimals, type Decimal } from '../../domain/decimal.ts';
import type { GatewayContext } from '../../query/context.ts';
import { readBudgets, type Budget } from '../../query/read-budgets.ts';
import type { AllocationChoice } from '../../reports/allocation-rules.ts';
import type { BudgetRule } from '../../reports/budgets.ts';
import type { Evaluation, Step, StepState } from '../advance.ts';
import { createNameTest, type RuleOf } from '../alert-rules.ts';
import type { BudgetDetails } from '../details.ts';
import { asOfAll, attempt, finalityOf, gapIn, merged, nothing, unseen, type Evaluate } from './rule-input.ts';

export const evaluateBudget: Evaluate<RuleOf<'budget'>> = async (rule, input) => {
  const isNamed = createNameTest(rule.budgets);
  const named = input.context.budgets.filter(
    (budget) => isNamed(budget.id) && isAbout(budget, rule.allocations),
  );
  return merged(
    await Promise.all(
      named.map(async (budget) => {
        const { counted, without } = countedOf(budget, input.context);
        const own = { ...input.context, budgets: [{ ...budget, accounts: counted }] };
        const read = await attempt(() => readBudgets(null, own));
        const [found] = 'value' in read ? read.value : [];
        const error = 'error' in read ? read.error : (found?.error ?? gapIn(found?.sources ?? [])?.error);
        const isComplete = found !== undefined && found.error === null && gapIn(found.sources) === null;
        if (isComplete && found.spent !== null) return toVerdicts(found, found.spent.amount, without);
        const { id, name } = budget;
        return {
          ...nothing,
          unseen: [unseen('BUDGET', `budget:${id}`, name, counted, error ?? null, input)],
          held: [`forecast:${id}`],
        };
      }),
    ),
  );
};

/** Whether a budget is about nothing but these values. */
function isAbout({ filter }: BudgetRule, choices: readonly AllocationChoice[]): boolean {
  return choices.every(({ id, values }) =>
    filter.allocations?.some((own) => own.id === id && own.values.every((value) => values.includes(value))),
  );
}

/** The accounts of a budget whose charges can be counted, and the names of the others: no figures of theirs will come. */
function countedOf({ accounts }: BudgetRule, { visibility }: GatewayContext) {
  const all = visibility.accounts.filter(({ id }) => accounts.includes(id));
  const lacking = all.filter(
    ({ kinds }) => !kinds.some((kind) => kind === 'BILL' || kind === 'DAILY_DETAIL'),
  );
  if (lacking.length === all.length) return { counted: accounts, without: [] };
  const counted = accounts.filter((id) => !lacking.some((account) => account.id === id));
  return { counted, without: lacking.map(({ name }) => name) };
}

function toVerdicts(budget: Budget, spent: Decimal, without: readonly string[]): Evaluation {
  const { rule, month, sources } = budget;
  const { amount } = rule.amount;
  const toDetails = (threshold: BudgetDetails['threshold']): BudgetDetails => ({
    kind: 'BUDGET',
    budget: { id: rule.id, name: rule.name },
    month,
    amount: rule.amount,
    spent: { amount: spent, currency: rule.amount.currency },
    ratio: budget.ratio,
    threshold,
    expected: budget.forecast?.expected ?? null,
    exceededOn: budget.exceededOn,
    without,
    finality: finalityOf(sources),
    asOf: asOfAll(sources),
  });
  const steps = rule.thresholds.map((threshold): Step => ({
    threshold: String(threshold),
    state: stateAbove(spent, multiplyDecimals(amount, percent(threshold)), calmSpent),
    details: toDetails(threshold),
  }));
  const common = { kind: 'BUDGET' as const, period: month, accounts: rule.accounts };
  const forecast: Step = {
    threshold: 'FORECAST',
    state: forecastState(budget, spent),
    details: toDetails('FORECAST'),
  };
  return {
    ...nothing,
    verdicts: [
      { ...common, scope: `budget:${rule.id}`, steps },
      // Expectations move up and down: people are told the first time, and not when it passes.
      { ...common, scope: `forecast:${rule.id}`, steps: [forecast], once: true },
    ],
  };
}

/** Spending goes back by corrections alone: an alarm is over once it is a fiftieth below. */
const calmSpent = '0.98' as Decimal;
const calmForecast = '0.95' as Decimal;

function stateAbove(value: Decimal, limit: Decimal, calm: Decimal): StepState {
  if (compareDecimals(value, limit) >= 0) return 'FIRES';
  return compareDecimals(value, multiplyDecimals(limit, calm)) >= 0 ? 'HOLDS' : 'CLEARS';
}

function forecastState({ rule, forecast }: Budget, spent: Decimal): StepState {
  // What has happened need not be expected any more.
  if (compareDecimals(spent, rule.amount.amount) > 0) return 'ENDS';
  if (forecast === null) return 'HOLDS';
  const { estimated } = forecast.expected;
  if (compareDecimals(estimated, rule.amount.amount) > 0) return 'FIRES';
  return compareDecimals(estimated, multiplyDecimals(rule.amount.amount, calmForecast)) > 0
    ? 'HOLDS'
    : 'ENDS';
}

function percent(threshold: number): Decimal {
  return `${Math.floor(threshold / 100)}.${String(threshold % 100).padStart(2, '0')}` as Decimal;
}
