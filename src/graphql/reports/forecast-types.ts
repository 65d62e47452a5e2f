/** forecast: what a month is expected to cost. */

import { GatewayError } from '../../domain/errors.ts';
import { readForecast, type ForecastGroup, type ForecastReport } from '../../query/read-forecast.ts';
import type { Backtest } from '../../reports/forecast.ts';
import type { SpendDimension } from '../../reports/spend-dimensions.ts';
import { builder } from '../builder.ts';
import { CoverageType, NoticeType } from '../types/coverage-types.ts';
import { SpendDimensionEnum } from '../types/enums.ts';
import { IntervalType } from '../types/interval-type.ts';
import { MoneyType } from '../types/money-types.ts';
import { checkGroupBy, readTop } from '../../query/report-arguments.ts';
import { SpendFilter, whatAllocation } from './spend-query.ts';
import { SpendKeyType } from './spend-values.ts';

const BacktestType = builder.objectRef<Backtest>('Backtest').implement({
  description:
    'How the same method did on this very history: earlier months, each foretold from what was known at the same day of it. Of several currencies all together. Late figures of the days just before are not played back.',
  fields: (t) => ({
    months: t.exposeInt('months', {
      description: 'How many months could be foretold; of several currencies, of the one with fewest.',
    }),
    medianError: t.expose('medianError', {
      type: 'Decimal',
      description:
        'The median of what the forecasts were wrong by, as a part of what the months came to: 0.05 is five percent. Rounded to four digits.',
    }),
    coverageOfInterval: t.expose('coverageOfInterval', {
      type: 'Decimal',
      description:
        'What part of these months came to lie in the interval that the errors of the other months gave. Rounded to four digits.',
    }),
  }),
});

const whatTotals =
  'One interval for each currency. A currency with too little history has none, and a notice names it. Complete days count as they are. A day that is left counts as the median of its weekday over the eight weeks before, or as what is known of it if that is more. Subscriptions count on the day on which they renew. The width comes from the errors of the same method at the same day of earlier months: nine of ten were no larger, relative to the expected amount (with fewer than ten months: none was). low is never below what has been charged of the month (spent), less what was given back in the month of the history in which most was.';
const whatSpent =
  'What has been charged of the month so far, one amount for each currency: days that are not complete as far as they are known, and what is paid ahead.';
const whatShare =
  'What part of the expected cost has been charged already, on complete days and as subscriptions; the rest is estimated. Rounded to four digits. Charges may still change until they are final (coverage). Null of several currencies, and where nothing is expected.';

const ForecastGroupType = builder.objectRef<ForecastGroup>('ForecastGroup').implement({
  description:
    'What some charges of a month are expected to come to. Each group is foretold from its own days, so groups do not add up to the totals.',
  fields: (t) => ({
    key: t.expose('key', {
      type: [SpendKeyType],
      description: 'What they have in common, in the order of groupBy.',
    }),
    totals: t.expose('intervals', { type: [IntervalType], description: whatTotals }),
    spent: t.expose('spent', { type: [MoneyType], description: whatSpent }),
    settledShare: t.expose('settledShare', { type: 'Decimal', nullable: true, description: whatShare }),
    backtest: t.expose('backtest', {
      type: BacktestType,
      nullable: true,
      description: 'How far to trust it. Null where nothing is foretold, or the month is complete.',
    }),
  }),
});

const ForecastReportType = builder.objectRef<ForecastReport>('ForecastReport').implement({
  description: 'What a month is expected to cost, and how far to trust that.',
  fields: (t) => ({
    month: t.expose('month', { type: 'YearMonth', description: 'The month.' }),
    groups: t.expose('groups', {
      type: [ForecastGroupType],
      description:
        'The groups, those with the most cost in the months that were looked at first. Empty without groupBy.',
    }),
    groupCount: t.exposeInt('groupCount', {
      description: 'How many groups there are; top, and limits.maxGroups, bound how many are shown.',
    }),
    totals: t.expose('intervals', { type: [IntervalType], description: whatTotals }),
    spent: t.expose('spent', { type: [MoneyType], description: whatSpent }),
    settledShare: t.expose('settledShare', { type: 'Decimal', nullable: true, description: whatShare }),
    backtest: t.expose('backtest', {
      type: BacktestType,
      nullable: true,
      description: 'How far to trust totals. Null where nothing is foretold, or the month is complete.',
    }),
    notices: t.expose('notices', {
      type: [NoticeType],
      description: 'Why there is no interval in a currency: HISTORY_TOO_SHORT.',
    }),
    coverage: t.field({
      type: CoverageType,
      description:
        'How old and complete the figures are that it was told from. What an account that failed will cost is not in it.',
      resolve: ({ sources }) => ({ sources }),
    }),
  }),
});

builder.queryField('forecast', (t) =>
  t.field({
    type: ForecastReportType,
    nullable: true,
    description:
      'What a month is expected to cost: bills and daily details, or usage by key where keys are named, as spend has them. It reads twelve months before it, which the history keeps ready. Null only when every account failed.',
    args: {
      month: t.arg({
        type: 'YearMonth',
        description: 'Up to the next month. Null: the one that runs at all accounts.',
      }),
      filter: t.arg({ type: SpendFilter, description: 'Which charges. Null: all.' }),
      groupBy: t.arg({
        type: [SpendDimensionEnum],
        description: 'By what, in this order; each once, and none of DAY, WEEK, MONTH. Null: no groups.',
      }),
      allocation: t.arg.id({ description: whatAllocation }),
      top: t.arg.int({ defaultValue: 100, description: 'How many groups at most, 1 to 1000.' }),
    },
    resolve: (_root, { month, filter, groupBy, allocation, top }, context) => {
      const dimensions = groupBy ?? [];
      checkGroupBy(dimensions);
      const dated = dimensions.find((one) => datedDimensions.has(one));
      if (dated !== undefined) {
        throw new GatewayError('BAD_USER_INPUT', `groupBy: a forecast of a month has no groups by ${dated}`);
      }
      return readForecast(
        {
          month: month ?? null,
          filter: filter ?? {},
          groupBy: dimensions,
          allocation: allocation ?? null,
          top: readTop(top) ?? 100,
        },
        context,
      );
    },
  }),
);

const datedDimensions: ReadonlySet<SpendDimension> = new Set(['DAY', 'WEEK', 'MONTH']);
