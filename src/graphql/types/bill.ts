/** Bill: one line of a subscription. */

import type { InputShapeFromFields } from '@pothos/core';

import type { BillRow } from '../../domain/rows.ts';
import { builder } from '../builder.ts';
import { createChargeTest, isIn } from '../../reports/charge-filter.ts';
import { ChargeInterface, ChargeOrder, groupFilterFields, partOfName, toChargeOrder } from './charge.ts';
import type { GatewayContext } from '../../query/context.ts';
import { BillingMethodEnum, TradeTypeEnum } from './enums.ts';
import { NodeInterface } from './node.ts';
import { toPeriod } from '../../query/asked-period.ts';
import { PeriodInput } from './period.ts';
import { addRowList, createRowFilters } from './row-lists.ts';
import { answer } from '../../query/list-request.ts';
import type { Sourced } from '../../query/sorted-segments.ts';
import { byCategories, isNarrow, type Scope } from '../../query/sources.ts';
import { money } from '../../domain/money.ts';
import { MoneyType } from './money-types.ts';

export const BillType = builder.objectRef<Sourced<'BILL'>>('Bill').implement({
  description:
    'One line of a subscription: a purchase, a renewal or a change. From providers that list subscriptions separately from usage (Provider.kinds has BILL).',
  interfaces: [NodeInterface, ChargeInterface],
  fields: (t) => ({
    resourceId: t.string({
      nullable: true,
      description: 'The resource instance. Null if the line names none.',
      resolve: ({ row }) => row.resourceId,
    }),
    subAccountId: t.string({
      nullable: true,
      description: 'The member of the team. Null if the line names none.',
      resolve: ({ row }) => row.subAccountId,
    }),
    tradeType: t.field({
      type: TradeTypeEnum,
      description: 'Whether something was bought, renewed or changed.',
      resolve: ({ row }) => row.tradeType,
    }),
    providerTradeType: t.string({
      nullable: true,
      description: "The provider's own word for tradeType.",
      resolve: ({ row }) => row.providerTradeType,
    }),
    quantity: t.field({
      type: 'Decimal',
      nullable: true,
      description:
        'For GPUs: the number of cards times the subscribed term. For storage: the capacity in GB.',
      resolve: ({ row }) => row.quantity,
    }),
    unitPrice: t.field({
      type: MoneyType,
      nullable: true,
      description: 'The list price of one unit. Null if it has no exact value, such as 10 / 3.',
      resolve: ({ row }) => money(row.unitPrice, row.currency),
    }),
    createdAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the provider created the line.',
      resolve: ({ row }) => row.createdAt,
    }),
  }),
});

const BillConnection = builder.connectionObject(
  {
    type: BillType,
    name: 'BillConnection',
    description: 'A page of bills, with sums over all matching rows.',
  },
  { name: 'BillEdge' },
);

const filters = createRowFilters('BillFilter', {
  which: 'bills',
  has: 'bills',
  fields: (t) => ({
    categories: t.stringList({ description: 'Product.category: gpu, serverless, cloud_storage, ...' }),
    productName: t.string({ description: `A part of the product's name, ${partOfName}.` }),
    ...groupFilterFields(t),
    resources: t.stringList({ description: 'Bill.resourceId' }),
    subAccounts: t.stringList({ description: 'Bill.subAccountId' }),
    tradeTypes: t.field({ type: [TradeTypeEnum], description: 'Bill.tradeType' }),
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
      description: 'Selects bills whose charge period starts in this period.',
    }),
    filter: t.field({ type: filter, description: 'Which of them. Null: all.' }),
    orderBy: t.field({ type: ChargeOrder, description: 'Null: newest first.' }),
    ...t.connectionArgs(),
  }));

type Args = InputShapeFromFields<ReturnType<typeof argsWith>>;

addRowList({
  name: 'bills',
  kind: 'BILL',
  type: BillConnection,
  description: 'Lines of subscriptions, over all accounts that have them.',
  args: argsWith(filters.all),
  ownArgs: argsWith(filters.own),
  read: readBills,
});

function readBills(own: Scope | null, args: Args, context: GatewayContext) {
  const filter = args.filter ?? {};
  return answer(
    {
      kind: 'BILL',
      scope: own ?? filter,
      period: toPeriod(args.period, context),
      // Each category is a list of its own, so we do not read the others.
      choice: byCategories(filter.categories),
      matches: isNarrow(filter) ? createTest(filter) : null,
      order: toChargeOrder(args.orderBy),
      page: args,
      fingerprint: [args.filter, args.orderBy],
    },
    context,
  );
}

function createTest(filter: Filter): (row: BillRow) => boolean {
  const isSelected = createChargeTest(filter);
  return (row) =>
    isSelected(row) &&
    isIn(filter.resources, row.resourceId) &&
    isIn(filter.subAccounts, row.subAccountId) &&
    isIn(filter.tradeTypes, row.tradeType);
}
