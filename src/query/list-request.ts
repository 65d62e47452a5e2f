/**
 * A list request, from a connection field's arguments to its answer: selects accounts and segments, reads them, and
 * cuts out the requested page. All four kinds of row take this one path.
 */

import type { SourceCoverage } from '../domain/coverage.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { Reading } from '../ledger/reading.ts';
import { createTotals, type Totals } from '../reports/totals.ts';
import { sourceOf, type GatewayContext } from './context.ts';
import type { Order } from './order.ts';
import type { AskedPeriod } from './asked-period.ts';
import { createPage, type PageArgs } from './paginate.ts';
import {
  isNamed,
  readSource,
  selectAccounts,
  throwIfAllFailed,
  toCoverage,
  unsupported,
  type Choice,
  type Scope,
} from './sources.ts';
import {
  addUp,
  sortedSegmentOf,
  type Run,
  type Sourced,
  type SortedSegment,
  type SortSettings,
} from './sorted-segments.ts';

export interface ListRequest<K extends RowKind> {
  readonly kind: K;
  readonly scope: Scope;
  /** Null: all dates. */
  readonly period: AskedPeriod | null;
  readonly choice: Choice;
  /** Null: every row matches. */
  readonly matches: ((row: RowOf[K]) => boolean) | null;
  readonly order: Order<Sourced<K>>;
  readonly page: PageArgs;
  /** The filter and the order as plain JSON: with accounts and dates, they decide the rows and their order. */
  readonly fingerprint: unknown;
}

/**
 * The answer of a connection field; null for a field of an account that has no such list. @throws GatewayError;
 * AggregateError of one GatewayError per account when all failed
 */
export async function answer<K extends RowKind>(request: ListRequest<K>, context: GatewayContext) {
  context.allowance.takeList();
  const { kind, scope, period, choice } = request;
  const chosen = selectAccounts(scope, context);
  const asked = chosen.flatMap((account) => sourceOf(context.visibility, account, kind) ?? []);
  const lacking = isNamed(scope) ? chosen.filter((account) => !account.kinds.includes(kind)) : [];
  const accounts = [...asked.map(({ account }) => account.id), ...lacking.map(({ id }) => id)];
  const dates = asked.map(({ account }) => period?.datesIn(account.timeZone) ?? null);
  const page = createPage(request.order, request.page, [kind, accounts, dates, request.fingerprint]);
  if (scope.isOwn === true && lacking.length > 0) return null;
  const readings = await Promise.all(
    asked.map((source, index) => readSource(source, dates[index] ?? null, choice, context)),
  );
  const settings = {
    matches: request.matches,
    order: request.order,
    allowance: context.allowance,
  };
  const sources: SourceCoverage[] = [];
  const segments: SortedSegment<K>[] = [];
  for (const reading of readings) {
    const own = await sortedSegmentsOf(reading, settings);
    segments.push(...own);
    sources.push(
      toCoverage(
        reading,
        own.reduce((count, { rowCount }) => count + rowCount, 0),
      ),
    );
  }
  sources.push(...lacking.map((account) => unsupported(account, kind, kind)));
  throwIfAllFailed(sources);
  const { edges, pageInfo } = page.of(segments.flatMap(({ runs }) => runs));
  context.allowance.takeRows(edges.length);
  /** Computed when first requested. */
  let totals: Promise<Totals[]> | null = null;
  return {
    edges,
    pageInfo,
    totalCount: segments.reduce((count, { rowCount }) => count + rowCount, 0),
    totals: () => (totals ??= totalsOf(segments)),
    coverage: { sources },
  };
}

async function totalsOf<K extends RowKind>(segments: readonly SortedSegment<K>[]): Promise<Totals[]> {
  return addUp(await Promise.all(segments.map((segment) => segment.totals()))).totals();
}

/** What a reading contributes: one part per segment, or a single part when segments may share a row. */
async function sortedSegmentsOf<K extends RowKind>(
  reading: Reading<K>,
  settings: SortSettings<K>,
): Promise<SortedSegment<K>[]> {
  const { account } = reading.source;
  if (reading.parts !== null) {
    return Promise.all(reading.parts.map((part) => sortedSegmentOf(part, account, settings)));
  }
  const rows: Sourced<K>[] = [];
  const sums = createTotals();
  await reading.visit((row, readAt) => {
    settings.allowance.visitRows(1);
    if (settings.matches?.(row) === false) return;
    rows.push({ row, account, readAt });
    sums.add(row);
  });
  // Rows of one reading share the time at which they were read.
  const runs = [...Map.groupBy(rows, ({ readAt }) => readAt)].map(([readAt, own]): Run<K> => {
    const places = Uint32Array.from(settings.order.sort(own));
    return { rows: own.map(({ row }) => row), places, start: 0, end: places.length, account, readAt };
  });
  return [{ runs, rowCount: rows.length, totals: () => Promise.resolve(sums) }];
}
