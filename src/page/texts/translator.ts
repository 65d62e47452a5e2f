/** What says a text in the reader's language. */

import type { TextKey } from './texts.ts';

/** What stands in place of `{name}` in a text. `count` also chooses between the forms of `{count} day|{count} days`. */
export type TextValues = Readonly<Record<string, string | number>>;

export interface Translator {
  /** For Intl: the reader's own variant of the language, such as en-GB. */
  readonly locale: string;
  readonly t: (key: TextKey, values?: TextValues) => string;
}
