/** What a message is about, as plain values: texts and webhooks are made of them. */

import type { AlertKind } from '../domain/alert.ts';
import type { CalendarDate, Instant, TimeZone, YearMonth } from '../domain/calendar.ts';
import type { Decimal } from '../domain/decimal.ts';
import type { Estimate } from '../domain/estimate.ts';
import type { Money } from '../domain/money.ts';

export interface AccountFacts {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly zone: TimeZone;
}

/** How sure an amount is. */
export type Finality = 'PROVISIONAL' | 'FINAL';

export interface BalanceFacts {
  readonly kind: 'BALANCE_BELOW';
  readonly account: AccountFacts;
  readonly balance: Money;
  readonly threshold: Money;
  /** Whether the provider tells it, or it is worked out of what the settings declare. */
  readonly source: 'PROVIDER' | 'DECLARED';
  readonly asOf: Instant;
}

export interface RunwayFacts {
  readonly kind: 'RUNWAY_BELOW';
  readonly account: AccountFacts;
  readonly balance: Money;
  readonly days: number;
  readonly threshold: number;
  readonly exhaustedOn: CalendarDate;
  readonly dailyCash: Estimate;
  readonly basedOnDays: number;
  readonly asOf: Instant;
}

export interface BudgetFacts {
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
  readonly finality: Finality;
  readonly asOf: Instant | null;
}

export interface AnomalyFacts {
  readonly kind: 'ANOMALY';
  readonly account: AccountFacts;
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

export interface SettledFacts {
  readonly kind: 'SETTLED';
  /** CHANGED: it had been final before. */
  readonly what: 'FINAL' | 'CHANGED';
  readonly account: AccountFacts;
  readonly month: YearMonth;
  readonly totals: readonly Money[];
  /** How many rows the provider changed, and by how much: since the last provisional reading, or since the last final one. */
  readonly changedRows: number;
  readonly differences: readonly Money[];
  readonly asOf: Instant | null;
}

export interface InvoiceFacts {
  readonly kind: 'INVOICE_DUE';
  readonly account: AccountFacts;
  readonly number: string;
  readonly total: Money;
  readonly dueDate: CalendarDate;
  readonly isOverdue: boolean;
  /** The provider's own word. */
  readonly status: string;
  readonly asOf: Instant | null;
}

export interface FailingFacts {
  readonly kind: 'ACCOUNT_FAILING';
  readonly account: AccountFacts;
  readonly minutes: number;
  readonly code: string;
  /** Which lists cannot be read. */
  readonly lists: readonly string[];
}

export interface CannotSeeFacts {
  readonly kind: 'CANNOT_SEE';
  readonly of: AlertKind;
  readonly subject: string;
  readonly accounts: readonly string[];
  readonly code: string;
  readonly minutes: number;
}

export interface DigestFacts {
  readonly kind: 'DIGEST';
  readonly every: 'day' | 'week' | 'month';
  readonly from: CalendarDate;
  /** Not included. */
  readonly to: CalendarDate;
  readonly totals: readonly DigestLine[];
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

export interface TestFacts {
  readonly kind: 'TEST';
  readonly channel: string;
}

export type AlertFacts =
  | BalanceFacts
  | RunwayFacts
  | BudgetFacts
  | AnomalyFacts
  | SettledFacts
  | InvoiceFacts
  | FailingFacts
  | CannotSeeFacts
  | DigestFacts;
