/** Invoice: what a provider asks to be paid. */

import type { InputShapeFromFields } from '@pothos/core';

import { finalAtOf, settlementOf } from '../domain/settlement.ts';
import { AccountType } from './account.ts';
import { builder } from './builder.ts';
import { isIn } from './charge.ts';
import type { GatewayContext } from './context.ts';
import { SettlementType } from './coverage.ts';
import { InvoiceStatusEnum, OrderDirectionEnum } from './enums.ts';
import { byDecimal, byInstant, byText, createOrder, type Order, type SortPart } from './order.ts';
import { PeriodInput, toDates } from './period.ts';
import { needs } from './permissions.ts';
import { answer } from './question.ts';
import type { Sourced } from './views.ts';
import { byCategories, isNarrow, scopeOf, type Scope } from './sources.ts';
import { Money, money } from './totals.ts';

type SourcedInvoice = Sourced<'INVOICE'>;

export const InvoiceType = builder.objectRef<SourcedInvoice>('Invoice').implement({
  description:
    'What a provider asks to be paid for a period: an invoice (AIone) or a monthly statement (PPIO, Novita; from 2025-10 on). It belongs to the period in which its periodStart lies. Null means that the provider does not say.',
  fields: (t) => ({
    id: t.id({ description: 'Unique, and the same each time it is read.', resolve: ({ row }) => row.id }),
    account: t.expose('account', { type: AccountType, description: 'The account that is invoiced.' }),
    number: t.string({
      nullable: true,
      description: "As printed on it; of a statement, the provider's id of it.",
      resolve: ({ row }) => row.number,
    }),
    billingPeriod: t.field({
      type: 'YearMonth',
      description: 'The month in which its period starts.',
      resolve: ({ row }) => row.billingPeriod,
    }),
    periodStart: t.field({
      type: 'Date',
      description: 'First day covered.',
      resolve: ({ row }) => row.periodStart,
    }),
    periodEnd: t.field({
      type: 'Date',
      description: 'Last day covered, included.',
      resolve: ({ row }) => row.periodEnd,
    }),
    total: t.field({
      type: Money,
      description: 'Its total.',
      resolve: ({ row }) => money(row.total, row.currency),
    }),
    voucherAmount: t.field({
      type: Money,
      nullable: true,
      description: 'The part of the total that vouchers cover.',
      resolve: ({ row }) => money(row.voucherAmount, row.currency),
    }),
    outstandingAmount: t.field({
      type: Money,
      nullable: true,
      description: 'Still to pay.',
      resolve: ({ row }) => money(row.outstandingAmount, row.currency),
    }),
    settlement: t.field({
      type: SettlementType,
      description:
        'Whether its total may still change. Its status may change later: an invoice is final before it is paid.',
      resolve: ({ row, account, readAt }) =>
        settlementOf(finalAtOf(account.settlement, row.billingPeriod), readAt),
    }),
    status: t.field({
      type: InvoiceStatusEnum,
      description: 'Where it stands.',
      resolve: ({ row }) => row.status,
    }),
    providerStatus: t.string({
      description: "The provider's own word for status.",
      resolve: ({ row }) => row.providerStatus,
    }),
    dueDate: t.field({
      type: 'Date',
      nullable: true,
      description: 'When payment is due.',
      resolve: ({ row }) => row.dueDate,
    }),
    createdAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the provider made it.',
      resolve: ({ row }) => row.createdAt,
    }),
    url: t.string({ nullable: true, description: 'Where it can be fetched.', resolve: ({ row }) => row.url }),
    raw: t.field({
      type: 'JSON',
      description: "The provider's own row, every field and digit as it was sent. Needs the permission raw.",
      extensions: needs('raw'),
      resolve: ({ row }) => row.raw,
    }),
  }),
});

const InvoiceConnection = builder.connectionObject(
  {
    type: InvoiceType,
    name: 'InvoiceConnection',
    description: 'A page of invoices, with sums over all that match.',
  },
  { name: 'InvoiceEdge' },
);

