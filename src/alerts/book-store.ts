/**
 * Keeps the book in the store, for all replicas: changed by compare-and-set alone. A store that lost its memory, or its
 * last writes, gets the book back from the process that knows the latest version.
 */

import { randomUUID } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';

import type { Instant } from '../domain/calendar.ts';
import { versionDigits, versionRange, type DocumentStore } from '../domain/entry-store.ts';
import { StoreUnavailable } from '../domain/shared-store.ts';
import { bookShape, parseBook } from './book-shapes.ts';
import { emptyBook, type Book } from './book.ts';

export interface BookStore {
  /** The latest version that this process knows. */
  known(): Book;
  /** Looks whether there is a newer one. @throws StoreUnavailable */
  refresh(): Promise<Book>;
  /**
   * Changes the book; `change` may be called several times, with what others have written meanwhile. Returns its
   * result; null: it changes nothing. @throws StoreUnavailable, and then it may have been changed or not
   */
  update<Change extends { readonly book: Book }>(
    change: (book: Book) => Change | null,
  ): Promise<Change | null>;
}

/** The tag keeps all that alerts keep on one node of a cluster. */
const key = '{alerts}:book';
const maxTries = 20;
/** How far a book that is given back counts on, so that its versions are not mistaken for those that were lost. */
const restoredGap = 1000;
const headBytes = versionRange[1] + 1;

interface Version {
  readonly number: number;
  readonly book: Book;
}

/** `store` null: the book lasts as long as the process. */
export function createBookStore(store: DocumentStore | null, now: () => Instant): BookStore {
  let known: Version = { number: 0, book: emptyBook };
  /** The version that the store has; null: it has no book. */
  let seen: string | null = null;
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other, so that this process is in nobody's way but that of other replicas. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work, work);
    last = result.catch(() => {});
    return result;
  }

  async function load(from: DocumentStore): Promise<void> {
    const [head] = await from.readHeads([key], headBytes);
    if (head instanceof Error) throw head;
    seen = head == null ? null : versionIn(head);
    if (seen !== null && Number(seen) === known.number) return;
    const [value] = seen === null ? [null] : await from.read([key]);
    if (value instanceof Error) throw value;
    const found = value == null ? null : decode(value);
    if (found !== null && found.number >= known.number) {
      known = found;
      seen = toVersion(found.number);
      return;
    }
    if (known.number === 0) return;
    await giveBack(from);
  }

  async function giveBack(to: DocumentStore): Promise<void> {
    // Another process may have written after us, and nobody can tell any more what it has sent.
    const next = { number: known.number + restoredGap, book: { ...known.book, restoredAt: now() } };
    const version = toVersion(next.number);
    if (await to.replace(key, encode(next), { version, expects: seen })) {
      known = next;
      seen = version;
    } else await load(to);
  }

  return {
    known: () => known.book,
    refresh: () =>
      inTurn(async () => {
        if (store !== null) await load(store);
        return known.book;
      }),
    update: (change) =>
      inTurn(async () => {
        for (let tries = 0; tries < maxTries; tries += 1) {
          if (store !== null) await load(store);
          const changed = change(known.book);
          if (changed === null) return null;
          const next = { number: known.number + 1, book: changed.book };
          const version = toVersion(next.number);
          const isStored =
            store === null || (await store.replace(key, encode(next), { version, expects: seen }));
          if (isStored) {
            known = next;
            seen = version;
            return changed;
          }
        }
        throw new StoreUnavailable('others change the book of alerts all the time', 'REFUSED');
      }),
  };
}

function toVersion(number: number): string {
  return String(number).padStart(versionDigits, '0');
}

/** The bytes where a version stands, whatever they are. */
function versionIn(head: Buffer): string {
  return head.toString('latin1', versionRange[0], versionRange[1] + 1);
}

/** A mark that no two writers share, so that a value that is there already is the writer's own. */
function encode({ number, book }: Version): Buffer {
  const content = gzipSync(JSON.stringify({ shape: bookShape, mark: randomUUID(), book }));
  return Buffer.concat([Buffer.from(`A${bookShape}${toVersion(number)}`, 'latin1'), content]);
}

/** Null: another program wrote it. @throws StoreUnavailable when a newer gateway wrote it */
function decode(value: Buffer): Version | null {
  const number = Number(versionIn(value));
  if (!Number.isSafeInteger(number)) return null;
  let content: ReturnType<typeof parseBook>;
  try {
    content = parseBook(gunzipSync(value.subarray(headBytes)).toString());
  } catch {
    return null;
  }
  const { written, book } = content;
  if (written > bookShape) throw new StoreUnavailable('a newer gateway keeps the book of alerts', 'REFUSED');
  return book === null ? null : { number, book };
}
