/** Texts from people and vendors: which count as empty, and which are equal in a search. */

import { memoOf } from './memo.ts';

/** The text; null when it is missing, or only spaces. */
export function unlessBlank(text: string | null | undefined): string | null {
  return text == null || text.trim() === '' ? null : text;
}

/**
 * A test whether a text contains `part`, regardless of case and Unicode form (composed or not, full-width or not). It
 * treats dotted and dotless i as one letter, and so ß and ss, and both forms of the small sigma. Accents count.
 */
export function createSearch(part: string): (text: string) => boolean {
  const folded = fold(part);
  return (text) => foldKnown(text).includes(folded);
}

/** To upper case and back: each alone leaves letters apart that belong together (ß and SS, İ and i, ı and I). */
function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replaceAll('i\u0307', 'i')
    .replaceAll('ς', 'σ')
    .normalize('NFKC');
}

/** Remembered, because a list has many rows and few names. */
const foldKnown = memoOf(fold);

/** A text that can be written as Unicode; null when it is missing, or only spaces. */
export function wellFormed(text: string | null | undefined): string | null {
  return unlessBlank(text)?.toWellFormed() ?? null;
}
