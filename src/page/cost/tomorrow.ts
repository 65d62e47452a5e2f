/** The first day that lies in the future at every provider: what has not begun is not drawn. */

import { addDays, type DateText } from '../format/dates.ts';

/** The day after today in the zone that is furthest ahead; in UTC where no zone is known. */
export function tomorrowIn(zones: readonly string[], nowMs: number): DateText {
  const days = (zones.length === 0 ? ['UTC'] : zones).map((timeZone) => dateIn(timeZone, nowMs));
  return addDays(days.toSorted().at(-1) ?? '', 1);
}

function dateIn(timeZone: string, nowMs: number): DateText {
  const parts = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
    .formatToParts(nowMs)
    .map(({ type, value }) => [type, value] as const);
  const { year = '', month = '', day = '' } = Object.fromEntries(parts);
  return `${year}-${month}-${day}`;
}
