/** Alerts as clients see them: what people were told, or are to be told, about credit, budgets and months. */

import type { Instant } from './calendar.ts';
import type { Money } from './money.ts';

export const alertKinds = [
  'BALANCE_BELOW',
  'RUNWAY_BELOW',
  'BUDGET',
  'ANOMALY',
  'SETTLED',
  'INVOICE_DUE',
  'ACCOUNT_FAILING',
  'DIGEST',
  'CANNOT_SEE',
] as const;
export type AlertKind = (typeof alertKinds)[number];

/** OPEN: it holds. RESOLVED: it held. NOTED: an event that was told, such as a digest. */
export const alertStates = ['OPEN', 'RESOLVED', 'NOTED'] as const;
export type AlertState = (typeof alertStates)[number];

export const deliveryStates = ['WAITING', 'SENT', 'GIVEN_UP'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** One message of an alert to one channel. */
export interface Delivery {
  /** The id that stands in the message. */
  readonly messageId: string;
  /** The channel's id in the settings. */
  readonly channel: string;
  readonly state: DeliveryState;
  /** When the state was reached. */
  readonly at: Instant;
}

export interface Alert {
  readonly id: string;
  /** What it is about: the steps of one rule, scope and period have the same. */
  readonly matter: string;
  readonly kind: AlertKind;
  readonly state: AlertState;
  /** The rule's id in the settings, or the one made from what it says. */
  readonly rule: string;
  /** The accounts it is about, by their ids in the settings. Who may not see all of them does not see it. */
  readonly accounts: readonly string[];
  /** A month, a day or a date; null: it has none. */
  readonly period: string | null;
  /** Which step of the rule; null: the rule has none. */
  readonly threshold: string | null;
  /** The same where it is an amount. */
  readonly thresholdAmount: Money | null;
  readonly openedAt: Instant;
  readonly resolvedAt: Instant | null;
  /** In the language of the settings. */
  readonly title: string;
  readonly lines: readonly string[];
  readonly deliveries: readonly Delivery[];
}

/** What queries need to know of alerts. */
export interface AlertsView {
  /** Open ones and those of the last ninety days, the newest first. Never rejects: without the store, as last known. */
  read(): Promise<readonly Alert[]>;
}

/** What is measured of alerts. */
export interface AlertMeasures {
  readonly open: Readonly<Record<AlertKind, number>>;
  /** Messages that wait, by channel. */
  readonly waiting: Readonly<Record<string, number>>;
  /** When the rule that was looked at longest ago was looked at; null: there are none. */
  readonly lookedAt: Instant | null;
}

/** How long an alert that is over is kept. */
export const alertHistoryMs = 90 * 86_400_000;
