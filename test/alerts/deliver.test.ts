/** What is given up is counted once, where it is given up. */

import { expect, test } from 'vitest';

import { createBookStore, type BookStore } from '../../src/alerts/book-store.ts';
import type { Book } from '../../src/alerts/book.ts';
import { createDeliverer } from '../../src/alerts/deliver.ts';
import { enqueued, maxWaiting } from '../../src/alerts/queue.ts';
import { instantOf, type TimeZone } from '../../src/domain/calendar.ts';
import { details } from './details-of-each-kind.ts';

const now = () => instantOf(Date.parse('2026-03-18T09:37:00Z'));
const channel = {
  id: 'ops',
  kind: 'webhook',
  url: 'https://hooks.example.com/',
  secret: null,
  format: 'native',
  allowInternal: false,
} as const;
const printing = {
  language: 'en',
  zone: 'Asia/Shanghai' as TimeZone,
  link: null,
  cannotSeeMinutes: 120,
  channels: [channel],
  rules: [],
} as const;

function withMessages(book: Book, count: number, name: string): Book {
  const { balance } = details;
  if (balance === undefined) throw new RangeError('no details');
  const common = { what: 'OPENED', details: balance, at: now(), openedAt: now(), refusals: 0 } as const;
  return Array.from({ length: count }, (_, index) => `${name}${index}`).reduce(
    (known, id) => enqueued(known, ['ops'], { ...common, id, alert: id }, now()),
    book,
  );
}

test('what a rule gives up while an attempt ends is no failure of that attempt', async () => {
  const book = createBookStore(null, now);
  await book.update((known) => ({ book: withMessages(known, 1, 'first') }));
  let isEnding = false;
  const busy: BookStore = {
    ...book,
    async update(change) {
      // What a rule had begun before comes first.
      if (isEnding) await book.update((known) => ({ book: withMessages(known, maxWaiting + 3, 'more') }));
      isEnding = false;
      return book.update(change);
    },
  };
  const counts: number[] = [];
  const events = { onAttempt() {}, onGivenUp: (_channel: string, count: number) => void counts.push(count) };
  const deliverer = createDeliverer({ book: busy, now, owner: 'a', events });
  await deliverer.deliver(channel, printing, () => {
    isEnding = true;
    return Promise.resolve({ kind: 'NOT_SENT', cause: 'no connection' });
  });
  expect(book.known().queues['ops']?.givenUp?.count).toBe(3);
  expect(counts).toEqual([]);
});
