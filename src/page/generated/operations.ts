/** Made by `npm run operations` from src/page/operations and schema.graphql. */
/* oxlint-disable */

import type { Operation } from '../shell/operation.ts';

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** Where a message stands. */
export type AlertDeliveryState =
  /** It was tried in vain for a day, or refused, or too many waited. */
  | 'GIVEN_UP'
  /** The channel has accepted it. */
  | 'SENT'
  /** It has not arrived yet. It is tried for a day, with growing pauses. */
  | 'WAITING';

/** What an alert is about. */
export type AlertKind =
  /** An account could not be read for a while. */
  | 'ACCOUNT_FAILING'
  /** A day cost far more or far less than usual. Withdrawn when a correction removes it. */
  | 'ANOMALY'
  /** The balance of an account is below a threshold. */
  | 'BALANCE_BELOW'
  /** A month has reached a threshold of a budget, or is expected to pass the budget. */
  | 'BUDGET'
  /** A rule has not had complete figures for a while, so it watches nothing meanwhile. */
  | 'CANNOT_SEE'
  /** A summary of a day, a week or a month. */
  | 'DIGEST'
  /** An invoice is to be paid soon, or is overdue. */
  | 'INVOICE_DUE'
  /** The balance of an account lasts for fewer days than a threshold. */
  | 'RUNWAY_BELOW'
  /** A month of an account is final, or final figures have changed. */
  | 'SETTLED';

/** Where an alert stands. */
export type AlertState =
  /** An event that was told once, such as a digest. */
  | 'NOTED'
  /** It holds. */
  | 'OPEN'
  /** It held, and does not any more, or does not matter any more. */
  | 'RESOLVED';

/** Selects cost by whose it is. */
export type AllocationFilter = {
  /** Allocation.allocationId: team, customer, ... */
  readonly id: string | number;
  /** The values of the allocation, as SpendKey.value has them. Null among them: what no rule of the allocation matches. A value without cost matches nothing. */
  readonly values: ReadonlyArray<string | null | undefined>;
};

/** Selects usage. All given fields must match; within a list one match is enough. */
export type ApiKeyUsageFilter = {
  /** Account.id. Null: every account that has usage by key. */
  readonly accounts?: ReadonlyArray<string | number> | null | undefined;
  /** ApiKey.keyId */
  readonly apiKeys?: ReadonlyArray<string> | null | undefined;
  /** Charge.billingMethod */
  readonly billingMethods?: ReadonlyArray<BillingMethod> | null | undefined;
  /** Product.category: llm, gen_api, web_search, ... */
  readonly categories?: ReadonlyArray<string> | null | undefined;
  /** The currency of the amounts. */
  readonly currencies?: ReadonlyArray<string> | null | undefined;
  /** The provider's ids of products: Product.productId */
  readonly productIds?: ReadonlyArray<string> | null | undefined;
  /** A part of the product's name, ignoring case and Unicode form (composed or not, full-width or not; i, İ and ı are the same letter, and so are ß and ss). */
  readonly productName?: string | null | undefined;
  /** Product.name, the whole name exactly as it is. */
  readonly products?: ReadonlyArray<string> | null | undefined;
  /** Provider.id. Null: every provider that has usage by key. */
  readonly providers?: ReadonlyArray<string | number> | null | undefined;
  /** Only charges that say nothing in these dimensions, such as the group of spend whose value is null. Each must be absent; a dimension that every charge has takes nothing away. */
  readonly without?: ReadonlyArray<SpendDimension> | null | undefined;
};

/** Who tells a balance. */
export type BalanceSource =
  /** The settings, with an amount and a date; what was charged since is taken off: the part borne in cash where the provider tells it apart, in the same currency. */
  | 'DECLARED'
  /** The provider. */
  | 'PROVIDER';

/** Selects bills. All given fields must match; within a list one match is enough. */
export type BillFilter = {
  /** Account.id. Null: every account that has bills. */
  readonly accounts?: ReadonlyArray<string | number> | null | undefined;
  /** Charge.billingMethod */
  readonly billingMethods?: ReadonlyArray<BillingMethod> | null | undefined;
  /** Product.category: gpu, serverless, cloud_storage, ... */
  readonly categories?: ReadonlyArray<string> | null | undefined;
  /** The currency of the amounts. */
  readonly currencies?: ReadonlyArray<string> | null | undefined;
  /** The provider's ids of products: Product.productId */
  readonly productIds?: ReadonlyArray<string> | null | undefined;
  /** A part of the product's name, ignoring case and Unicode form (composed or not, full-width or not; i, İ and ı are the same letter, and so are ß and ss). */
  readonly productName?: string | null | undefined;
  /** Product.name, the whole name exactly as it is. */
  readonly products?: ReadonlyArray<string> | null | undefined;
  /** Provider.id. Null: every provider that has bills. */
  readonly providers?: ReadonlyArray<string | number> | null | undefined;
  /** Bill.resourceId */
  readonly resources?: ReadonlyArray<string> | null | undefined;
  /** Bill.subAccountId */
  readonly subAccounts?: ReadonlyArray<string> | null | undefined;
  /** Bill.tradeType */
  readonly tradeTypes?: ReadonlyArray<TradeType> | null | undefined;
  /** Only charges that say nothing in these dimensions, such as the group of spend whose value is null. Each must be absent; a dimension that every charge has takes nothing away. */
  readonly without?: ReadonlyArray<SpendDimension> | null | undefined;
};

/** Why something was charged. */
export type BillingMethod =
  /** A deduction for a bare-metal test. */
  | 'BARE_METAL_TEST'
  /** Use of a batch API. */
  | 'BATCH'
  /** Use of a multimodal model. */
  | 'MULTIMODAL'
  /** Another word of the provider; see the row's providerBillingMethod. */
  | 'OTHER'
  /** By use. */
  | 'PAY_AS_YOU_GO'
  /** A refund, with the provider's own sign. */
  | 'REFUND'
  /** Under a saving plan. */
  | 'SAVING_PLAN'
  /** By use, at spot price. */
  | 'SPOT'
  /** For a term, paid ahead. */
  | 'SUBSCRIPTION';

/** How a month stands against a budget. */
export type BudgetState =
  /** More than the budget has been charged. It takes no complete coverage to know that. */
  | 'EXCEEDED'
  /** The month is expected to pass the budget. */
  | 'FORECAST_EXCEEDED'
  /** Nothing else holds: no threshold has been reached, and the budget is not expected to be passed. */
  | 'OK'
  /** An account of its scope did not answer, or charges could not be converted, and what is known does not exceed it. */
  | 'UNKNOWN'
  /** A threshold has been reached, and the budget is neither passed nor expected to be. */
  | 'WARNING';

/** An order of charges. */
export type ChargeOrder = {
  /** Which way. */
  readonly direction?: OrderDirection;
  /** By what. */
  readonly field: ChargeOrderField;
};

/** What charges can be ordered by. Ties go by account and id. */
export type ChargeOrderField =
  /** The billed cost. Currencies are kept apart, in alphabetical order. */
  | 'BILLED_COST'
  /** When the charge period starts. */
  | 'CHARGE_PERIOD_START'
  /** The product's name, by code unit. */
  | 'PRODUCT_NAME';

/** Why a part of a cost differs from what was to be expected of it. */
export type ContributionReason =
  /** There is none of it on this day. */
  | 'GONE'
  /** There was none of it on this weekday in the eight weeks before. */
  | 'NEW'
  /** A unit of it costs more or less than in those weeks: another price or discount, or another mix of what it is made of. */
  | 'PRICE'
  /** There is more or less of it; also where the provider tells no quantities. */
  | 'QUANTITY'
  /** Money came back. */
  | 'REFUND';

