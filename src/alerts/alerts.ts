/**
 * Alerts: one replica looks at each rule in turn, changes the book by what it sees, and sends what waits. The others
 * keep a copy of the book, and take over when it is gone.
 */

import { randomUUID } from 'node:crypto';

import {
  alertKinds,
  type Alert,
  type AlertKind,
  type AlertMeasures,
  type AlertsView,
} from '../domain/alert.ts';
import type { Clock, Instant } from '../domain/calendar.ts';
import type { Post } from '../domain/post.ts';
import { StoreUnavailable } from '../domain/shared-store.ts';
import type { GatewayContext } from '../query/context.ts';
import { advance, withoutOrphans, type Evaluation } from './advance.ts';
import type { AlertRule, AlertSettings, ChannelSettings, RuleOf } from './alert-rules.ts';
import type { BookStore } from './book-store.ts';
import { toId, type AlertRecord, type Book } from './book.ts';
import { createDeliverer, type DeliveryEvents } from './deliver.ts';
import { givenUpBetween, withoutExpired, type GivenUp } from './queue.ts';
import { evaluateAnomaly } from './rules/anomaly-rule.ts';
import { evaluateBalance, evaluateRunway } from './rules/balance-rules.ts';
import { evaluateBudget } from './rules/budget-rule.ts';
import { evaluateDigest } from './rules/digest-rule.ts';
import { evaluateFailing } from './rules/failing-rule.ts';
import { evaluateInvoices } from './rules/invoice-rule.ts';
import type { Evaluate, RuleInput } from './rules/rule-input.ts';
import { evaluateSettled } from './rules/settled-rule.ts';
import { wordsOf } from './texts/languages.ts';

export interface AlertsRuntime {
  readonly settings: AlertSettings;
  /** A context that sees all accounts, behind all requests of clients. */
  readonly createContext: () => GatewayContext;
  readonly postOf: (channel: ChannelSettings) => Post;
}

export interface AlertsOptions {
  /** Of the current settings; null: there are no alerts in them. */
  readonly runtime: () => AlertsRuntime | null;
  readonly book: BookStore;
  /** Whether this replica does the work. */
  readonly isLeader: () => Promise<boolean>;
  readonly now: Clock;
  readonly events: DeliveryEvents;
  readonly onBug: (error: unknown) => void;
}

export interface Alerts {
  readonly view: AlertsView;
  /** Looks at what is due, and sends what may be sent; resolves when that is done. */
  tick(): Promise<void>;
  /** Null: there are no alerts in the settings. */
  measure(): AlertMeasures | null;
  stop(withinMs: number): Promise<void>;
}

const minuteMs = 60_000;
/** How often a rule is looked at: as often as what it reads is read again, or less where it changes rarely. */
const everyMs: Readonly<Record<AlertRule['kind'], number>> = {
  balanceBelow: minuteMs,
  runwayBelow: 5 * minuteMs,
  budget: 5 * minuteMs,
  anomaly: 10 * minuteMs,
  settled: 10 * minuteMs,
  invoiceDue: 10 * minuteMs,
  accountFailing: minuteMs,
  digest: minuteMs,
};
/** How often it is written down that a rule was looked at, if there is nothing else to write. */
const notedEveryMs = 10 * minuteMs;

