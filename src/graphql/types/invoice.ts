/** Invoice: what a provider asks to be paid. */

import type { InputShapeFromFields } from '@pothos/core';

import { finalAtOf, settlementOf } from '../../domain/settlement.ts';
import { AccountType } from './account-types.ts';
import { builder } from '../builder.ts';
import { isIn } from '../../reports/charge-filter.ts';
import type { GatewayContext } from '../../query/context.ts';
import { SettlementType } from './coverage-types.ts';
import { InvoiceStatusEnum, OrderDirectionEnum } from './enums.ts';
import { byDecimal, byInstant, byText, createOrder, type Order, type SortPart } from '../../query/order.ts';
import { idOfRow } from '../../query/sourced-rows.ts';
import { NodeInterface } from './node.ts';
import { toPeriod } from '../../query/asked-period.ts';
import { PeriodInput } from './period.ts';
import { addRowList, createRowFilters } from './row-lists.ts';
import { needs } from '../document/needed-permissions.ts';
import { answer } from '../../query/list-request.ts';
import type { Sourced } from '../../query/sorted-segments.ts';
import { byCategories, isNarrow, type Scope } from '../../query/sources.ts';
import { money } from '../../domain/money.ts';
import { MoneyType } from './money-types.ts';

type SourcedInvoice = Sourced<'INVOICE'>;

export const InvoiceType = builder.objectRef<SourcedInvoice>('Invoice').implement({
  description:
    'An invoice or a monthly statement: what a provider asks you to pay for a period. Older months may have none. An invoice belongs to the period in which its periodStart lies. Null means that the provider does not say.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      description:
        'Unique over all types, and the same each time it is read. The invoice as it was before a restatement has an id of its own.',
      resolve: (invoice) => idOfRow(invoice),
    }),
    account: t.expose('account', { type: AccountType, description: 'The invoiced account.' }),
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
      description: 'The first day that it covers.',
      resolve: ({ row }) => row.periodStart,
    }),
    periodEnd: t.field({
      type: 'Date',
      description: 'The last day that it covers, included.',
      resolve: ({ row }) => row.periodEnd,
    }),
    total: t.field({
      type: MoneyType,
      description: 'The total amount of the invoice.',
      resolve: ({ row }) => money(row.total, row.currency),
    }),
    voucherAmount: t.field({
      type: MoneyType,
      nullable: true,
      description: 'The part of the total that vouchers cover.',
      resolve: ({ row }) => money(row.voucherAmount, row.currency),
    }),
    outstandingAmount: t.field({
      type: MoneyType,
      nullable: true,
      description: 'The amount that is still to be paid.',
      resolve: ({ row }) => money(row.outstandingAmount, row.currency),
    }),
    settlement: t.field({
      type: SettlementType,
      description:
        'Whether its total may still change. Its status may change even later: an invoice is final before it is paid.',
      resolve: ({ row, account, readAt }) =>
        settlementOf(finalAtOf(account.settlement, row.billingPeriod), readAt),
    }),
    status: t.field({
      type: InvoiceStatusEnum,
      description: 'The status of the invoice, such as ISSUED or PAID.',
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
      description: 'When the provider created it.',
      resolve: ({ row }) => row.createdAt,
    }),
    url: t.string({
      nullable: true,
      description: 'Where you can download it.',
      resolve: ({ row }) => row.url,
    }),
    raw: t.field({
      type: 'JSON',
      description:
        "The provider's own row, with every field and digit as it was sent. Needs the permission raw.",
      extensions: needs('raw'),
      resolve: ({ row }) => row.raw,
    }),
  }),
});

const InvoiceConnection = builder.connectionObject(
  {
    type: InvoiceType,
    name: 'InvoiceConnection',
    description: 'A page of invoices, with sums over all matching rows.',
  },
  { name: 'InvoiceEdge' },
);

const filters = createRowFilters('InvoiceFilter', {
  which: 'invoices',
  has: 'invoices',
  fields: (t) => ({
    statuses: t.field({ type: [InvoiceStatusEnum], description: 'Invoice.status' }),
    numbers: t.stringList({ description: 'Invoice.number' }),
    currencies: t.field({ type: ['CurrencyCode'], description: 'The currency of the amounts.' }),
  }),
});

const InvoiceOrderField = builder.enumType('InvoiceOrderField', {
  description: 'What invoices can be ordered by. Ties go by account and id.',
  values: {
    PERIOD_START: { description: 'The first day covered.' },
    CREATED_AT: { description: 'When it was created; an unknown time counts as earliest.' },
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

const argsWith = (filter: typeof filters.all) =>
  builder.args((t) => ({
    period: t.field({
      type: PeriodInput,
      description: 'Selects invoices whose periodStart lies in this period. Null: all invoices.',
    }),
    filter: t.field({ type: filter, description: 'Which of them. Null: all.' }),
    orderBy: t.field({ type: InvoiceOrder, description: 'Null: newest first.' }),
    ...t.connectionArgs(),
  }));

type Args = InputShapeFromFields<ReturnType<typeof argsWith>>;

addRowList({
  name: 'invoices',
  kind: 'INVOICE',
  type: InvoiceConnection,
  description: 'Invoices, over all accounts that have them.',
  args: argsWith(filters.all),
  ownArgs: argsWith(filters.own),
  read: readInvoices,
});

function readInvoices(own: Scope | null, args: Args, context: GatewayContext) {
  const filter = args.filter ?? {};
  const { statuses, numbers, currencies } = filter;
  return answer(
    {
      kind: 'INVOICE',
      scope: own ?? filter,
      period: args.period == null ? null : toPeriod(args.period, context),
      choice: byCategories(null),
      matches: isNarrow(filter)
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
