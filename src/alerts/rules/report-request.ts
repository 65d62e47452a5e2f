/** A request for a report of spend, as rules make it. */

import { toAskedAllocations } from '../../query/asked-allocations.ts';
import type { AskedPeriod } from '../../query/asked-period.ts';
import type { ReportRequest } from '../../query/read-spend.ts';
import { createSpendTest, costBasisOf, type SpendSelection } from '../../reports/charge-filter.ts';
import type { SpendDimension } from '../../reports/spend-dimensions.ts';

export function toReportRequest(
  period: AskedPeriod,
  filter: SpendSelection,
  groupBy: readonly SpendDimension[],
  allocation: string | null = null,
): ReportRequest {
  return {
    costBasis: costBasisOf(groupBy, filter),
    scope: filter,
    period,
    timeZone: null,
    categories: filter.categories,
    matches: createSpendTest(filter),
    allocations: toAskedAllocations(groupBy, allocation, filter),
    narrowing: { ...filter, accounts: null, providers: null },
    groupBy,
    converter: null,
    top: null,
    orderBy: 'COST',
  };
}
