/** budgets: how a month stands against the budgets of the settings. */

import { readBudgets, type Budget } from '../../query/read-budgets.ts';
import { budgetStates } from '../../reports/budgets.ts';
import { builder } from '../builder.ts';
import { CoverageType, SourceErrorType, toSourceError, type SourceError } from '../types/coverage-types.ts';
import { createEnum } from '../types/enums.ts';
import { IntervalType } from '../types/interval-type.ts';
import { MoneyType } from '../types/money-types.ts';

const BudgetStateEnum = createEnum('BudgetState', 'How a month stands against a budget.', budgetStates, {
  OK: 'Nothing else holds: no threshold has been reached, and the budget is not expected to be passed.',
  WARNING: 'A threshold has been reached, and the budget is neither passed nor expected to be.',
  EXCEEDED: 'More than the budget has been charged. It takes no complete coverage to know that.',
  FORECAST_EXCEEDED: 'The month is expected to pass the budget.',
  UNKNOWN:
    'An account of its scope did not answer, or charges could not be converted, and what is known does not exceed it.',
});

const BudgetType = builder.objectRef<Budget>('Budget').implement({
  description: 'A budget of the settings in a month, and how the month stands against it.',
  fields: (t) => ({
    id: t.id({
      description: 'Of the budget in this month. Unique over all types; node does not take it.',
      resolve: ({ rule, month }) => `budget:${rule.id}:${month}`,
    }),
    budgetId: t.string({ description: 'What the settings call it.', resolve: ({ rule }) => rule.id }),
    name: t.string({ description: 'For people.', resolve: ({ rule }) => rule.name }),
    month: t.expose('month', { type: 'YearMonth', description: "The month, in each provider's own zone." }),
    amount: t.field({
      type: MoneyType,
      description: 'What the month may come to.',
      resolve: ({ rule }) => rule.amount,
    }),
    thresholds: t.intList({
      description: 'In percent of amount, ascending: which to be warned at.',
      resolve: ({ rule }) => [...rule.thresholds],
    }),
    spent: t.expose('spent', {
      type: MoneyType,
      nullable: true,
      description:
        'What is known to have been charged in the month, to the last digit; charges in other currencies converted at the rate of their day where the budget says convertTo. Without complete coverage it is at least this. Null where nothing is known, or something cannot be converted (error).',
    }),
    remaining: t.expose('remaining', {
      type: MoneyType,
      nullable: true,
      description:
        'The amount less what was spent; negative where it is exceeded. Null where something is not known.',
    }),
    ratio: t.expose('ratio', {
      type: 'Decimal',
      nullable: true,
      description:
        'What was spent divided by the amount, rounded to four digits: 0.25 is a quarter. Null where something is not known.',
    }),
    reachedThreshold: t.exposeInt('reachedThreshold', {
      nullable: true,
      description:
        'The highest threshold that what is known to have been charged has reached. Null: none has been.',
    }),
    forecast: t.expose('forecast', {
      type: IntervalType,
      nullable: true,
      description:
        'What the month is expected to come to, in the currency of amount, as forecast tells it. Null where something is not known, or too little of its history is.',
    }),
    exceededOn: t.expose('exceededOn', {
      type: 'Date',
      nullable: true,
      description:
        "The day with which the month passed the budget, or is expected to. Null: neither. In each provider's own zone.",
    }),
    state: t.expose('state', { type: BudgetStateEnum, description: 'How it stands.' }),
    otherCurrencies: t.expose('others', {
      type: [MoneyType],
      description:
        'What its scope was charged in other currencies: that is in none of the other fields, since without convertTo nothing is converted, and currencies are never added.',
    }),
    error: t.field({
      type: SourceErrorType,
      nullable: true,
      description:
        'Why charges could not be converted: EXCHANGE_RATE_MISSING. Accounts that failed say so in coverage.',
      resolve: ({ error }): SourceError | null => error && toSourceError(error),
    }),
    coverage: t.field({
      type: CoverageType,
      description:
        'How old, complete and final it is. An account whose provider has no list of charges is FAILED here, too: name the others in the filter of the budget.',
      resolve: ({ sources }) => ({ sources }),
    }),
  }),
});

builder.queryField('budgets', (t) =>
  t.field({
    type: [BudgetType],
    nullable: true,
    description:
      'How a month stands against each budget of the settings, in their order. A caller sees a budget only if it may see every account in its scope. For the forecast it reads the twelve months before, which the history keeps ready.',
    args: {
      month: t.arg({
        type: 'YearMonth',
        description: 'Up to the next month. Null: of each budget the one that runs at all of its accounts.',
      }),
    },
    resolve: (_root, { month }, context) => readBudgets(month ?? null, context),
  }),
);
