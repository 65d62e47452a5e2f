/**
 * What waits for a channel: joined as far as fits, sent by one process at a time, tried again with growing pauses for a
 * day, and bounded. Pure: each step is a change of the book.
 */

import type { Instant } from '../domain/calendar.ts';
import { emptyQueue, toId, withDeliveries, type Book, type Claim, type Message, type Queue } from './book.ts';

/** The most messages that wait for one channel; beyond that the oldest are given up. */
export const maxWaiting = 200;
/** The most messages that are joined. */
const maxJoined = 20;
/** For how long a message is tried. */
export const triedForMs = 86_400_000;
/** How long a process may take to send what it has claimed: longer than any attempt. */
export const claimMs = 60_000;
const firstPauseMs = 5000;
const longestPauseMs = 3_600_000;
/** After so many refusals of what is in a message it is given up. */
const maxRefusals = 4;
/** How long after the book was given back messages count as perhaps repeated. */
const doubtMs = 600_000;

/** How an attempt ended. LATER: it has not arrived. REFUSED: neither, because of what is in it. UNKNOWN: perhaps it has. */
export type Outcome =
  | { readonly kind: 'DELIVERED' }
  | { readonly kind: 'LATER'; readonly cause: string; readonly retryAfterMs: number | null }
  | { readonly kind: 'REFUSED'; readonly cause: string }
  | { readonly kind: 'UNKNOWN'; readonly cause: string };

/** What a channel asks of its queue. */
export interface Pace {
  /** The least time between two requests. */
  readonly gapMs: number;
  /** How many of these messages, from the first, fit into one request: at least one. */
  readonly fitting: (messages: readonly Message[]) => number;
  /** When the next request may be made, at or after a moment. */
  readonly notBefore: (at: Instant) => Instant;
}

/** Who sends. */
export interface Sender {
  readonly owner: string;
  /** Whether this process is sending that attempt right now. */
  readonly isSending: (token: string) => boolean;
  readonly token: string;
}

/** Puts a message into the queues of channels. */
export function enqueued(
  book: Book,
  channels: readonly string[],
  message: Omit<Message, 'isDoubtful'>,
  now: Instant,
): Book {
  const isDoubtful = book.restoredAt !== null && Math.abs(now - book.restoredAt) < doubtMs;
  return channels.reduce<Book>((changed, channel) => {
    const queue = changed.queues[channel] ?? emptyQueue;
    const waiting = [...queue.waiting, { ...message, isDoubtful }];
    const alerts = withDeliveries(changed.alerts, [{ ...message, isDoubtful }], channel, 'WAITING', now);
    const surplus = waiting.slice(0, Math.max(0, waiting.length - maxWaiting));
    const next = withQueue({ ...changed, alerts }, channel, { ...queue, waiting });
    return withoutMessages(next, channel, surplus, now);
  }, book);
}

/** Gives up what has been tried for a day. */
export function withoutExpired(book: Book, channel: string, now: Instant): Book {
  const { waiting, claim } = book.queues[channel] ?? emptyQueue;
  const isExpired = ({ at }: Message): boolean => now - at > triedForMs;
  const idle = claim !== null && claim.until <= now ? claim.messages : [];
  const expired = [...waiting, ...idle].filter((message) => isExpired(message));
  return expired.length === 0 ? book : withoutMessages(book, channel, expired, now);
}

/** What a change has given up of a channel. */
export interface GivenUp {
  readonly channel: string;
  readonly count: number;
  readonly lastError: string | null;
}

/** What one change of the book has given up, by channel. */
export function givenUpBetween(before: Book, after: Book): GivenUp[] {
  return Object.entries(after.queues)
    .map(([channel, { givenUp, lastError }]) => {
      const count = (givenUp?.count ?? 0) - (before.queues[channel]?.givenUp?.count ?? 0);
      return { channel, count, lastError };
    })
    .filter(({ count }) => count > 0);
}

/** Claims what is to be sent next. Null: nothing, or not yet, or another process sends. */
export function claimed(
  book: Book,
  channel: string,
  pace: Pace,
  sender: Sender,
  now: Instant,
): { readonly book: Book; readonly claim: Claim } | null {
  const queue = book.queues[channel];
  if (queue === undefined || isHeld(queue, now) || pace.notBefore(now) > now) return null;
  const { owner, token } = sender;
  const until = (now + claimMs) as Instant;
  const found = queue.claim === null ? nextBatch(queue, pace) : heldBatch(queue.claim, sender, now);
  if (found === null) return null;
  const claim: Claim = { ...found, owner, token, until };
  const taken = new Set(claim.messages.map(({ id }) => id));
  const next: Queue = {
    ...queue,
    claim,
    waiting: queue.claim === null ? queue.waiting.filter(({ id }) => !taken.has(id)) : queue.waiting,
    notBefore: (now + pace.gapMs) as Instant,
    decidedAt: now,
  };
  return { book: withQueue(book, channel, next), claim };
}

