/** DailyDetail: cost per day and charge item. */

import type { InputShapeFromFields } from '@pothos/core';

import type { Decimal } from '../../domain/decimal.ts';
import type { DailyDetailRow, TokenCounts } from '../../domain/rows.ts';
import { createChargeTest, createTextTest, isIn } from '../../reports/charge-filter.ts';
import { builder } from '../builder.ts';
import { ChargeInterface, ChargeOrder, groupFilterFields, partOfName, toChargeOrder } from './charge.ts';
import type { GatewayContext } from '../../query/context.ts';
import { BillingMethodEnum } from './enums.ts';
import { NodeInterface } from './node.ts';
import { toPeriod } from '../../query/asked-period.ts';
import { PeriodInput } from './period.ts';
import { addRowList, createRowFilters } from './row-lists.ts';
import { answer } from '../../query/list-request.ts';
import type { Sourced } from '../../query/sorted-segments.ts';
import { byCategories, isNarrow, type Scope } from '../../query/sources.ts';
import { money } from '../../domain/money.ts';
import { MoneyType } from './money-types.ts';

const TokensType = builder.objectRef<TokenCounts>('Tokens').implement({
  description: 'Exact token counts. They have decimal places if the provider counts in thousands.',
  fields: (t) => ({
    input: t.expose('input', {
      type: 'Decimal',
      nullable: true,
      description: 'Input tokens, cached ones included. Null if the row does not separate input and output.',
    }),
    output: t.expose('output', { type: 'Decimal', nullable: true, description: 'Output. Null as input.' }),
    total: t.expose('total', { type: 'Decimal', description: 'All of them.' }),
  }),
});

export const DailyDetailType = builder.objectRef<Sourced<'DAILY_DETAIL'>>('DailyDetail').implement({
  description:
    'What was used on one day and what it cost: one charge item, product or resource, depending on the provider. If the provider also has ApiKeyUsage, that is the same money by key, so never add the two.',
  interfaces: [NodeInterface, ChargeInterface],
  fields: (t) => {
    const text = (description: string, of: (row: DailyDetailRow) => string | null) =>
      t.string({ nullable: true, description, resolve: ({ row }) => of(row) });
    const amount = (description: string, of: (row: DailyDetailRow) => Decimal | null) =>
      t.field({
        type: MoneyType,
        nullable: true,
        description,
        resolve: ({ row }) => money(of(row), row.currency),
      });
    const decimal = (description: string, of: (row: DailyDetailRow) => Decimal | null) =>
      t.field({ type: 'Decimal', nullable: true, description, resolve: ({ row }) => of(row) });
    return {
      day: t.field({
        type: 'Date',
        description: "The billed day, in the provider's zone.",
        resolve: ({ row }) => row.date,
      }),
      projectId: text('The project. Null: none named.', (row) => row.projectId),
      resourceId: text('The resource instance. Null: none named.', (row) => row.resourceId),
      subProduct: text('A finer product name within the product.', (row) => row.subProduct),
      feeItem: text('The charge item: model and mode.', (row) => row.feeItem),
      factors: text(
        "What the price depends on, in the provider's own words, such as customTokenType=output.",
        (row) => row.factors,
      ),
      quantity: decimal('Usage, in unit.', (row) => row.quantity),
      unit: text(
        'What quantity counts: per_1000_tokens, tokens, card-seconds, GB-seconds. Null: not said.',
        (row) => row.unit,
      ),
      tokens: t.field({
        type: TokensType,
        nullable: true,
        description: 'The tokens used. Null if the product is not measured in tokens.',
        resolve: ({ row }) => row.tokens,
      }),
      listUnitPrice: amount(
        'Price of one unit before discount. Null if there are several prices, such as for input and output tokens.',
        (row) => row.listUnitPrice,
      ),
      discountedUnitPrice: amount('Price of one unit after discount.', (row) => row.discountedUnitPrice),
      discount: decimal(
        'Multiplier on the list price: 0.8 is 20 % off, 1.0 is no discount.',
        (row) => row.discount,
      ),
      paidAmount: amount(
        'Paid in cash so far. Stays zero until settlement for post-paid customers.',
        (row) => row.paidAmount,
      ),
      outstandingAmount: amount('Still to pay.', (row) => row.outstandingAmount),
    };
  },
});

const DailyDetailConnection = builder.connectionObject(
  {
    type: DailyDetailType,
    name: 'DailyDetailConnection',
    description: 'A page of daily details, with sums over all matching rows.',
  },
  { name: 'DailyDetailEdge' },
);

const filters = createRowFilters('DailyDetailFilter', {
  which: 'daily details',
  has: 'daily details',
  fields: (t) => ({
    categories: t.stringList({
      description: 'Product.category. Rows of providers without categories never match.',
    }),
    productName: t.string({ description: `A part of the product's name, ${partOfName}.` }),
    ...groupFilterFields(t),
    feeItem: t.string({ description: `A part of the charge item's name, ${partOfName}.` }),
    feeItems: t.stringList({ description: 'DailyDetail.feeItem, the whole text exactly as it is.' }),
    projects: t.stringList({ description: 'DailyDetail.projectId' }),
    resources: t.stringList({ description: 'DailyDetail.resourceId' }),
    billingMethods: t.field({ type: [BillingMethodEnum], description: 'Charge.billingMethod' }),
    currencies: t.field({ type: ['CurrencyCode'], description: 'The currency of the amounts.' }),
  }),
});

type Filter = typeof filters.all.$inferInput;

const argsWith = (filter: typeof filters.all) =>
  builder.args((t) => ({
    period: t.field({
      type: PeriodInput,
      required: true,
      description: 'Selects details whose day lies in this period.',
    }),
    filter: t.field({ type: filter, description: 'Which of them. Null: all.' }),
    orderBy: t.field({ type: ChargeOrder, description: 'Null: newest first.' }),
    ...t.connectionArgs(),
  }));

type Args = InputShapeFromFields<ReturnType<typeof argsWith>>;

addRowList({
  name: 'dailyDetails',
  kind: 'DAILY_DETAIL',
  type: DailyDetailConnection,
  description: 'Cost per day, over all accounts that have it.',
  args: argsWith(filters.all),
  ownArgs: argsWith(filters.own),
  read: readDetails,
});

function readDetails(own: Scope | null, args: Args, context: GatewayContext) {
  const filter = args.filter ?? {};
  return answer(
    {
      kind: 'DAILY_DETAIL',
      scope: own ?? filter,
      period: toPeriod(args.period, context),
      choice: byCategories(filter.categories),
      matches: isNarrow(filter) ? createTest(filter) : null,
      order: toChargeOrder(args.orderBy),
      page: args,
      fingerprint: [args.filter, args.orderBy],
    },
    context,
  );
}

function createTest(filter: Filter): (row: DailyDetailRow) => boolean {
  const isSelected = createChargeTest(filter);
  const hasItem = createTextTest(filter.feeItem);
  return (row) =>
    isSelected(row) &&
    isIn(filter.projects, row.projectId) &&
    isIn(filter.resources, row.resourceId) &&
    isIn(filter.feeItems, row.feeItem) &&
    hasItem(row.feeItem);
}
