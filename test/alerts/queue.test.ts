/** What waits for a channel is joined, paced, tried for a day, and bounded. */

import { describe, expect, test } from 'vitest';

import { emptyBook, type Book, type Claim } from '../../src/alerts/book.ts';
import {
  claimed,
  enqueued,
  maxWaiting,
  pauseAfter,
  settled,
  withoutExpired,
  type Outcome,
  type Pace,
  type Sender,
} from '../../src/alerts/queue.ts';
import type { Instant } from '../../src/domain/calendar.ts';
import { details } from './details-of-each-kind.ts';

const start = Date.parse('2026-03-18T09:37:00Z') as Instant;
const at = (seconds: number): Instant => (start + seconds * 1000) as Instant;
const pace: Pace = {
  gapMs: 3500,
  fitting: (messages) => Math.min(3, messages.length),
  notBefore: (now) => now,
};
const later: Outcome = { kind: 'LATER', cause: 'HTTP status 429', retryAfterMs: null };
const unknown: Outcome = { kind: 'UNKNOWN', cause: 'no answer in time' };

function withMessages(count: number, book: Book = emptyBook, seconds = 0, first = 0): Book {
  const { balance } = details;
  if (balance === undefined) throw new RangeError('no details');
  return Array.from({ length: count }, (_, index) => `m${first + index}`).reduce(
    (known, id) =>
      enqueued(
        known,
        ['ops'],
        {
          id,
          alert: id,
          what: 'OPENED',
          details: balance,
          at: at(seconds),
          openedAt: at(seconds),
          refusals: 0,
        },
        at(seconds),
      ),
    book,
  );
}

const senderOf = (owner: string, token: string, sending: readonly string[] = []): Sender => ({
  owner,
  token,
  isSending: (one) => sending.includes(one),
});

function claim(
  book: Book,
  seconds: number,
  sender = senderOf('a', 't'),
): { readonly book: Book; readonly claim: Claim } {
  const found = claimed(book, 'ops', pace, sender, at(seconds));
  if (found === null) throw new Error('nothing is claimed');
  return found;
}

const idsOf = ({ messages }: Claim): string[] => messages.map(({ id }) => id);
const waitingIn = (book: Book): string[] => book.queues['ops']?.waiting.map(({ id }) => id) ?? [];

test('what waits is joined as far as it fits, in order, and no sooner than the channel bears', () => {
  const first = claim(withMessages(5), 0);
  expect(idsOf(first.claim)).toEqual(['m0', 'm1', 'm2']);
  const sent = settled(first.book, 'ops', 't', { kind: 'DELIVERED' }, at(1));
  expect(claimed(sent, 'ops', pace, senderOf('a', 'u'), at(3))).toBeNull();
  expect(idsOf(claim(sent, 4, senderOf('a', 'u')).claim)).toEqual(['m3', 'm4']);
});

test('one process sends at a time; what it never sent is claimed by itself, what it may have sent by another, marked', () => {
  const { book } = claim(withMessages(1), 0, senderOf('a', 't'));
  expect(claimed(book, 'ops', pace, senderOf('b', 'u'), at(30))).toBeNull();
  expect(claimed(book, 'ops', pace, senderOf('a', 'u', ['t']), at(30))).toBeNull();
  expect(claim(book, 30, senderOf('a', 'u')).claim.isPerhapsRepeated).toBe(false);
  const taken = claim(book, 61, senderOf('b', 'u')).claim;
  expect([taken.isPerhapsRepeated, taken.id, idsOf(taken)]).toEqual([true, 'm0', ['m0']]);
});

test('what may have arrived is sent again as it was, marked, and joins nothing that came since', () => {
  const first = claim(withMessages(2), 0);
  const open = withMessages(1, settled(first.book, 'ops', 't', unknown, at(10)), 11, 2);
  const again = claim(open, 20, senderOf('b', 'u'));
  expect([again.claim.id, idsOf(again.claim), again.claim.isPerhapsRepeated]).toEqual([
    first.claim.id,
    ['m0', 'm1'],
    true,
  ]);
  // An answer that says it has not arrived now says nothing of the first attempt.
  const still = claim(settled(again.book, 'ops', 'u', later, at(21)), 60, senderOf('b', 'v')).claim;
  expect([still.id, still.isPerhapsRepeated]).toEqual([first.claim.id, true]);
});

