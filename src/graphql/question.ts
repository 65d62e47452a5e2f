/**
 * From a connection field's arguments to its answer: which accounts are asked, which segments that means, what they
 * hold, and the page of it that was asked for. One path for all four kinds of row.
 */

import type { Account } from '../domain/account.ts';
import type { DateRange, Instant } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import { createTotals } from '../reports/totals.ts';
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

/** A row with what is known about it from outside: whose it is, and when it was read. */
export interface Sourced<K extends RowKind> {
  readonly row: RowOf[K];
  readonly account: Account;
  readonly readAt: Instant;
}

export interface Question<K extends RowKind> {
  readonly kind: K;
  readonly scope: Scope;
  readonly dates: DateRange | null;
  readonly choice: Choice;
  readonly matches: (row: RowOf[K]) => boolean;
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
  const rows: Sourced<K>[] = [];
  const sums = createTotals();
  const sources: SourceCoverage[] = [];
  for (const reading of readings) {
    const { account } = reading.source;
    const before = rows.length;
    await reading.visit((row, readAt) => {
      context.allowance.visitRow();
      if (!question.matches(row)) return;
      rows.push({ row, account, readAt });
      sums.add(row);
    });
    sources.push(toCoverage(reading, rows.length - before));
  }
  sources.push(...lacking.map((account) => unsupported(account, kind, kind)));
  throwIfAllFailed(sources);
  const { edges, pageInfo } = page.of(rows);
  context.allowance.takeRows(edges.length);
  return {
    edges,
    pageInfo,
    totalCount: rows.length,
    totals: sums.totals(),
    coverage: { sources },
  };
}
