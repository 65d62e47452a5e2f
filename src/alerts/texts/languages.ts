/** Messages as people read them, in the language of the settings. Plain text: each channel puts its own markup around it. */

import { english } from './en.ts';
import type { Words } from './message-words.ts';
import { chinese } from './zh.ts';

export type Language = 'zh' | 'en';

export const wordsOf: Readonly<Record<Language, Words>> = { zh: chinese, en: english };