/** Selects daily details. All given fields must match; within a list one match is enough. */
export type DailyDetailFilter = {
  /** Account.id. Null: every account that has daily details. */
  readonly accounts?: ReadonlyArray<string | number> | null | undefined;
  /** Charge.billingMethod */
  readonly billingMethods?: ReadonlyArray<BillingMethod> | null | undefined;
  /** Product.category. Rows of providers without categories never match. */
  readonly categories?: ReadonlyArray<string> | null | undefined;
  /** The currency of the amounts. */
  readonly currencies?: ReadonlyArray<string> | null | undefined;
  /** A part of the charge item's name, ignoring case and Unicode form (composed or not, full-width or not; i, İ and ı are the same letter, and so are ß and ss). */
  readonly feeItem?: string | null | undefined;
  /** DailyDetail.feeItem, the whole text exactly as it is. */
  readonly feeItems?: ReadonlyArray<string> | null | undefined;
  /** The provider's ids of products: Product.productId */
  readonly productIds?: ReadonlyArray<string> | null | undefined;
  /** A part of the product's name, ignoring case and Unicode form (composed or not, full-width or not; i, İ and ı are the same letter, and so are ß and ss). */
  readonly productName?: string | null | undefined;
  /** Product.name, the whole name exactly as it is. */
  readonly products?: ReadonlyArray<string> | null | undefined;
  /** DailyDetail.projectId */
  readonly projects?: ReadonlyArray<string> | null | undefined;
  /** Provider.id. Null: every provider that has daily details. */
  readonly providers?: ReadonlyArray<string | number> | null | undefined;
  /** DailyDetail.resourceId */
  readonly resources?: ReadonlyArray<string> | null | undefined;
  /** Only charges that say nothing in these dimensions, such as the group of spend whose value is null. Each must be absent; a dimension that every charge has takes nothing away. */
  readonly without?: ReadonlyArray<SpendDimension> | null | undefined;
};

/** Calendar dates in each provider's own billing zone. from is included, to is not: one day is { from: "2026-02-01", to: "2026-02-02" }. */
export type DateRangeInput = {
  /** The first date. */
  readonly from: string;
  /** The day after the last date. */
  readonly to: string;
};

/** Whether all of an account's history has been read. */
export type HistoryStatus =
  /** Every segment is held. */
  | 'COMPLETE'
  /** The gateway reads nothing ahead: history.months is 0, or this is a single command. */
  | 'OFF'
  /** The provider fails or rejects the credential. The gateway tries again by itself. See error. */
  | 'PAUSED'
  /** It is being read in the background, behind the requests of clients. */
  | 'READING';

/** Selects invoices. All given fields must match; within a list one match is enough. */
export type InvoiceFilter = {
  /** Account.id. Null: every account that has invoices. */
  readonly accounts?: ReadonlyArray<string | number> | null | undefined;
  /** The currency of the amounts. */
  readonly currencies?: ReadonlyArray<string> | null | undefined;
  /** Invoice.number */
  readonly numbers?: ReadonlyArray<string> | null | undefined;
  /** Provider.id. Null: every provider that has invoices. */
  readonly providers?: ReadonlyArray<string | number> | null | undefined;
  /** Invoice.status */
  readonly statuses?: ReadonlyArray<InvoiceStatus> | null | undefined;
};

/** Where an invoice stands. */
export type InvoiceStatus =
  /** Not issued yet. */
  | 'DRAFT'
  /** Issued, payment is due. */
  | 'ISSUED'
  /** Another word of the provider; see the row's providerStatus. */
  | 'OTHER'
  /** Payment is late. */
  | 'OVERDUE'
  /** Paid. */
  | 'PAID'
  /** Withdrawn. */
  | 'VOID';

/** A number of days or months up to now, for example { days: 7 }. Give exactly one of days and months. They begin and end at midnight in each provider's own zone. */
export type LastInput = {
  /** How many days, 1 to 3660. */
  readonly days?: number | null | undefined;
  /** False: up to the last complete day or month (yesterday, last month). True: up to and including today, or the current month, which counts as one of them. */
  readonly includeCurrent?: boolean | null | undefined;
  /** How many calendar months, 1 to 120. */
  readonly months?: number | null | undefined;
};

/** What a notice is about. */
export type NoticeCode =
  /** The amount of a row is not the sum of its voucher and cash parts. */
  | 'AMOUNT_MISMATCH'
  /** The provider bills rows with another month than the one in which they start. Lists and spend count them in the month in which they start, reconciliation and export in the month of the bill. See Charge.billingPeriod. */
  | 'BILLED_IN_OTHER_MONTH'
  /** The provider writes a currency differently from ISO 4217, such as RMB for CNY. The amounts are unchanged. */
  | 'CURRENCY_RENAMED'
  /** The exact and the rounded amount of a row differ by more than rounding. */
  | 'DECIMAL_DIFFERS'
  /** The provider lists the same row, with the same amount, more than once. All of them are counted, because its documentation does not call them one row: ask the provider whether it charges twice. */
  | 'DUPLICATE_ROWS'
  /** The effective cost has the terms of subscriptions that began on the date of this notice or later: as far back as the history of the account reaches, or the period if that begins earlier. */
  | 'EFFECTIVE_COST_SINCE'
  /** Too little of the history is known to say what is to be expected: eight weeks, and three earlier months to judge by. */
  | 'HISTORY_TOO_SHORT'
  /** The period had not ended when this was read, so the figures lack the rest of the period. */
  | 'PARTIAL_PERIOD'
  /** The provider has no rows before a certain date, so the earlier part of the period was not read. */
  | 'PERIOD_CLAMPED'
  /** The provider lists rows with this period that start outside it. A row belongs to the period in which it starts, so ask for a longer period to see them. */
  | 'ROWS_OUTSIDE_PERIOD'
  /** The provider lists more rows than its own count says. The figures include all listed rows. */
  | 'ROW_COUNT_DIFFERS'
  /** The provider does not know a product category of the settings, or lists rows of another category under it. */
  | 'UNKNOWN_CATEGORY';

/** The direction of an order. */
export type OrderDirection =
  /** Smallest, earliest or first in the alphabet first. */
  | 'ASC'
  /** Largest, latest or last in the alphabet first. */
  | 'DESC';

/** A period, for example { month: "2026-02" }. Give exactly one field. Days are those of each provider's own billing zone (see Provider.timeZone), so 1 March, and today, may begin at different moments at different providers. The answer says which dates were used (SourceCoverage.period). */
export type PeriodInput =
  {   /** Calendar dates: from is included, to is not. */
  readonly dates: DateRangeInput; readonly last?: never; readonly month?: never; readonly toDate?: never; }
  |  { readonly dates?: never;   /** Days or months up to now. These are other dates each day, so cursors expire at midnight: to continue after it, ask for the dates that the answer names. */
  readonly last: LastInput; readonly month?: never; readonly toDate?: never; }
  |  { readonly dates?: never; readonly last?: never;   /** A calendar month: "2026-02". */
  readonly month: string; readonly toDate?: never; }
  |  { readonly dates?: never; readonly last?: never; readonly month?: never;   /** A month up to its last complete day, such as "2026-02". Empty on the first day of the month; a past month is complete. */
  readonly toDate: string; };

/** How the provider last answered for the caller's accounts, as this process saw it. */
export type ProviderStatus =
  /** The last reading of some lists failed. */
  | 'DEGRADED'
  /** The last reading of every list failed. */
  | 'FAILING'
  /** The last reading of every list succeeded. */
  | 'OPERATIONAL'
  /** Not asked yet. */
  | 'UNKNOWN';

/** A view of the cost of a month. */
export type ReconciledView =
  /** Bills and daily details together. */
  | 'CHARGES'
  /** Invoices, or the monthly statement. */
  | 'INVOICES'
  /** Usage by API key, summed up by product. */
  | 'USAGE_BY_KEY'
  /** Daily details of the products that API keys use. */
  | 'USAGE_BY_PRODUCT';

/** What happened to a row. */
export type RestatementChange =
  /** The row was not there before, although its day had passed. */
  | 'ADDED'
  /** The amounts or quantities of the row have changed. */
  | 'CHANGED'
  /** The row is no longer there. */
  | 'REMOVED';

