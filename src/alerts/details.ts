/** What a message is about, as plain values: texts and webhooks are made of them. */

import type { AlertKind } from '../domain/alert.ts';
import type { CalendarDate, Instant, TimeZone, YearMonth } from '../domain/calendar.ts';
import type { Decimal } from '../domain/decimal.ts';
import type { Estimate } from '../domain/estimate.ts';
import type { Money } from '../domain/money.ts';

export interface AccountDetails {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly zone: TimeZone;
}

/** How sure an amount is. */
export type Finality = 'PROVISIONAL' | 'FINAL';

export interface BalanceDetails {
  readonly kind: 'BALANCE_BELOW';
  readonly account: AccountDetails;
  readonly balance: Money;
  readonly threshold: Money;
  /** Whether the provider tells it, or it is worked out of what the settings declare. */
  readonly source: 'PROVIDER' | 'DECLARED';
  readonly asOf: Instant;
}

export interface RunwayDetails {
  readonly kind: 'RUNWAY_BELOW';
  readonly account: AccountDetails;
  readonly balance: Money;
  readonly days: number;
  readonly threshold: number;
  readonly exhaustedOn: CalendarDate;
  readonly dailyCash: Estimate;
  readonly basedOnDays: number;
  readonly asOf: Instant;
}

export interface BudgetDetails {
  readonly kind: 'BUDGET';
  readonly budget: { readonly id: string; readonly name: string };
  readonly month: YearMonth;
  readonly amount: Money;
  readonly spent: Money;
  readonly ratio: Decimal | null;
  /** In percent; FORECAST: the month is expected to pass the budget. */
  readonly threshold: number | 'FORECAST';
  readonly expected: Estimate | null;
  readonly exceededOn: CalendarDate | null;
  /** Accounts whose providers have no list of charges. */
  readonly without: readonly string[];
  readonly finality: Finality;
  readonly asOf: Instant | null;
}

export interface AnomalyDetails {
  readonly kind: 'ANOMALY';
  readonly account: AccountDetails;
  readonly day: CalendarDate;
  readonly subject: string;
  readonly actual: Money;
  readonly expected: Estimate;
  readonly difference: Estimate;
  readonly contributions: readonly {
    readonly label: string;
    readonly reason: string;
    readonly difference: Estimate;
  }[];
  readonly finality: Finality;
  readonly asOf: Instant | null;
}

export interface SettledDetails {
  readonly kind: 'SETTLED';
  /** CHANGED: it had been final before. */
  readonly what: 'FINAL' | 'CHANGED';
  readonly account: AccountDetails;
  readonly month: YearMonth;
  readonly totals: readonly Money[];
  /** How many rows the provider changed, and by how much: since the last provisional reading, or since the last final one. */
  readonly changedRows: number;
  readonly differences: readonly Money[];
  readonly asOf: Instant | null;
}

export interface InvoiceDetails {
  readonly kind: 'INVOICE_DUE';
  readonly account: AccountDetails;
  readonly number: string;
  readonly total: Money;
  readonly dueDate: CalendarDate;
  readonly isOverdue: boolean;
  /** The provider's own word. */
  readonly status: string;
  readonly asOf: Instant | null;
}

export interface FailingDetails {
  readonly kind: 'ACCOUNT_FAILING';
  readonly account: AccountDetails;
  readonly minutes: number;
  readonly code: string;
  /** Which lists cannot be read. */
  readonly lists: readonly string[];
}

export interface CannotSeeDetails {
  readonly kind: 'CANNOT_SEE';
  readonly of: AlertKind;
  readonly subject: string;
  readonly accounts: readonly string[];
  readonly code: string;
  readonly minutes: number;
}

export interface DigestDetails {
  readonly kind: 'DIGEST';
  readonly every: 'day' | 'week' | 'month';
  readonly from: CalendarDate;
  /** Not included. */
  readonly to: CalendarDate;
  /** The values of allocations that it is about, as people read them: "Team: search". Empty: all cost. */
  readonly scope: readonly string[];
  readonly totals: readonly DigestLine[];
  /** The same by each allocation of the settings, and by how many values more there are. */
  readonly allocations: readonly {
    readonly id: string;
    readonly name: string;
    readonly lines: readonly DigestLine[];
    readonly more: number;
  }[];
  readonly products: readonly DigestLine[];
  /** By how many products more there are. */
  readonly moreProducts: number;
  /** Accounts whose figures may still change. */
  readonly provisional: readonly string[];
  /** Accounts whose providers have no list of charges. */
  readonly without: readonly string[];
  readonly balances: readonly { readonly account: string; readonly balance: Money; readonly asOf: Instant }[];
  readonly asOf: Instant | null;
}

export interface DigestLine {
  /** Empty: the total. */
  readonly label: string;
  readonly cost: Money;
  /** Of the period before; null: the two cannot be compared. */
  readonly before: Money | null;
  /** The difference as a part of the cost before: 0.25 is a quarter more. Null: there was none. */
  readonly change: Decimal | null;
}

export interface TestDetails {
  readonly kind: 'TEST';
  readonly channel: string;
}

export type AlertDetails =
  | BalanceDetails
  | RunwayDetails
  | BudgetDetails
  | AnomalyDetails
  | SettledDetails
  | InvoiceDetails
  | FailingDetails
  | CannotSeeDetails
  | DigestDetails;
