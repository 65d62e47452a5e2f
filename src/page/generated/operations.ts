/** Made by `npm run operations` from src/page/operations and schema.graphql. */
/* oxlint-disable */

import type { Operation } from '../shell/operation.ts';

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** Who tells a balance. */
export type BalanceSource =
  /** The settings, with an amount and a date; what was charged since is taken off: the part borne in cash where the provider tells it apart, in the same currency. */
  | 'DECLARED'
  /** The provider. */
  | 'PROVIDER';

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

export type OverviewQueryVariables = Exact<{
  period: PeriodInput;
  groupBy: ReadonlyArray<SpendDimension> | SpendDimension;
  overTime: ReadonlyArray<SpendDimension> | SpendDimension;
  steps: ReadonlyArray<SpendDimension> | SpendDimension;
}>;


export type OverviewQuery = { readonly accounts: ReadonlyArray<{ readonly id: string, readonly name: string, readonly provider: { readonly id: string, readonly name: string, readonly timeZone: string, readonly status: ProviderStatus }, readonly balance: { readonly source: BalanceSource, readonly status: SourceStatus, readonly asOf: string, readonly available: { readonly amount: string, readonly currency: string } | null, readonly cash: { readonly amount: string, readonly currency: string } | null, readonly creditLimit: { readonly amount: string, readonly currency: string } | null, readonly pending: { readonly amount: string, readonly currency: string } | null, readonly outstanding: { readonly amount: string, readonly currency: string } | null, readonly error: { readonly code: string, readonly message: string } | null, readonly runway: { readonly days: number, readonly exhaustedOn: string, readonly basedOnDays: number, readonly dailyCash: { readonly amount: string, readonly currency: string } } | null } | null, readonly history: { readonly status: HistoryStatus, readonly from: string, readonly heldFrom: string | null, readonly segmentsHeld: number, readonly segmentsPlanned: number, readonly estimatedCompleteAt: string | null, readonly error: { readonly code: string, readonly message: string } | null } }>, readonly month: { readonly period: { readonly from: string, readonly to: string }, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly previous: { readonly from: string, readonly to: string, readonly comparison: { readonly isPartial: boolean, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly difference: { readonly amount: string } }> | null } } | null } | null, readonly forecast: { readonly month: string, readonly settledShare: string | null, readonly spent: ReadonlyArray<{ readonly amount: string, readonly currency: string }>, readonly totals: ReadonlyArray<{ readonly low: { readonly amount: string, readonly currency: string }, readonly expected: { readonly amount: string }, readonly high: { readonly amount: string } }>, readonly backtest: { readonly months: number, readonly medianError: string } | null, readonly notices: ReadonlyArray<{ readonly message: string }> } | null, readonly budgets: ReadonlyArray<{ readonly id: string, readonly name: string, readonly state: BudgetState, readonly ratio: string | null, readonly exceededOn: string | null, readonly amount: { readonly amount: string, readonly currency: string }, readonly spent: { readonly amount: string, readonly currency: string } | null, readonly remaining: { readonly amount: string, readonly currency: string } | null, readonly forecast: { readonly low: { readonly amount: string, readonly currency: string }, readonly expected: { readonly amount: string }, readonly high: { readonly amount: string } } | null }> | null, readonly spend: { readonly groupCount: number, readonly period: { readonly from: string, readonly to: string }, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly value: string | null, readonly label: string }>, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }>, readonly previous: { readonly isPartial: boolean, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly difference: { readonly amount: string } }> | null } | null }>, readonly rest: { readonly groupCount: number, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }>, readonly previous: { readonly isPartial: boolean, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly difference: { readonly amount: string } }> | null } | null } | null, readonly previous: { readonly from: string, readonly to: string, readonly comparison: { readonly isPartial: boolean, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly difference: { readonly amount: string } }> | null } } | null, readonly coverage: { readonly complete: boolean, readonly asOf: string | null, readonly sources: ReadonlyArray<{ readonly kind: RowKind | null, readonly status: SourceStatus, readonly asOf: string | null, readonly provisionalFrom: string | null, readonly account: { readonly id: string, readonly name: string }, readonly period: { readonly from: string, readonly to: string } | null, readonly settlement: { readonly status: SettlementStatus, readonly finalAt: string | null }, readonly error: { readonly code: string, readonly message: string, readonly retryAfterSeconds: number | null } | null }> } } | null, readonly overTime: { readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly value: string | null }>, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }> }>, readonly rest: { readonly groupCount: number } | null } | null, readonly steps: { readonly groups: ReadonlyArray<{ readonly key: ReadonlyArray<{ readonly value: string | null, readonly label: string }>, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }> }> } | null, readonly invoices: { readonly totalCount: number, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly nodes: ReadonlyArray<{ readonly id: string, readonly number: string | null, readonly status: InvoiceStatus, readonly dueDate: string | null, readonly billingPeriod: string, readonly account: { readonly id: string, readonly name: string }, readonly total: { readonly amount: string, readonly currency: string }, readonly outstandingAmount: { readonly amount: string, readonly currency: string } | null }> } | null, readonly anomalies: { readonly count: number, readonly anomalies: ReadonlyArray<{ readonly id: string, readonly day: string, readonly account: { readonly id: string, readonly name: string }, readonly key: ReadonlyArray<{ readonly dimension: SpendDimension, readonly value: string | null, readonly label: string }>, readonly actual: { readonly amount: string, readonly currency: string }, readonly expected: { readonly amount: string, readonly currency: string }, readonly difference: { readonly amount: string, readonly currency: string }, readonly contributions: ReadonlyArray<{ readonly label: string, readonly reason: ContributionReason, readonly difference: { readonly amount: string, readonly currency: string } }>, readonly settlement: { readonly status: SettlementStatus, readonly finalAt: string | null } }> } | null };

export type AmountFragment = { readonly amount: string, readonly currency: string };

export type CostFragment = { readonly currency: string, readonly billedCost: { readonly amount: string } };

export type RangeFragment = { readonly low: { readonly amount: string, readonly currency: string }, readonly expected: { readonly amount: string }, readonly high: { readonly amount: string } };

export type ChangesFragment = { readonly isPartial: boolean, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly difference: { readonly amount: string } }> | null };

type Portion_SpendGroup_Fragment = { readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }>, readonly previous: { readonly isPartial: boolean, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly difference: { readonly amount: string } }> | null } | null };

type Portion_SpendRest_Fragment = { readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly shares: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null }>, readonly previous: { readonly isPartial: boolean, readonly totals: ReadonlyArray<{ readonly currency: string, readonly billedCost: { readonly amount: string } }>, readonly changes: ReadonlyArray<{ readonly currency: string, readonly ratio: string | null, readonly difference: { readonly amount: string } }> | null } | null };

export type PortionFragment =
  | Portion_SpendGroup_Fragment
  | Portion_SpendRest_Fragment
;

export type SourceFragment = { readonly kind: RowKind | null, readonly status: SourceStatus, readonly asOf: string | null, readonly provisionalFrom: string | null, readonly account: { readonly id: string, readonly name: string }, readonly period: { readonly from: string, readonly to: string } | null, readonly settlement: { readonly status: SettlementStatus, readonly finalAt: string | null }, readonly error: { readonly code: string, readonly message: string, readonly retryAfterSeconds: number | null } | null };

/** Every operation of the page, as it names them to the gateway. */
export const operations = {
  Overview: { name: 'Overview', id: 'cf2f9e96352e9ba451a2c4e0a8a3b9be5bbc028486d1c7eb757e1fcfc0c7593b' } as Operation<OverviewQuery, OverviewQueryVariables>,
} as const;