/** Selects restatements. All given fields must match; within a list one match is enough. */
export type RestatementFilter = {
  /** Account.id. Null: every account. */
  readonly accounts?: ReadonlyArray<string | number> | null | undefined;
  /** Null: every change. */
  readonly changes?: ReadonlyArray<RestatementChange> | null | undefined;
  /** Null: every kind. */
  readonly kinds?: ReadonlyArray<RowKind> | null | undefined;
  /** Provider.id. Null: every provider. */
  readonly providers?: ReadonlyArray<string | number> | null | undefined;
  /** True: only rows that were final before. False: only rows that were provisional. */
  readonly wasFinal?: boolean | null | undefined;
};

/** The kinds of row that a provider may have. */
export type RowKind =
  /** Usage and its cost per API key: field apiKeyUsage. */
  | 'API_KEY_USAGE'
  /** Lines of subscriptions: field bills. */
  | 'BILL'
  /** Cost per day and charge item: field dailyDetails. */
  | 'DAILY_DETAIL'
  /** Invoices or statements: field invoices. */
  | 'INVOICE';

/** Whether the provider may still change its figures. */
export type SettlementStatus =
  /** The figures were read after the moment at which the provider calls them final. */
  | 'FINAL'
  /** The figures may still change. */
  | 'PROVISIONAL';

/** How an account answered. */
export type SourceStatus =
  /** At least a part could not be read, and there are no older rows for it. The answer has no rows of this account. */
  | 'FAILED'
  /** Everything was read within the freshness policy. */
  | 'FRESH'
  /** The provider failed, so at least a part of the answer is older rows. See asOf and error. */
  | 'STALE';

/** The dimensions by which charges can be grouped. */
export type SpendDimension =
  /** The account. */
  | 'ACCOUNT'
  /** Whose cost it is: the value of the allocation that the argument allocation names (a team, a customer), by the rules of the settings. What no rule matches is one group, whose value is null. Groups add up to the same totals as without this dimension, to the last digit. Where a rule looks at API keys, the categories that keys use are read by key; what the cost by product holds beside that is a group of its own, 'Not attributed to a key' (value not-attributed-to-a-key, rowCount 0), as reconciliation tells it. A charge that a rule splits counts in each group with its part. */
  | 'ALLOCATION'
  /** The API key. Reads only usage by key, which is the same money by key. */
  | 'API_KEY'
  /** Charge.billingMethod. */
  | 'BILLING_METHOD'
  /** Product.category. Charges of providers without categories are one group, whose value is null. */
  | 'CATEGORY'
  /** The day on which the charge starts, in the provider's zone or the requested one. */
  | 'DAY'
  /** DailyDetail.feeItem: what was charged for within a product, such as a model and how it is run. Charges of providers without charge items are one group, whose value is null. */
  | 'FEE_ITEM'
  /** The month of that day, which is not always Charge.billingPeriod. */
  | 'MONTH'
  /** The product, by its name: products with the same name are one group, even at several providers. */
  | 'PRODUCT'
  /** The product, by its id at the provider: a renamed product is one group, under its latest name. Products without an id are one group, whose value is null. If several providers use the same id, it is one group, whose label names the product of each: also group by PROVIDER to separate them. */
  | 'PRODUCT_ID'
  /** DailyDetail.projectId. Bills, and usage of providers without projects, are one group, whose value is null. */
  | 'PROJECT'
  /** The vendor. */
  | 'PROVIDER'
  /** The resource: Bill.resourceId, DailyDetail.resourceId. Charges without a resource are one group, whose value is null. */
  | 'RESOURCE'
  /** Bill.subAccountId. Daily details have none. */
  | 'SUB_ACCOUNT'
  /** The week of that day. Its value is its Monday, its label the ISO 8601 week, such as 2026-W06. The first and the last week count only their days within the period. */
  | 'WEEK';

/** Selects charges. All given fields must match; within a list one match is enough. A charge without a field (bills have no project) does not match a filter on that field. */
export type SpendFilter = {
  /** Account.id. Null: every account. */
  readonly accounts?: ReadonlyArray<string | number> | null | undefined;
  /** Whose cost it is, by allocations of the settings. Of a charge that is split, only the part of these values counts. */
  readonly allocations?: ReadonlyArray<AllocationFilter> | null | undefined;
  /** ApiKey.keyId. Reads usage by key, as grouping by API_KEY does. */
  readonly apiKeys?: ReadonlyArray<string> | null | undefined;
  /** Charge.billingMethod */
  readonly billingMethods?: ReadonlyArray<BillingMethod> | null | undefined;
  /** True: reads usage by key, as grouping by API_KEY does, also where no key is named. For the totals of a report by key. */
  readonly byKey?: boolean | null | undefined;
  /** Product.category: gpu, llm, cloud_storage, ... */
  readonly categories?: ReadonlyArray<string> | null | undefined;
  /** The currency of the amounts. */
  readonly currencies?: ReadonlyArray<string> | null | undefined;
  /** DailyDetail.feeItem, the whole text exactly as it is. */
  readonly feeItems?: ReadonlyArray<string> | null | undefined;
  /** The provider's ids of products: Product.productId */
  readonly productIds?: ReadonlyArray<string> | null | undefined;
  /** A part of the product's name, ignoring case and Unicode form (composed or not, full-width or not; i, İ and ı are the same letter, and so are ß and ss). */
  readonly productName?: string | null | undefined;
  /** Product.name, the whole name exactly as it is. */
  readonly products?: ReadonlyArray<string> | null | undefined;
  /** DailyDetail.projectId */
  readonly projects?: ReadonlyArray<string> | null | undefined;
  /** Provider.id. Null: every provider. */
  readonly providers?: ReadonlyArray<string | number> | null | undefined;
  /** Bill.resourceId, DailyDetail.resourceId */
  readonly resources?: ReadonlyArray<string> | null | undefined;
  /** Bill.subAccountId */
  readonly subAccounts?: ReadonlyArray<string> | null | undefined;
  /** Only charges that say nothing in these dimensions, such as the group of spend whose value is null. Each must be absent; a dimension that every charge has takes nothing away. */
  readonly without?: ReadonlyArray<SpendDimension> | null | undefined;
};

/** What a subscription line is for. */
export type TradeType =
  /** A subscription was bought. */
  | 'NEW_PURCHASE'
  /** Another word of the provider; see the row's providerTradeType. */
  | 'OTHER'
  /** A subscription was changed or enlarged. */
  | 'RECONFIGURATION'
  /** One was prolonged. */
  | 'RENEWAL';

/** What no rule matches. */
export type UnmatchedKind =
  /** An API key. */
  | 'API_KEY'
  /** A product category, of charges that have neither key nor project. */
  | 'CATEGORY'
  /** A project (DailyDetail.projectId). */
  | 'PROJECT';

export type AccountStatesQueryVariables = Exact<{ [key: string]: never; }>;


export type AccountStatesQuery = { readonly accounts: ReadonlyArray<{ readonly id: string, readonly name: string, readonly history: { readonly status: HistoryStatus, readonly heldFrom: string | null, readonly segmentsHeld: number, readonly segmentsPlanned: number, readonly estimatedCompleteAt: string | null } }> };

export type AlertsQueryVariables = Exact<{
  states?: ReadonlyArray<AlertState> | AlertState | null | undefined;
  kinds?: ReadonlyArray<AlertKind> | AlertKind | null | undefined;
  first: number;
}>;


export type AlertsQuery = { readonly alerts: { readonly count: number, readonly openCount: number, readonly openMatterCount: number, readonly alerts: ReadonlyArray<{ readonly id: string, readonly matter: string, readonly kind: AlertKind, readonly state: AlertState, readonly rule: string, readonly period: string | null, readonly threshold: string | null, readonly openedAt: string, readonly resolvedAt: string | null, readonly title: string, readonly lines: ReadonlyArray<string>, readonly accounts: ReadonlyArray<{ readonly id: string, readonly name: string }>, readonly thresholdAmount: { readonly amount: string, readonly currency: string } | null, readonly deliveries: ReadonlyArray<{ readonly messageId: string, readonly channel: string, readonly state: AlertDeliveryState, readonly at: string }> }> } | null };

export type AllocationCheckQueryVariables = Exact<{
  id: string | number;
  month: string;
}>;


