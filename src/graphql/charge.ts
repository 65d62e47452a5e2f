/** Charge: what Bill, ApiKeyUsage and DailyDetail have in common, and what their filters and orders share. */

import type { Account } from '../domain/account.ts';
import type { Instant } from '../domain/calendar.ts';
import type { ApiKeyUsageRow, BillRow, ChargeRow, DailyDetailRow, Product } from '../domain/rows.ts';
import { finalAtOf, settlementMonthOf, settlementOf } from '../domain/settlement.ts';
import { AccountType } from './account.ts';
import { builder } from './builder.ts';
import { SettlementType } from './coverage.ts';
import { BillingMethodEnum, OrderDirectionEnum } from './enums.ts';
import { byDecimal, byInstant, byText, createOrder, type Order, type SortPart } from './order.ts';
import { PeriodType } from './period.ts';
import { needs } from './permissions.ts';
import { Money, money } from './totals.ts';

/** A charge of any kind, with whose it is and when it was read. */
export interface SourcedCharge {
  readonly row: BillRow | ApiKeyUsageRow | DailyDetailRow;
  readonly account: Account;
  readonly readAt: Instant;
}

const ProductType = builder.objectRef<Product>('Product').implement({
  description: 'What was charged for.',
  fields: (t) => ({
    id: t.exposeString('id', { nullable: true, description: "The provider's id. Null: it gives none." }),
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
  fields: (t) => ({
    id: t.id({
      description: 'Unique, and the same each time the line is read.',
      resolve: ({ row }) => row.id,
    }),
    account: t.expose('account', { type: AccountType, description: 'The account that was charged.' }),
    product: t.field({
      type: ProductType,
      description: 'What was charged for.',
      resolve: ({ row }) => row.product,
    }),
    chargePeriod: t.field({
      type: PeriodType,
      description: 'When it was used or is to be used. Half-open.',
      resolve: ({ row }) => row.chargePeriod,
    }),
    billingPeriod: t.field({
      type: 'YearMonth',
      description:
        "The month in whose bill the provider puts it, in the provider's zone. Of usage by key and by day, the month in which the charge period starts.",
      resolve: ({ row }) => row.billingPeriod,
    }),
    listCost: t.field({
      type: Money,
      nullable: true,
      description:
        'At list price, before discount. Null where the provider does not say: it is never computed.',
      resolve: ({ row }) => money(row.listCost, row.currency),
    }),
    billedCost: t.field({
      type: Money,
      description: 'After discounts, before vouchers: what the provider bills.',
      resolve: ({ row }) => money(row.billedCost, row.currency),
    }),
    voucherAmount: t.field({
      type: Money,
      nullable: true,
      description: 'The part of billedCost covered by vouchers or coupons.',
      resolve: ({ row }) => money(row.voucherAmount, row.currency),
    }),
    cashAmount: t.field({
      type: Money,
      nullable: true,
      description: 'The part of billedCost to be borne in cash, paid or not.',
      resolve: ({ row }) => money(row.cashAmount, row.currency),
    }),
    billingMethod: t.field({
      type: BillingMethodEnum,
      nullable: true,
      description: 'How the charge came about. Null where the provider does not say.',
      resolve: ({ row }) => row.billingMethod,
    }),
    providerBillingMethod: t.string({
      nullable: true,
      description: "The provider's own word or number for billingMethod.",
      resolve: ({ row }) => row.providerBillingMethod,
    }),
    settlement: t.field({
      type: SettlementType,
      description: 'Whether this line may still change: PROVISIONAL when it was read before finalAt.',
      resolve: ({ row, account, readAt }) =>
        settlementOf(finalAtOf(account.settlement, settlementMonthOf(row, account.timeZone)), readAt),
    }),
    raw: t.field({
      type: 'JSON',
      description: "The provider's own row, every field and digit as it was sent. Needs the permission raw.",
      extensions: needs('raw'),
      resolve: ({ row }) => row.raw,
    }),
  }),
});

const ChargeOrderField = builder.enumType('ChargeOrderField', {
  description: 'What charges can be ordered by. Ties go by account and id.',
  values: {
    CHARGE_PERIOD_START: { description: 'When the charge period starts.' },
    BILLED_COST: { description: 'What was billed. Currencies apart, in alphabetical order.' },
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

/** The order that was asked for; newest first unless told. */
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

/** What every filter of charges takes. Null and undefined: not said. */
export interface ChargeSelection {
  readonly categories?: readonly string[] | null | undefined;
  readonly currencies?: readonly string[] | null | undefined;
  readonly billingMethods?: readonly string[] | null | undefined;
  readonly productName?: string | null | undefined;
}

/** Whether a charge is selected. Several conditions must all hold; within a list one is enough. */
export function matchesCharge(row: ChargeRow, selection: ChargeSelection): boolean {
  const { categories, currencies, billingMethods, productName } = selection;
  return (
    isIn(categories, row.product.category) &&
    isIn(currencies, row.currency) &&
    isIn(billingMethods, row.billingMethod) &&
    (productName == null || row.product.name.toLowerCase().includes(productName.toLowerCase()))
  );
}

/** Whether a value is in a list; no list lets everything through, an empty one nothing. */
export function isIn(list: readonly string[] | null | undefined, value: string | null): boolean {
  return list == null || (value !== null && list.includes(value));
}
