/** What a file of texts looks like. */

import type { Language } from '../shell/choices.ts';

/** One text in each language. `{name}` takes a value; `{count} day|{count} days` chooses by the count. */
export type Texts = Readonly<Record<string, Readonly<Record<Language, string>>>>;
