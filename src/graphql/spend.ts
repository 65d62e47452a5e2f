/** spend: charges added up by any combination of dimensions. */

import { toTimeZone } from '../domain/calendar.ts';
import { GatewayError } from '../domain/errors.ts';
import { createConverter } from '../domain/exchange.ts';
import type { ChargedRow, SpendDimension } from '../reports/spend.ts';
import { builder } from './builder.ts';
import { isIn, matchesCharge } from './charge.ts';
import { BillingMethodEnum, SpendDimensionEnum, SpendOrderEnum } from './enums.ts';
import { PeriodInput, toDates } from './period.ts';
import { selects } from './selection.ts';
import type { SpendQuestion } from './spend-reading.ts';
import { readReport } from './spend-report.ts';
import { SpendReportType } from './spend-types.ts';

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
    resolve: (_root, args, context, info) => {
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
        narrowing: { ...filter, accounts: null, providers: null },
      };
      const converter = convertTo == null ? null : createConverter(convertTo, context.rates);
      const isCompared = selects(info, 'previous');
      const presentation = { top: readTop(top), orderBy: orderBy ?? 'COST', isCompared };
      return readReport(question, groupBy, converter, presentation, context);
    },
  }),
);

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
