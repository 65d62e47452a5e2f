/**
 * The bars of cost over time, from answers of the endpoint. What an account did not answer for is never nothing: a bar
 * without it says so, and a bar is a gap where nothing is known.
 */

import { colourCount, withColours } from '../charts/bar-colours.ts';
import { restId, type Bar, type Series } from '../charts/bar-layout.ts';
import { isZero } from '../format/amounts.ts';
import type { DateText } from '../format/dates.ts';
import type { DecimalText } from '../format/number-formats.ts';
import type { GroupKey } from './key-name.ts';
import { earlier, endOf, keysOf, labelsOf, type Grain } from './time-grain.ts';

/** As the operation CostOverTime is answered, and a part of the overview. */
export interface TimeAnswer {
  readonly bars: {
    readonly period: { readonly from: DateText; readonly to: DateText };
    readonly groups: readonly Pick<Portion, 'key' | 'totals' | 'converted'>[];
    readonly totals: readonly { readonly currency: string }[];
    readonly coverage: { readonly sources: readonly TimeSource[] };
  } | null;
  readonly series: { readonly groups: readonly Portion[] } | null;
  /** Every group in every bar; `rest`: those that did not fit into the answer. */
  readonly parts: {
    readonly groups: readonly Portion[];
    readonly rest: { readonly groupCount: number } | null;
  } | null;
}

interface Portion {
  readonly key: readonly GroupKey[];
  readonly totals: readonly {
    readonly currency: string;
    readonly billedCost: { readonly amount: DecimalText };
  }[];
  /** Absent: nothing was to be converted. */
  readonly converted?: { readonly billedCost: { readonly amount: DecimalText } } | null;
}

export interface TimeSource {
  readonly status: string;
  readonly kind: string | null;
  readonly provisionalFrom: DateText | null;
  readonly account: {
    readonly id: string;
    readonly name: string;
    readonly timeZone: string;
  };
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
  readonly nameOf: (key: GroupKey | undefined) => string;
  readonly explain: (source: TimeSource) => string;
}

/** Which series each currency has, at most as many as there are colours; one has the same colour in all of them. */
export function seriesOf(
  { series }: TimeAnswer,
  currencies: readonly string[],
  { isConverted, nameOf }: Pick<TimeRequest, 'isConverted' | 'nameOf'>,
): readonly (readonly Series[])[] {
  return withColours(
    currencies.map((currency) =>
      (series?.groups ?? [])
        .filter((group) => !isZero(amountIn(group, currency, isConverted) ?? '0'))
        .slice(0, colourCount)
        .map(({ key: [key] }) => ({ id: seriesId(key?.value), label: nameOf(key) })),
    ),
  );
}

/**
 * One bar for each day, week or month of the answer's dates up to today, and for each later one that something was billed
 * for ahead.
 */
export function barsOf(answer: TimeAnswer, series: readonly Series[], request: TimeRequest): readonly Bar[] {
  const { bars, parts } = answer;
  if (bars === null) return [];
  const { grain, currency, isConverted } = request;
  const totals = new Map(
    bars.groups.map((group) => [group.key[0]?.value, amountIn(group, currency, isConverted)]),
  );
  const bySeries = Map.groupBy(parts?.groups ?? [], ({ key }) => key[0]?.value);
  const failed = failuresOf(bars.coverage.sources);
  const known = new Set(series.map(({ id }) => id));
  const provisionalFrom = bars.coverage.sources
    .flatMap((source) => source.provisionalFrom ?? [])
    .toSorted()[0];
  const begun = keysOf(grain, bars.period.from, earlier(bars.period.to, request.tomorrow));
  const ahead = [...totals].flatMap(([key, amount]) =>
    key == null || amount === null || key <= (begun.at(-1) ?? '') ? [] : [key],
  );
  return [...begun, ...ahead.toSorted()].map((key): Bar => {
    const own = (bySeries.get(key) ?? []).flatMap((group) => {
      const amount = amountIn(group, currency, isConverted);
      return amount === null ? [] : [[seriesId(group.key[1]?.value), amount] as const];
    });
    return {
      key,
      ...labelsOf(grain, key, request.locale),
      parts: new Map(own),
      // Without charges it is nothing, unless somebody who may have some did not answer.
      total: totals.get(key) ?? (failed.length === 0 ? '0' : null),
      hasRest: parts?.rest != null || own.some(([id, amount]) => !known.has(id) && !isZero(amount)),
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
