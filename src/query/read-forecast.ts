/** forecast: what a month is expected to cost, in groups, each currency by itself. */

import {
  addDays,
  addMonths,
  dateIn,
  firstDayOf,
  monthOf,
  startOfDay,
  utc,
  type YearMonth,
} from '../domain/calendar.ts';
import type { Notice, SourceCoverage } from '../domain/coverage.ts';
import { ratioOf, type Decimal } from '../domain/decimal.ts';
import { GatewayError } from '../domain/errors.ts';
import { roundEstimate, type Interval } from '../domain/interval.ts';
import type { Money } from '../domain/money.ts';
import type { CurrencyCode } from '../domain/rows.ts';
import { createSpendTest, costBasisOf, type SpendSelection } from '../reports/charge-filter.ts';
import {
  baseDays,
  costOf,
  forecastMonth,
  summarize,
  type Backtest,
  type Forecast,
} from '../reports/forecast.ts';
import type { SpendDimension } from '../reports/spend-dimensions.ts';
import type { SpendKey } from '../reports/spend-group.ts';
import type { GatewayContext } from './context.ts';
import { basisOf, readDailyCosts, type CostSeries } from './daily-costs.ts';
import { selectAccounts, throwIfAllFailed } from './sources.ts';
import { toAskedAllocations } from './asked-allocations.ts';
import type { SpendRequest } from './spend-charges.ts';

/** What is foretold of some charges. */
export interface Foretold {
  /** One for each currency with enough history. */
  readonly intervals: readonly Interval[];
  /** What has been charged of the month so far. */
  readonly spent: readonly Money[];
  readonly settledShare: Decimal | null;
  readonly backtest: Backtest | null;
}

export interface ForecastGroup extends Foretold {
  readonly key: readonly SpendKey[];
}

export interface ForecastReport extends Foretold {
  readonly month: YearMonth;
  readonly groups: readonly ForecastGroup[];
  readonly groupCount: number;
  readonly notices: readonly Notice[];
  readonly sources: readonly SourceCoverage[];
}

export interface ForecastRequest {
  /** Null: the one that runs. */
  readonly month: YearMonth | null;
  readonly filter: SpendSelection;
  readonly groupBy: readonly SpendDimension[];
  /** The allocation of the dimension ALLOCATION; null: none. */
  readonly allocation: string | null;
  /** How many groups at most. */
  readonly top: number;
}

/** Reads it. @throws GatewayError; AggregateError when every account failed */
export async function readForecast(
  { month: asked, filter, groupBy, allocation, top }: ForecastRequest,
  context: GatewayContext,
): Promise<ForecastReport> {
  context.allowance.takeList();
  const month = asked ?? runningMonth(filter, context);
  checkMonth(month, filter, context);
  const costs = await readDailyCosts(
    toBasis(month, filter, { groupBy, allocation }, context),
    groupBy,
    context,
  );
  throwIfAllFailed(costs.sources);
  const shown = costs.groups.filter(({ series }) => series.some((one) => isAlive(one, month)));
  const groups =
    groupBy.length === 0 ? [] : shown.slice(0, context.allowance.fitGroups(Math.min(top, shown.length)));
  return {
    month,
    groups: groups.map(({ key, series }) => ({ key, ...foretell(series, month) })),
    groupCount: groupBy.length === 0 ? 0 : shown.length,
    ...foretell(costs.totals, month),
    notices: costs.totals.flatMap((series) => shortNotice(series, month)),
    sources: costs.sources,
  };
}

/** What has to be read to foretell a month of some charges. */
export function toBasis(
  month: YearMonth,
  filter: SpendSelection,
  { groupBy, allocation }: Pick<ForecastRequest, 'groupBy' | 'allocation'>,
  { ledger }: Pick<GatewayContext, 'ledger'>,
): SpendRequest {
  const datesIn = basisOf(month, ledger.now());
  return {
    costBasis: costBasisOf(groupBy, filter),
    scope: filter,
    datesIn: (zone) => ({ dates: datesIn(zone), shift: null }),
    timeZone: null,
    categories: filter.categories,
    matches: createSpendTest(filter),
    allocations: toAskedAllocations(groupBy, allocation, filter),
    narrowing: { ...filter, accounts: null, providers: null },
  };
}

/** The month that runs at all the accounts of a scope. It is another one, or has a day more, when a day begins there. */
export function runningMonth(filter: SpendSelection, context: GatewayContext): YearMonth {
  const now = context.ledger.now();
  const months = selectAccounts(filter, context).map(({ timeZone }) => {
    context.validity.endsAt(startOfDay(addDays(dateIn(now, timeZone), 1), timeZone));
    return monthOf(dateIn(now, timeZone));
  });
  return months.toSorted()[0] ?? monthOf(dateIn(now, utc));
}

/** @throws GatewayError INVALID_PERIOD where a month lies too far ahead */
export function checkMonth(month: YearMonth, filter: SpendSelection, context: GatewayContext): void {
  const last = addMonths(runningMonth(filter, context), 1);
  if (month >= '2000-01' && month <= last) return;
  const message = `the month ${month} cannot be foretold: ask for one from 2000-01 to ${last}, the next month`;
  throw new GatewayError('INVALID_PERIOD', message);
}

/** What the same series come to in a month. */
function foretell(series: readonly CostSeries[], month: YearMonth): Foretold {
  const found = series.flatMap((one) => {
    const forecast = forecastMonth(one, month);
    return forecast === null ? [] : [{ currency: one.currency, forecast }];
  });
  return {
    intervals: found.map(({ currency, forecast }) => toInterval(forecast, currency)),
    spent: series.map((one) => ({ amount: costOf(one, month), currency: one.currency })),
    settledShare: found.length === 1 && series.length === 1 ? shareOf(found[0]?.forecast) : null,
    backtest: summarize(found.map(({ forecast }) => forecast.backtest)),
  };
}

/** A forecast as an estimate. */
export function toInterval({ low, expected, high }: Forecast, currency: CurrencyCode): Interval {
  const estimate = (amount: Decimal) => ({ estimated: roundEstimate(amount), currency });
  return { low: estimate(low), expected: estimate(expected), high: estimate(high) };
}

const shareDigits = 4;

function shareOf(forecast: Forecast | undefined): Decimal | null {
  return forecast === undefined ? null : ratioOf(forecast.known, forecast.expected, shareDigits);
}

/** Whether anything of a series is in a month, or so late that more may come. */
function isAlive({ usage, subscriptions, completeTo }: CostSeries, month: YearMonth): boolean {
  const [first, recent] = [firstDayOf(month), addDays(completeTo, -baseDays)];
  const since = first < recent ? first : recent;
  return subscriptions.some(({ end }) => end >= since) || usage.keys().some((day) => day >= since);
}

function shortNotice(series: CostSeries, month: YearMonth): Notice[] {
  if (forecastMonth(series, month) !== null) return [];
  const message =
    `what ${month} will come to in ${series.currency} cannot be told yet: it takes eight weeks of history, and three ` +
    'earlier months to judge by';
  return [{ code: 'HISTORY_TOO_SHORT', message, date: null }];
}
