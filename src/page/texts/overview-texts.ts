/** Texts of the overview. */

import type { Texts } from './texts.ts';

export const overviewTexts = {
  'overview.title': { en: 'Overview', zh: '概览' },
} as const satisfies Texts;
