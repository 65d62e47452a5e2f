/** What the overview asks, by its address: `#/overview?period=last-12-months-and-now&by=PRODUCT`, or `by=team`. */

import type {
  OutlookQuery,
  OverviewQuery,
  OverviewQueryVariables,
  StandingQuery,
} from '../../generated/operations.ts';
import type { TimeAnswer } from '../../cost/time-bars.ts';
import { grainOf } from '../../cost/time-grain.ts';
import { parsePeriod, printPeriod, type PeriodChoice } from '../../format/periods.ts';
import { parseDimensions, type GroupDimension } from '../explore/explore-address.ts';

/** An answer to it. */
export type OverviewData = OverviewQuery;
export type OutlookData = OutlookQuery;
export type StandingData = StandingQuery;
export type Spend = NonNullable<OverviewData['spend']>;

/** Those that the overview offers, beside the allocations; any other is shown as well. */
export const dimensions = ['PROVIDER', 'ACCOUNT', 'PRODUCT', 'CATEGORY', 'FEE_ITEM', 'API_KEY'] as const;

/** The periods that the overview offers, as the address spells them; any other is shown as well. */
export const offered = {
  'last-1-months-and-now': 'overview.period.running',
  'last-1-months': 'overview.period.last',
  'last-30-days': 'overview.period.days',
  'last-12-months-and-now': 'overview.period.year',
} as const;

export interface OverviewRequest {
  readonly period: PeriodChoice;
  readonly by: GroupDimension;
  /** Which one ALLOCATION means. */
  readonly allocation: string | null;
  /** What one bar covers. */
  readonly step: 'DAY' | 'MONTH';
  readonly variables: OverviewQueryVariables;
}

const running: PeriodChoice = { last: { months: 1, includeCurrent: true } };
/** So many groups have a row. Of an allocation all have, and what is nobody's among them. */
const [usualRows, allocationRows] = [12, 200];

/** What is not understood in an address is as if it were not there. */
export function readRequest(params: URLSearchParams): OverviewRequest {
  const period = parsePeriod(params.get('period') ?? '') ?? running;
  const {
    by: [named],
    allocation,
  } = parseDimensions([params.get('by') ?? '']);
  // Bars are over time already.
  const by = ['DAY', 'WEEK', 'MONTH'].includes(named) ? 'PROVIDER' : named;
  const step = grainOf(period) === 'MONTH' ? 'MONTH' : 'DAY';
  const top = by === 'ALLOCATION' ? allocationRows : usualRows;
  const variables = { period, groupBy: [by], overTime: [step, by], steps: [step], allocation, top } as const;
  return { period, by, allocation, step, variables };
}

/** The spelling of its period in the address. */
export function spelled({ period }: OverviewRequest): string {
  return printPeriod(period);
}

/** The part of an answer that pictures are drawn from: all of it, or none. */
export function timeAnswerOf({ spend, steps, overTime }: OverviewData): TimeAnswer | null {
  if (spend === null || steps === null || overTime === null) return null;
  const { period, totals, coverage } = spend;
  return { bars: { period, totals, coverage, groups: steps.groups }, series: spend, parts: overTime };
}
