/** spend: charges added up by any combination of dimensions. */

import { monthOf, rangeBefore, toTimeZone, type DateRange } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import { GatewayError } from '../domain/errors.ts';
import { createConverter, type Converter } from '../domain/exchange.ts';
import {
  byCost,
  compareKeys,
  matchEarlier,
  shiftBetween,
  sumsOf,
  type EarlierGroups,
  type Shift,
} from '../reports/spend-report.ts';
import { createSpend, type ChargedRow, type SpendDimension, type SpendGroup } from '../reports/spend.ts';
import type { Totals } from '../reports/totals.ts';
import { builder } from './builder.ts';
import { isIn, matchesCharge } from './charge.ts';
import type { GatewayContext } from './context.ts';
import { BillingMethodEnum, SpendDimensionEnum, SpendOrderEnum } from './enums.ts';
import { PeriodInput, toDates } from './period.ts';
import { throwIfAllFailed } from './sources.ts';
import { readCharges, type SpendQuestion } from './spend-reading.ts';
import { SpendReportType } from './spend-types.ts';

/** One answer of `spend`. */
export interface SpendReport {
  readonly groups: readonly SpendGroup[];
  /** What did not fit into the top; null where none was asked for, or all fit. */
  readonly rest: readonly SpendGroup[] | null;
  readonly totals: readonly Totals[];
  readonly sources: readonly SourceCoverage[];
  /** Null: nothing is to be converted. */
  readonly converter: Converter | null;
  /** The period before, read when first asked for. */
  previous(): Promise<PreviousSpend>;
  /** The same for one of many groups: that it cannot be read is told by the first that asks, and not by each. */
  previousOrNull(): Promise<PreviousSpend | null>;
}

/** The period of the same length before. */
export interface PreviousSpend {
  readonly dates: DateRange;
  readonly totals: readonly Totals[];
  readonly sources: readonly SourceCoverage[];
  readonly groups: EarlierGroups;
  /** Whether the same accounts answered for the whole of both periods. */
  readonly isComparable: boolean;
  /** Whether this period had not ended, so that the earlier one has had more time. */
  readonly isPartial: boolean;
}

const SpendFilter = builder.inputType('SpendFilter', {
  description:
    'Which charges. Several fields must all hold; within a list one is enough. Charges that lack a field (bills have no project) do not match a filter on it.',
  fields: (t) => ({
    accounts: t.idList({ description: 'Account.id. Null: every account.' }),
    providers: t.idList({ description: 'Provider.id. Null: every provider.' }),
    categories: t.stringList({ description: 'Product.category: gpu, llm, cloud_storage, ...' }),
    productName: t.string({ description: "A part of the product's name, in any case." }),
    apiKeys: t.stringList({ description: 'ApiKey.id. Reads usage by key, as grouping by API_KEY does.' }),
    projects: t.stringList({ description: 'DailyDetail.projectId' }),
    resources: t.stringList({ description: 'Bill.resourceId, DailyDetail.resourceId' }),
    billingMethods: t.field({ type: [BillingMethodEnum], description: 'Charge.billingMethod' }),
    currencies: t.field({ type: ['CurrencyCode'], description: 'The currency of the amounts.' }),
  }),
});

type Filter = typeof SpendFilter.$inferInput;

const spendArgs = builder.args((t) => ({
  period: t.field({ type: PeriodInput, required: true, description: 'Charges that start in it.' }),
  groupBy: t.field({
    type: [SpendDimensionEnum],
    required: true,
    description: 'By what, in this order; each once. Empty: one group.',
  }),
  filter: t.field({ type: SpendFilter, description: 'Which charges. Null: all.' }),
  timeZone: t.string({
    description:
      "The zone of the report's days, such as Europe/Berlin. Null: each provider's own days. Where a provider has no rows from which days of the zone can be told, its account is FAILED with TIMEZONE_NOT_DERIVABLE; nothing is guessed.",
  }),
  convertTo: t.field({
    type: 'CurrencyCode',
    description:
      'Beside the sums in their own currencies, gives them in this one, at the rates of the settings. A rate that is missing is an error, EXCHANGE_RATE_MISSING. Null: nothing is converted.',
  }),
  top: t.int({
    description:
      'How many groups: those with the most cost; the others are summed up in rest. 1 to 1000. Null: all. Of several currencies the first in the alphabet decides, unless convertTo is given.',
  }),
  orderBy: t.field({ type: SpendOrderEnum, defaultValue: 'COST', description: 'The order of the groups.' }),
}));

