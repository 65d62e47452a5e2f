/**
 * The content of an export: the charges of a billing period as lines of FOCUS 1.2. An export is complete or refused,
 * unless the client accepts a part; its text is the same over HTTP and from the command.
 */

import type { Account } from '../../domain/account.ts';
import { toYearMonth, type Instant, type YearMonth } from '../../domain/calendar.ts';
import type { SourceCoverage } from '../../domain/coverage.ts';
import { GatewayError } from '../../domain/errors.ts';
import type { BillRow, DailyDetailRow } from '../../domain/rows.ts';
import { finalAtOf, settlementOf } from '../../domain/settlement.ts';
import { readBillingPeriod, type BillingPeriod } from '../../query/billing-period.ts';
import type { GatewayContext } from '../../query/context.ts';
import { isNamed, selectAccounts, type Scope } from '../../query/sources.ts';
import { checkFocusRow } from '../../reports/focus-check.ts';
import type { FocusRow } from '../../reports/focus-columns.ts';
import { byteOrderMark, csvHeader, toCsvLine, toJsonLine } from '../../reports/focus-text.ts';
import { toFocusRows, type FocusCharge } from '../../reports/focus.ts';

export const exportFormats = ['csv', 'ndjson'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportQuestion {
  readonly format: ExportFormat;
  /** Whether CSV begins with a byte order mark, by which Excel recognizes UTF-8. */
  readonly hasByteOrderMark: boolean;
  readonly month: YearMonth;
  readonly scope: Scope;
  /** Whether to leave out accounts that failed. */
  readonly isPartial: boolean;
  /** Whether an account counts as failed when older rows stand in for its failing vendor. */
  readonly isFresh: boolean;
}

/** A month that can be exported; null when the text is not one. */
export function toExportMonth(text: string): YearMonth | null {
  const month = toYearMonth(text);
  return month !== null && month >= '2000-01' && month <= '2099-12' ? month : null;
}

/** Which accounts an export contains, by id, and how old and how final it is. */
export interface ExportCoverage {
  readonly accounts: readonly string[];
  readonly failed: readonly string[];
  readonly stale: readonly string[];
  readonly withoutCharges: readonly string[];
  /** Accounts whose statements could not be read: their lines have no InvoiceId. */
  readonly withoutInvoiceIds: readonly string[];
  /** When the oldest part was read; null when nothing was read. */
  readonly asOf: Instant | null;
  readonly settlement: 'FINAL' | 'PROVISIONAL';
}

export interface Export {
  readonly coverage: ExportCoverage;
  /** Its text, in pieces that are good to write. */
  text(): Generator<string>;
  /** How many of the lines so far violate the specification, by column and rule. */
  violations(): ReadonlyMap<string, number>;
}

/** A charge to write, and when it was read. The row stays in the cache. */
interface Line {
  readonly account: Account;
  readonly row: BillRow | DailyDetailRow;
  readonly readAt: Instant;
  readonly invoiceId: string | null;
}

/** Reads an export. @throws GatewayError; AggregateError of one for each account that is missing */
export async function readExport(question: ExportQuestion, context: GatewayContext): Promise<Export> {
  const { month, scope, isFresh } = question;
  const accounts = selectAccounts(scope, context);
  const periods = await Promise.all(
    accounts.map((account) => readBillingPeriod(account, month, isFresh, context)),
  );
  refuseUnlessWhole(
    periods.flatMap(({ charges }) => charges),
    question,
  );
  const lines: Line[] = [];
  for (const { account, invoiceIds, visit } of periods) {
    await visit((row, readAt) => {
      lines.push({ account, row, readAt, invoiceId: invoiceIds.get(row.currency) ?? null });
    });
  }
  const checks = createChecks();
  return {
    coverage: coverageOf(periods),
    text: () => textOf(lines, question, checks),
    violations: () => checks.counts,
  };
}

/** Refuses an incomplete export. @throws GatewayError; AggregateError of one for each account that is missing */
function refuseUnlessWhole(sources: readonly SourceCoverage[], { scope, isPartial }: ExportQuestion): void {
  const errors = new Map<string, GatewayError>();
  for (const { account, status, kind, error } of sources) {
    const isMissing = status === 'FAILED' && (kind !== null || isNamed(scope));
    if (isMissing && error !== null) errors.set(account.id, error);
  }
  const isNothing = sources.every(({ status }) => status === 'FAILED');
  if (isNothing && errors.size === 0) {
    throw new GatewayError(
      'UNSUPPORTED_BY_PROVIDER',
      'none of the accounts that this client may see has a list of charges',
    );
  }
  if (errors.size > 0 && (isNothing || !isPartial)) throw new AggregateError([...errors.values()]);
}

function coverageOf(periods: readonly BillingPeriod[]): ExportCoverage {
  const charges = periods.flatMap((period) => period.charges);
  const chosen = periods.filter((period) => period.charges.every(({ status }) => status !== 'FAILED'));
  const invoices = chosen.flatMap((period) => period.invoices ?? []);
  const read = [...charges, ...invoices].filter(({ status }) => status !== 'FAILED');
  const asOf = read.flatMap((source) => source.asOf ?? []);
  const names = (sources: readonly SourceCoverage[]): string[] => [
    ...new Set(sources.map(({ account }) => account.id)),
  ];
  return {
    accounts: chosen.map(({ account }) => account.id),
    failed: names(charges.filter(({ status, kind }) => status === 'FAILED' && kind !== null)),
    stale: names(read.filter(({ status }) => status === 'STALE')),
    withoutCharges: names(charges.filter(({ kind }) => kind === null)),
    withoutInvoiceIds: names(invoices.filter(({ status }) => status === 'FAILED')),
    asOf: asOf.length === 0 ? null : (Math.min(...asOf) as Instant),
    settlement: read.every(({ settlement }) => settlement.status === 'FINAL') ? 'FINAL' : 'PROVISIONAL',
  };
}

/** The size of one write. */
const chunkCharacters = 65_536;

function* textOf(
  lines: readonly Line[],
  { format, hasByteOrderMark }: ExportQuestion,
  checks: Checks,
): Generator<string> {
  let text = format === 'csv' ? `${hasByteOrderMark ? byteOrderMark : ''}${csvHeader()}` : '';
  for (const line of lines) {
    for (const row of toFocusRows(toCharge(line))) {
      checks.add(row);
      text += format === 'csv' ? toCsvLine(row) : toJsonLine(row);
    }
    if (text.length < chunkCharacters) continue;
    yield text;
    text = '';
  }
  yield text;
}

function toCharge({ account, row, readAt, invoiceId }: Line): FocusCharge {
  const settlement = settlementOf(finalAtOf(account.settlement, row.billingPeriod), readAt);
  return row.kind === 'BILL'
    ? { kind: 'BILL', row, account, settlement, invoiceId }
    : { kind: 'DAILY_DETAIL', row, account, settlement, invoiceId };
}

interface Checks {
  readonly counts: ReadonlyMap<string, number>;
  add(row: FocusRow): void;
}

/** Checks each line against the specification, and counts violations by rule and column. */
function createChecks(): Checks {
  const counts = new Map<string, number>();
  return {
    counts,
    add(row) {
      for (const { column, rule } of checkFocusRow(row)) {
        counts.set(`${column} ${rule}`, (counts.get(`${column} ${rule}`) ?? 0) + 1);
      }
    },
  };
}
