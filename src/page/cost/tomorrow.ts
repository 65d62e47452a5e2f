/** The first day that lies in the future at every provider: what has not begun is not drawn. */

import { addDays, dateIn, type DateText } from '../format/dates.ts';

/** The day after today in the zone that is furthest ahead; in UTC where no zone is known. */
export function tomorrowIn(zones: readonly string[], nowMs: number): DateText {
  const days = (zones.length === 0 ? ['UTC'] : zones).map((timeZone) => dateIn(timeZone, nowMs));
  return addDays(days.toSorted().at(-1) ?? '', 1);
}