export function createAlerts({ runtime, book, isLeader, now, events, onBug }: AlertsOptions): Alerts {
  const deliverer = createDeliverer({ book, now, owner: randomUUID(), events });
  const lookedAt = new Map<string, Instant>();
  let looking: Promise<void> | null = null;

  async function look(rule: AlertRule, { settings, createContext }: AlertsRuntime): Promise<void> {
    const before = lookedAt.get(rule.id);
    // A clock that jumped back is looked at, too.
    if (before !== undefined && now() >= before && now() - before < everyMs[rule.kind]) return;
    if (!(await isLeader())) return;
    const at = now();
    const { cannotSeeMinutes } = settings;
    const input = { context: createContext(), book: await book.refresh(), now: at, cannotSeeMinutes };
    const evaluation = await evaluate(rule, input);
    let givenUp: readonly GivenUp[] = [];
    await book.update((known) => {
      const changed = advance(known, rule, evaluation, at);
      givenUp = givenUpBetween(known, changed);
      return isNews(known, changed, rule.id) ? { book: changed } : null;
    });
    // Queues that are full give up the oldest.
    report(givenUp);
    lookedAt.set(rule.id, at);
  }

  async function lookAtAll(current: AlertsRuntime): Promise<void> {
    for (const rule of current.settings.rules) {
      try {
        await look(rule, current);
      } catch (error) {
        if (error instanceof StoreUnavailable) return;
        onBug(error);
      }
    }
    let givenUp: readonly GivenUp[] = [];
    await book.update((known) => {
      const { rules, channels } = current.settings;
      const isGone = (id: string): boolean => !channels.some((channel) => channel.id === id);
      // Nobody sends any more what waits for a channel that no settings name.
      const changed = Object.keys(known.queues)
        .filter(isGone)
        .reduce((book, id) => withoutExpired(book, id, now()), withoutOrphans(known, rules, now()));
      givenUp = givenUpBetween(known, changed);
      return changed === known ? null : { book: changed };
    });
    report(givenUp);
  }

  function report(givenUp: readonly GivenUp[]): void {
    for (const { channel, count, lastError } of givenUp) events.onGivenUp(channel, count, lastError);
  }

  /** Without the store nobody knows what has been told, so nothing is. */
  async function work(current: AlertsRuntime): Promise<void> {
    try {
      await book.refresh();
      if (!(await isLeader())) return lookedAt.clear();
      await (looking ??= lookAtAll(current).finally(() => (looking = null)));
      if (!(await isLeader())) return;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      return;
    }
    const { settings, postOf } = current;
    await Promise.all(
      settings.channels.map((channel) => deliverer.deliver(channel, settings, postOf(channel))),
    );
  }

  return {
    view: {
      async read() {
        const current = runtime();
        if (current === null) return [];
        const known = await book.refresh().catch(() => book.known());
        return known.alerts.map((alert) => toAlert(alert, current.settings)).toReversed();
      },
    },
    async tick() {
      const current = runtime();
      if (current !== null) await work(current);
    },
    measure() {
      const current = runtime();
      return current === null ? null : measured(book.known(), current.settings);
    },
    stop: (withinMs) => deliverer.stop(withinMs),
  };
}

const evaluators: { readonly [Kind in AlertRule['kind']]: Evaluate<RuleOf<Kind>> } = {
  balanceBelow: evaluateBalance,
  runwayBelow: evaluateRunway,
  budget: evaluateBudget,
  anomaly: evaluateAnomaly,
  settled: evaluateSettled,
  invoiceDue: evaluateInvoices,
  accountFailing: evaluateFailing,
  digest: evaluateDigest,
};

function evaluate(rule: AlertRule, input: RuleInput): Promise<Evaluation> {
  return (evaluators[rule.kind] as Evaluate<AlertRule>)(rule, input);
}

/** Whether a change is worth writing: more than that a rule was looked at. */
function isNews(before: Book, after: Book, rule: string): boolean {
  const known = before.rules[rule];
  const looked = after.rules[rule];
  if (known === undefined || looked === undefined) return true;
  if (looked.lookedAt - known.lookedAt >= notedEveryMs) return true;
  const contents = ({ alerts, pending, queues }: Book): string => JSON.stringify([alerts, pending, queues]);
  return contents(before) !== contents(after);
}

function toAlert(record: AlertRecord, { language, zone }: AlertSettings): Alert {
  const { id, kind, state, rule, accounts, period, threshold, openedAt, resolvedAt, deliveries } = record;
  const { ladder, details } = record;
  const { title, lines } = wordsOf[language].text(details, 'OPENED', zone);
  const thresholdAmount = details.kind === 'BALANCE_BELOW' ? details.threshold : null;
  const shown = { id, kind, state, rule, accounts, period, threshold, openedAt, resolvedAt, deliveries };
  return { ...shown, matter: toId(ladder), thresholdAmount, title, lines };
}

function measured({ alerts, queues, rules }: Book, settings: AlertSettings): AlertMeasures {
  const open = alerts.filter(({ state }) => state === 'OPEN');
  const times = settings.rules.map(({ id }) => rules[id]?.lookedAt ?? (0 as Instant));
  const waitingFor = (channel: string): number => {
    const queue = queues[channel];
    return (queue?.waiting.length ?? 0) + (queue?.claim?.messages.length ?? 0);
  };
  return {
    open: Object.fromEntries(
      alertKinds.map((kind) => [kind, open.filter((alert) => alert.kind === kind).length]),
    ) as Record<AlertKind, number>,
    waiting: Object.fromEntries(settings.channels.map(({ id }) => [id, waitingFor(id)])),
    lookedAt: times.length === 0 ? null : (Math.min(...times) as Instant),
  };
}
