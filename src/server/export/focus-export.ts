/** The data sets of FOCUS as tables. */

import type { Account } from '../../domain/account.ts';
import { datesOf, type YearMonth } from '../../domain/calendar.ts';
import { finalAtOf, settlementMonthOf, settlementOf } from '../../domain/settlement.ts';
import { readBillingPeriod } from '../../query/billing-period.ts';
import type { GatewayContext } from '../../query/context.ts';
import type { ReadMode } from '../../query/segment-readings.ts';
import { byCategories, selectAccounts } from '../../query/sources.ts';
import { createTagger } from '../../reports/allocation-tags.ts';
import { createCheck, createFocusCheck, type CheckLine } from '../../reports/focus-check.ts';
import { datasetColumns, focusDatasets, type FocusDatasetName } from '../../reports/focus-datasets.ts';
import { toInvoiceDetails } from '../../reports/focus-invoices.ts';
import { toKeyLine } from '../../reports/focus-keys.ts';
import { recencyOf, schemaIdOf } from '../../reports/focus-metadata.ts';
import { toBillingPeriods, type AccountPeriod } from '../../reports/focus-periods.ts';
import type { FocusVersion } from '../../reports/focus-versions.ts';
import { toFocusRows, type FocusCharge } from '../../reports/focus.ts';
import { coverageOf, refuseUnlessWhole, notesOf, type ExportCoverage } from './export-coverage.ts';
import { monthsOf, type ExportRequest } from './export-request.ts';
import type { ExportTable, TableRow } from './export-table.ts';
import { linesOf, readList } from './read-list.ts';
import { readInParts, type AccountPart, type ReadAccountPart, type ReadParts } from './read-parts.ts';

export interface Export {
  readonly coverage: ExportCoverage;
  readonly table: ExportTable;
  /** How many of the lines so far violate the specification, by column and rule. */
  violations(): ReadonlyMap<string, number>;
}

/** Reads a data set. @throws GatewayError; AggregateError of one for each account that is missing */
export async function readFocusExport(
  name: FocusDatasetName,
  exportRequest: ExportRequest,
  context: GatewayContext,
): Promise<Export> {
  const { version } = exportRequest;
  const read = await lookAt(name, exportRequest, context);
  const sources = read.seen.flatMap((seen) => seen.sources);
  refuseUnlessWhole(sources, exportRequest, whatOf[name]);
  const coverage = coverageOf(
    sources,
    read.seen.flatMap(({ invoices }) => invoices),
  );
  const checks = createChecks(checkOf(name, version));
  const lines = name === 'billing-periods' ? linesOf(toBillingPeriods(periodsOf(read))) : read.lines();
  return {
    coverage,
    violations: () => checks.counts,
    table: {
      title: focusDatasets[name].title,
      columns: datasetColumns(name, version),
      rows: () => checks.passing(lines),
      notes: () => [
        ['Dataset', `FOCUS ${version}, ${focusDatasets[name].id}`],
        ['SchemaId', schemaIdOf(name, version)],
        ...notesOf(coverage),
      ],
    },
  };
}

/** How recent a data set is. @throws as readFocusExport */
export async function readRecency(
  name: FocusDatasetName,
  exportRequest: ExportRequest,
  context: GatewayContext,
): Promise<unknown> {
  const read = await lookAt(name, exportRequest, context);
  refuseUnlessWhole(
    read.seen.flatMap((seen) => seen.sources),
    exportRequest,
    whatOf[name],
  );
  return recencyOf(name, exportRequest.version, periodsOf(read), context.ledger.now());
}

const whatOf = {
  focus: 'charges',
  'billing-periods': 'charges or invoices',
  'invoice-details': 'invoices',
  keys: 'usage by key',
} as const satisfies Record<FocusDatasetName, string>;