const InvoiceFilter = builder.inputType('InvoiceFilter', {
  description: 'Which invoices. Several fields must all hold; within a list one is enough.',
  fields: (t) => ({
    accounts: t.idList({ description: 'Account.id. Null: every account that has invoices.' }),
    providers: t.idList({ description: 'Provider.id. Null: every provider that has invoices.' }),
    statuses: t.field({ type: [InvoiceStatusEnum], description: 'Invoice.status' }),
    numbers: t.stringList({ description: 'Invoice.number' }),
    currencies: t.field({ type: ['CurrencyCode'], description: 'The currency of the amounts.' }),
  }),
});

const InvoiceOrderField = builder.enumType('InvoiceOrderField', {
  description: 'What invoices can be ordered by. Ties go by account and id.',
  values: {
    PERIOD_START: { description: 'The first day covered.' },
    CREATED_AT: { description: 'When it was made; unknown counts as earliest.' },
    TOTAL: { description: 'The total. Currencies apart, in alphabetical order.' },
  },
});

const InvoiceOrder = builder.inputType('InvoiceOrder', {
  description: 'An order of invoices.',
  fields: (t) => ({
    field: t.field({ type: InvoiceOrderField, required: true, description: 'By what.' }),
    direction: t.field({
      type: OrderDirectionEnum,
      required: true,
      defaultValue: 'DESC',
      description: 'Which way.',
    }),
  }),
});

const invoiceArgs = builder.args((t) => ({
  period: t.field({
    type: PeriodInput,
    description: 'Invoices whose periodStart lies in it. Null: all there are.',
  }),
  filter: t.field({ type: InvoiceFilter, description: 'Which of them. Null: all.' }),
  orderBy: t.field({ type: InvoiceOrder, description: 'Null: newest first.' }),
  ...t.connectionArgs(),
}));

type Args = InputShapeFromFields<typeof invoiceArgs>;

builder.queryField('invoices', (t) =>
  t.field({
    type: InvoiceConnection,
    nullable: true,
    description:
      "Invoices over all accounts that have them. Null only when every account failed, with errors saying why; one provider's failure leaves the others' rows whole and is told in coverage.",
    args: invoiceArgs,
    resolve: (_root, args, context) => readInvoices(args.filter ?? {}, args, context),
  }),
);

builder.objectField(AccountType, 'invoices', (t) =>
  t.field({
    type: InvoiceConnection,
    nullable: true,
    description: 'As Query.invoices, for this account alone.',
    args: invoiceArgs,
    resolve: ({ id }, args, context) => readInvoices(scopeOf(id, args.filter), args, context),
  }),
);

function readInvoices(scope: Scope, args: Args, context: GatewayContext) {
  const { statuses, numbers, currencies } = args.filter ?? {};
  return answer(
    {
      kind: 'INVOICE',
      scope,
      dates: args.period == null ? null : toDates(args.period),
      choice: byCategories(null),
      matches: isNarrow(args.filter ?? {})
        ? (row) => isIn(statuses, row.status) && isIn(numbers, row.number) && isIn(currencies, row.currency)
        : null,
      order: toInvoiceOrder(args.orderBy),
      page: args,
      fingerprint: [args.filter, args.orderBy],
    },
    context,
  );
}

const invoiceOrders: Readonly<
  Record<typeof InvoiceOrderField.$inferType, readonly SortPart<SourcedInvoice>[]>
> = {
  PERIOD_START: [byText(({ row }) => row.periodStart)],
  CREATED_AT: [byInstant(({ row }) => row.createdAt)],
  TOTAL: [byText(({ row }) => row.currency, 'ASC'), byDecimal(({ row }) => row.total)],
};

function toInvoiceOrder(input: Args['orderBy']): Order<SourcedInvoice> {
  const field = input?.field ?? 'PERIOD_START';
  return createOrder(field, invoiceOrders[field], input?.direction ?? 'DESC');
}
