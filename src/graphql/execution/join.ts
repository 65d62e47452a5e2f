/** Puts pieces of JSON text together. */

import type { Text } from './state.ts';

/** Joins pieces of text; some may come later. */
export class Join {
  #text: string;
  #parts: Text[] | null = null;

  constructor(open: string) {
    this.#text = open;
  }

  add(keyPrefix: string, part: Text): void {
    if (typeof part === 'string') this.#text += keyPrefix + part;
    else {
      this.#parts ??= [];
      this.#parts.push(this.#text + keyPrefix, part);
      this.#text = '';
    }
  }

  end(close: string): Text {
    if (this.#parts === null) return this.#text + close;
    this.#parts.push(this.#text + close);
    return Promise.all(this.#parts.map((part) => Promise.resolve(part))).then((texts) => texts.join(''));
  }

  /** Nobody waits for the later pieces any more: their failures must not count as unhandled. */
  abandon(): void {
    for (const part of this.#parts ?? []) if (typeof part !== 'string') part.catch(() => {});
  }
}

/**
 * The same text in one piece. V8 joins the pieces of a text when one of its characters is read; to join those of all items at
 * the end takes several times as long, since by then they have left the processor's caches.
 */
export function joined(text: Text): Text {
  return typeof text === 'string' && text.charCodeAt(0) === nothing ? '' : text;
}

/** No JSON begins with it. */
const nothing = 0;