export type AllocationCheckQuery = { readonly allocationCheck: { readonly month: string, readonly rules: ReadonlyArray<{ readonly number: number, readonly values: ReadonlyArray<string>, readonly isInForce: boolean, readonly rowCount: number, readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string } }> }>, readonly unmatched: ReadonlyArray<{ readonly kind: UnmatchedKind, readonly value: string, readonly label: string, readonly rowCount: number, readonly yaml: string, readonly account: { readonly id: string, readonly name: string }, readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string } }> }>, readonly unallocated: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string } }>, readonly notAttributed: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string } }>, readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string } }>, readonly coverage: { readonly complete: boolean, readonly asOf: string | null, readonly sources: ReadonlyArray<{ readonly kind: RowKind | null, readonly status: SourceStatus, readonly asOf: string | null, readonly rowCount: number, readonly provisionalFrom: string | null, readonly account: { readonly id: string, readonly name: string, readonly timeZone: string, readonly provider: { readonly name: string } }, readonly settlement: { readonly status: SettlementStatus, readonly finalAt: string | null }, readonly notices: ReadonlyArray<{ readonly code: NoticeCode, readonly message: string, readonly date: string | null }>, readonly error: { readonly code: string, readonly message: string, readonly retryable: boolean, readonly retryAfterSeconds: number | null } | null }> } } | null };

export type CheckedSumsFragment = { readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string } };

export type AllocationsQueryVariables = Exact<{ [key: string]: never; }>;


export type AllocationsQuery = { readonly allocations: ReadonlyArray<{ readonly allocationId: string, readonly name: string, readonly values: ReadonlyArray<string>, readonly boundTo: ReadonlyArray<string> | null, readonly clients: ReadonlyArray<{ readonly clientId: string, readonly values: ReadonlyArray<string> }> | null }> };

export type BillRowsQueryVariables = Exact<{
  period: PeriodInput;
  filter?: BillFilter | null | undefined;
  orderBy?: ChargeOrder | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type BillRowsQuery = { readonly list: { readonly totalCount: number, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null }, readonly nodes: ReadonlyArray<{ readonly id: string, readonly billingMethod: BillingMethod | null, readonly quantity: string | null, readonly resourceId: string | null, readonly subAccountId: string | null, readonly tradeType: TradeType, readonly account: { readonly name: string, readonly timeZone: string }, readonly product: { readonly name: string, readonly category: string | null }, readonly chargePeriod: { readonly start: string }, readonly listCost: { readonly amount: string, readonly currency: string } | null, readonly billedCost: { readonly amount: string, readonly currency: string }, readonly voucherAmount: { readonly amount: string, readonly currency: string } | null, readonly cashAmount: { readonly amount: string, readonly currency: string } | null, readonly settlement: { readonly status: SettlementStatus } }> } | null };

export type ChargeListsQueryVariables = Exact<{
  period: PeriodInput;
  bills?: BillFilter | null | undefined;
  details?: DailyDetailFilter | null | undefined;
  usage?: ApiKeyUsageFilter | null | undefined;
  hasBills: boolean;
  hasDetails: boolean;
  hasUsage: boolean;
}>;


export type ChargeListsQuery = { readonly bills?: { readonly totalCount: number, readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string } }> } | null, readonly details?: { readonly totalCount: number, readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string } }> } | null, readonly usage?: { readonly totalCount: number, readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string } }> } | null };

export type ListTotalsFragment = { readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string } };

export type CheckQueryVariables = Exact<{
  month: string;
  accounts?: ReadonlyArray<string | number> | string | number | null | undefined;
}>;


export type CheckQuery = { readonly reconciliation: ReadonlyArray<{ readonly isBalanced: boolean | null, readonly daysWithoutCharges: ReadonlyArray<string>, readonly account: { readonly id: string, readonly name: string, readonly timeZone: string, readonly provider: { readonly name: string } }, readonly bills: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string } }> | null, readonly dailyDetails: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string } }> | null, readonly charges: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string } }> | null, readonly apiKeyUsage: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string } }> | null, readonly invoices: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string } }> | null, readonly residuals: ReadonlyArray<{ readonly left: ReconciledView, readonly right: ReconciledView, readonly leftAmount: { readonly amount: string, readonly currency: string }, readonly rightAmount: { readonly amount: string }, readonly difference: { readonly amount: string }, readonly lines: ReadonlyArray<{ readonly day: string, readonly product: string, readonly category: string | null, readonly leftAmount: { readonly amount: string, readonly currency: string }, readonly rightAmount: { readonly amount: string }, readonly difference: { readonly amount: string } }> }>, readonly coverage: { readonly complete: boolean, readonly asOf: string | null, readonly sources: ReadonlyArray<{ readonly kind: RowKind | null, readonly status: SourceStatus, readonly asOf: string | null, readonly rowCount: number, readonly provisionalFrom: string | null, readonly account: { readonly id: string, readonly name: string, readonly timeZone: string, readonly provider: { readonly name: string } }, readonly settlement: { readonly status: SettlementStatus, readonly finalAt: string | null }, readonly notices: ReadonlyArray<{ readonly code: NoticeCode, readonly message: string, readonly date: string | null }>, readonly error: { readonly code: string, readonly message: string, readonly retryable: boolean, readonly retryAfterSeconds: number | null } | null }> } }> };

export type CheckSumsFragment = { readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string } };

export type CostOverTimeQueryVariables = Exact<{
  period: PeriodInput;
  time: ReadonlyArray<SpendDimension> | SpendDimension;
  by: ReadonlyArray<SpendDimension> | SpendDimension;
  split: ReadonlyArray<SpendDimension> | SpendDimension;
  allocation?: string | number | null | undefined;
  filter?: SpendFilter | null | undefined;
  convertTo?: string | null | undefined;
}>;


export type CostOverTimeQuery = { readonly bars: { readonly period: { readonly from: string, readonly to: string }, readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly dimension: SpendDimension, readonly value: string | null, readonly label: string }>, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly converted: { readonly billedCost: { readonly amount: string } } | null }>, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly coverage: { readonly sources: ReadonlyArray<{ readonly status: SourceStatus, readonly kind: RowKind | null, readonly provisionalFrom: string | null, readonly account: { readonly id: string, readonly name: string, readonly timeZone: string }, readonly error: { readonly code: string, readonly message: string } | null }> } } | null, readonly series: { readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly dimension: SpendDimension, readonly value: string | null, readonly label: string }>, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly converted: { readonly billedCost: { readonly amount: string } } | null }> } | null, readonly parts: { readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly dimension: SpendDimension, readonly value: string | null, readonly label: string }>, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly converted: { readonly billedCost: { readonly amount: string } } | null }>, readonly rest: { readonly groupCount: number } | null } | null };

export type CostBarFragment = { readonly key: ReadonlyArray<{ readonly dimension: SpendDimension, readonly value: string | null, readonly label: string }>, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly converted: { readonly billedCost: { readonly amount: string } } | null };

export type CurrenciesQueryVariables = Exact<{ [key: string]: never; }>;


export type CurrenciesQuery = { readonly accounts: ReadonlyArray<{ readonly id: string, readonly currency: string | null }> };

export type DetailRowsQueryVariables = Exact<{
  period: PeriodInput;
  filter?: DailyDetailFilter | null | undefined;
  orderBy?: ChargeOrder | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type DetailRowsQuery = { readonly list: { readonly totalCount: number, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null }, readonly nodes: ReadonlyArray<{ readonly id: string, readonly billingMethod: BillingMethod | null, readonly day: string, readonly quantity: string | null, readonly unit: string | null, readonly feeItem: string | null, readonly factors: string | null, readonly projectId: string | null, readonly resourceId: string | null, readonly account: { readonly name: string, readonly timeZone: string }, readonly product: { readonly name: string, readonly category: string | null }, readonly chargePeriod: { readonly start: string }, readonly listCost: { readonly amount: string, readonly currency: string } | null, readonly billedCost: { readonly amount: string, readonly currency: string }, readonly voucherAmount: { readonly amount: string, readonly currency: string } | null, readonly cashAmount: { readonly amount: string, readonly currency: string } | null, readonly settlement: { readonly status: SettlementStatus } }> } | null };