builder.queryField('spend', (t) =>
  t.field({
    type: SpendReportType,
    nullable: true,
    description:
      "What was spent: bills and daily details added up, the two disjoint lists that together are an account's cost. Grouped by or filtered on API keys it reads usage by key alone, which is the same money seen by key. An account counts whole or not at all: one that failed, or whose provider has no such list (AIone has invoices alone), is named in coverage and not counted as zero. A charge that spans several days belongs to the day on which it starts. Null only when every account failed.",
    args: spendArgs,
    resolve: (_root, args, context) => {
      const { groupBy, timeZone, convertTo, top, orderBy } = args;
      const filter = args.filter ?? {};
      checkGroupBy(groupBy);
      const question: SpendQuestion = {
        view: groupBy.includes('API_KEY') || filter.apiKeys != null ? 'KEYS' : 'COST',
        scope: filter,
        dates: toDates(args.period),
        timeZone: timeZone == null ? null : readTimeZone(timeZone),
        categories: filter.categories,
        matches: (row) => matchesFilter(row, filter),
      };
      const converter = convertTo == null ? null : createConverter(convertTo, context.rates);
      const presentation = { top: readTop(top), orderBy: orderBy ?? 'COST' };
      return readReport(question, groupBy, converter, presentation, context);
    },
  }),
);

interface Presentation {
  readonly top: number | null;
  readonly orderBy: 'COST' | 'KEY';
}

async function readReport(
  question: SpendQuestion,
  groupBy: readonly SpendDimension[],
  converter: Converter | null,
  { top, orderBy }: Presentation,
  context: GatewayContext,
): Promise<SpendReport> {
  context.allowance.takeList();
  const { spend, sources } = await readSpend(question, groupBy, context);
  const ranked = byCost(spend.groups(), converter);
  const shown = top === null ? ranked : ranked.slice(0, top);
  context.allowance.takeRows(shown.length);
  let previous: Promise<PreviousSpend> | null = null;
  const readBefore = (): Promise<PreviousSpend> =>
    (previous ??= readPrevious(question, groupBy, sources, context));
  let isTold = false;
  return {
    groups: orderBy === 'KEY' ? shown.toSorted(compareKeys) : shown,
    rest: shown.length < ranked.length ? ranked.slice(shown.length) : null,
    totals: spend.totals(),
    sources,
    converter,
    previous: readBefore,
    async previousOrNull() {
      try {
        return await readBefore();
      } catch (error) {
        if (isTold) return null;
        isTold = true;
        throw error;
      }
    },
  };
}

async function readPrevious(
  question: SpendQuestion,
  groupBy: readonly SpendDimension[],
  current: readonly SourceCoverage[],
  context: GatewayContext,
): Promise<PreviousSpend> {
  context.allowance.takeList();
  const dates = rangeBefore(question.dates);
  const shift = shiftBetween(dates, question.dates);
  const { spend, sources } = await readSpend({ ...question, dates }, groupBy, context, shift);
  const groups = spend.groups();
  return {
    dates,
    totals: sumsOf(groups),
    sources,
    groups: matchEarlier(groups),
    isComparable:
      answered(current) === answered(sources) && [...current, ...sources].every((source) => isWhole(source)),
    isPartial: current.some(({ notices }) => notices.some(({ code }) => code === 'PARTIAL_PERIOD')),
  };
}

/** The sources that have answered, as text. */
function answered(sources: readonly SourceCoverage[]): string {
  return sources
    .filter(({ status }) => status !== 'FAILED')
    .map(({ account, kind }) => `${account.id} ${kind}`)
    .join();
}

/** Whether a list was there for the whole period; one that failed adds nothing to either. */
function isWhole({ status, notices }: SourceCoverage): boolean {
  return status === 'FAILED' || notices.every(({ code }) => code !== 'PERIOD_CLAMPED');
}

async function readSpend(
  question: SpendQuestion,
  groupBy: readonly SpendDimension[],
  context: GatewayContext,
  shift: Shift | null = null,
) {
  const spend = createSpend(groupBy);
  const sources = await readCharges(question, context, (account, row, own) => {
    const { day, month } = shift === null ? { day: own, month: monthOf(own) } : shift(own);
    spend.add(account, row, day, month);
  });
  throwIfAllFailed(sources);
  return { spend, sources };
}

function matchesFilter(row: ChargedRow, filter: Filter): boolean {
  return (
    matchesCharge(row, filter) &&
    isIn(filter.apiKeys, 'apiKey' in row ? row.apiKey.id : null) &&
    isIn(filter.projects, 'projectId' in row ? row.projectId : null) &&
    isIn(filter.resources, 'resourceId' in row ? row.resourceId : null)
  );
}

function checkGroupBy(groupBy: readonly SpendDimension[]): void {
  const twice = groupBy.find((dimension, index) => groupBy.indexOf(dimension) < index);
  if (twice !== undefined) throw new GatewayError('BAD_USER_INPUT', `groupBy names ${twice} twice`);
}

function readTop(top: number | null | undefined): number | null {
  if (top == null) return null;
  if (top >= 1 && top <= 1000) return top;
  throw new GatewayError('BAD_USER_INPUT', `top is ${top}; it may be 1 to 1000`);
}

function readTimeZone(name: string) {
  const zone = /^[A-Za-z0-9_+/-]{1,64}$/.test(name) ? toTimeZone(name) : null;
  if (zone !== null) return zone;
  throw new GatewayError('BAD_USER_INPUT', 'timeZone expects a name such as Europe/Berlin or UTC');
}