/** By how much the clocks of replicas may differ. */
const skewMs = 60_000;

function isHeld({ notBefore, decidedAt }: Queue, now: Instant): boolean {
  return now < notBefore && now >= decidedAt - skewMs;
}

type Batch = Pick<Claim, 'id' | 'messages' | 'isPerhapsRepeated'>;

/** What was claimed before, where nobody sends it any more. */
function heldBatch(claim: Claim, { owner, isSending }: Sender, now: Instant): Batch | null {
  // Our own claim that we never got to send: we did not hear that it was stored.
  if (claim.owner === owner) return isSending(claim.token) ? null : claim;
  if (claim.owner === null) return claim;
  // One that lasts longer than a claim can was made before the clock moved back.
  const isOver = claim.until <= now || claim.until - now > claimMs + skewMs;
  return isOver ? { ...claim, isPerhapsRepeated: true } : null;
}

function nextBatch({ waiting }: Queue, pace: Pace): Batch | null {
  const [first] = waiting;
  if (first === undefined) return null;
  // What was refused goes alone, so that it does not hold up what is good.
  const good = waiting.filter(({ refusals }) => refusals === 0).slice(0, maxJoined);
  const batch = good.length === 0 ? [first] : good.slice(0, Math.max(1, pace.fitting(good)));
  const [only] = batch;
  const id =
    batch.length === 1 && only !== undefined ? only.id : toId(batch.map((one) => one.id)).slice(0, 10);
  return { id, messages: batch, isPerhapsRepeated: batch.some(({ isDoubtful }) => isDoubtful) };
}

/** Notes how an attempt ended. The same book: the attempt is not the one that the book knows. */
export function settled(book: Book, channel: string, token: string, outcome: Outcome, now: Instant): Book {
  const queue = book.queues[channel];
  const claim = queue?.claim;
  if (queue === undefined || claim == null || claim.token !== token) return book;
  const { messages } = claim;
  if (outcome.kind === 'DELIVERED') {
    const next = { ...queue, claim: null, failures: 0, lastError: null, givenUp: null };
    const alerts = withDeliveries(book.alerts, messages, channel, 'SENT', now);
    return withQueue({ ...book, alerts }, channel, next);
  }
  const failures = queue.failures + 1;
  const pauseMs = Math.max(
    pauseAfter(failures),
    Math.min(triedForMs, (outcome.kind === 'LATER' ? outcome.retryAfterMs : null) ?? 0),
  );
  const failed = {
    ...queue,
    failures,
    lastError: outcome.cause,
    notBefore: (now + pauseMs) as Instant,
    decidedAt: now,
  };
  // What may have arrived is sent again as it was, under the same id, and joins nothing else.
  if (outcome.kind === 'UNKNOWN' || claim.isPerhapsRepeated) {
    const isPerhapsRepeated = outcome.kind === 'UNKNOWN' || claim.isPerhapsRepeated;
    const open = { ...claim, owner: null, until: now, isPerhapsRepeated };
    return withQueue(book, channel, { ...failed, claim: open });
  }
  const isRefused = outcome.kind === 'REFUSED';
  const back = messages.map((one) => (isRefused ? { ...one, refusals: one.refusals + 1 } : one));
  const hopeless = back.filter(({ refusals }) => refusals >= maxRefusals);
  // What was refused waits behind what is good.
  const waiting = isRefused ? [...queue.waiting, ...back] : [...back, ...queue.waiting];
  const next = withQueue(book, channel, { ...failed, claim: null, waiting });
  return withoutMessages(next, channel, hopeless, now);
}

/** 5 s, 10 s, 20 s and so on, up to an hour. */
export function pauseAfter(failures: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(20, failures - 1));
}

/** Gives messages up, and notes it. */
function withoutMessages(book: Book, channel: string, messages: readonly Message[], now: Instant): Book {
  if (messages.length === 0) return book;
  const queue = book.queues[channel] ?? emptyQueue;
  const ids = new Set(messages.map(({ id }) => id));
  const isLeft = ({ id }: Message): boolean => !ids.has(id);
  const left = queue.claim?.messages.filter((message) => isLeft(message)) ?? [];
  const since = queue.givenUp?.since ?? (Math.min(...messages.map(({ at }) => at)) as Instant);
  const next: Queue = {
    ...queue,
    waiting: queue.waiting.filter((message) => isLeft(message)),
    claim: queue.claim === null || left.length === 0 ? null : { ...queue.claim, messages: left },
    givenUp: { count: (queue.givenUp?.count ?? 0) + messages.length, since },
  };
  const alerts = withDeliveries(book.alerts, messages, channel, 'GIVEN_UP', now);
  return withQueue({ ...book, alerts }, channel, next);
}

function withQueue(book: Book, channel: string, queue: Queue): Book {
  return { ...book, queues: { ...book.queues, [channel]: queue } };
}
