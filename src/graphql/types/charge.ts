/** Charge: what Bill, ApiKeyUsage and DailyDetail have in common, including filters and orders. */

import type { Account } from '../../domain/account.ts';
import type { Instant } from '../../domain/calendar.ts';
import type { ApiKeyUsageRow, BillRow, DailyDetailRow, Product } from '../../domain/rows.ts';
import { finalAtOf, settlementMonthOf, settlementOf } from '../../domain/settlement.ts';
import { AccountType } from './account-types.ts';
import { builder, type SchemaTypes } from '../builder.ts';
import { SettlementType } from './coverage-types.ts';
import { BillingMethodEnum, OrderDirectionEnum, SpendDimensionEnum } from './enums.ts';
import { byDecimal, byInstant, byText, createOrder, type Order, type SortPart } from '../../query/order.ts';
import { idOfRow } from '../../query/sourced-rows.ts';
import { NodeInterface } from './node.ts';
import { PeriodType } from './period.ts';
import { needs } from '../document/needed-permissions.ts';
import { money } from '../../domain/money.ts';
import { MoneyType } from './money-types.ts';

/** A charge of any kind, with its account and reading time. */
export interface SourcedCharge {
  readonly row: BillRow | ApiKeyUsageRow | DailyDetailRow;
  readonly account: Account;
  readonly readAt: Instant;
  readonly isSnapshot?: boolean;
}

const ProductType = builder.objectRef<Product>('Product').implement({
  description: 'What was charged for.',
  fields: (t) => ({
    productId: t.exposeString('id', {
      nullable: true,
      description: "The provider's id of it. Null: it gives none.",
    }),
    name: t.exposeString('name', { description: "The provider's name for it, in its own language." }),
    category: t.exposeString('category', {
      nullable: true,
      description: "The provider's own word: gpu, llm, cloud_storage, ... Null: it gives none.",
    }),
  }),
});

export const ChargeInterface = builder.interfaceRef<SourcedCharge>('Charge').implement({
  description:
    'One line of cost. It belongs to the period in which its chargePeriod starts. Null means that the provider does not say; it never means zero.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      description:
        'Unique over all types, and the same each time the line is read. The line as it was before a restatement has an id of its own.',
      resolve: (charge) => idOfRow(charge),
    }),
    account: t.expose('account', { type: AccountType, description: 'The account that was charged.' }),
    product: t.field({
      type: ProductType,
      description: 'What was charged for.',
      resolve: ({ row }) => row.product,
    }),
    chargePeriod: t.field({
      type: PeriodType,
      description: 'When the product was or will be used. The start is included, the end is not.',
      resolve: ({ row }) => row.chargePeriod,
    }),
    billingPeriod: t.field({
      type: 'YearMonth',
      description:
        "The month with which the provider bills it, in the provider's zone. For usage by key and by day, the month in which the charge period starts.",
      resolve: ({ row }) => row.billingPeriod,
    }),
    listCost: t.field({
      type: MoneyType,
      nullable: true,
      description:
        'The cost at list price, before discounts. Null if the provider does not report it; the gateway never computes it.',
      resolve: ({ row }) => money(row.listCost, row.currency),
    }),
    billedCost: t.field({
      type: MoneyType,
      description: 'What the provider bills: after discounts, before vouchers.',
      resolve: ({ row }) => money(row.billedCost, row.currency),
    }),
    voucherAmount: t.field({
      type: MoneyType,
      nullable: true,
      description: 'The part of billedCost covered by vouchers or coupons.',
      resolve: ({ row }) => money(row.voucherAmount, row.currency),
    }),
    cashAmount: t.field({
      type: MoneyType,
      nullable: true,
      description: 'The part of billedCost to be paid in cash, whether it has been paid or not.',
      resolve: ({ row }) => money(row.cashAmount, row.currency),
    }),
    billingMethod: t.field({
      type: BillingMethodEnum,
      nullable: true,
      description: 'Why it was charged, such as PAY_AS_YOU_GO or REFUND. Null if the provider does not say.',
      resolve: ({ row }) => row.billingMethod,
    }),
    providerBillingMethod: t.string({
      nullable: true,
      description: "The provider's own word or number for billingMethod.",
      resolve: ({ row }) => row.providerBillingMethod,
    }),
    settlement: t.field({
      type: SettlementType,
      description: 'Whether this line may still change. It is PROVISIONAL if it was read before finalAt.',
      resolve: ({ row, account, readAt }) =>
        settlementOf(finalAtOf(account.settlement, settlementMonthOf(row, account.timeZone)), readAt),
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

const ChargeOrderField = builder.enumType('ChargeOrderField', {
  description: 'What charges can be ordered by. Ties go by account and id.',
  values: {
    CHARGE_PERIOD_START: { description: 'When the charge period starts.' },
    BILLED_COST: { description: 'The billed cost. Currencies are kept apart, in alphabetical order.' },
    PRODUCT_NAME: { description: "The product's name, by code unit." },
  },
});

export const ChargeOrder = builder.inputType('ChargeOrder', {
  description: 'An order of charges.',
  fields: (t) => ({
    field: t.field({ type: ChargeOrderField, required: true, description: 'By what.' }),
    direction: t.field({
      type: OrderDirectionEnum,
      required: true,
      defaultValue: 'DESC',
      description: 'Which way.',
    }),
  }),
});

/** The requested order; newest first by default. */
export function toChargeOrder(
  input: typeof ChargeOrder.$inferInput | null | undefined,
): Order<SourcedCharge> {
  const field = input?.field ?? 'CHARGE_PERIOD_START';
  return createOrder(field, chargeOrders[field], input?.direction ?? 'DESC');
}

const chargeOrders: Readonly<Record<typeof ChargeOrderField.$inferType, readonly SortPart<SourcedCharge>[]>> =
  {
    CHARGE_PERIOD_START: [byInstant(({ row }) => row.chargePeriod.start)],
    BILLED_COST: [byText(({ row }) => row.currency, 'ASC'), byDecimal(({ row }) => row.billedCost)],
    PRODUCT_NAME: [byText(({ row }) => row.product.name)],
  };

/** How filters search for a part of a name. */
export const partOfName =
  'ignoring case and Unicode form (composed or not, full-width or not; i, İ and ı are the same letter, and so are ß and ss)';

type Fields = PothosSchemaTypes.InputFieldBuilder<
  PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>,
  'InputObject'
>;

/** What every filter of charges takes of their products, and what leads from any group of spend to its charges. */
export const groupFilterFields = (t: Fields) => ({
  products: t.stringList({ description: 'Product.name, the whole name exactly as it is.' }),
  productIds: t.stringList({ description: "The provider's ids of products: Product.productId" }),
  without: t.field({
    type: [SpendDimensionEnum],
    description:
      'Only charges that say nothing in these dimensions, such as the group of spend whose value is null. Each must be absent; a dimension that every charge has takes nothing away.',
  }),
});