test('what has not arrived is joined with what came since, and not marked', () => {
  const first = claim(withMessages(1), 0);
  const open = withMessages(1, settled(first.book, 'ops', 't', later, at(1)), 2, 1);
  const again = claim(open, 10, senderOf('b', 'u')).claim;
  expect([idsOf(again), again.isPerhapsRepeated]).toEqual([['m0', 'm1'], false]);
});

test('pauses grow from seconds to an hour, and Retry-After is waited for', () => {
  expect([1, 2, 3, 10, 50].map((failures) => pauseAfter(failures) / 1000)).toEqual([5, 10, 20, 2560, 3600]);
  const { book } = claim(withMessages(1), 0);
  const asked = settled(book, 'ops', 't', { ...later, retryAfterMs: 600_000 }, at(0));
  expect(claimed(asked, 'ops', pace, senderOf('a', 'u'), at(599))).toBeNull();
  expect(idsOf(claim(asked, 600, senderOf('a', 'u')).claim)).toEqual(['m0']);
});

test('what is refused for its content goes alone, holds up nothing else, and is given up', () => {
  let book = withMessages(2);
  let seconds = 0;
  const delivered: string[] = [];
  for (let tries = 0; tries < 12; tries += 1) {
    const found = claimed(book, 'ops', pace, senderOf('a', `t${tries}`), at(seconds));
    if (found !== null) {
      const isBad = idsOf(found.claim).includes('m0');
      if (!isBad) delivered.push(...idsOf(found.claim));
      const outcome: Outcome = isBad ? { kind: 'REFUSED', cause: 'HTTP status 400' } : { kind: 'DELIVERED' };
      book = settled(found.book, 'ops', `t${tries}`, outcome, at(seconds));
    }
    seconds += 3600;
  }
  expect(delivered).toEqual(['m1']);
  expect(waitingIn(book)).toEqual([]);
  expect(book.queues['ops']?.givenUp?.count ?? 0).toBe(1);
});

describe('a clock that moved back by a day', () => {
  const day = 86_400;

  test('holds up nothing that waits, and nothing that was claimed', () => {
    const first = claim(withMessages(2), day, senderOf('a', 't'));
    const failed = settled(first.book, 'ops', 't', { ...later, retryAfterMs: 3_600_000 }, at(day));
    expect(claimed(failed, 'ops', pace, senderOf('a', 'u'), at(day + 1))).toBeNull();
    expect(idsOf(claim(failed, 0, senderOf('a', 'u')).claim)).toEqual(['m0', 'm1']);
    // Another may have sent it before the clock moved.
    expect(claim(first.book, 0, senderOf('b', 'u')).claim.isPerhapsRepeated).toBe(true);
  });

  test('is not mistaken for clocks that differ a little', () => {
    const first = claim(withMessages(2), 0, senderOf('a', 't'));
    expect(claimed(first.book, 'ops', pace, senderOf('b', 'u'), at(-30))).toBeNull();
  });
});

describe('a channel that is down for a day', () => {
  test('costs no more than its bound, and says what was given up', () => {
    const book = withMessages(maxWaiting + 50);
    expect(waitingIn(book)).toHaveLength(maxWaiting);
    expect(waitingIn(book)[0]).toBe('m50');
    expect(book.queues['ops']?.givenUp).toEqual({ count: 50, since: start });
  });

  test('is tried again and again for a day, some forty times, and then given up', () => {
    let book = withMessages(1);
    let tries = 0;
    for (let seconds = 0; seconds < 2 * 86_400; seconds += 10) {
      book = withoutExpired(book, 'ops', at(seconds));
      const found = claimed(book, 'ops', pace, senderOf('a', String(seconds)), at(seconds));
      if (found === null) continue;
      tries += 1;
      book = settled(found.book, 'ops', String(seconds), tries % 2 === 0 ? unknown : later, at(seconds));
    }
    expect(tries).toBeGreaterThan(20);
    expect(tries).toBeLessThan(60);
    expect(waitingIn(book)).toEqual([]);
    expect(book.queues['ops']).toMatchObject({ claim: null, givenUp: { count: 1 } });
  });
});
