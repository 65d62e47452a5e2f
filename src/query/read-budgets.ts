/** Compares a month with the budgets in the settings. A caller sees a budget only if it may see all of its accounts. */

import type { CalendarDate, YearMonth } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import { createConverter, type Converter, type ExchangeRate } from '../domain/currency-conversion.ts';
import { multiplyDecimals, subtractDecimals, zero, type Decimal } from '../domain/decimal.ts';
import { isGatewayError, type GatewayError } from '../domain/errors.ts';
import type { Interval } from '../domain/interval.ts';
import type { Money } from '../domain/money.ts';
import {
  passedOn,
  reachedOf,
  stateOf,
  usedShareOf,
  type BudgetRule,
  type BudgetState,
} from '../reports/budgets.ts';
import { costOf, daysOf, forecastMonth } from '../reports/forecast.ts';
import type { GatewayContext, Visibility } from './context.ts';
import { readDailyCosts, type Convert, type CostSeries } from './daily-costs.ts';
import { checkMonth, runningMonth, toBasis, toInterval } from './read-forecast.ts';

/** A budget in a month. */
export interface Budget {
  readonly rule: BudgetRule;
  readonly month: YearMonth;
  /** What is known to have been charged; null: nothing is. */
  readonly spent: Money | null;
  /** Null where something is not known. */
  readonly remaining: Money | null;
  readonly ratio: Decimal | null;
  readonly reachedThreshold: number | null;
  readonly forecast: Interval | null;
  readonly exceededOn: CalendarDate | null;
  readonly state: BudgetState;
  /** What the scope was charged in currencies that are not counted. */
  readonly others: readonly Money[];
  /** Why charges of the scope could not be counted. */
  readonly error: GatewayError | null;
  readonly sources: readonly SourceCoverage[];
}

/** Reads them, in the order of the settings. `asked` null: of each the month that runs at all of its accounts. */
export async function readBudgets(asked: YearMonth | null, context: GatewayContext): Promise<Budget[]> {
  context.allowance.takeList();
  const seen = new Set(context.visibility.accounts.map(({ id }) => id));
  const visible = context.budgets.filter(
    (rule) => rule.accounts.every((id) => seen.has(id)) && isOwn(rule, context.visibility),
  );
  return Promise.all(visible.map((rule) => readBudget(rule, asked, context)));
}

/** Whether a budget is about nothing but what a caller may see. */
function isOwn({ filter }: BudgetRule, { bound }: Visibility): boolean {
  if (bound === null) return true;
  const choices = filter.allocations ?? [];
  return (
    choices.every(({ id }) => bound.has(id)) &&
    Array.from(bound).every(([id, values]) =>
      choices.some(
        (choice) => choice.id === id && choice.values.every((value) => value != null && values.has(value)),
      ),
    )
  );
}

async function readBudget(
  rule: BudgetRule,
  asked: YearMonth | null,
  context: GatewayContext,
): Promise<Budget> {
  const { filter, amount } = rule;
  const scope = { ...filter, accounts: rule.accounts, providers: null };
  const month = asked ?? runningMonth(scope, context);
  checkMonth(month, scope, context);
  const conversion = createConversion(rule, month, context.rates);
  const { totals, sources } = await readDailyCosts(
    toBasis(month, scope, { groupBy: [], allocation: null }, context),
    [],
    context,
    conversion.convert,
  );
  const error = conversion.error();
  const own = totals.find(({ currency }) => currency === amount.currency) ?? null;
  const hasAnswered = sources.some(({ status }) => status !== 'FAILED');
  const spent = !hasAnswered || error !== null ? null : own === null ? zero : costOf(own, month);
  const isComplete = error === null && sources.every(({ status }) => status !== 'FAILED');
  const known = spent !== null && isComplete ? spent : null;
  const forecast = own === null || known === null ? null : forecastMonth(own, month);
  const state = stateOf(rule, { spent, isComplete, expected: forecast?.expected ?? null });
  const money = (value: Decimal): Money => ({ amount: value, currency: amount.currency });
  return {
    rule,
    month,
    spent: spent === null ? null : money(spent),
    remaining: known === null ? null : money(subtractDecimals(amount.amount, known)),
    ratio: known === null ? null : usedShareOf(rule, known),
    reachedThreshold: spent === null ? null : reachedOf(rule, spent),
    forecast: forecast === null ? null : toInterval(forecast, amount.currency),
    exceededOn: exceededOn(rule, month, own, state, forecast?.days ?? []),
    state,
    others: othersOf(totals, rule, month),
    error,
    sources,
  };
}

function exceededOn(
  { amount }: BudgetRule,
  month: YearMonth,
  series: CostSeries | null,
  state: BudgetState,
  expected: Parameters<typeof passedOn>[0],
): CalendarDate | null {
  if (series !== null && state === 'EXCEEDED') return passedOn(daysOf(series, month), amount.amount);
  return state === 'FORECAST_EXCEEDED' ? passedOn(expected, amount.amount) : null;
}

function othersOf(totals: readonly CostSeries[], { amount }: BudgetRule, month: YearMonth): Money[] {
  return totals
    .filter(({ currency }) => currency !== amount.currency)
    .map((series) => ({ currency: series.currency, amount: costOf(series, month) }))
    .filter((other) => /[1-9]/.test(other.amount));
}

/**
 * Charges of the month are converted at the rate of their day, or not at all: then `error` says so. Those of earlier
 * months only tell what is to be expected, and before the first rate they are converted at that.
 */
function createConversion(
  { convertTo }: BudgetRule,
  month: YearMonth,
  rates: readonly ExchangeRate[],
): { readonly convert: Convert; readonly error: () => GatewayError | null } {
  if (convertTo === null) return { convert: (money) => money, error: () => null };
  const exact = createConverter(convertTo, rates);
  const backdated = createConverter(convertTo, withFirstRates(rates));
  let error: GatewayError | null = null;
  const toOwn = (converter: Converter, { day, currency, amount }: Parameters<Convert>[0]) => {
    const rate = converter.rateOf(currency, converter.rateDay(currency, day));
    return { day, currency: convertTo, amount: rate === null ? amount : multiplyDecimals(amount, rate.rate) };
  };
  return {
    convert(money) {
      try {
        return toOwn(money.day.startsWith(month) ? exact : backdated, money);
      } catch (caught) {
        if (!isGatewayError(caught)) throw caught;
        error ??= caught;
        return money;
      }
    },
    error: () => error,
  };
}

/** The first rate of each pair as if it had always held. */
function withFirstRates(rates: readonly ExchangeRate[]): ExchangeRate[] {
  const pairs = Map.groupBy(rates, ({ from, to }) => `${from} ${to}`);
  return [...pairs.values()].flatMap((list) => {
    const [first, ...others] = list.toSorted((a, b) => (a.date < b.date ? -1 : 1));
    return first === undefined ? [] : [{ ...first, date: '0001-01-01' as CalendarDate }, ...others];
  });
}
