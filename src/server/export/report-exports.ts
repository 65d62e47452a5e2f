/** Lists of rows, and reports of spend, as tables. */

import { firstDayOf, addMonths, monthOf, type DateRange } from '../../domain/calendar.ts';
import { GatewayError } from '../../domain/errors.ts';
import type { RowKind } from '../../domain/rows.ts';
import { wellFormed } from '../../domain/text.ts';
import { toPeriod } from '../../query/asked-period.ts';
import type { GatewayContext } from '../../query/context.ts';
import { readReport } from '../../query/read-spend.ts';
import { byCategories, selectAccounts } from '../../query/sources.ts';
import { costBasisOf } from '../../reports/charge-filter.ts';
import { isLabelled, type SpendDimension } from '../../reports/spend-dimensions.ts';
import { coverageOf, refuseUnlessWhole, notesOf } from './export-coverage.ts';
import { listKinds, type ListName } from './export-names.ts';
import { knownDimensions, type ExportRequest } from './export-request.ts';
import type { TableColumn, TableRow } from './export-table.ts';
import type { Export } from './focus-export.ts';
import { listTable } from './list-columns.ts';
import { linesOf, readList } from './read-list.ts';
import { readInParts } from './read-parts.ts';

const titles: Readonly<Record<ListName, string>> = {
  bills: 'Bills',
  invoices: 'Invoices',
  'daily-details': 'Daily details',
  'api-key-usage': 'Usage by API key',
};

/** Reads a list, month by month. @throws GatewayError; AggregateError of one for each account that is missing */
export function readListExport(
  name: ListName,
  exportRequest: ExportRequest,
  context: GatewayContext,
): Promise<Export> {
  return readKind(listKinds[name], titles[name], exportRequest, context);
}

async function readKind(
  kind: RowKind,
  title: string,
  exportRequest: ExportRequest,
  context: GatewayContext,
): Promise<Export> {
  const { isFresh, scope, dates } = exportRequest;
  const list = listTable(kind);
  // Usage by key is listed by day, week and month: the same usage three times.
  const choice = kind === 'API_KEY_USAGE' ? () => ['DAY'] : byCategories(null);
  const read = await readInParts(
    selectAccounts(scope, context),
    cutByMonths(dates),
    (account, own, within) =>
      readList(account, { kind, dates: own, choice, isFresh }, within, (row) => [list.toLine(row, account)]),
    context,
  );
  const sources = read.seen.flatMap((seen) => seen.sources);
  refuseUnlessWhole(sources, exportRequest, title.toLowerCase());
  const coverage = coverageOf(sources);
  return {
    coverage,
    violations: () => new Map(),
    table: {
      title,
      columns: list.columns,
      rows: () => read.lines(),
      notes: () => [['Dates', toText(dates)], ...notesOf(coverage)],
    },
  };
}

/** Dates in pieces that each lie in one month. */
function cutByMonths({ from, to }: DateRange): DateRange[] {
  const next = firstDayOf(addMonths(monthOf(from), 1));
  return next >= to ? [{ from, to }] : [{ from, to: next }, ...cutByMonths({ from: next, to })];
}

/** Reads a report of spend: a line for each group and currency. @throws as readListExport */
export async function readSpendExport(
  exportRequest: ExportRequest,
  context: GatewayContext,
): Promise<Export> {
  const { by, allocation, timeZone, dates, scope, isFresh } = exportRequest;
  const { allocations } = context.visibility;
  if (allocation !== null && allocations.every(({ id }) => id !== allocation)) {
    const own = allocations.map(({ id }) => id).join(', ') || 'none in the settings';
    const message = `by takes some of: ${knownDimensions}; or an allocation: ${own}`;
    throw new GatewayError('BAD_USER_INPUT', message);
  }
  const report = await readReport(
    {
      costBasis: costBasisOf(by, {}),
      scope,
      period: toPeriod({ dates }, context),
      timeZone,
      categories: null,
      matches: () => true,
      allocations: { asked: allocation, choices: [] },
      narrowing: {},
      groupBy: by,
      converter: null,
      top: null,
      orderBy: 'KEY',
    },
    false,
    context,
  );
  const sources = report.sources.map((source) =>
    isFresh && source.status === 'STALE' ? { ...source, status: 'FAILED' as const } : source,
  );
  // Figures that older rows stand in for cannot be taken out of a sum.
  refuseUnlessWhole(sources, isFresh ? { scope, isPartial: false } : exportRequest, 'charges');
  const coverage = coverageOf(report.sources);
  const lines = report.pages.all.flatMap(({ key, totals }) => {
    const keys = Object.fromEntries(
      key.flatMap(({ dimension, value, label }) => [
        [nameOf(dimension), wellFormed(value)],
        [labelOf(dimension), value === null && dimension !== 'ALLOCATION' ? null : wellFormed(label)],
      ]),
    );
    return totals.map((sums): TableRow => ({ ...keys, ...sums, rowCount: String(sums.rowCount) }));
  });
  return {
    coverage,
    violations: () => new Map(),
    table: {
      title: 'Spend',
      columns: [...by.flatMap((dimension) => columnsOf(dimension)), ...amounts],
      rows: () => linesOf(lines),
      notes: () => [
        ['Dates', toText(dates)],
        ['Days', timeZone ?? "each provider's own"],
        ...notesOf(coverage),
      ],
    },
  };
}

const amounts: readonly TableColumn[] = [
  { name: 'currency', type: 'String' },
  { name: 'listCost', type: 'Decimal' },
  { name: 'billedCost', type: 'Decimal' },
  { name: 'voucherAmount', type: 'Decimal' },
  { name: 'cashAmount', type: 'Decimal' },
  { name: 'rowCount', type: 'Decimal' },
];

function columnsOf(dimension: SpendDimension): TableColumn[] {
  const isDay = dimension === 'DAY' || dimension === 'WEEK';
  const value: TableColumn = { name: nameOf(dimension), type: isDay ? 'Date' : 'String' };
  return isLabelled(dimension) || dimension === 'ALLOCATION'
    ? [value, { name: labelOf(dimension), type: 'String' }]
    : [value];
}

/** "SUB_ACCOUNT" as "subAccount". */
function nameOf(dimension: SpendDimension): string {
  return dimension.toLowerCase().replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

function labelOf(dimension: SpendDimension): string {
  return `${nameOf(dimension)}Name`;
}

function toText({ from, to }: DateRange): string {
  return `from ${from} to ${to}, which is not included`;
}
