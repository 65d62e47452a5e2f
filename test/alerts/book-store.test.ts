/** The book is read whichever gateway wrote it, and left alone where a later one did. */

import { gzipSync } from 'node:zlib';

import { expect, test } from 'vitest';

import { createBookStore } from '../../src/alerts/book-store.ts';
import { claimed } from '../../src/alerts/queue.ts';
import { wordsOf } from '../../src/alerts/texts/languages.ts';
import { instantOf, type Instant, type TimeZone } from '../../src/domain/calendar.ts';
import type { DocumentStore } from '../../src/domain/entry-store.ts';
import { details } from './details-of-each-kind.ts';

const now = () => instantOf(Date.parse('2026-03-18T09:37:00Z'));
const zone = 'Asia/Shanghai' as TimeZone;

/** A store with one value. */
function storeWith(shape: number, book: object): DocumentStore {
  const content = gzipSync(JSON.stringify({ shape, mark: 'm', book }));
  const value = Buffer.concat([Buffer.from(`A${shape}${'7'.padStart(13, '0')}`), content]);
  return {
    status: () => 'UP',
    read: async () => [value],
    readHeads: async (_keys, bytes) => [value.subarray(0, bytes)],
    replace: async () => true,
  };
}

/** A book as the first gateways with alerts wrote it, before details were called so. */
const firstBook = {
  rules: {},
  pending: {},
  restoredAt: null,
  alerts: Object.values(details).map((one) => {
    const {
      allocations: _a,
      scope: _s,
      without: _w,
      ...facts
    } = { allocations: 0, scope: 0, without: 0, ...one };
    return { id: 'a', facts: one.kind === 'DIGEST' ? { ...facts, without: one.without } : facts };
  }),
  queues: {
    ops: {
      waiting: [{ id: 'm', facts: details['balance'], refusals: 0 }],
      claim: null,
      notBefore: now() + 3_600_000,
    },
  },
};

test('what the first gateways with alerts wrote is told as it was', async () => {
  const book = await createBookStore(storeWith(1, firstBook), now).refresh();
  expect(book.alerts).toHaveLength(Object.keys(details).length);
  const titles = book.alerts.map((one) => wordsOf.en.text(one.details, 'OPENED', zone).title);
  expect(titles).toContain('The balance of PPIO production is below CNY 1,000.00');
  expect(book.queues['ops']?.waiting[0]?.details).toMatchObject({ ...details['balance'] });
});

test('a pause of a channel that the first gateways with alerts decided on is kept', async () => {
  const book = await createBookStore(storeWith(1, firstBook), now).refresh();
  const pace = { gapMs: 0, fitting: () => 1, notBefore: (at: Instant) => at };
  const sender = { owner: 'a', token: 't', isSending: () => false };
  const claim = (at: number) => claimed(book, 'ops', pace, sender, instantOf(at));
  expect(claim(now() + 3_599_000)).toBeNull();
  expect(claim(now() + 3_601_000)?.claim.messages).toHaveLength(1);
});

test('a book of a later gateway is left alone', async () => {
  const store = createBookStore(storeWith(9, {}), now);
  await expect(store.refresh()).rejects.toThrow('a newer gateway keeps the book of alerts');
});
