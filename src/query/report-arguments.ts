/** The arguments of a report of spend, as GraphQL and files take them, and the request that they make. */

import { toTimeZone, type TimeZone } from '../domain/calendar.ts';
import { createConverter } from '../domain/currency-conversion.ts';
import { GatewayError } from '../domain/errors.ts';
import type { CurrencyCode } from '../domain/rows.ts';
import { costBasisOf, createSpendTest, type SpendSelection } from '../reports/charge-filter.ts';
import type { SpendDimension } from '../reports/spend-dimensions.ts';
import type { SpendOrder } from '../reports/spend-order.ts';
import { toAskedAllocations } from './asked-allocations.ts';
import { toPeriod, type PeriodArgs } from './asked-period.ts';
import type { GatewayContext } from './context.ts';
import type { ReportRequest } from './read-spend.ts';

/** Null and undefined: not said. */
export interface ReportArgs {
  readonly period: PeriodArgs;
  readonly groupBy: readonly SpendDimension[];
  /** Which allocation the dimension ALLOCATION means. */
  readonly allocation?: string | null | undefined;
  readonly filter?: SpendSelection | null | undefined;
  readonly timeZone?: string | null | undefined;
  readonly convertTo?: CurrencyCode | null | undefined;
  readonly top?: number | null | undefined;
  readonly orderBy?: SpendOrder | null | undefined;
}

/** The request of a report. `spreadsTerms`: whether its effective cost is asked for. @throws GatewayError BAD_USER_INPUT, INVALID_PERIOD */
export function toReportRequest(
  { period, groupBy, allocation, filter: given, timeZone, convertTo, top, orderBy }: ReportArgs,
  spreadsTerms: boolean,
  context: GatewayContext,
): ReportRequest {
  const filter = given ?? {};
  checkGroupBy(groupBy);
  return {
    costBasis: costBasisOf(groupBy, filter),
    scope: filter,
    period: toPeriod(period, context),
    timeZone: timeZone == null ? null : readTimeZone(timeZone),
    categories: filter.categories,
    matches: createSpendTest(filter),
    spreadsTerms,
    allocations: toAskedAllocations(groupBy, allocation, filter),
    narrowing: { ...filter, accounts: null, providers: null },
    groupBy,
    converter: convertTo == null ? null : createConverter(convertTo, context.rates),
    top: readTop(top),
    orderBy: orderBy ?? 'COST',
  };
}

/** @throws GatewayError BAD_USER_INPUT where a dimension stands there twice */
export function checkGroupBy(groupBy: readonly SpendDimension[]): void {
  const twice = groupBy.find((dimension, index) => groupBy.indexOf(dimension) < index);
  if (twice !== undefined) throw new GatewayError('BAD_USER_INPUT', `groupBy names ${twice} twice`);
}

/** @throws GatewayError BAD_USER_INPUT where it is out of bounds */
export function readTop(top: number | null | undefined): number | null {
  if (top == null) return null;
  if (top >= 1 && top <= 1000) return top;
  throw new GatewayError('BAD_USER_INPUT', `top is ${top}; it may be 1 to 1000`);
}

/** @throws GatewayError BAD_USER_INPUT where it names no zone */
export function readTimeZone(name: string): TimeZone {
  const zone = /^[A-Za-z0-9_+/-]{1,64}$/.test(name) ? toTimeZone(name) : null;
  if (zone !== null) return zone;
  throw new GatewayError(
    'BAD_USER_INPUT',
    'timeZone: expected the name of a zone, such as Europe/Berlin or UTC',
  );
}
