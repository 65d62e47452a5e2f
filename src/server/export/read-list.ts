/** One list of one account as a part of an export. */

import type { Account } from '../../domain/account.ts';
import type { DateRange, Instant } from '../../domain/calendar.ts';
import type { RowKind, RowOf } from '../../domain/rows.ts';
import type { RowSlice } from '../../query/segment-readings.ts';
import { sourceOf, type GatewayContext } from '../../query/context.ts';
import { lookAtSegments, streamSegments, type ReadMode } from '../../query/segment-readings.ts';
import {
  failedAs,
  readSource,
  toCoverage,
  toFailedCoverage,
  unsupported,
  type Choice,
} from '../../query/sources.ts';
import type { TableRow } from './export-table.ts';
import type { AccountPart } from './read-parts.ts';

interface ListPart<K extends RowKind> {
  readonly kind: K;
  readonly dates: DateRange;
  readonly choice: Choice;
  /** Whether the list counts as failed when older rows stand in for its failing vendor. */
  readonly isFresh: boolean;
  readonly mode: ReadMode;
}

/** Reads the rows of a list that lie in some dates. */
export async function readList<K extends RowKind>(
  account: Account,
  { kind, dates, choice, isFresh, mode }: ListPart<K>,
  context: GatewayContext,
  toLines: (row: RowOf[K], readAt: Instant) => readonly TableRow[],
): Promise<AccountPart> {
  const source = sourceOf(context.visibility, account, kind);
  if (source === undefined) {
    const sources = [unsupported(account, null, kind)];
    return { sources, invoices: [], isStreamable: false, lines: () => linesOf([]) };
  }
  const period = { source, dates, choice };
  const toTable = async function* (slices: AsyncIterable<RowSlice<K>>) {
    for await (const slice of slices) yield slice.flatMap(({ row, readAt }) => toLines(row, readAt));
  };
  const looked = mode === 'LOOK' ? await lookAtSegments(period, context) : null;
  if (looked !== null || mode === 'STREAM') {
    const { coverage, isStreamable = true } = looked ?? {};
    const isRefused = isFresh && coverage?.status === 'STALE';
    const told = coverage === undefined ? [] : [isRefused ? failedAs(coverage, coverage.error) : coverage];
    const lines = () => toTable(streamSegments(period, isFresh, context));
    return { sources: told, invoices: [], isStreamable, lines };
  }
  const reading = await readSource(source, dates, choice, context);
  const isRefused = isFresh && reading.status === 'STALE';
  return {
    sources: [isRefused ? toFailedCoverage(reading, reading.error) : toCoverage(reading, 0)],
    invoices: [],
    isStreamable: false,
    lines: () => toTable(visited(reading.slices(), context)),
  };
}

async function* visited<K extends RowKind>(
  slices: AsyncIterable<RowSlice<K>>,
  { allowance }: GatewayContext,
): AsyncGenerator<RowSlice<K>> {
  for await (const slice of slices) {
    allowance.visitRows(slice.length);
    yield slice;
  }
}

/** Lines that are known at once. */
export async function* linesOf(lines: readonly TableRow[]): AsyncGenerator<readonly TableRow[]> {
  yield lines;
}
