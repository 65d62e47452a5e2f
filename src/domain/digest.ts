/** Digests of texts: short names for what is long, from which it cannot be recovered. */

import { hash } from 'node:crypto';

/** Equal for equal texts, and for no others that anybody will find. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}
