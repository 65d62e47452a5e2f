/** Bill: lines of subscriptions. */

import type { InputShapeFromFields } from '@pothos/core';

import type { BillRow } from '../domain/rows.ts';
import { AccountType } from './account.ts';
import { builder } from './builder.ts';
import { ChargeInterface, ChargeOrder, isIn, matchesCharge, toChargeOrder } from './charge.ts';
import type { GatewayContext } from './context.ts';
import { BillingMethodEnum, TradeTypeEnum } from './enums.ts';
import { PeriodInput, toDates } from './period.ts';
import { answer } from './question.ts';
import type { Sourced } from './views.ts';
import { byCategories, isNarrow, scopeOf, type Scope } from './sources.ts';
import { Money, money } from './totals.ts';

export const BillType = builder.objectRef<Sourced<'BILL'>>('Bill').implement({
  description: 'One line of a subscription: bought, renewed or changed. From PPIO and Novita.',
  interfaces: [ChargeInterface],
  fields: (t) => ({
    resourceId: t.string({
      nullable: true,
      description: 'The resource instance. Null where the line names none.',
      resolve: ({ row }) => row.resourceId,
    }),
    subAccountId: t.string({
      nullable: true,
      description: 'The member of the team. Null where the line names none.',
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
      description: 'For GPUs: cards times the subscribed term. For storage: the capacity in GB.',
      resolve: ({ row }) => row.quantity,
    }),
    unitPrice: t.field({
      type: Money,
      nullable: true,
      description: 'The list price of one unit. Null where it cannot be told exactly.',
      resolve: ({ row }) => money(row.unitPrice, row.currency),
    }),
    createdAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the provider made the line.',
      resolve: ({ row }) => row.createdAt,
    }),
  }),
});

const BillConnection = builder.connectionObject(
  { type: BillType, name: 'BillConnection', description: 'A page of bills, with sums over all that match.' },
  { name: 'BillEdge' },
);

const BillFilter = builder.inputType('BillFilter', {
  description: 'Which bills. Several fields must all hold; within a list one is enough.',
  fields: (t) => ({
    accounts: t.idList({ description: 'Account.id. Null: every account that has bills.' }),
    providers: t.idList({ description: 'Provider.id. Null: every provider that has bills.' }),
    categories: t.stringList({ description: 'Product.category: gpu, serverless, cloud_storage, ...' }),
    productName: t.string({ description: "A part of the product's name, in any case." }),
    resources: t.stringList({ description: 'Bill.resourceId' }),
    subAccounts: t.stringList({ description: 'Bill.subAccountId' }),
    tradeTypes: t.field({ type: [TradeTypeEnum], description: 'Bill.tradeType' }),
    billingMethods: t.field({ type: [BillingMethodEnum], description: 'Charge.billingMethod' }),
    currencies: t.field({ type: ['CurrencyCode'], description: 'The currency of the amounts.' }),
  }),
});

type Filter = typeof BillFilter.$inferInput;

const billArgs = builder.args((t) => ({
  period: t.field({
    type: PeriodInput,
    required: true,
    description: 'Bills whose charge period starts in it.',
  }),
  filter: t.field({ type: BillFilter, description: 'Which of them. Null: all.' }),
  orderBy: t.field({ type: ChargeOrder, description: 'Null: newest first.' }),
  ...t.connectionArgs(),
}));

builder.queryField('bills', (t) =>
  t.field({
    type: BillConnection,
    nullable: true,
    description:
      "Lines of subscriptions over all accounts that have them. Null only when every account failed, with errors saying why; one provider's failure leaves the others' rows whole and is told in coverage.",
    args: billArgs,
    resolve: (_root, args, context) => readBills(args.filter ?? {}, args, context),
  }),
);

builder.objectField(AccountType, 'bills', (t) =>
  t.field({
    type: BillConnection,
    nullable: true,
    description: 'As Query.bills, for this account alone.',
    args: billArgs,
    resolve: ({ id }, args, context) => readBills(scopeOf(id, args.filter), args, context),
  }),
);

type Args = InputShapeFromFields<typeof billArgs>;

function readBills(scope: Scope, args: Args, context: GatewayContext) {
  const filter = args.filter ?? {};
  return answer(
    {
      kind: 'BILL',
      scope,
      dates: toDates(args.period),
      // A category is a list of its own: the others need not be read.
      choice: byCategories(filter.categories),
      matches: isNarrow(filter) ? (row) => matchesBill(row, filter) : null,
      order: toChargeOrder(args.orderBy),
      page: args,
      fingerprint: [args.filter, args.orderBy],
    },
    context,
  );
}

function matchesBill(row: BillRow, filter: Filter): boolean {
  return (
    matchesCharge(row, filter) &&
    isIn(filter.resources, row.resourceId) &&
    isIn(filter.subAccounts, row.subAccountId) &&
    isIn(filter.tradeTypes, row.tradeType)
  );
}
