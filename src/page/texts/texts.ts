/** All texts of the page, by key. Each stands once, in all languages side by side, so that none can lack one. */

import { alertTexts } from './alert-texts.ts';
import { allocationTexts } from './allocation-texts.ts';
import { chartTexts } from './chart-texts.ts';
import { costTexts } from './cost-texts.ts';
import { exploreTexts } from './explore-texts.ts';
import { exportTexts } from './export-texts.ts';
import { overviewTexts } from './overview-texts.ts';
import { shellTexts } from './shell-texts.ts';
import type { Texts } from './text-types.ts';
import { viewTexts } from './view-texts.ts';
import { wordTexts } from './word-texts.ts';

export const texts = {
  ...shellTexts,
  ...wordTexts,
  ...chartTexts,
  ...costTexts,
  ...exploreTexts,
  ...viewTexts,
  ...overviewTexts,
  ...allocationTexts,
  ...alertTexts,
  ...exportTexts,
} as const satisfies Texts;

export type TextKey = keyof typeof texts;
