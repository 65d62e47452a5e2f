/** Reports of spend as files. */

import type { DateRange } from '../../domain/calendar.ts';
import { GatewayError } from '../../domain/errors.ts';
import type { GatewayContext } from '../../query/context.ts';
import { readReport, type PreviousSpend, type SpendReport } from '../../query/read-spend.ts';
import { toReportRequest } from '../../query/report-arguments.ts';
import { coverageOf, notesOf, refuseUnlessWhole } from './export-coverage.ts';
import { toText, type ExportRequest } from './export-request.ts';
import type { Note } from './export-table.ts';
import type { Export } from './focus-export.ts';
import { linesOf } from './read-list.ts';
import { knownDimensions, type SpendParameters } from './spend-parameters.ts';
import { spendColumns, spendLines } from './spend-table.ts';

/** Reads a report of spend. @throws GatewayError; AggregateError of one for each account that is missing */
export async function readSpendExport(
  exportRequest: ExportRequest,
  parameters: SpendParameters,
  context: GatewayContext,
): Promise<Export> {
  const { dates, isFresh } = exportRequest;
  checkAllocation(parameters, context);
  const request = toReportRequest({ ...parameters, period: { dates } }, true, context);
  const report = await readReport(request, parameters.isCompared, context);
  const previous = parameters.isCompared ? await report.previous() : null;
  const all = [...report.sources, ...(previous?.sources ?? [])];
  const sources = all.map((source) =>
    isFresh && source.status === 'STALE' ? { ...source, status: 'FAILED' as const } : source,
  );
  // Older rows cannot be taken out of a sum; an account that failed is not in it.
  const hasOlderRows = isFresh && all.some(({ status }) => status === 'STALE');
  const isPartial = exportRequest.isPartial && !hasOlderRows;
  refuseUnlessWhole(sources, { scope: parameters.filter, isPartial }, 'charges');
  const coverage = coverageOf(all);
  const lines = spendLines(report, previous);
  return {
    coverage,
    violations: () => new Map(),
    table: {
      title: 'Spend',
      columns: spendColumns(parameters),
      rows: () => linesOf(lines),
      notes: () => [
        ...aboutReport(parameters, dates),
        ...aboutRates(report),
        ...aboutPrevious(previous),
        ...notesOf(coverage),
      ],
    },
  };
}

function checkAllocation({ allocation }: SpendParameters, { visibility }: GatewayContext): void {
  const ids = visibility.allocations.map(({ id }) => id);
  if (allocation === null || ids.includes(allocation)) return;
  const own = ids.join(', ') || 'none in the settings';
  const message = `by takes some of: ${knownDimensions}; or an allocation: ${own}`;
  throw new GatewayError('BAD_USER_INPUT', message);
}

function aboutReport({ timeZone, filter, top }: SpendParameters, dates: DateRange): Note[] {
  const narrowing = Object.entries(filter).filter(([, value]) => value !== null);
  return [
    ['Dates', toText(dates)],
    ['Days', timeZone ?? "each provider's own"],
    ...narrowing.map(([name, value]): Note => [`Filter: ${name}`, JSON.stringify(value)]),
    ...(top === null
      ? []
      : [['Top', `${top} groups of each currency; the line REST has the others`] as const]),
    ['Effective cost', 'Subscriptions spread over their terms, after vouchers.'],
  ];
}

function aboutRates({ converted }: SpendReport): Note[] {
  return (converted?.rates ?? []).map(({ from, to, rate, date, source }): Note => {
    return ['Rate', `1 ${from} is ${rate} ${to}, ${date}, ${source}`];
  });
}

function aboutPrevious(previous: PreviousSpend | null): Note[] {
  if (previous === null) return [];
  const isPartial = previous.isPartial ? '; the period had not ended' : '';
  return [['Previous', `${toText(previous.dates)}${isPartial}`]];
}
