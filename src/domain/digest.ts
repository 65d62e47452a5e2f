/** A short name for a long text. */

import { hash } from 'node:crypto';

/**
 * Some characters, at most 64, that are the same for the same text, and different for every other: twelve where texts
 * are few.
 */
export function digestOf(text: string, characters = 12): string {
  return hash('sha256', text, 'hex').slice(0, characters);
}