function lookAt(
  name: FocusDatasetName,
  exportRequest: ExportRequest,
  context: GatewayContext,
): Promise<ReadParts<YearMonth>> {
  const { version, isFresh, scope, dates } = exportRequest;
  const readers: Readonly<Record<FocusDatasetName, ReadAccountPart<YearMonth>>> = {
    focus: (account, month, within, mode) => readCharges(account, month, { version, isFresh, mode }, within),
    'billing-periods': (account, month, within, mode) =>
      account.kinds.includes('BILL') || account.kinds.includes('DAILY_DETAIL')
        ? readCharges(account, month, { version, isFresh, mode }, within)
        : readInvoices(account, month, { isFresh, mode }, within),
    'invoice-details': (account, month, within, mode) =>
      readInvoices(account, month, { isFresh, mode }, within),
    keys: (account, month, within, mode) => readKeys(account, month, { version, isFresh, mode }, within),
  };
  return readInParts(selectAccounts(scope, context), monthsOf(dates), readers[name], context);
}

/** How a part is read. */
interface Reading extends Pick<ExportRequest, 'version' | 'isFresh'> {
  readonly mode: ReadMode;
}

async function readCharges(
  account: Account,
  month: YearMonth,
  { version, isFresh, mode }: Reading,
  context: GatewayContext,
): Promise<AccountPart> {
  const period = await readBillingPeriod(account, month, isFresh, context, mode);
  const { allocations, sources } = context.visibility;
  const usage = sources.find((source) => source.account === account && source.kind === 'API_KEY_USAGE');
  const tagsOf = createTagger(
    allocations,
    account,
    usage === undefined ? null : (usage.grid.floor ?? datesOf(month).from),
  );
  return {
    sources: period.charges,
    invoices: period.invoices === null ? [] : [period.invoices],
    isStreamable: period.isStreamable,
    async *lines() {
      for await (const slice of period.slices()) {
        yield slice.flatMap(({ row, readAt }) => {
          const settlement = settlementOf(finalAtOf(account.settlement, row.billingPeriod), readAt);
          const invoiceId = period.invoiceIds.get(row.currency) ?? null;
          const charge: FocusCharge =
            row.kind === 'BILL'
              ? { kind: 'BILL', row, account, settlement, invoiceId, tags: tagsOf(row) }
              : { kind: 'DAILY_DETAIL', row, account, settlement, invoiceId, tags: tagsOf(row) };
          return toFocusRows(charge, version);
        });
      }
    },
  };
}

function readInvoices(
  account: Account,
  month: YearMonth,
  { isFresh, mode }: Pick<Reading, 'isFresh' | 'mode'>,
  context: GatewayContext,
): Promise<AccountPart> {
  const request = {
    kind: 'INVOICE',
    dates: datesOf(month),
    choice: byCategories(null),
    isFresh,
    mode,
  } as const;
  return readList(account, request, context, (row, readAt) => toInvoiceDetails(row, account, readAt));
}

function readKeys(
  account: Account,
  month: YearMonth,
  { version, isFresh, mode }: Reading,
  context: GatewayContext,
): Promise<AccountPart> {
  const choice = () => ['DAY'];
  const request = { kind: 'API_KEY_USAGE', dates: datesOf(month), choice, isFresh, mode } as const;
  return readList(account, request, context, (row, readAt) => {
    const finalAt = finalAtOf(account.settlement, settlementMonthOf(row, account.timeZone));
    return [toKeyLine(row, account, settlementOf(finalAt, readAt), version)];
  });
}

function periodsOf({ seen }: ReadParts<YearMonth>): AccountPeriod[] {
  return seen.map(({ account, part, sources, invoices }) => {
    return { account, month: part, sources: [...sources, ...invoices].filter(({ kind }) => kind !== null) };
  });
}

function checkOf(name: FocusDatasetName, version: FocusVersion): CheckLine {
  return name === 'focus' ? createFocusCheck(version) : createCheck(datasetColumns(name, version), []);
}

/** Checks each line against the specification as it passes, and counts violations by rule and column. */
function createChecks(check: CheckLine) {
  const counts = new Map<string, number>();
  return {
    counts,
    async *passing(lines: AsyncIterable<readonly TableRow[]>) {
      for await (const some of lines) {
        for (const line of some) {
          for (const { column, rule } of check(line)) {
            counts.set(`${column} ${rule}`, (counts.get(`${column} ${rule}`) ?? 0) + 1);
          }
        }
        yield some;
      }
    },
  };
}