export type ExploreChangeQueryVariables = Exact<{
  period: PeriodInput;
  by: ReadonlyArray<SpendDimension> | SpendDimension;
  both: ReadonlyArray<SpendDimension> | SpendDimension;
  isTwo: boolean;
  allocation?: string | number | null | undefined;
  filter?: SpendFilter | null | undefined;
}>;


export type ExploreChangeQuery = { readonly groups: { readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly value: string | null }>, readonly previous: { readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly before: { readonly amount: string }, readonly difference: { readonly amount: string } }> | null } | null }>, readonly rest: { readonly previous: { readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly before: { readonly amount: string }, readonly difference: { readonly amount: string } }> | null } | null } | null, readonly previous: { readonly from: string, readonly to: string, readonly vanishedCount: number, readonly comparison: { readonly isPartial: boolean, readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly before: { readonly amount: string }, readonly difference: { readonly amount: string } }> | null }, readonly coverage: { readonly sources: ReadonlyArray<{ readonly status: SourceStatus, readonly kind: RowKind | null, readonly period: { readonly from: string, readonly to: string } | null, readonly account: { readonly name: string, readonly timeZone: string }, readonly error: { readonly code: string, readonly message: string } | null }> }, readonly vanished: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly dimension: SpendDimension, readonly value: string | null, readonly label: string }>, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }> }> } | null } | null, readonly parts?: { readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly value: string | null }>, readonly previous: { readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly before: { readonly amount: string }, readonly difference: { readonly amount: string } }> | null } | null }> } | null };

export type ChangedFragment = { readonly key: ReadonlyArray<{ readonly value: string | null }>, readonly previous: { readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly before: { readonly amount: string }, readonly difference: { readonly amount: string } }> | null } | null };

export type ChangeFragment = { readonly currency: string, readonly ratio: string | null, readonly before: { readonly amount: string }, readonly difference: { readonly amount: string } };

export type ExploreQueryVariables = Exact<{
  period: PeriodInput;
  by: ReadonlyArray<SpendDimension> | SpendDimension;
  both: ReadonlyArray<SpendDimension> | SpendDimension;
  isTwo: boolean;
  allocation?: string | number | null | undefined;
  filter?: SpendFilter | null | undefined;
  convertTo?: string | null | undefined;
}>;


export type ExploreQuery = { readonly groups: { readonly period: { readonly from: string, readonly to: string }, readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly dimension: SpendDimension, readonly value: string | null, readonly label: string }>, readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null }>, readonly converted: { readonly currency: string, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null } | null, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }> }>, readonly rest: { readonly groupCount: number, readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null }>, readonly converted: { readonly currency: string, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null } | null, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }> } | null, readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null }>, readonly converted: { readonly currency: string, readonly rates: ReadonlyArray<{ readonly from: string, readonly to: string, readonly rate: string, readonly date: string, readonly source: string }>, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null } | null, readonly coverage: { readonly complete: boolean, readonly asOf: string | null, readonly sources: ReadonlyArray<{ readonly kind: RowKind | null, readonly status: SourceStatus, readonly asOf: string | null, readonly rowCount: number, readonly provisionalFrom: string | null, readonly account: { readonly id: string, readonly name: string, readonly timeZone: string, readonly provider: { readonly name: string } }, readonly period: { readonly from: string, readonly to: string } | null, readonly settlement: { readonly status: SettlementStatus, readonly finalAt: string | null }, readonly notices: ReadonlyArray<{ readonly code: NoticeCode, readonly message: string, readonly date: string | null }>, readonly error: { readonly code: string, readonly message: string, readonly retryable: boolean, readonly retryAfterSeconds: number | null } | null }> } } | null, readonly parts?: { readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly dimension: SpendDimension, readonly value: string | null, readonly label: string }>, readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null }>, readonly converted: { readonly currency: string, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null } | null, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }> }>, readonly rest: { readonly groupCount: number, readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null }>, readonly converted: { readonly currency: string, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null } | null } | null } | null };

export type ExplorePortionFragment = { readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null }>, readonly converted: { readonly currency: string, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null } | null, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }> };

export type ExploreSumsFragment = { readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null };

export type ExploreConvertedFragment = { readonly currency: string, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null };

export type ExploreCoverageFragment = { readonly complete: boolean, readonly asOf: string | null, readonly sources: ReadonlyArray<{ readonly kind: RowKind | null, readonly status: SourceStatus, readonly asOf: string | null, readonly rowCount: number, readonly provisionalFrom: string | null, readonly account: { readonly id: string, readonly name: string, readonly timeZone: string, readonly provider: { readonly name: string } }, readonly period: { readonly from: string, readonly to: string } | null, readonly settlement: { readonly status: SettlementStatus, readonly finalAt: string | null }, readonly notices: ReadonlyArray<{ readonly code: NoticeCode, readonly message: string, readonly date: string | null }>, readonly error: { readonly code: string, readonly message: string, readonly retryable: boolean, readonly retryAfterSeconds: number | null } | null }> };

export type ExportAccountsQueryVariables = Exact<{ [key: string]: never; }>;


export type ExportAccountsQuery = { readonly accounts: ReadonlyArray<{ readonly id: string, readonly name: string, readonly kinds: ReadonlyArray<RowKind>, readonly provider: { readonly name: string } }> };

export type FilterValuesQueryVariables = Exact<{
  period: PeriodInput;
  by: ReadonlyArray<SpendDimension> | SpendDimension;
  allocation?: string | number | null | undefined;
  filter?: SpendFilter | null | undefined;
}>;


export type FilterValuesQuery = { readonly spend: { readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly dimension: SpendDimension, readonly value: string | null, readonly label: string }> }> } | null };

export type InvoicesQueryVariables = Exact<{
  period?: PeriodInput | null | undefined;
  filter?: InvoiceFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type InvoicesQuery = { readonly invoices: { readonly totalCount: number, readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null }, readonly nodes: ReadonlyArray<{ readonly id: string, readonly number: string | null, readonly billingPeriod: string, readonly periodStart: string, readonly periodEnd: string, readonly status: InvoiceStatus, readonly providerStatus: string, readonly dueDate: string | null, readonly createdAt: string | null, readonly url: string | null, readonly account: { readonly id: string, readonly name: string }, readonly total: { readonly amount: string, readonly currency: string }, readonly voucherAmount: { readonly amount: string, readonly currency: string } | null, readonly outstandingAmount: { readonly amount: string, readonly currency: string } | null, readonly settlement: { readonly status: SettlementStatus, readonly finalAt: string | null } }>, readonly coverage: { readonly complete: boolean, readonly asOf: string | null, readonly sources: ReadonlyArray<{ readonly kind: RowKind | null, readonly status: SourceStatus, readonly asOf: string | null, readonly rowCount: number, readonly provisionalFrom: string | null, readonly account: { readonly id: string, readonly name: string, readonly timeZone: string, readonly provider: { readonly name: string } }, readonly settlement: { readonly status: SettlementStatus, readonly finalAt: string | null }, readonly notices: ReadonlyArray<{ readonly code: NoticeCode, readonly message: string, readonly date: string | null }>, readonly error: { readonly code: string, readonly message: string, readonly retryable: boolean, readonly retryAfterSeconds: number | null } | null }> } } | null };

export type KeysChangeQueryVariables = Exact<{
  period: PeriodInput;
  hasProducts: boolean;
  filter?: SpendFilter | null | undefined;
}>;


