/** The shape in which the book is stored, and how a book of an earlier one is read. */

import type { Book } from './book.ts';

/** Raise it when older gateways would misread the book. They then leave it alone. */
export const bookShape = 2;

/**
 * A book as JSON text, whichever gateway wrote it. In shape 1 details were called facts, and had no allocations, and queues
 * did not say when a pause was decided. Null: it is of a later shape, whose number is `written`.
 */
export function parseBook(text: string): { readonly written: number; readonly book: Book | null } {
  const content = JSON.parse(text, (_key, value: unknown) => upgraded(value)) as {
    readonly shape: number;
    readonly book: Book;
  };
  const { shape: written, book } = content;
  return { written, book: written > bookShape ? null : book };
}

function upgraded(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('notBefore' in value) return { decidedAt: 0, ...value };
  if (!('facts' in value)) return value;
  const { facts, ...others } = value;
  const added = { scope: [], allocations: [], without: [] };
  return { ...others, details: typeof facts === 'object' ? { ...added, ...facts } : facts };
}
