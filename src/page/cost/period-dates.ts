/**
 * The dates that were really asked for. "The last seven days" are others where a day begins earlier, so each zone has its
 * own: a heading names them all, and never the widest dates, which nobody was asked for.
 */

import { addDays, showDates, showMonth, type DateText } from '../format/dates.ts';
import type { Translator } from '../texts/translator.ts';

interface Dates {
  readonly from: DateText;
  /** Not included. */
  readonly to: DateText;
}

export interface DatedSource {
  /** Null: it was not asked, or for everything. */
  readonly period: Dates | null;
  readonly account: { readonly timeZone: string };
}

/** The dates as text, with their zones where they differ. `whole`: what stands for them where no source says any. */
export function showAskedDates(
  sources: readonly DatedSource[],
  whole: Dates,
  { t, locale }: Translator,
): string {
  return showEach(sources, whole, ({ from, to }) =>
    from < to ? showDates(from, to, locale) : t('cost.noDay'),
  );
}

/** The months that the dates begin in: in the last hours of a month it is the next one elsewhere. */
export function showAskedMonths(sources: readonly DatedSource[], whole: Dates, locale: string): string {
  return showEach(sources, whole, ({ from }) => showMonth(from.slice(0, 7), locale));
}

function showEach(sources: readonly DatedSource[], whole: Dates, show: (dates: Dates) => string): string {
  const asked = sources.flatMap(({ period, account: { timeZone } }) =>
    period === null ? [] : [{ text: show(period), dates: `${period.from} ${period.to}`, timeZone }],
  );
  const byText = Map.groupBy(
    asked.toSorted((a, b) => (a.dates < b.dates ? -1 : a.dates > b.dates ? 1 : 0)),
    ({ text }) => text,
  );
  if (byText.size < 2) return asked[0]?.text ?? show(whole);
  return Array.from(byText, ([text, same]) => {
    const zones = [...new Set(same.map(({ timeZone }) => timeZone))].toSorted();
    return `${text} (${zones.join(', ')})`;
  }).join(' · ');
}

/** Those of the period before, whose last day is included. */
export function showBefore(
  { from, to, coverage }: Dates & { readonly coverage: { readonly sources: readonly DatedSource[] } },
  i18n: Translator,
): string {
  return showAskedDates(coverage.sources, { from, to: addDays(to, 1) }, i18n);
}