export type KeysChangeQuery = { readonly keys: { readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly value: string | null }>, readonly previous: { readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly before: { readonly amount: string }, readonly difference: { readonly amount: string } }> | null, readonly tokens: { readonly byQuantity: { readonly amount: string }, readonly byPrice: { readonly amount: string } } | null } | null }>, readonly rest: { readonly previous: { readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly before: { readonly amount: string }, readonly difference: { readonly amount: string } }> | null } | null } | null, readonly previous: { readonly from: string, readonly to: string, readonly vanishedCount: number, readonly comparison: { readonly isPartial: boolean, readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly before: { readonly amount: string }, readonly difference: { readonly amount: string } }> | null }, readonly coverage: { readonly sources: ReadonlyArray<{ readonly period: { readonly from: string, readonly to: string } | null, readonly account: { readonly timeZone: string } }> } } | null } | null, readonly products?: { readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly value: string | null }>, readonly previous: { readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly before: { readonly amount: string }, readonly difference: { readonly amount: string } }> | null, readonly tokens: { readonly byQuantity: { readonly amount: string }, readonly byPrice: { readonly amount: string } } | null } | null }> } | null };

export type KeyChangeFragment = { readonly key: ReadonlyArray<{ readonly value: string | null }>, readonly previous: { readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly before: { readonly amount: string }, readonly difference: { readonly amount: string } }> | null, readonly tokens: { readonly byQuantity: { readonly amount: string }, readonly byPrice: { readonly amount: string } } | null } | null };

export type KeyDifferenceFragment = { readonly currency: string, readonly ratio: string | null, readonly before: { readonly amount: string }, readonly difference: { readonly amount: string } };

export type KeysQueryVariables = Exact<{
  period: PeriodInput;
  grain: SpendDimension;
  hasProducts: boolean;
  filter?: SpendFilter | null | undefined;
}>;


export type KeysQuery = { readonly keys: { readonly period: { readonly from: string, readonly to: string }, readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly dimension: SpendDimension, readonly value: string | null, readonly label: string }>, readonly tokens: { readonly total: string, readonly input: string | null, readonly output: string | null, readonly effectivePricePerMillion: { readonly amount: string, readonly currency: string } | null } | null, readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null }>, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }> }>, readonly rest: { readonly groupCount: number, readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null }>, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }> } | null, readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null }>, readonly coverage: { readonly complete: boolean, readonly asOf: string | null, readonly sources: ReadonlyArray<{ readonly kind: RowKind | null, readonly status: SourceStatus, readonly asOf: string | null, readonly rowCount: number, readonly provisionalFrom: string | null, readonly account: { readonly id: string, readonly name: string, readonly timeZone: string, readonly provider: { readonly name: string } }, readonly period: { readonly from: string, readonly to: string } | null, readonly settlement: { readonly status: SettlementStatus, readonly finalAt: string | null }, readonly notices: ReadonlyArray<{ readonly code: NoticeCode, readonly message: string, readonly date: string | null }>, readonly error: { readonly code: string, readonly message: string, readonly retryable: boolean, readonly retryAfterSeconds: number | null } | null }> } } | null, readonly products?: { readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly dimension: SpendDimension, readonly value: string | null, readonly label: string }>, readonly tokens: { readonly total: string, readonly input: string | null, readonly output: string | null, readonly effectivePricePerMillion: { readonly amount: string, readonly currency: string } | null } | null, readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null }>, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }> }>, readonly rest: { readonly groupCount: number } | null } | null, readonly trends: { readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly value: string | null }>, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }> }> } | null };

export type KeyGroupFragment = { readonly key: ReadonlyArray<{ readonly dimension: SpendDimension, readonly value: string | null, readonly label: string }>, readonly tokens: { readonly total: string, readonly input: string | null, readonly output: string | null, readonly effectivePricePerMillion: { readonly amount: string, readonly currency: string } | null } | null, readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null }>, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }> };

type KeyPortion_SpendGroup_Fragment = { readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null }>, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }> };

type KeyPortion_SpendRest_Fragment = { readonly totals: ReadonlyArray<{ readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null }>, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }> };

export type KeyPortionFragment =
  | KeyPortion_SpendGroup_Fragment
  | KeyPortion_SpendRest_Fragment
;

export type KeySumsFragment = { readonly currency: string, readonly rowCount: number, readonly billedCost: { readonly amount: string }, readonly listCost: { readonly amount: string } | null, readonly voucherAmount: { readonly amount: string } | null, readonly cashAmount: { readonly amount: string } | null };

export type KeyCoverageFragment = { readonly complete: boolean, readonly asOf: string | null, readonly sources: ReadonlyArray<{ readonly kind: RowKind | null, readonly status: SourceStatus, readonly asOf: string | null, readonly rowCount: number, readonly provisionalFrom: string | null, readonly account: { readonly id: string, readonly name: string, readonly timeZone: string, readonly provider: { readonly name: string } }, readonly period: { readonly from: string, readonly to: string } | null, readonly settlement: { readonly status: SettlementStatus, readonly finalAt: string | null }, readonly notices: ReadonlyArray<{ readonly code: NoticeCode, readonly message: string, readonly date: string | null }>, readonly error: { readonly code: string, readonly message: string, readonly retryable: boolean, readonly retryAfterSeconds: number | null } | null }> };

export type OutlookQueryVariables = Exact<{ [key: string]: never; }>;


export type OutlookQuery = { readonly forecast: { readonly month: string, readonly settledShare: string | null, readonly coverage: { readonly sources: ReadonlyArray<{ readonly kind: RowKind | null, readonly status: SourceStatus, readonly asOf: string | null, readonly account: { readonly id: string, readonly name: string }, readonly error: { readonly code: string, readonly message: string } | null }> }, readonly spent: ReadonlyArray<{ readonly amount: string, readonly currency: string }>, readonly totals: ReadonlyArray<{ readonly low: { readonly amount: string, readonly currency: string }, readonly expected: { readonly amount: string }, readonly high: { readonly amount: string } }>, readonly backtest: { readonly months: number, readonly medianError: string } | null, readonly notices: ReadonlyArray<{ readonly message: string }> } | null, readonly budgets: ReadonlyArray<{ readonly id: string, readonly name: string, readonly state: BudgetState, readonly ratio: string | null, readonly exceededOn: string | null, readonly amount: { readonly amount: string, readonly currency: string }, readonly spent: { readonly amount: string, readonly currency: string } | null, readonly remaining: { readonly amount: string, readonly currency: string } | null, readonly forecast: { readonly low: { readonly amount: string, readonly currency: string }, readonly expected: { readonly amount: string }, readonly high: { readonly amount: string } } | null }> | null, readonly anomalies: { readonly count: number, readonly coverage: { readonly sources: ReadonlyArray<{ readonly kind: RowKind | null, readonly status: SourceStatus, readonly asOf: string | null, readonly account: { readonly id: string, readonly name: string }, readonly error: { readonly code: string, readonly message: string } | null }> }, readonly anomalies: ReadonlyArray<{ readonly id: string, readonly day: string, readonly account: { readonly id: string, readonly name: string }, readonly key: ReadonlyArray<{ readonly dimension: SpendDimension, readonly value: string | null, readonly label: string }>, readonly actual: { readonly amount: string, readonly currency: string }, readonly expected: { readonly amount: string, readonly currency: string }, readonly difference: { readonly amount: string, readonly currency: string }, readonly contributions: ReadonlyArray<{ readonly label: string, readonly reason: ContributionReason, readonly difference: { readonly amount: string, readonly currency: string } }>, readonly settlement: { readonly status: SettlementStatus, readonly finalAt: string | null } }> } | null };

export type OutlookAmountFragment = { readonly amount: string, readonly currency: string };

export type OutlookRangeFragment = { readonly low: { readonly amount: string, readonly currency: string }, readonly expected: { readonly amount: string }, readonly high: { readonly amount: string } };

export type OutlookProblemFragment = { readonly kind: RowKind | null, readonly status: SourceStatus, readonly asOf: string | null, readonly account: { readonly id: string, readonly name: string }, readonly error: { readonly code: string, readonly message: string } | null };

export type OverviewQueryVariables = Exact<{
  period: PeriodInput;
  groupBy: ReadonlyArray<SpendDimension> | SpendDimension;
  overTime: ReadonlyArray<SpendDimension> | SpendDimension;
  steps: ReadonlyArray<SpendDimension> | SpendDimension;
  allocation?: string | number | null | undefined;
  top: number;
}>;


