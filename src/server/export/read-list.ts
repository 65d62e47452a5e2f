/** One list of one account as a part of an export. */

import type { Account } from '../../domain/account.ts';
import type { DateRange, Instant } from '../../domain/calendar.ts';
import type { RowKind, RowOf } from '../../domain/rows.ts';
import { sourceOf, type GatewayContext } from '../../query/context.ts';
import { readSource, toCoverage, toFailedCoverage, unsupported, type Choice } from '../../query/sources.ts';
import type { TableRow } from './export-table.ts';
import type { AccountPart } from './read-parts.ts';

interface ListPart<K extends RowKind> {
  readonly kind: K;
  readonly dates: DateRange;
  readonly choice: Choice;
  /** Whether the list counts as failed when older rows stand in for its failing vendor. */
  readonly isFresh: boolean;
}

/** Reads the rows of a list that lie in some dates. */
export async function readList<K extends RowKind>(
  account: Account,
  { kind, dates, choice, isFresh }: ListPart<K>,
  context: GatewayContext,
  toLines: (row: RowOf[K], readAt: Instant) => readonly TableRow[],
): Promise<AccountPart> {
  const source = sourceOf(context.visibility, account, kind);
  if (source === undefined) {
    return { sources: [unsupported(account, null, kind)], invoices: [], lines: () => linesOf([]) };
  }
  const reading = await readSource(source, dates, choice, context);
  const isRefused = isFresh && reading.status === 'STALE';
  return {
    sources: [isRefused ? toFailedCoverage(reading, reading.error) : toCoverage(reading, 0)],
    invoices: [],
    async *lines() {
      for await (const slice of reading.slices()) {
        context.allowance.visitRows(slice.length);
        yield slice.flatMap(({ row, readAt }) => toLines(row, readAt));
      }
    },
  };
}

/** Lines that are known at once. */
export async function* linesOf(lines: readonly TableRow[]): AsyncGenerator<readonly TableRow[]> {
  yield lines;
}
