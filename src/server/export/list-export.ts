/** Lists of rows as tables. */

import { firstDayOf, addMonths, monthOf, type DateRange } from '../../domain/calendar.ts';
import type { RowKind } from '../../domain/rows.ts';
import type { GatewayContext } from '../../query/context.ts';
import { byCategories, selectAccounts } from '../../query/sources.ts';
import { coverageOf, refuseUnlessWhole, notesOf } from './export-coverage.ts';
import { listKinds, type ListName } from './export-names.ts';
import { toText, type ExportRequest } from './export-request.ts';
import type { Export } from './focus-export.ts';
import { listTable } from './list-columns.ts';
import { readList } from './read-list.ts';
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
    (account, own, within, mode) =>
      readList(account, { kind, dates: own, choice, isFresh, mode }, within, (row) => [
        list.toLine(row, account),
      ]),
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
