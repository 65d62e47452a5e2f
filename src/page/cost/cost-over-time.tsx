/**
 * Cost over time, a picture for each currency. Where an account is missing from the whole, the months that it is ready
 * for are asked again by themselves, so that a history that is still being read shows as far as it reaches.
 */

import { StackedBars } from '../charts/stacked-bars.tsx';
import type { Bar, Series } from '../charts/bar-layout.ts';
import { operations } from '../generated/operations.ts';
import type { CostOverTimeQuery, SpendDimension, SpendFilter } from '../generated/operations.ts';
import type { PeriodChoice } from '../format/periods.ts';
import { showMoment } from '../format/dates.ts';
import { useI18n } from '../shell/i18n.tsx';
import { explain, Failure, Loading } from '../shell/states.tsx';
import { useQuery, type QueryResult } from '../shell/use-query.ts';
import {
  barsOf,
  datesOfBar,
  datesOfPeriod,
  failuresOf,
  gapsOf,
  seriesOf,
  type Grain,
  type TimeSource,
} from './time-bars.ts';
import { tomorrowIn } from './tomorrow.ts';

interface CostOverTimeProps {
  readonly period: PeriodChoice;
  readonly grain: Grain;
  /** What bars are stacked by: none of DAY, WEEK, MONTH. */
  readonly by: SpendDimension;
  readonly filter?: SpendFilter | undefined;
  /** Null: each currency as it is. */
  readonly convertTo?: string | null;
  /** Goes into the dates of a bar. */
  readonly onSelect?: ((dates: { readonly from: string; readonly to: string }) => void) | undefined;
}

/** What a picture of one currency shows. */
export interface Timeline {
  readonly currency: string;
  readonly series: readonly Series[];
  readonly bars: readonly Bar[];
}

export interface TimelinesProps extends Pick<CostOverTimeProps, 'grain' | 'onSelect'>, TimelinesResult {
  readonly convertTo: string | null;
}

export function Timelines({ timelines, query, grain, convertTo, onSelect }: TimelinesProps) {
  const { t } = useI18n();
  if (timelines === null) {
    return query.errors.length === 0 || query.loading ? (
      <Loading />
    ) : (
      <Failure errors={query.errors} reload={query.reload} />
    );
  }
  return (
    <div class="timelines" aria-busy={query.loading}>
      {timelines.map(({ currency, series, bars }) => (
        <StackedBars
          key={currency}
          caption={t(`cost.by.${grain}`, {
            currency: convertTo === null ? currency : t('cost.convertedTo', { currency }),
          })}
          currency={currency}
          series={series}
          bars={bars}
          isEstimate={convertTo !== null}
          onSelect={onSelect && ((key) => onSelect(datesOfBar(grain, key)))}
        />
      ))}
    </div>
  );
}

export interface TimelinesResult {
  readonly timelines: readonly Timeline[] | null;
  readonly query: QueryResult<unknown>;
}

/** The bars of each currency; null while nothing is known. */
export function useTimelines({
  period,
  grain,
  by,
  filter,
  convertTo = null,
}: CostOverTimeProps): TimelinesResult {
  const i18n = useI18n();
  const variables = { time: [grain], by: [by], split: [grain, by], filter: filter ?? null, convertTo };
  const query = useQuery(operations.CostOverTime, { period, ...variables });
  const whole = query.data;
  const failed = failuresOf(whole?.bars?.coverage.sources ?? []);
  const isMissing = failed.length > 0 || (whole === null && query.errors.length > 0) || whole?.bars === null;
  const states = useQuery(operations.AccountStates, isMissing ? {} : null);
  const zones = (whole?.bars?.coverage.sources ?? []).map(({ account }) => account.provider.timeZone);
  const tomorrow = tomorrowIn(zones, Date.now());
  const dates = whole?.bars?.period ?? datesOfPeriod(period, tomorrow);
  const accounts = new Map((states.data?.accounts ?? []).map((account) => [account.id, account]));
  const missing = failed.length > 0 ? failed.map(({ account }) => account.id) : [...accounts.keys()];
  const heldFrom = latest(missing.flatMap((id) => accounts.get(id)?.history.heldFrom ?? []));
  const isPartHeld =
    isMissing && heldFrom !== null && `${heldFrom}-01` > dates.from && `${heldFrom}-01` < dates.to;
  const held = useQuery(
    operations.CostOverTime,
    isPartHeld ? { period: { dates: { from: `${heldFrom}-01`, to: dates.to } }, ...variables } : null,
  );

  const known: readonly CostOverTimeQuery[] = [whole, isPartHeld ? held.data : null].filter(
    (one) => one?.bars != null,
  ) as CostOverTimeQuery[];
  if (known.length === 0) return { timelines: null, query };
  const currencies = convertTo === null ? currenciesOf(known) : [convertTo];
  const timelines = currencies.map((currency): Timeline => {
    const request = {
      grain,
      currency,
      isConverted: convertTo !== null,
      tomorrow,
      locale: i18n.locale,
      noValue: i18n.t('word.none'),
      explain: (source: TimeSource) => reasonOf(source, accounts.get(source.account.id), i18n),
    };
    const named = known.find(({ series }) => series !== null) ?? known[0];
    const series = named === undefined ? [] : seriesOf(named, request);
    const reasons = query.errors.map((error) =>
      [error.account, explain(error, i18n)].filter(Boolean).join(': '),
    );
    const first =
      whole?.bars == null ? gapsOf(dates.from, dates.to, reasons, request) : barsOf(whole, series, request);
    const later = new Map(
      (held.data === null || !isPartHeld ? [] : barsOf(held.data, series, request)).map((bar) => [
        bar.key,
        bar,
      ]),
    );
    return { currency, series, bars: first.map((bar) => later.get(bar.key) ?? bar) };
  });
  return { timelines, query };
}

function currenciesOf(answers: readonly CostOverTimeQuery[]): readonly string[] {
  const all = answers.flatMap(({ bars }) => bars?.totals.map(({ currency }) => currency) ?? []);
  return [...new Set(all)];
}

interface AccountState {
  readonly name: string;
  readonly history: { readonly status: string; readonly estimatedCompleteAt: string | null };
}

/** Why an account is missing, and until when where that is known. */
function reasonOf(
  { account, error }: TimeSource,
  state: AccountState | undefined,
  i18n: ReturnType<typeof useI18n>,
): string {
  const why = error === null ? i18n.t('status.FAILED') : explain(error, i18n);
  const until = state?.history.status === 'READING' ? state.history.estimatedCompleteAt : null;
  const when = until == null ? '' : ` ${i18n.t('cost.readUntil', { time: showMoment(until, i18n.locale) })}`;
  return `${account.name}: ${why}${when}`;
}

function latest(months: readonly string[]): string | null {
  return months.toSorted().at(-1) ?? null;
}
