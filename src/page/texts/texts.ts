/** All texts of the page, by key. Each stands once, in all languages side by side, so that none can lack one. */

import type { Language } from '../shell/choices.ts';
import { chartTexts } from './chart-texts.ts';
import { costTexts } from './cost-texts.ts';
import { overviewTexts } from './overview-texts.ts';
import { shellTexts } from './shell-texts.ts';
import { wordTexts } from './word-texts.ts';

/** One text in each language. `{name}` takes a value; `{count} day|{count} days` chooses by the count. */
export type Texts = Readonly<Record<string, Readonly<Record<Language, string>>>>;

export const texts = {
  ...shellTexts,
  ...wordTexts,
  ...chartTexts,
  ...costTexts,
  ...overviewTexts,
} as const satisfies Texts;

export type TextKey = keyof typeof texts;
