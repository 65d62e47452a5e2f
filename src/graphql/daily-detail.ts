/** DailyDetail: cost per day and charge item. */

import type { InputShapeFromFields } from '@pothos/core';

import type { Decimal } from '../domain/decimal.ts';
import type { DailyDetailRow, TokenCounts } from '../domain/rows.ts';
import { AccountType } from './account.ts';
import { builder } from './builder.ts';
import { ChargeInterface, ChargeOrder, isIn, matchesCharge, toChargeOrder } from './charge.ts';
import type { GatewayContext } from './context.ts';
import { BillingMethodEnum } from './enums.ts';
import { PeriodInput, toDates } from './period.ts';
import { answer } from './question.ts';
import type { Sourced } from './views.ts';
import { byCategories, isNarrow, scopeOf, type Scope } from './sources.ts';
import { Money, money } from './totals.ts';

const TokensType = builder.objectRef<TokenCounts>('Tokens').implement({
  description: 'Tokens: exact, and with a fraction where a provider measures in thousands of them.',
  fields: (t) => ({
    input: t.expose('input', {
      type: 'Decimal',
      nullable: true,
      description: 'Input, cached included. Null where the row does not say which way they went.',
    }),
    output: t.expose('output', { type: 'Decimal', nullable: true, description: 'Output. Null as input.' }),
    total: t.expose('total', { type: 'Decimal', description: 'All of them.' }),
  }),
});

export const DailyDetailType = builder.objectRef<Sourced<'DAILY_DETAIL'>>('DailyDetail').implement({
  description:
    'One charge item of one day (StreamLake), or one product or resource of one day (PPIO, Novita). PPIO and Novita list the same money by key too, as ApiKeyUsage: never add the two.',
  interfaces: [ChargeInterface],
  fields: (t) => {
    const text = (description: string, of: (row: DailyDetailRow) => string | null) =>
      t.string({ nullable: true, description, resolve: ({ row }) => of(row) });
    const amount = (description: string, of: (row: DailyDetailRow) => Decimal | null) =>
      t.field({
        type: Money,
        nullable: true,
        description,
        resolve: ({ row }) => money(of(row), row.currency),
      });
    const decimal = (description: string, of: (row: DailyDetailRow) => Decimal | null) =>
      t.field({ type: 'Decimal', nullable: true, description, resolve: ({ row }) => of(row) });
    return {
      day: t.field({
        type: 'Date',
        description: "The day that is billed, in the provider's zone.",
        resolve: ({ row }) => row.date,
      }),
      projectId: text('The project. Null: none named.', (row) => row.projectId),
      resourceId: text('The resource instance. Null: none named.', (row) => row.resourceId),
      subProduct: text('The product within the product.', (row) => row.subProduct),
      feeItem: text('The charge item: model and mode.', (row) => row.feeItem),
      factors: text(
        "What the price depends on, in the provider's own words: customTokenType=output.",
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
        description: 'What was used in tokens. Null where the product is not measured in them.',
        resolve: ({ row }) => row.tokens,
      }),
      listUnitPrice: amount(
        'Price of one unit before discount. Null where there are several, one for each direction of tokens.',
        (row) => row.listUnitPrice,
      ),
      discountedUnitPrice: amount('Price of one unit after discount.', (row) => row.discountedUnitPrice),
      discount: decimal('Multiplier on the list price: 1.0 is none.', (row) => row.discount),
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
    description: 'A page of daily details, with sums over all that match.',
  },
  { name: 'DailyDetailEdge' },
);

const DailyDetailFilter = builder.inputType('DailyDetailFilter', {
  description: 'Which daily details. Several fields must all hold; within a list one is enough.',
  fields: (t) => ({
    accounts: t.idList({ description: 'Account.id. Null: every account that has daily details.' }),
    providers: t.idList({ description: 'Provider.id. Null: every provider that has daily details.' }),
    categories: t.stringList({
      description: 'Product.category. Rows of providers without categories never match.',
    }),
    productName: t.string({ description: "A part of the product's name, in any case." }),
    feeItem: t.string({ description: "A part of the charge item's name, in any case." }),
    projects: t.stringList({ description: 'DailyDetail.projectId' }),
    resources: t.stringList({ description: 'DailyDetail.resourceId' }),
    billingMethods: t.field({ type: [BillingMethodEnum], description: 'Charge.billingMethod' }),
    currencies: t.field({ type: ['CurrencyCode'], description: 'The currency of the amounts.' }),
  }),
});

type Filter = typeof DailyDetailFilter.$inferInput;

const detailArgs = builder.args((t) => ({
  period: t.field({ type: PeriodInput, required: true, description: 'Details whose day lies in it.' }),
  filter: t.field({ type: DailyDetailFilter, description: 'Which of them. Null: all.' }),
  orderBy: t.field({ type: ChargeOrder, description: 'Null: newest first.' }),
  ...t.connectionArgs(),
}));

type Args = InputShapeFromFields<typeof detailArgs>;

builder.queryField('dailyDetails', (t) =>
  t.field({
    type: DailyDetailConnection,
    nullable: true,
    description:
      "Cost per day over all accounts that have it. Null only when every account failed, with errors saying why; one provider's failure leaves the others' rows whole and is told in coverage.",
    args: detailArgs,
    resolve: (_root, args, context) => readDetails(args.filter ?? {}, args, context),
  }),
);

builder.objectField(AccountType, 'dailyDetails', (t) =>
  t.field({
    type: DailyDetailConnection,
    nullable: true,
    description: 'As Query.dailyDetails, for this account alone.',
    args: detailArgs,
    resolve: ({ id }, args, context) => readDetails(scopeOf(id, args.filter), args, context),
  }),
);

function readDetails(scope: Scope, args: Args, context: GatewayContext) {
  const filter = args.filter ?? {};
  return answer(
    {
      kind: 'DAILY_DETAIL',
      scope,
      dates: toDates(args.period),
      choice: byCategories(filter.categories),
      matches: isNarrow(filter) ? (row) => matchesDetail(row, filter) : null,
      order: toChargeOrder(args.orderBy),
      page: args,
      fingerprint: [args.filter, args.orderBy],
    },
    context,
  );
}

function matchesDetail(row: DailyDetailRow, filter: Filter): boolean {
  return (
    matchesCharge(row, filter) &&
    isIn(filter.projects, row.projectId) &&
    isIn(filter.resources, row.resourceId) &&
    (filter.feeItem == null || (row.feeItem ?? '').toLowerCase().includes(filter.feeItem.toLowerCase()))
  );
}
