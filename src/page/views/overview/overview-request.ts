/** What the overview asks, by its address: `#/overview?period=last-12-months-and-now&by=PRODUCT`. */

import type { OutlookQuery, OverviewQuery, OverviewQueryVariables } from '../../generated/operations.ts';
import { parsePeriod, printPeriod, type PeriodChoice } from '../../format/periods.ts';

/** An answer to it. */
export type OverviewData = OverviewQuery;
export type OutlookData = OutlookQuery;
export type Spend = NonNullable<OverviewData['spend']>;

export const dimensions = ['PROVIDER', 'ACCOUNT', 'PRODUCT', 'CATEGORY', 'FEE_ITEM', 'API_KEY'] as const;
export type Dimension = (typeof dimensions)[number];

/** The periods that the overview offers, as the address spells them; any other is shown as well. */
export const offered = {
  'last-1-months-and-now': 'overview.period.running',
  'last-1-months': 'overview.period.last',
  'last-30-days': 'overview.period.days',
  'last-12-months-and-now': 'overview.period.year',
} as const;

export interface OverviewRequest {
  readonly period: string;
  readonly by: Dimension;
  /** What one bar covers. */
  readonly step: 'DAY' | 'MONTH';
  readonly variables: OverviewQueryVariables;
}

const running: PeriodChoice = { last: { months: 1, includeCurrent: true } };

/** What is not understood in an address is as if it were not there. */
export function readRequest(params: URLSearchParams): OverviewRequest {
  const period = parsePeriod(params.get('period') ?? '') ?? running;
  const by = dimensions.find((one) => one === params.get('by')) ?? 'PROVIDER';
  const step = isLong(period) ? 'MONTH' : 'DAY';
  const variables = { period, groupBy: [by], overTime: [step, by], steps: [step] } as const;
  return { period: printPeriod(period), by, step, variables };
}

/** Whether its days would be too many bars. */
function isLong(period: PeriodChoice): boolean {
  if ('last' in period) return 'days' in period.last ? period.last.days > 93 : period.last.months > 3;
  if (!('dates' in period)) return false;
  const { from, to } = period.dates;
  return Date.parse(to) - Date.parse(from) > 93 * 86_400_000;
}
