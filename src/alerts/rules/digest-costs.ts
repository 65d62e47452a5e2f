/** The costs of a digest: in all, by each allocation and by product, against the period before. */

import { absoluteOf, ratioOf, subtractDecimals, zero } from '../../domain/decimal.ts';
import type { DateRange } from '../../domain/calendar.ts';
import type { SourceCoverage } from '../../domain/coverage.ts';
import type { GatewayContext } from '../../query/context.ts';
import { readReport } from '../../query/read-spend.ts';
import { toReportRequest } from '../../query/report-arguments.ts';
import { allocationLabelOf, type Allocation, type AllocationChoice } from '../../reports/allocation-rules.ts';
import type { SpendDimension } from '../../reports/spend-dimensions.ts';
import type { Totals } from '../../reports/totals.ts';
import type { DigestDetails, DigestLine } from '../details.ts';

/** The most products, and the most values of an allocation, that are listed. */
const maxLines = 10;
const ratioDigits = 4;

interface Selection {
  readonly accounts: readonly string[];
  readonly allocations: readonly AllocationChoice[];
}

type Costs = Pick<DigestDetails, 'scope' | 'totals' | 'allocations' | 'products' | 'moreProducts'> & {
  readonly sources: readonly SourceCoverage[];
};

/** Reads them. @throws GatewayError; AggregateError when every account failed */
export async function readCosts(
  dates: DateRange,
  selection: Selection,
  context: GatewayContext,
): Promise<Costs> {
  const all = context.visibility.allocations;
  const products = await readLines(dates, selection, { groupBy: 'PRODUCT', allocation: null }, context);
  const allocations: DigestDetails['allocations'][number][] = [];
  const sources = [...products.sources];
  for (const { id, name } of all.filter((one) => isDivided(one, selection))) {
    const values = await readLines(dates, selection, { groupBy: 'ALLOCATION', allocation: id }, context);
    allocations.push({ id, name, lines: values.lines, more: values.more });
    sources.push(...values.sources);
  }
  return {
    scope: scopeOf(selection, all),
    totals: products.totals,
    allocations,
    products: products.lines,
    moreProducts: products.more,
    sources,
  };
}

/** One value alone would be the total again. */
function isDivided({ id }: Allocation, { allocations }: Selection): boolean {
  return (allocations.find((choice) => choice.id === id)?.values.length ?? 2) > 1;
}

function scopeOf({ allocations }: Selection, all: readonly Allocation[]): string[] {
  return allocations.map(({ id, values }) => {
    const name = all.find((one) => one.id === id)?.name ?? id;
    return `${name}: ${values.map((value) => allocationLabelOf(value ?? null)).join(', ')}`;
  });
}

async function readLines(
  dates: DateRange,
  selection: Selection,
  { groupBy, allocation }: { readonly groupBy: SpendDimension; readonly allocation: string | null },
  context: GatewayContext,
) {
  const args = { period: { dates }, groupBy: [groupBy], allocation, filter: selection };
  const report = await readReport(toReportRequest(args, false, context), true, context);
  const previous = await report.previous();
  const earlierOf = (totals: readonly Totals[]) => (previous.isComparable ? totals : null);
  const groups = report.pages.all;
  const lines = groups
    .slice(0, maxLines)
    .flatMap((group) =>
      linesOf(
        group.key.map(({ label }) => label).join(' / '),
        group.totals,
        earlierOf(previous.groups.of(group)?.totals ?? []),
      ),
    );
  return {
    totals: linesOf('', report.totals, earlierOf(previous.totals)),
    lines,
    more: Math.max(0, groups.length - maxLines),
    sources: report.sources,
  };
}

/** Costs by currency, each with that of the period before. */
function linesOf(label: string, totals: readonly Totals[], before: readonly Totals[] | null): DigestLine[] {
  return totals.map(({ currency, billedCost }) => {
    const earlier = before?.find((one) => one.currency === currency)?.billedCost ?? zero;
    const difference = subtractDecimals(billedCost, earlier);
    return {
      label,
      cost: { amount: billedCost, currency },
      before: before === null ? null : { amount: earlier, currency },
      change: before === null ? null : ratioOf(difference, absoluteOf(earlier), ratioDigits),
    };
  });
}
