/** Texts of the overview. */

import type { Texts } from './text-types.ts';

export const overviewTexts = {
  'overview.title': { en: 'Overview', zh: '概览' },
} as const satisfies Texts;
