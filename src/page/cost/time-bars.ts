/**
 * The bars of cost over time, from answers of the endpoint. What an account did not answer for is never nothing: a bar
 * without it says so, and a bar is a gap where nothing is known.
 */

import { colourCount } from '../charts/bar-colours.ts';
import { restId, type Bar, type Series } from '../charts/bar-layout.ts';
import {
  addDays,
  addMonths,
  daysFrom,
  monthsFrom,
  showDates,
  showDay,
  showLongDate,
  showMonth,
  showShortMonth,
  type DateText,
} from '../format/dates.ts';
import type { DecimalText } from '../format/number-formats.ts';
import type { PeriodChoice } from '../format/periods.ts';

export const grains = ['DAY', 'WEEK', 'MONTH'] as const;
export type Grain = (typeof grains)[number];

/** As the operation CostOverTime is answered. */
export interface TimeAnswer {
  readonly bars: {
    readonly period: { readonly from: DateText; readonly to: DateText };
    readonly groups: readonly Portion[];
    readonly coverage: { readonly sources: readonly TimeSource[] };
  } | null;
  readonly series: {
    readonly groups: readonly Portion[];
    readonly rest: { readonly totals: readonly { readonly currency: string }[] } | null;
  } | null;
  readonly parts: { readonly groups: readonly Portion[] } | null;
}

interface Portion {
  readonly key: readonly { readonly value: string | null; readonly label: string }[];
  readonly totals: readonly {
    readonly currency: string;
    readonly billedCost: { readonly amount: DecimalText };
  }[];
  readonly converted: { readonly billedCost: { readonly amount: DecimalText } } | null;
}

