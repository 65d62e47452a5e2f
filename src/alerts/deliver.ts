/**
 * Sends what waits for a channel: claims it in the book, posts it, notes how that ended. Whatever happens in between, a
 * message is sent once, or is marked where it may have been sent before.
 */

import { randomUUID } from 'node:crypto';

import type { Clock } from '../domain/calendar.ts';
import type { Post } from '../domain/post.ts';
import { StoreUnavailable } from '../domain/shared-store.ts';
import type { AlertSettings, ChannelSettings } from './alert-rules.ts';
import type { BookStore } from './book-store.ts';
import type { Claim } from './book.ts';
import { outcomeOf, type Bot } from './channels/bot.ts';
import { composed, createBot, paceOf } from './compose.ts';
import { claimed, givenUpBetween, settled, withoutExpired, type GivenUp, type Outcome } from './queue.ts';

export interface DeliveryEvents {
  /** An attempt has ended. */
  readonly onAttempt: (channel: string, outcome: Outcome, messages: number) => void;
  /** Messages were given up, which is told with the next that arrives. */
  readonly onGivenUp: (channel: string, count: number, lastError: string | null) => void;
}

export interface DelivererSettings {
  readonly book: BookStore;
  readonly now: Clock;
  /** Who sends, among all replicas. */
  readonly owner: string;
  readonly events: DeliveryEvents;
}

export interface Deliverer {
  /** Sends what may be sent now; resolves when nothing more may. */
  deliver(channel: ChannelSettings, printing: AlertSettings, post: Post): Promise<void>;
  /** Claims nothing more, and lets what is on its way end for so long. */
  stop(withinMs: number): Promise<void>;
}

/** Before its claim ends an attempt must have ended, too. */
const marginMs = 20_000;

export function createDeliverer({ book, now, owner, events }: DelivererSettings): Deliverer {
  /** Attempts that have been claimed, until their outcome is in the book. */
  const sending = new Set<string>();
  /** Outcomes that the store has not taken yet, by channel. */
  const unsettled = new Map<string, { readonly token: string; readonly outcome: Outcome }>();
  const running = new Map<string, Promise<void>>();
  const closing = new AbortController();
  /** Aborts when nothing more is to be claimed. */
  const stopped = new AbortController();

  async function settle(channel: string): Promise<void> {
    const own = unsettled.get(channel);
    if (own === undefined) return;
    let givenUp: readonly GivenUp[] = [];
    await book.update((before) => {
      const after = settled(before, channel, own.token, own.outcome, now());
      givenUp = givenUpBetween(before, after);
      return after === before ? null : { book: after };
    });
    unsettled.delete(channel);
    sending.delete(own.token);
    report(givenUp);
  }

  function report(givenUp: readonly GivenUp[]): void {
    for (const { channel, count, lastError } of givenUp) events.onGivenUp(channel, count, lastError);
  }

  async function claimNext(channel: ChannelSettings, bot: Bot, printing: AlertSettings) {
    const pace = paceOf(channel, bot, printing);
    const token = randomUUID();
    const sender = { owner, token, isSending: (one: string) => sending.has(one) };
    let givenUp: readonly GivenUp[] = [];
    const change = await book.update((before) => {
      const kept = withoutExpired(before, channel.id, now());
      givenUp = givenUpBetween(before, kept);
      const next = claimed(kept, channel.id, pace, sender, now());
      if (next !== null) return next;
      return kept === before ? null : { book: kept, claim: null };
    });
    report(givenUp);
    return change?.claim ?? null;
  }

  async function send(claim: Claim, channel: ChannelSettings, bot: Bot, printing: AlertSettings, post: Post) {
    // A process that was stopped for long must not send what another has taken over.
    if (now() > claim.until - marginMs) return null;
    const givenUp = book.known().queues[channel.id]?.givenUp ?? null;
    const batch = composed(claim, givenUp, bot, printing);
    return outcomeOf(bot, await post(bot.toRequest(batch, now()), closing.signal));
  }

  async function run(channel: ChannelSettings, printing: AlertSettings, post: Post): Promise<void> {
    const bot = createBot(channel);
    await settle(channel.id);
    while (!stopped.signal.aborted) {
      const claim = await claimNext(channel, bot, printing);
      if (claim === null) return;
      sending.add(claim.token);
      const outcome = await send(claim, channel, bot, printing, post);
      if (outcome === null) return void sending.delete(claim.token);
      unsettled.set(channel.id, { token: claim.token, outcome });
      events.onAttempt(channel.id, outcome, claim.messages.length);
      await settle(channel.id);
    }
  }

  return {
    deliver(channel, printing, post) {
      const known = running.get(channel.id);
      if (known !== undefined) return known;
      const work = run(channel, printing, post)
        .catch((error: unknown) => {
          // It is tried again with the next tick; nothing was sent that is not in the book.
          if (!(error instanceof StoreUnavailable)) throw error;
        })
        .finally(() => running.delete(channel.id));
      running.set(channel.id, work);
      return work;
    },
    async stop(withinMs) {
      stopped.abort();
      const timer = setTimeout(() => closing.abort(), withinMs);
      await Promise.all(running.values());
      clearTimeout(timer);
    },
  };
}
