/**
 * From a connection field's arguments to its answer: which accounts are asked, which segments that means, what they
 * hold, and the page of it that was asked for. One path for all four kinds of row.
 */

import type { DateRange } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { Reading } from '../ledger/reading.ts';
import { createTotals, type Totals } from '../reports/totals.ts';
import { sourceOf, type GatewayContext } from './context.ts';
import type { Order } from './order.ts';
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
import { addUp, viewOf, type Run, type Sourced, type View, type ViewSettings } from './views.ts';

export interface Question<K extends RowKind> {
  readonly kind: K;
  readonly scope: Scope;
  readonly dates: DateRange | null;
  readonly choice: Choice;
  /** Null: every row matches. */
  readonly matches: ((row: RowOf[K]) => boolean) | null;
  readonly order: Order<Sourced<K>>;
  readonly page: PageArgs;
  /** The filter and the order as plain JSON: what, beside accounts and dates, decides on the rows and their order. */
  readonly fingerprint: unknown;
}

/** The answer of a connection field. @throws GatewayError; AggregateError of one GatewayError per account when all failed */
export async function answer<K extends RowKind>(question: Question<K>, context: GatewayContext) {
  context.allowance.takeList();
  const { kind, scope, dates, choice } = question;
  const chosen = selectAccounts(scope, context);
  const asked = chosen.flatMap((account) => sourceOf(context.visible, account, kind) ?? []);
  const lacking = isNamed(scope) ? chosen.filter((account) => !account.kinds.includes(kind)) : [];
  const accounts = [...asked.map(({ account }) => account.id), ...lacking.map(({ id }) => id)];
  const page = createPage(question.order, question.page, [kind, accounts, dates, question.fingerprint]);
  const readings = await Promise.all(asked.map((source) => readSource(source, dates, choice, context)));
  const settings = {
    matches: question.matches,
    order: question.order,
    allowance: context.allowance,
  };
  const sources: SourceCoverage[] = [];
  const views: View<K>[] = [];
  for (const reading of readings) {
    const own = await viewsOf(reading, settings);
    views.push(...own);
    sources.push(
      toCoverage(
        reading,
        own.reduce((count, { rowCount }) => count + rowCount, 0),
      ),
    );
  }
  sources.push(...lacking.map((account) => unsupported(account, kind, kind)));
  throwIfAllFailed(sources);
  const { edges, pageInfo } = page.of(views.flatMap(({ runs }) => runs));
  context.allowance.takeRows(edges.length);
  /** Added up when asked for. */
  let totals: Promise<Totals[]> | null = null;
  return {
    edges,
    pageInfo,
    totalCount: views.reduce((count, { rowCount }) => count + rowCount, 0),
    totals: () => (totals ??= totalsOf(views)),
    coverage: { sources },
  };
}

async function totalsOf<K extends RowKind>(views: readonly View<K>[]): Promise<Totals[]> {
  return addUp(await Promise.all(views.map((view) => view.totals()))).totals();
}

/** What a reading contributes: segment by segment, or, where a row may stand in several, all together. */
async function viewsOf<K extends RowKind>(
  reading: Reading<K>,
  settings: ViewSettings<K>,
): Promise<View<K>[]> {
  const { account } = reading.source;
  if (reading.parts !== null) {
    return Promise.all(reading.parts.map((part) => viewOf(part, account, settings)));
  }
  const rows: Sourced<K>[] = [];
  const sums = createTotals();
  await reading.visit((row, readAt) => {
    settings.allowance.visitRows(1);
    if (settings.matches?.(row) === false) return;
    rows.push({ row, account, readAt });
    sums.add(row);
  });
  // Each reading has its own time.
  const runs = [...Map.groupBy(rows, ({ readAt }) => readAt)].map(([readAt, own]): Run<K> => {
    const places = Uint32Array.from(settings.order.sort(own));
    return { rows: own.map(({ row }) => row), places, start: 0, end: places.length, account, readAt };
  });
  return [{ runs, rowCount: rows.length, totals: () => Promise.resolve(sums) }];
}
