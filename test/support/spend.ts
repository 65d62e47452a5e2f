/** Asks a gateway for reports of spend, and gives them in the oracle's terms. */

import { startGateway, type Answer, type TestGateway, type TestOptions } from './gateway.ts';
import type { Range } from './oracle.ts';
import { coverage, toTrueTotals, type Source, type Totals } from './reading.ts';
import type { Dimension } from './spend-oracle.ts';
import { stopAfterFile } from './started.ts';

interface Money {
  readonly amount: string;
  readonly currency: string;
}

export interface Converted {
  readonly currency: string;
  readonly listCost: Money | null;
  readonly billedCost: Money;
  readonly voucherAmount: Money | null;
  readonly cashAmount: Money | null;
  readonly rates: readonly { readonly from: string; readonly to: string; readonly rate: string }[];
}

export interface Change {
  readonly currency: string;
  readonly before: Money;
  readonly after: Money;
  readonly difference: Money;
  readonly ratio: string | null;
}

export interface Comparison {
  readonly totals: readonly Totals[];
  readonly changes: readonly Change[] | null;
  readonly isPartial?: boolean;
}

export interface Portion {
  readonly totals: readonly Totals[];
  readonly rowCount: number;
  readonly shares: readonly { readonly currency: string; readonly ratio: string | null }[];
  readonly converted: Converted | null;
  readonly previous: Comparison | null;
}

export interface Group extends Portion {
  readonly cursor?: string;
  readonly key: readonly {
    readonly dimension: Dimension;
    readonly value: string | null;
    readonly label: string;
  }[];
  readonly tokens: {
    readonly input: string | null;
    readonly output: string | null;
    readonly total: string;
    readonly effectivePricePerMillion: Money | null;
  } | null;
}

export interface Coverage {
  readonly complete: boolean;
  readonly asOf: string | null;
  readonly sources: readonly (Source & { readonly kind: string | null })[];
}

export interface Report {
  readonly period?: Range;
  readonly groupCount?: number;
  readonly groups: readonly Group[];
  readonly rest: (Portion & { readonly groupCount: number }) | null;
  readonly totals: readonly Totals[];
  readonly converted: Converted | null;
  readonly previous: {
    readonly from: string;
    readonly to: string;
    readonly comparison: Comparison;
    readonly vanished: readonly Group[];
    readonly vanishedCount?: number;
    readonly coverage: Coverage;
  } | null;
  readonly coverage: Coverage;
}

export interface SpendQuery {
  readonly month?: string;
  readonly range?: Range;
  /** Any period, as it is written: `toDate: "2026-03"`. */
  readonly period?: string;
  readonly groupBy: readonly string[];
  /** Further arguments: `top: 3`. */
  readonly args?: string;
  /** Which page of the groups: `(first: 10)`. */
  readonly page?: string;
  /** What is asked of each group beside key, totals and count. */
  readonly group?: string;
  /** What is asked of the report beside groups, totals and coverage. */
  readonly report?: string;
}

export const totalsFields =
  'totals { currency rowCount listCost { amount currency } billedCost { amount currency } voucherAmount { amount currency } cashAmount { amount currency } }';
export const changeFields =
  'changes { currency before { amount } after { amount } difference { amount } ratio }';
export const convertedFields =
  'converted { currency listCost { amount } billedCost { amount } voucherAmount { amount } cashAmount { amount } rates { from to rate date source } }';
export const coverageFields = coverage.replace('account { id }', 'kind account { id }');

/** The text of a question. */
export function spendQuery(question: SpendQuery): string {
  const { month, range, groupBy, args = '', page = '', group = '', report = '' } = question;
  const dates =
    range === undefined ? `month: "${month}"` : `dates: { from: "${range.from}", to: "${range.to}" }`;
  return `{ spend(period: { ${question.period ?? dates} }, groupBy: [${groupBy.join(', ')}] ${args}) {
    groups${page} { key { dimension value label } rowCount ${totalsFields} ${group} }
    ${totalsFields} ${coverageFields} ${report} } }`;
}

/** What was answered, errors and all. */
export function askSpend(
  gateway: Pick<TestGateway, 'query'>,
  question: SpendQuery,
): Promise<Answer<{ spend: Report | null }>> {
  return gateway.query<{ spend: Report | null }>(spendQuery(question));
}

/** A report that has no errors. @throws when it has */
export async function readSpend(gateway: Pick<TestGateway, 'query'>, question: SpendQuery): Promise<Report> {
  const { data, errors } = await askSpend(gateway, question);
  if (errors !== undefined || data.spend === null) throw new Error(JSON.stringify(errors));
  return data.spend;
}

/** The key of a group as text, as the oracle writes it. */
export function keyOf({ key }: Pick<Group, 'key'>): string {
  return JSON.stringify(key.map(({ value }) => value));
}

/** Groups as the oracle has them. */
export function toTrueGroups(groups: readonly Pick<Group, 'key' | 'totals'>[]) {
  return groups
    .map((group) => [keyOf(group), toTrueTotals(group.totals)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** A gateway for all tests of a file; it stops after them. Limits are wide, so that one question may read a year. */
export function startShared(options: TestOptions = {}): Promise<TestGateway> {
  return startGateway(
    { settings: (settings) => ({ ...settings, limits: wide }), ...options },
    { onTestFinished: stopAfterFile },
  );
}

/** Limits that let one question read thirteen months of everything. */
export const wide = { maxUpstreamCalls: 5000, maxRows: 100_000, maxGroups: 100_000 };