export type OverviewQuery = { readonly allocations: ReadonlyArray<{ readonly allocationId: string, readonly name: string }>, readonly month: { readonly coverage: { readonly sources: ReadonlyArray<{ readonly kind: RowKind | null, readonly status: SourceStatus, readonly asOf: string | null, readonly account: { readonly id: string, readonly name: string, readonly timeZone: string }, readonly error: { readonly code: string, readonly message: string } | null, readonly period: { readonly from: string, readonly to: string } | null }> }, readonly period: { readonly from: string, readonly to: string }, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly previous: { readonly from: string, readonly to: string, readonly comparison: { readonly isPartial: boolean, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly difference: { readonly amount: string } }> | null }, readonly coverage: { readonly sources: ReadonlyArray<{ readonly account: { readonly timeZone: string }, readonly period: { readonly from: string, readonly to: string } | null }> } } | null } | null, readonly spend: { readonly groupCount: number, readonly period: { readonly from: string, readonly to: string }, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly dimension: SpendDimension, readonly value: string | null, readonly label: string }>, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }>, readonly previous: { readonly isPartial: boolean, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly difference: { readonly amount: string } }> | null } | null }>, readonly rest: { readonly groupCount: number, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }>, readonly previous: { readonly isPartial: boolean, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly difference: { readonly amount: string } }> | null } | null } | null, readonly previous: { readonly from: string, readonly to: string, readonly comparison: { readonly isPartial: boolean, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly difference: { readonly amount: string } }> | null }, readonly coverage: { readonly sources: ReadonlyArray<{ readonly account: { readonly timeZone: string }, readonly period: { readonly from: string, readonly to: string } | null }> } } | null, readonly coverage: { readonly complete: boolean, readonly asOf: string | null, readonly sources: ReadonlyArray<{ readonly rowCount: number, readonly provisionalFrom: string | null, readonly kind: RowKind | null, readonly status: SourceStatus, readonly asOf: string | null, readonly account: { readonly timeZone: string, readonly id: string, readonly name: string, readonly provider: { readonly name: string } }, readonly notices: ReadonlyArray<{ readonly message: string, readonly date: string | null }>, readonly period: { readonly from: string, readonly to: string } | null, readonly settlement: { readonly status: SettlementStatus, readonly finalAt: string | null }, readonly error: { readonly code: string, readonly message: string } | null }> } } | null, readonly steps: { readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly dimension: SpendDimension, readonly value: string | null, readonly label: string }>, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }> }> } | null, readonly overTime: { readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly dimension: SpendDimension, readonly value: string | null, readonly label: string }>, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }> }>, readonly rest: { readonly groupCount: number } | null } | null };

export type CostFragment = { readonly currency: string, readonly billedCost: { readonly amount: string } };

export type ChangesFragment = { readonly isPartial: boolean, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly difference: { readonly amount: string } }> | null };

export type BeforeFragment = { readonly from: string, readonly to: string, readonly comparison: { readonly isPartial: boolean, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly difference: { readonly amount: string } }> | null }, readonly coverage: { readonly sources: ReadonlyArray<{ readonly account: { readonly timeZone: string }, readonly period: { readonly from: string, readonly to: string } | null }> } };

export type DatedFragment = { readonly account: { readonly timeZone: string }, readonly period: { readonly from: string, readonly to: string } | null };

type Portion_SpendGroup_Fragment = { readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }>, readonly previous: { readonly isPartial: boolean, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly difference: { readonly amount: string } }> | null } | null };

type Portion_SpendRest_Fragment = { readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }>, readonly previous: { readonly isPartial: boolean, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly difference: { readonly amount: string } }> | null } | null };

export type PortionFragment =
  | Portion_SpendGroup_Fragment
  | Portion_SpendRest_Fragment
;

export type ProblemFragment = { readonly kind: RowKind | null, readonly status: SourceStatus, readonly asOf: string | null, readonly account: { readonly id: string, readonly name: string }, readonly error: { readonly code: string, readonly message: string } | null };

export type SourceFragment = { readonly rowCount: number, readonly provisionalFrom: string | null, readonly kind: RowKind | null, readonly status: SourceStatus, readonly asOf: string | null, readonly account: { readonly timeZone: string, readonly id: string, readonly name: string, readonly provider: { readonly name: string } }, readonly notices: ReadonlyArray<{ readonly message: string, readonly date: string | null }>, readonly period: { readonly from: string, readonly to: string } | null, readonly settlement: { readonly status: SettlementStatus, readonly finalAt: string | null }, readonly error: { readonly code: string, readonly message: string } | null };

export type RestatementsQueryVariables = Exact<{
  period: PeriodInput;
  filter?: RestatementFilter | null | undefined;
}>;


export type RestatementsQuery = { readonly restatements: { readonly restatements: ReadonlyArray<{ readonly rowId: string, readonly kind: RowKind, readonly change: RestatementChange, readonly date: string, readonly wasFinal: boolean, readonly beforeReadAt: string, readonly afterReadAt: string, readonly account: { readonly name: string }, readonly difference: { readonly amount: string, readonly currency: string }, readonly before:
        | { readonly product: { readonly name: string }, readonly billedCost: { readonly amount: string, readonly currency: string } }
        | { readonly product: { readonly name: string }, readonly billedCost: { readonly amount: string, readonly currency: string } }
        | { readonly product: { readonly name: string }, readonly billedCost: { readonly amount: string, readonly currency: string } }
        | { readonly number: string | null, readonly total: { readonly amount: string, readonly currency: string } }
       | null, readonly after:
        | { readonly product: { readonly name: string }, readonly billedCost: { readonly amount: string, readonly currency: string } }
        | { readonly product: { readonly name: string }, readonly billedCost: { readonly amount: string, readonly currency: string } }
        | { readonly product: { readonly name: string }, readonly billedCost: { readonly amount: string, readonly currency: string } }
        | { readonly number: string | null, readonly total: { readonly amount: string, readonly currency: string } }
       | null }>, readonly sources: ReadonlyArray<{ readonly kind: RowKind, readonly segmentCount: number, readonly comparedCount: number, readonly pendingCount: number, readonly rowCount: number, readonly account: { readonly id: string, readonly name: string }, readonly differences: ReadonlyArray<{ readonly amount: string, readonly currency: string }>, readonly error: { readonly code: string, readonly message: string } | null }> } | null };

type Restated_ApiKeyUsage_Fragment = { readonly product: { readonly name: string }, readonly billedCost: { readonly amount: string, readonly currency: string } };

type Restated_Bill_Fragment = { readonly product: { readonly name: string }, readonly billedCost: { readonly amount: string, readonly currency: string } };

type Restated_DailyDetail_Fragment = { readonly product: { readonly name: string }, readonly billedCost: { readonly amount: string, readonly currency: string } };

type Restated_Invoice_Fragment = { readonly number: string | null, readonly total: { readonly amount: string, readonly currency: string } };

export type RestatedFragment =
  | Restated_ApiKeyUsage_Fragment
  | Restated_Bill_Fragment
  | Restated_DailyDetail_Fragment
  | Restated_Invoice_Fragment
;

export type StandingQueryVariables = Exact<{ [key: string]: never; }>;


