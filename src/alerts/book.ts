/**
 * The book of alerts: every state machine and every message that waits, in one document, so that one compare-and-set
 * changes both together. Plain JSON.
 */

import { hash } from 'node:crypto';

import {
  alertHistoryMs,
  type AlertKind,
  type AlertState,
  type Delivery,
  type DeliveryState,
} from '../domain/alert.ts';
import type { Instant } from '../domain/calendar.ts';
import type { AlertDetails } from './details.ts';

export interface Book {
  /** What is known of each rule, by its id. */
  readonly rules: Readonly<Record<string, RuleRecord>>;
  /** Since when conditions hold that must hold for a while, by the key of their machine. */
  readonly pending: Readonly<Record<string, Instant>>;
  readonly alerts: readonly AlertRecord[];
  /** By the channel's id. */
  readonly queues: Readonly<Record<string, Queue>>;
  /** When it was given back by a process that may not have known its last version; null: never. */
  readonly restoredAt: Instant | null;
}

export interface RuleRecord {
  /** When it was first looked at: what happened before is no news. */
  readonly since: Instant;
  readonly lookedAt: Instant;
}

/** One machine: of a rule, a scope, a period and a threshold. */
export interface AlertRecord {
  readonly id: string;
  /** The machine. */
  readonly key: string;
  /** What machines have in common that differ in their threshold alone. */
  readonly ladder: string;
  readonly rule: string;
  /** Within the rule: an account, a budget, an anomaly, an invoice. */
  readonly scope: string;
  readonly kind: AlertKind;
  readonly accounts: readonly string[];
  readonly period: string | null;
  readonly threshold: string | null;
  readonly state: AlertState;
  /** Rises each time that this machine opens. */
  readonly nth: number;
  readonly openedAt: Instant;
  readonly resolvedAt: Instant | null;
  /** As they were told last. */
  readonly details: AlertDetails;
  readonly deliveries: readonly Delivery[];
}

export type MessageKind = 'OPENED' | 'RESOLVED' | 'NOTED';

export interface Message {
  /** The same however often it is sent. */
  readonly id: string;
  readonly alert: string;
  readonly what: MessageKind;
  readonly details: AlertDetails;
  readonly at: Instant;
  /** When the alert opened. */
  readonly openedAt: Instant;
  /** How often its channel refused it for what is in it. */
  readonly refusals: number;
  /** It may have been sent before the book was given back. */
  readonly isDoubtful: boolean;
}

/** What waits for a channel. */
export interface Queue {
  readonly waiting: readonly Message[];
  /** What is being sent, or may have been. */
  readonly claim: Claim | null;
  /** Nothing is sent before. */
  readonly notBefore: Instant;
  /** When that was decided: a clock that is before it has moved back, and need not wait. */
  readonly decidedAt: Instant;
  /** Failures since something was last delivered. */
  readonly failures: number;
  /** Why the last attempt failed; null: it did not. */
  readonly lastError: string | null;
  /** What was given up since something was last delivered. */
  readonly givenUp: { readonly count: number; readonly since: Instant } | null;
}

export interface Claim {
  /** The same however often this batch is sent. */
  readonly id: string;
  readonly messages: readonly Message[];
  /** The process that sends it; null: nobody does, and it may have arrived. */
  readonly owner: string | null;
  /** One for each attempt. */
  readonly token: string;
  /** Until when its owner may send it. */
  readonly until: Instant;
  /** Whether an earlier attempt may have arrived. */
  readonly isPerhapsRepeated: boolean;
}

export const emptyBook: Book = { rules: {}, pending: {}, alerts: [], queues: {}, restoredAt: null };

export const emptyQueue: Queue = {
  waiting: [],
  claim: null,
  notBefore: 0 as Instant,
  decidedAt: 0 as Instant,
  failures: 0,
  lastError: null,
  givenUp: null,
};

/** The most alerts that are over; beyond that the oldest go first. */
const maxOver = 2000;
/** Rules and channels that no settings name any more are forgotten after this. Replicas may have different settings meanwhile. */
const forgottenAfterMs = 86_400_000;

/** Forgets what nobody needs any more. */
export function pruned(book: Book, now: Instant): Book {
  const isKept = ({ state, resolvedAt, openedAt }: AlertRecord): boolean =>
    state === 'OPEN' || now - (resolvedAt ?? openedAt) < alertHistoryMs;
  const kept = book.alerts.filter((alert) => isKept(alert));
  const over = kept.filter(({ state }) => state === 'RESOLVED');
  const surplus = new Set(over.slice(0, Math.max(0, over.length - maxOver)));
  const rules = Object.entries(book.rules).filter(([, { lookedAt }]) => now - lookedAt < alertHistoryMs);
  const queues = Object.entries(book.queues).filter(
    ([, queue]) =>
      queue.waiting.length > 0 || queue.claim !== null || now - queue.notBefore < forgottenAfterMs,
  );
  const pending = Object.entries(book.pending).filter(([, since]) => now - since < alertHistoryMs);
  return {
    ...book,
    pending: Object.fromEntries(pending),
    rules: Object.fromEntries(rules),
    alerts: kept.filter((alert) => !surplus.has(alert)),
    queues: Object.fromEntries(queues),
  };
}

/** A short id that is the same for the same parts. */
export function toId(...parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(parts), 'hex').slice(0, 16);
}

/** Notes where messages have come to. */
export function withDeliveries(
  alerts: readonly AlertRecord[],
  messages: readonly Message[],
  channel: string,
  state: DeliveryState,
  at: Instant,
): readonly AlertRecord[] {
  const ids = new Map(messages.map((message) => [message.id, message.alert]));
  const concerned = new Set(ids.values());
  return alerts.map((alert) => {
    if (!concerned.has(alert.id)) return alert;
    const own = [...ids].filter(([, id]) => id === alert.id).map(([id]) => id);
    const others = alert.deliveries.filter((one) => one.channel !== channel || !own.includes(one.messageId));
    return {
      ...alert,
      deliveries: [...others, ...own.map((messageId) => ({ messageId, channel, state, at }))],
    };
  });
}
