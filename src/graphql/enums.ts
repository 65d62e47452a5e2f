/** The enums. Where OTHER is possible, the provider's own word stands beside it in the row. */

import { noticeCodes, sourceStatuses } from '../domain/coverage.ts';
import { billingMethods, invoiceStatuses, rowKinds, tradeTypes, usageCycles } from '../domain/rows.ts';
import { reconciledViews } from '../reports/reconciliation.ts';
import { spendDimensions } from '../reports/spend.ts';
import { builder } from './builder.ts';

type Described<T extends string> = { readonly [K in T]: string };

function createEnum<const T extends string>(
  name: string,
  description: string,
  names: readonly T[],
  texts: Described<T>,
) {
  const values = Object.fromEntries(names.map((value) => [value, { value, description: texts[value] }]));
  return builder.enumType(name, {
    description,
    values: values as { [K in T]: { value: K; description: string } },
  });
}

export const RowKindEnum = createEnum('RowKind', 'The kinds of row that a provider may have.', rowKinds, {
  BILL: 'Lines of subscriptions: field bills.',
  INVOICE: 'Invoices or statements: field invoices.',
  API_KEY_USAGE: 'Usage and its cost per API key: field apiKeyUsage.',
  DAILY_DETAIL: 'Cost per day and charge item: field dailyDetails.',
});

export const UsageCycleEnum = createEnum('UsageCycle', 'How long one row of usage is.', usageCycles, {
  DAY: "A calendar day in the provider's zone.",
  WEEK: 'Seven days from a Monday.',
  MONTH: 'A calendar month.',
});

export const TradeTypeEnum = createEnum('TradeType', 'What a subscription line was for.', tradeTypes, {
  NEW_PURCHASE: 'A subscription was bought.',
  RENEWAL: 'One was prolonged.',
  RECONFIGURATION: 'One was changed or enlarged.',
  OTHER: "A word that this gateway does not know; see the row's providerTradeType.",
});

export const BillingMethodEnum = createEnum('BillingMethod', 'How a charge came about.', billingMethods, {
  PAY_AS_YOU_GO: 'By use.',
  SUBSCRIPTION: 'For a term, paid ahead.',
  REFUND: "Money back. Its sign is the provider's.",
  SPOT: 'By use, at spot price.',
  BATCH: 'By use of a batch API.',
  SAVING_PLAN: 'Under a saving plan.',
  MULTIMODAL: 'By use of a multimodal model.',
  BARE_METAL_TEST: 'A deduction for a bare-metal test.',
  OTHER: "A word that this gateway does not know; see the row's providerBillingMethod.",
});

export const InvoiceStatusEnum = createEnum('InvoiceStatus', 'Where an invoice stands.', invoiceStatuses, {
  DRAFT: 'Not issued yet.',
  ISSUED: 'Issued, payment is due.',
  PAID: 'Paid.',
  OVERDUE: 'Payment is late.',
  VOID: 'Withdrawn.',
  OTHER: "A word that this gateway does not know; see the row's providerStatus.",
});

export const SourceStatusEnum = createEnum('SourceStatus', 'How an account answered.', sourceStatuses, {
  FRESH: 'All that had to be read was read within the freshness policy.',
  STALE: 'The provider failed; older rows stand in for at least a part. See asOf and error.',
  FAILED:
    "At least a part could not be read, and nothing stands in: none of this account's rows are in the answer.",
});

export const SettlementStatusEnum = createEnum(
  'SettlementStatus',
  'Whether the provider may still change its figures.',
  ['PROVISIONAL', 'FINAL'],
  { PROVISIONAL: 'It may.', FINAL: 'Read after the moment from which the provider calls them final.' },
);

export const NoticeCodeEnum = createEnum('NoticeCode', 'What a notice is about.', noticeCodes, {
  PERIOD_CLAMPED:
    'The provider has nothing before a certain date; the part of the period before it was not read.',
  ROWS_OUTSIDE_PERIOD:
    'The provider lists rows with this period that start outside it. A row belongs to the period in which it starts, so they are shown when a period is asked for that holds both.',
  AMOUNT_MISMATCH: 'The amount of a row is not the sum of its voucher and cash parts.',
  DECIMAL_DIFFERS: 'The exact and the rounded amount of a row differ by more than rounding.',
  UNKNOWN_CATEGORY:
    'The provider does not know a product category that the settings name, or lists rows of another category under it.',
  PARTIAL_PERIOD:
    'The period had not ended when this was read: what happens until it ends is not in the figures.',
  BILLED_IN_OTHER_MONTH:
    'The provider puts rows into the bill of another month than the one in which they start. See Charge.billingPeriod.',
});

export const ProviderStatusEnum = createEnum(
  'ProviderStatus',
  "How the provider answered last, over the caller's accounts, as this process saw it.",
  ['UNKNOWN', 'OPERATIONAL', 'DEGRADED', 'FAILING'],
  {
    UNKNOWN: 'Not asked yet.',
    OPERATIONAL: 'The last reading of every list succeeded.',
    DEGRADED: 'The last reading of some lists failed.',
    FAILING: 'The last reading of every list failed.',
  },
);

export const SpendDimensionEnum = createEnum(
  'SpendDimension',
  'By what charges can be added up.',
  spendDimensions,
  {
    PROVIDER: 'The vendor.',
    ACCOUNT: 'The account.',
    PRODUCT:
      "The product, by the provider's name for it: products of one name are one group, at several providers too.",
    CATEGORY: 'Product.category. StreamLake gives none.',
    API_KEY: 'The API key. Reads usage by key alone, which is the same money seen by key.',
    PROJECT: 'DailyDetail.projectId. PPIO and Novita name none.',
    DAY: "The day on which the charge starts, in the provider's zone or the one that was asked for.",
    MONTH: 'The month of that day: days add up to months. Not always Charge.billingPeriod.',
    BILLING_METHOD: 'Charge.billingMethod.',
  },
);

export const SpendOrderEnum = createEnum('SpendOrder', 'The order of groups.', ['COST', 'KEY'], {
  COST: 'The most cost first.',
  KEY: 'By the values of the key, ascending: days and months in the order of time.',
});

export const ReconciledViewEnum = createEnum(
  'ReconciledView',
  'A way of seeing what a month came to.',
  reconciledViews,
  {
    CHARGES: 'Bills and daily details together.',
    INVOICES: 'Invoices, or the monthly statement.',
    USAGE_BY_PRODUCT: 'Daily details of the products that API keys use.',
    USAGE_BY_KEY: 'Usage by API key, added up by product.',
  },
);

export const OrderDirectionEnum = createEnum('OrderDirection', 'Which way an order runs.', ['ASC', 'DESC'], {
  ASC: 'Smallest, earliest or first in the alphabet first.',
  DESC: 'Largest, latest or last in the alphabet first.',
});