export interface TimeSource {
  readonly status: string;
  readonly kind: string | null;
  readonly provisionalFrom: DateText | null;
  readonly account: { readonly id: string; readonly name: string };
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface TimeRequest {
  readonly grain: Grain;
  readonly currency: string;
  /** Whether amounts are those of the conversion. */
  readonly isConverted: boolean;
  /** The first day that lies in the future. */
  readonly tomorrow: DateText;
  readonly locale: string;
  /** What a group without a value is called. */
  readonly noValue: string;
  readonly explain: (source: TimeSource) => string;
}

/** Which series a currency has; at most as many as there are colours. */
export function seriesOf(
  { series }: TimeAnswer,
  { currency, isConverted, noValue }: TimeRequest,
): readonly Series[] {
  return (series?.groups ?? [])
    .filter((group) => amountIn(group, currency, isConverted) !== null)
    .slice(0, colourCount)
    .map(({ key: [key] }) => ({ id: seriesId(key?.value), label: key?.value == null ? noValue : key.label }));
}

/** One bar for each day, week or month of the answer's dates, up to today. */
export function barsOf(answer: TimeAnswer, series: readonly Series[], request: TimeRequest): readonly Bar[] {
  const { bars, parts } = answer;
  if (bars === null) return [];
  const { grain, currency, isConverted } = request;
  const totals = new Map(
    bars.groups.map((group) => [group.key[0]?.value, amountIn(group, currency, isConverted)]),
  );
  const bySeries = Map.groupBy(parts?.groups ?? [], ({ key }) => key[0]?.value);
  const known = new Set(series.map(({ id }) => id));
  const failed = failuresOf(bars.coverage.sources);
  const charged = (answer.series?.groups ?? []).filter(
    (group) => amountIn(group, currency, isConverted) !== null,
  );
  const isLeftOut = (rest: NonNullable<TimeAnswer['series']>['rest']): boolean =>
    rest != null && (isConverted || rest.totals.some((one) => one.currency === currency));
  const hasRest = charged.length > series.length || isLeftOut(answer.series?.rest ?? null);
  const provisionalFrom = bars.coverage.sources
    .flatMap((source) => source.provisionalFrom ?? [])
    .toSorted()[0];
  return keysOf(grain, bars.period.from, earlier(bars.period.to, request.tomorrow)).map((key): Bar => {
    const own = (bySeries.get(key) ?? []).flatMap((group) => {
      const [id, amount] = [seriesId(group.key[1]?.value), amountIn(group, currency, isConverted)];
      return amount === null || !known.has(id) ? [] : [[id, amount] as const];
    });
    return {
      key,
      ...labelsOf(grain, key, request.locale),
      parts: new Map(own),
      // Without charges it is nothing, unless somebody who may have some did not answer.
      total: totals.get(key) ?? (failed.length === 0 ? '0' : null),
      hasRest,
      isProvisional: provisionalFrom !== undefined && endOf(grain, key) > provisionalFrom,
      missing: failed.map((source) => request.explain(source)),
    };
  });
}

/** Bars of dates that nobody has answered for. */
export function gapsOf(
  from: DateText,
  to: DateText,
  reasons: readonly string[],
  request: TimeRequest,
): readonly Bar[] {
  return keysOf(request.grain, from, earlier(to, request.tomorrow)).map((key) => ({
    key,
    ...labelsOf(request.grain, key, request.locale),
    parts: new Map(),
    total: null,
    hasRest: false,
    isProvisional: false,
    missing: reasons,
  }));
}

/** Who should have answered and did not; an account without a list of charges is not among them. */
export function failuresOf<Source extends Pick<TimeSource, 'status' | 'kind' | 'account'>>(
  sources: readonly Source[],
): readonly Source[] {
  const failed = sources.filter(({ status, kind }) => status === 'FAILED' && kind !== null);
  return [...new Map(failed.map((source) => [source.account.id, source])).values()];
}

/** The dates of a period, seen on a day: what its bars stand for where no answer says so. */
export function datesOfPeriod(
  period: PeriodChoice,
  tomorrow: DateText,
): { readonly from: DateText; readonly to: DateText } {
  if ('dates' in period) return period.dates;
  if ('month' in period || 'toDate' in period) {
    const month = 'month' in period ? period.month : period.toDate;
    const end = `${addMonths(month, 1)}-01`;
    return { from: `${month}-01`, to: 'month' in period ? end : earlier(end, addDays(tomorrow, -1)) };
  }
  const { last } = period;
  if ('days' in last) {
    const to = last.includeCurrent ? tomorrow : addDays(tomorrow, -1);
    return { from: addDays(to, -last.days), to };
  }
  const month = addMonths(addDays(tomorrow, -1).slice(0, 7), last.includeCurrent ? 1 : 0);
  return { from: `${addMonths(month, -last.months)}-01`, to: `${month}-01` };
}

/** What bars of a period stand for, unless the reader chooses: days of up to a quarter, months of what is longer. */
export function grainOf(period: PeriodChoice): Grain {
  const { from, to } = datesOfPeriod(period, '2026-01-31');
  return daysFrom(from, to).length > 100 ? 'MONTH' : 'DAY';
}

/** The dates that a bar stands for. */
export function datesOfBar(grain: Grain, key: string): { readonly from: DateText; readonly to: DateText } {
  return grain === 'MONTH'
    ? { from: `${key}-01`, to: endOf(grain, key) }
    : { from: key, to: endOf(grain, key) };
}

/** The bars of some dates. */
export function keysOf(grain: Grain, from: DateText, to: DateText): readonly string[] {
  if (grain === 'MONTH') return monthsFrom(from, to);
  const days = daysFrom(from, to);
  return grain === 'DAY' ? days : [...new Set(days.map(mondayOf))];
}

function mondayOf(day: DateText): DateText {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return addDays(day, -((weekday + 6) % 7));
}

/** The first day after a bar. */
function endOf(grain: Grain, key: string): DateText {
  if (grain === 'MONTH') return `${addMonths(key, 1)}-01`;
  return addDays(key, grain === 'DAY' ? 1 : 7);
}

/** What a bar is called: in full, and on the axis. */
export function labelsOf(grain: Grain, key: string, locale: string): Pick<Bar, 'label' | 'tick'> {
  if (grain === 'MONTH') {
    const isFirst = key.endsWith('-01');
    return { label: showMonth(key, locale), tick: isFirst ? key.slice(0, 4) : showShortMonth(key, locale) };
  }
  if (grain === 'WEEK') return { label: showDates(key, addDays(key, 7), locale), tick: showDay(key, locale) };
  return { label: showLongDate(key, locale), tick: showDay(key, locale) };
}

/** The amount of a group in a currency, or of its conversion; null: it has none. */
function amountIn(
  { totals, converted }: Portion,
  currency: string,
  isConverted: boolean,
): DecimalText | null {
  if (isConverted) return converted?.billedCost.amount ?? null;
  return totals.find((one) => one.currency === currency)?.billedCost.amount ?? null;
}

/** Of a series; never that of the rest. */
export function seriesId(value: string | null | undefined): string {
  return value == null ? `${restId}none` : `=${value}`;
}

function earlier(one: DateText, other: DateText): DateText {
  return one < other ? one : other;
}