export type StandingQuery = { readonly accounts: ReadonlyArray<{ readonly id: string, readonly name: string, readonly timeZone: string, readonly provider: { readonly id: string, readonly name: string, readonly status: ProviderStatus }, readonly balance: { readonly source: BalanceSource, readonly status: SourceStatus, readonly asOf: string, readonly available: { readonly amount: string, readonly currency: string } | null, readonly cash: { readonly amount: string, readonly currency: string } | null, readonly creditLimit: { readonly amount: string, readonly currency: string } | null, readonly pending: { readonly amount: string, readonly currency: string } | null, readonly outstanding: { readonly amount: string, readonly currency: string } | null, readonly error: { readonly code: string, readonly message: string } | null, readonly runway: { readonly days: number, readonly exhaustedOn: string, readonly basedOnDays: number, readonly dailyCash: { readonly amount: string, readonly currency: string } } | null } | null, readonly history: { readonly status: HistoryStatus, readonly from: string, readonly heldFrom: string | null, readonly segmentsHeld: number, readonly segmentsPlanned: number, readonly estimatedCompleteAt: string | null, readonly error: { readonly code: string, readonly message: string } | null } }>, readonly invoices: { readonly totalCount: number, readonly coverage: { readonly sources: ReadonlyArray<{ readonly kind: RowKind | null, readonly status: SourceStatus, readonly asOf: string | null, readonly account: { readonly id: string, readonly name: string }, readonly error: { readonly code: string, readonly message: string } | null }> }, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly nodes: ReadonlyArray<{ readonly id: string, readonly number: string | null, readonly status: InvoiceStatus, readonly dueDate: string | null, readonly billingPeriod: string, readonly account: { readonly id: string, readonly name: string }, readonly total: { readonly amount: string, readonly currency: string }, readonly outstandingAmount: { readonly amount: string, readonly currency: string } | null }> } | null, readonly alerts: { readonly openCount: number, readonly openMatterCount: number, readonly alerts: ReadonlyArray<{ readonly id: string, readonly matter: string, readonly state: AlertState, readonly kind: AlertKind, readonly title: string, readonly period: string | null, readonly openedAt: string, readonly resolvedAt: string | null, readonly accounts: ReadonlyArray<{ readonly id: string }> }> } | null };

export type AmountFragment = { readonly amount: string, readonly currency: string };

export type UsageRowsQueryVariables = Exact<{
  period: PeriodInput;
  filter?: ApiKeyUsageFilter | null | undefined;
  orderBy?: ChargeOrder | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type UsageRowsQuery = { readonly list: { readonly totalCount: number, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor: string | null, readonly endCursor: string | null }, readonly nodes: ReadonlyArray<{ readonly id: string, readonly billingMethod: BillingMethod | null, readonly inputTokens: string | null, readonly outputTokens: string | null, readonly requestCount: string | null, readonly account: { readonly name: string, readonly timeZone: string }, readonly product: { readonly name: string, readonly category: string | null }, readonly chargePeriod: { readonly start: string }, readonly listCost: { readonly amount: string, readonly currency: string } | null, readonly billedCost: { readonly amount: string, readonly currency: string }, readonly voucherAmount: { readonly amount: string, readonly currency: string } | null, readonly cashAmount: { readonly amount: string, readonly currency: string } | null, readonly settlement: { readonly status: SettlementStatus }, readonly apiKey: { readonly keyId: string | null, readonly name: string | null, readonly maskedKey: string | null } }> } | null };

export type VendorRowQueryVariables = Exact<{
  id: string | number;
}>;


export type VendorRowQuery = { readonly node:
    | { readonly raw: unknown }
    | { readonly raw: unknown }
    | { readonly raw: unknown }
    | { readonly raw: unknown }
    | Record<PropertyKey, never>
   | null };

/** Every operation of the page, as it names them to the gateway. */
export const operations = {
  AccountStates: { name: 'AccountStates', id: 'd46cf87ce06d641734da2a4c790a8dbab54f610b50b853def18706979f512533' } as Operation<AccountStatesQuery, AccountStatesQueryVariables>,
  Alerts: { name: 'Alerts', id: 'fe4cbf37427a85909e55f8db8f7381b21e9643823afbce2e599af7390bb437a2' } as Operation<AlertsQuery, AlertsQueryVariables>,
  AllocationCheck: { name: 'AllocationCheck', id: '698a6bff56556e4941c35d12ff947de1e243bd0c1e38a90373cdc56805e8006c' } as Operation<AllocationCheckQuery, AllocationCheckQueryVariables>,
  Allocations: { name: 'Allocations', id: 'f6970d61955cbf68bc568bf469fa7b883128cb148e35dc8133914730ad19be2c' } as Operation<AllocationsQuery, AllocationsQueryVariables>,
  BillRows: { name: 'BillRows', id: 'da2969c46973e832e15585f5b8d280448b725147944480f08be857ba02be93d1' } as Operation<BillRowsQuery, BillRowsQueryVariables>,
  ChargeLists: { name: 'ChargeLists', id: '5f29150d8594d99f6607185eca97464aea78458602441b965a74431fbb6ab830' } as Operation<ChargeListsQuery, ChargeListsQueryVariables>,
  Check: { name: 'Check', id: 'a87272163ac040dfd42b6117b101e179b6b3978b01d71ad7a222956d124bb6a7' } as Operation<CheckQuery, CheckQueryVariables>,
  CostOverTime: { name: 'CostOverTime', id: '5e98c97932f42c4e073980265d093988c13c497bee7e76663d3990bab539e452' } as Operation<CostOverTimeQuery, CostOverTimeQueryVariables>,
  Currencies: { name: 'Currencies', id: '24a5bfe2f94ce353e7908f971d474679d3d18babb9c0602bd3437b96b3d81b0d' } as Operation<CurrenciesQuery, CurrenciesQueryVariables>,
  DetailRows: { name: 'DetailRows', id: 'fe4385ef0213d94217476867ed7981883d11278af2143cd518bffb17aff12d2f' } as Operation<DetailRowsQuery, DetailRowsQueryVariables>,
  ExploreChange: { name: 'ExploreChange', id: '106a0dd433a332f87985b2a2559d195186b7d9baae38e337693e32ad51368e26' } as Operation<ExploreChangeQuery, ExploreChangeQueryVariables>,
  Explore: { name: 'Explore', id: '3df18fc4878256f427d93d8f0d81f9c02cc3c0ea39092bcd2a07a7d2a82ec53c' } as Operation<ExploreQuery, ExploreQueryVariables>,
  ExportAccounts: { name: 'ExportAccounts', id: '91745e523b273ac35d3778e3d4837d18491d96ebe81c5c6fae6592ad8138f415' } as Operation<ExportAccountsQuery, ExportAccountsQueryVariables>,
  FilterValues: { name: 'FilterValues', id: '2951971db80f41148d7ef411f9d90d6aa9b589dc1e860399f46a4d5fb7d40927' } as Operation<FilterValuesQuery, FilterValuesQueryVariables>,
  Invoices: { name: 'Invoices', id: '8adbe5f11dd1324eaa4e273dc02599bcc6e9955244e3fbf53c66642f28096616' } as Operation<InvoicesQuery, InvoicesQueryVariables>,
  KeysChange: { name: 'KeysChange', id: '1061f0f8245336dc3e72cbc58622fdb212deef4276bac970ec975d546e246dbc' } as Operation<KeysChangeQuery, KeysChangeQueryVariables>,
  Keys: { name: 'Keys', id: '4837cd412c65c4bba58e856a20141a2476366cffd2126043b49a41f9b052c98a' } as Operation<KeysQuery, KeysQueryVariables>,
  Outlook: { name: 'Outlook', id: '11785315a9746553cbf916d39cda9614830a94158663037dc426301f704687f7' } as Operation<OutlookQuery, OutlookQueryVariables>,
  Overview: { name: 'Overview', id: '7374733f6342bc43be018b5930ea52f2453bca9d8d4b0e19d8d5b081befb717d' } as Operation<OverviewQuery, OverviewQueryVariables>,
  Restatements: { name: 'Restatements', id: 'b554255e68fcd2391df3cca8aee71801e2960bc7d6bb6afc1f4e6a1d4c725d53' } as Operation<RestatementsQuery, RestatementsQueryVariables>,
  Standing: { name: 'Standing', id: '500f6403c6742482d040a328b38c850fd11928efc553c0bd2fe9922c9ec503ec' } as Operation<StandingQuery, StandingQueryVariables>,
  UsageRows: { name: 'UsageRows', id: '68146c579feab9426fd94247625957aa28d9427590e5e368a5125061da810931' } as Operation<UsageRowsQuery, UsageRowsQueryVariables>,
  VendorRow: { name: 'VendorRow', id: 'ff108a7e4ab648506b19fcea2c0f18dddf31990da88bd0fbb64a4a4046534168' } as Operation<VendorRowQuery, VendorRowQueryVariables>,
} as const;
