/** The enums. Where OTHER is possible, the row also has the provider's own word. */

import { noticeCodes, sourceStatuses } from '../../domain/coverage.ts';
import { historyStatuses } from '../../domain/history-state.ts';
import { vendorBudgetTypes } from '../../domain/snapshots.ts';
import { billingMethods, invoiceStatuses, rowKinds, tradeTypes, usageCycles } from '../../domain/rows.ts';
import { balanceSources } from '../../query/read-balance.ts';
import { reconciledViews } from '../../reports/reconciliation.ts';
import { spendDimensions } from '../../reports/spend-dimensions.ts';
import { builder } from '../builder.ts';

type Described<T extends string> = { readonly [K in T]: string };

/** An enum whose every value is described. */
export function createEnum<const T extends string>(
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

export const UsageCycleEnum = createEnum(
  'UsageCycle',
  'How long a time one row of usage covers.',
  usageCycles,
  {
    DAY: "A calendar day in the provider's zone.",
    WEEK: 'Seven days from a Monday.',
    MONTH: 'A calendar month.',
  },
);

export const TradeTypeEnum = createEnum('TradeType', 'What a subscription line is for.', tradeTypes, {
  NEW_PURCHASE: 'A subscription was bought.',
  RENEWAL: 'One was prolonged.',
  RECONFIGURATION: 'A subscription was changed or enlarged.',
  OTHER: "Another word of the provider; see the row's providerTradeType.",
});

export const BillingMethodEnum = createEnum('BillingMethod', 'Why something was charged.', billingMethods, {
  PAY_AS_YOU_GO: 'By use.',
  SUBSCRIPTION: 'For a term, paid ahead.',
  REFUND: "A refund, with the provider's own sign.",
  SPOT: 'By use, at spot price.',
  BATCH: 'Use of a batch API.',
  SAVING_PLAN: 'Under a saving plan.',
  MULTIMODAL: 'Use of a multimodal model.',
  BARE_METAL_TEST: 'A deduction for a bare-metal test.',
  OTHER: "Another word of the provider; see the row's providerBillingMethod.",
});

export const InvoiceStatusEnum = createEnum('InvoiceStatus', 'Where an invoice stands.', invoiceStatuses, {
  DRAFT: 'Not issued yet.',
  ISSUED: 'Issued, payment is due.',
  PAID: 'Paid.',
  OVERDUE: 'Payment is late.',
  VOID: 'Withdrawn.',
  OTHER: "Another word of the provider; see the row's providerStatus.",
});

export const SourceStatusEnum = createEnum('SourceStatus', 'How an account answered.', sourceStatuses, {
  FRESH: 'Everything was read within the freshness policy.',
  STALE: 'The provider failed, so at least a part of the answer is older rows. See asOf and error.',
  FAILED:
    'At least a part could not be read, and there are no older rows for it. The answer has no rows of this account.',
});

export const SettlementStatusEnum = createEnum(
  'SettlementStatus',
  'Whether the provider may still change its figures.',
  ['PROVISIONAL', 'FINAL'],
  {
    PROVISIONAL: 'The figures may still change.',
    FINAL: 'The figures were read after the moment at which the provider calls them final.',
  },
);

export const NoticeCodeEnum = createEnum('NoticeCode', 'What a notice is about.', noticeCodes, {
  PERIOD_CLAMPED:
    'The provider has no rows before a certain date, so the earlier part of the period was not read.',
  ROWS_OUTSIDE_PERIOD:
    'The provider lists rows with this period that start outside it. A row belongs to the period in which it starts, so ask for a longer period to see them.',
  AMOUNT_MISMATCH: 'The amount of a row is not the sum of its voucher and cash parts.',
  DECIMAL_DIFFERS: 'The exact and the rounded amount of a row differ by more than rounding.',
  UNKNOWN_CATEGORY:
    'The provider does not know a product category of the settings, or lists rows of another category under it.',
  PARTIAL_PERIOD: 'The period had not ended when this was read, so the figures lack the rest of the period.',
  BILLED_IN_OTHER_MONTH:
    'The provider bills rows with another month than the one in which they start. Lists and spend count them in the month in which they start, reconciliation and export in the month of the bill. See Charge.billingPeriod.',
  DUPLICATE_ROWS:
    'The provider lists the same row, with the same amount, more than once. All of them are counted, because its documentation does not call them one row: ask the provider whether it charges twice.',
  ROW_COUNT_DIFFERS:
    'The provider lists more rows than its own count says. The figures include all listed rows.',
  CURRENCY_RENAMED:
    'The provider writes a currency differently from ISO 4217, such as RMB for CNY. The amounts are unchanged.',
  HISTORY_TOO_SHORT:
    'Too little of the history is known to say what is to be expected: eight weeks, and three earlier months to judge by.',
  EFFECTIVE_COST_SINCE:
    'The effective cost has the terms of subscriptions that began on the date of this notice or later: as far back as the history of the account reaches, or the period if that begins earlier.',
});

export const ProviderStatusEnum = createEnum(
  'ProviderStatus',
  "How the provider last answered for the caller's accounts, as this process saw it.",
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
  'The dimensions by which charges can be grouped.',
  spendDimensions,
  {
    PROVIDER: 'The vendor.',
    ACCOUNT: 'The account.',
    ALLOCATION:
      "Whose cost it is: the value of the allocation that the argument allocation names (a team, a customer), by the rules of the settings. What no rule matches is one group, whose value is null. Groups add up to the same totals as without this dimension, to the last digit. Where a rule looks at API keys, the categories that keys use are read by key; what the cost by product holds beside that is a group of its own, 'Not attributed to a key' (value not-attributed-to-a-key, rowCount 0), as reconciliation tells it. A charge that a rule splits counts in each group with its part.",
    PRODUCT:
      'The product, by its name: products with the same name are one group, even at several providers.',
    PRODUCT_ID:
      'The product, by its id at the provider: a renamed product is one group, under its latest name. Products without an id are one group, whose value is null. If several providers use the same id, it is one group, whose label names the product of each: also group by PROVIDER to separate them.',
    CATEGORY: 'Product.category. Charges of providers without categories are one group, whose value is null.',
    FEE_ITEM:
      'DailyDetail.feeItem: what was charged for within a product, such as a model and how it is run. Charges of providers without charge items are one group, whose value is null.',
    API_KEY: 'The API key. Reads only usage by key, which is the same money by key.',
    PROJECT:
      'DailyDetail.projectId. Bills, and usage of providers without projects, are one group, whose value is null.',
    RESOURCE:
      'The resource: Bill.resourceId, DailyDetail.resourceId. Charges without a resource are one group, whose value is null.',
    SUB_ACCOUNT: 'Bill.subAccountId. Daily details have none.',
    DAY: "The day on which the charge starts, in the provider's zone or the requested one.",
    WEEK: 'The week of that day. Its value is its Monday, its label the ISO 8601 week, such as 2026-W06. The first and the last week count only their days within the period.',
    MONTH: 'The month of that day, which is not always Charge.billingPeriod.',
    BILLING_METHOD: 'Charge.billingMethod.',
  },
);

export const SpendOrderEnum = createEnum('SpendOrder', 'The order of groups.', ['COST', 'KEY'], {
  COST: 'The most cost first.',
  KEY: 'By the values of the key, ascending: days and months in time order.',
});

export const ReconciledViewEnum = createEnum(
  'ReconciledView',
  'A view of the cost of a month.',
  reconciledViews,
  {
    CHARGES: 'Bills and daily details together.',
    INVOICES: 'Invoices, or the monthly statement.',
    USAGE_BY_PRODUCT: 'Daily details of the products that API keys use.',
    USAGE_BY_KEY: 'Usage by API key, summed up by product.',
  },
);

export const OrderDirectionEnum = createEnum(
  'OrderDirection',
  'The direction of an order.',
  ['ASC', 'DESC'],
  {
    ASC: 'Smallest, earliest or first in the alphabet first.',
    DESC: 'Largest, latest or last in the alphabet first.',
  },
);

export const HistoryStatusEnum = createEnum(
  'HistoryStatus',
  "Whether all of an account's history has been read.",
  historyStatuses,
  {
    COMPLETE: 'Every segment is held.',
    READING: 'It is being read in the background, behind the requests of clients.',
    PAUSED: 'The provider fails or rejects the credential. The gateway tries again by itself. See error.',
    OFF: 'The gateway reads nothing ahead: history.months is 0, or this is a single command.',
  },
);

export const BalanceSourceEnum = createEnum('BalanceSource', 'Who tells a balance.', balanceSources, {
  PROVIDER: 'The provider.',
  DECLARED:
    'The settings, with an amount and a date; what was charged since is taken off: the part borne in cash where the provider tells it apart, in the same currency.',
});

export const VendorBudgetTypeEnum = createEnum(
  'VendorBudgetType',
  'How a budget at the provider works.',
  vendorBudgetTypes,
  {
    UNLIMITED: 'There is none: the key may spend what the account has, and nothing is counted.',
    ONE_TIME: 'An amount that is there once.',
    RECURRING: 'An amount that is there anew in each cycle.',
    OTHER: 'A word that this gateway does not know; see providerType.',
  },
);
