/** From an answer to the bars of one currency: what each day or month came to, what may change, what is not known. */

import { colourCount } from '../../charts/bar-colours.ts';
import type { Bar, Series } from '../../charts/bar-layout.ts';
import {
  daysFrom,
  monthsFrom,
  showDay,
  showLongDate,
  showMonth,
  showShortMonth,
} from '../../format/dates.ts';
import type { DecimalText } from '../../format/number-formats.ts';
import type { I18n } from '../../shell/i18n.tsx';
import { explain } from '../../shell/states.tsx';
import type { OverviewData, OverviewRequest, Spend } from './overview-request.ts';

type Group = Spend['groups'][number];
type Source = Spend['coverage']['sources'][number];

/** What an answer needs to be drawn: all of it, or none. */
export interface CostAnswer {
  readonly spend: Spend;
  readonly overTime: NonNullable<OverviewData['overTime']>;
  readonly steps: NonNullable<OverviewData['steps']>;
}

export interface CostBars {
  readonly series: readonly Series[];
  readonly bars: readonly Bar[];
}

/** The id of a group in pictures; a group without a value has one, too. */
export function idOf(value: string | null | undefined): string {
  return value == null ? 'none' : `=${value}`;
}

export function labelOf({ key: [key] }: Group, { t }: Pick<I18n, 't'>): string {
  return key?.value == null ? t('overview.unallocated') : key.label;
}

/** What a group or a whole came to in a currency; null: nothing was charged in it. */
export function costIn(
  totals: readonly { readonly currency: string; readonly billedCost: { readonly amount: DecimalText } }[],
  currency: string,
): DecimalText | null {
  return totals.find((one) => one.currency === currency)?.billedCost.amount ?? null;
}

export function costBars(
  { spend, overTime, steps }: CostAnswer,
  currency: string,
  { step }: Pick<OverviewRequest, 'step'>,
  i18n: I18n,
): CostBars {
  const { locale } = i18n;
  const series = spend.groups
    .filter(({ totals }) => costIn(totals, currency) !== null)
    .slice(0, colourCount)
    .map((group) => ({ id: idOf(group.key[0]?.value), label: labelOf(group, i18n) }));
  const known = new Set(series.map(({ id }) => id));
  const partsOf = Map.groupBy(overTime.groups, ({ key: [when] }) => when?.value ?? '');
  const totalOf = new Map(
    steps.groups.map(({ key, totals }) => [key[0]?.value ?? '', costIn(totals, currency)]),
  );
  const missing = missingIn(spend.coverage.sources, i18n);
  const openFrom = spend.coverage.sources
    .flatMap(({ provisionalFrom }) => provisionalFrom ?? [])
    .toSorted()[0];
  const keys = step === 'DAY' ? daysOf(spend, steps) : monthsOf(spend, steps);
  const bars = keys.map((key): Bar => {
    const parts = (partsOf.get(key) ?? []).flatMap(({ key: [, of], totals }) => {
      const amount = costIn(totals, currency);
      return amount === null ? [] : [[idOf(of?.value), amount] as const];
    });
    const total = totalOf.get(key) ?? null;
    // Without charges a day is zero, unless somebody who may have some could not be asked.
    const isKnown = total !== null || missing.length === 0;
    return {
      key,
      label: step === 'DAY' ? showLongDate(key, locale) : showMonth(key, locale),
      tick: step === 'DAY' ? showDay(key, locale) : showShortMonth(key, locale),
      parts: new Map(parts.filter(([id]) => known.has(id))),
      total: isKnown ? (total ?? '0') : null,
      hasRest: parts.some(([id]) => !known.has(id)) || overTime.rest !== null,
      isProvisional:
        openFrom !== undefined && (step === 'DAY' ? key >= openFrom : key >= openFrom.slice(0, 7)),
      missing,
    };
  });
  return { series, bars };
}

/** The days of the period that have begun. */
function daysOf({ period, coverage }: Spend, steps: CostAnswer['steps']): readonly string[] {
  return daysFrom(period.from, period.to).filter((day) => day <= lastOf(coverage.asOf, steps, period.to));
}

function monthsOf({ period, coverage }: Spend, steps: CostAnswer['steps']): readonly string[] {
  return monthsFrom(period.from, period.to).filter(
    (month) => month <= lastOf(coverage.asOf, steps, period.to),
  );
}

/** When it was read, or what is known last: a zone may be a day ahead. */
function lastOf(asOf: string | null, { groups }: CostAnswer['steps'], end: string): string {
  const last = groups.at(-1)?.key[0]?.value ?? '';
  const read = asOf?.slice(0, 10) ?? end;
  return last > read ? last : read;
}

/** Who could not be read, and why. An account whose provider lists no charges lacks none. */
export function missingIn(sources: readonly Source[], i18n: Pick<I18n, 't'>): readonly string[] {
  const reasons = sources.flatMap(({ account, status, error }) =>
    status === 'FAILED' && error !== null && error.code !== 'UNSUPPORTED_BY_PROVIDER'
      ? [`${account.name}: ${explain(error, i18n)}`]
      : [],
  );
  return [...new Set(reasons)];
}
