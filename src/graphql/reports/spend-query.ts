/** spend: charges added up by any combination of dimensions. */

import { builder } from '../builder.ts';
import { groupFilterFields, partOfName } from '../types/charge.ts';
import { BillingMethodEnum, SpendDimensionEnum, SpendOrderEnum } from '../types/enums.ts';
import { PeriodInput } from '../types/period.ts';
import { selects } from '../document/selection.ts';
import { readReport } from '../../query/read-spend.ts';
import { toReportRequest } from '../../query/report-arguments.ts';
import { SpendReportType } from './spend-types.ts';

const AllocationFilter = builder.inputType('AllocationFilter', {
  description: 'Selects cost by whose it is.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Allocation.allocationId: team, customer, ...' }),
    values: t.stringList({
      required: { list: true, items: false },
      description:
        'The values of the allocation, as SpendKey.value has them. Null among them: what no rule of the allocation matches. A value without cost matches nothing.',
    }),
  }),
});

export const SpendFilter = builder.inputType('SpendFilter', {
  description:
    'Selects charges. All given fields must match; within a list one match is enough. A charge without a field (bills have no project) does not match a filter on that field.',
  fields: (t) => ({
    accounts: t.idList({ description: 'Account.id. Null: every account.' }),
    providers: t.idList({ description: 'Provider.id. Null: every provider.' }),
    categories: t.stringList({ description: 'Product.category: gpu, llm, cloud_storage, ...' }),
    productName: t.string({ description: `A part of the product's name, ${partOfName}.` }),
    byKey: t.boolean({
      description:
        'True: reads usage by key, as grouping by API_KEY does, also where no key is named. For the totals of a report by key.',
    }),
    apiKeys: t.stringList({ description: 'ApiKey.keyId. Reads usage by key, as grouping by API_KEY does.' }),
    ...groupFilterFields(t),
    feeItems: t.stringList({ description: 'DailyDetail.feeItem, the whole text exactly as it is.' }),
    subAccounts: t.stringList({ description: 'Bill.subAccountId' }),
    projects: t.stringList({ description: 'DailyDetail.projectId' }),
    resources: t.stringList({ description: 'Bill.resourceId, DailyDetail.resourceId' }),
    billingMethods: t.field({ type: [BillingMethodEnum], description: 'Charge.billingMethod' }),
    currencies: t.field({ type: ['CurrencyCode'], description: 'The currency of the amounts.' }),
    allocations: t.field({
      type: [AllocationFilter],
      description:
        'Whose cost it is, by allocations of the settings. Of a charge that is split, only the part of these values counts.',
    }),
  }),
});

/** What the argument allocation means. */
export const whatAllocation =
  'Which allocation of the settings the dimension ALLOCATION means: Allocation.allocationId, such as team. Unused without that dimension.';

const spendArgs = builder.args((t) => ({
  period: t.field({
    type: PeriodInput,
    required: true,
    description: 'Selects charges that start in this period.',
  }),
  groupBy: t.field({
    type: [SpendDimensionEnum],
    required: true,
    description: 'By what, in this order; each once. Empty: one group.',
  }),
  allocation: t.id({ description: whatAllocation }),
  filter: t.field({ type: SpendFilter, description: 'Which charges. Null: all.' }),
  timeZone: t.string({
    description:
      "The zone of the report's days, such as Europe/Berlin. Null: each provider's own days. If a provider's rows are too coarse for days of this zone, its account is FAILED with TIMEZONE_NOT_DERIVABLE; the gateway never guesses.",
  }),
  convertTo: t.field({
    type: 'CurrencyCode',
    description:
      'Adds the sums in this currency, for example EUR, at the rates of the settings. With several rates for a pair, each charge uses the newest one that is not later than its day; a single rate applies to all days. A missing rate is the error EXCHANGE_RATE_MISSING. Null: nothing is converted.',
  }),
  top: t.int({
    description:
      'How many groups, 1 to 1000: those with the highest cost. The others are summed up in rest. Null: all groups. With several currencies you get as many of each, unless convertTo converts them into one, because amounts in yuan and dollars cannot be ranked together.',
  }),
  orderBy: t.field({ type: SpendOrderEnum, defaultValue: 'COST', description: 'The order of the groups.' }),
}));

builder.queryField('spend', (t) =>
  t.field({
    type: SpendReportType,
    nullable: true,
    description:
      "What was spent: the sum of bills and daily details, which together are an account's cost. Grouped by or filtered on API keys, it reads only usage by key, which is the same money by key. An account counts whole or not at all: coverage names each account that failed, or whose provider has no such list (some only have invoices), and none counts as zero. A charge over several days belongs to the day on which it starts. Null only if every account failed.",
    args: spendArgs,
    resolve: (_root, args, context, info) => {
      const request = toReportRequest(args, selects(info, 'effectiveCost'), context);
      return readReport(request, selects(info, 'previous'), context);
    },
  }),
);
