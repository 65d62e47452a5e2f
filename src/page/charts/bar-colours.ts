/** Which colour a series has: the one of its place, so that it is the same in the picture, its legend and its table. */

import type { Series } from './bar-layout.ts';

/** As many as people tell apart, colour-blind ones too (charts.css); what comes after them is the rest. */
export const colourCount = 7;

export function colourOf(id: string, series: readonly Series[]): string {
  const index = series.findIndex((one) => one.id === id);
  return index === -1 || index >= colourCount ? 'series-rest' : `series-${index + 1}`;
}
