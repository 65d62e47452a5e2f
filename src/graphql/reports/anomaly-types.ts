/** anomalies: days that cost far more or far less than was to be expected. */

import type { Estimate } from '../../domain/estimate.ts';
import type { CurrencyCode } from '../../domain/rows.ts';
import { toPeriod } from '../../query/asked-period.ts';
import { readAnomalies, type Anomaly, type AnomalyReport } from '../../query/read-anomalies.ts';
import { contributionReasons, type Contribution } from '../../reports/contributions.ts';
import { builder } from '../builder.ts';
import { AccountType } from '../types/account-types.ts';
import { CoverageType, SettlementType } from '../types/coverage-types.ts';
import { createEnum } from '../types/enums.ts';
import { EstimateType } from '../types/estimate-type.ts';
import { MoneyType } from '../types/money-types.ts';
import { PeriodInput } from '../types/period.ts';
import { readTop } from '../../query/report-arguments.ts';
import { SpendFilter } from './spend-query.ts';
import { SpendKeyType } from './spend-values.ts';

const ContributionReasonEnum = createEnum(
  'ContributionReason',
  'Why a part of a cost differs from what was to be expected of it.',
  contributionReasons,
  {
    NEW: 'There was none of it on this weekday in the eight weeks before.',
    GONE: 'There is none of it on this day.',
    PRICE:
      'A unit of it costs more or less than in those weeks: another price or discount, or another mix of what it is made of.',
    QUANTITY: 'There is more or less of it; also where the provider tells no quantities.',
    REFUND: 'Money came back.',
  },
);

interface InCurrency extends Contribution {
  readonly currency: CurrencyCode;
}

const ContributionType = builder.objectRef<InCurrency>('Contribution').implement({
  description: 'What a part contributes to a difference. All of them add up to it, digit for digit.',
  fields: (t) => ({
    label: t.exposeString('label', {
      description:
        'The part: a key, a charge item, a resource or a product; "3 more" where there are very many.',
    }),
    reason: t.expose('reason', { type: ContributionReasonEnum, description: 'Why it differs.' }),
    difference: t.field({
      type: EstimateType,
      description: 'By how much, exact; negative where it is less.',
      resolve: ({ difference, currency }): Estimate => ({ estimated: difference, currency }),
    }),
  }),
});

const AnomalyType = builder.objectRef<Anomaly>('Anomaly').implement({
  description:
    'A day on which something cost far more or far less than was to be expected. It is gone when the provider corrects what it came from.',
  fields: (t) => ({
    id: t.exposeID('id', {
      description:
        'The same for as long as it is there, whatever it comes to. Unique over all types; node does not take it.',
    }),
    day: t.expose('day', { type: 'Date', description: "The day, in the provider's zone." }),
    account: t.expose('account', { type: AccountType, description: 'The account.' }),
    key: t.expose('key', {
      type: [SpendKeyType],
      description:
        'What cost so much: a PRODUCT, a PROJECT or an API_KEY of the account, or the value of an ALLOCATION.',
    }),
    actual: t.field({
      type: MoneyType,
      description: 'What it cost on that day.',
      resolve: ({ actual, currency }) => ({ amount: actual, currency }),
    }),
    expected: t.field({
      type: EstimateType,
      description: 'The median of that weekday over the eight weeks before, rounded.',
      resolve: ({ expected, currency }): Estimate => ({ estimated: expected, currency }),
    }),
    difference: t.field({
      type: EstimateType,
      description: 'What was charged less what was expected, exact.',
      resolve: ({ difference, currency }): Estimate => ({ estimated: difference, currency }),
    }),
    contributions: t.field({
      type: [ContributionType],
      description: 'What the difference consists of, the largest first.',
      resolve: ({ contributions, currency }) => contributions.map((one) => ({ ...one, currency })),
    }),
    settlement: t.expose('settlement', {
      type: SettlementType,
      description: 'Whether the figures of the day may still change.',
    }),
  }),
});

const AnomalyReportType = builder.objectRef<AnomalyReport>('AnomalyReport').implement({
  description: 'What was odd.',
  fields: (t) => ({
    anomalies: t.expose('anomalies', {
      type: [AnomalyType],
      description: 'The largest differences first, each currency by itself.',
    }),
    count: t.exposeInt('count', { description: 'How many there are; top bounds how many are shown.' }),
    coverage: t.field({
      type: CoverageType,
      description:
        'How old and complete the figures are: one source for each list of each account, eight weeks before the period included.',
      resolve: ({ sources }) => ({ sources }),
    }),
  }),
});

builder.queryField('anomalies', (t) =>
  t.field({
    type: AnomalyReportType,
    nullable: true,
    description:
      'Days on which a product, a project or an API key of an account cost far more or far less than the median of that weekday over the eight weeks before. The difference must exceed half of the median, one unit of the currency and four times the usual deviation (MAD). Relative to its median, the day must cost more than one and a half times as much as any day of those weeks but one, or less than two thirds. It must also differ from the same weekday a week earlier by more than half, so a new level is an anomaly for one week only. Only complete days are judged, so usage that arrives late causes no anomaly. Subscriptions are not watched. Usage by key is the same money as usage by product, so one cause may appear under both. Null only when every account failed.',
    args: {
      period: t.arg({ type: PeriodInput, required: true, description: 'Which days.' }),
      filter: t.arg({ type: SpendFilter, description: 'Which charges are looked at. Null: all.' }),
      allocation: t.arg.id({
        description:
          'Watches the values of this allocation (Allocation.allocationId) in each account, and what no rule of it matches, in place of products, projects and keys. Null: those.',
      }),
      top: t.arg.int({ defaultValue: 100, description: 'How many at most, 1 to 1000.' }),
    },
    resolve: (_root, { period, filter, allocation, top }, context) =>
      readAnomalies(
        {
          period: toPeriod(period, context),
          filter: filter ?? {},
          allocation: allocation ?? null,
          top: readTop(top) ?? 100,
        },
        context,
      ),
  }),
);
