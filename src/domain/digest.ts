/** A short name for a long text. */

import { hash } from 'node:crypto';

/** Twelve characters that are the same for the same text, and different for every other that ever occurs. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 12);
}
