/**
 * Cost over time, a picture for each currency. Where an account is missing from the whole, the months that it is ready
 * for are asked again by themselves, so that a history that is still being read shows as far as it reaches.
 */

import { StackedBars } from '../charts/stacked-bars.tsx';
import type { Bar, Series } from '../charts/bar-layout.ts';
import { operations } from '../generated/operations.ts';
import type { SpendDimension, SpendFilter } from '../generated/operations.ts';
import type { PeriodChoice } from '../format/periods.ts';
import { showMoment } from '../format/dates.ts';
import { useI18n } from '../shell/i18n.tsx';
import { useSession } from '../shell/session.tsx';
import { explain, Failure, Loading } from '../shell/states.tsx';
import { useAnswered, useQuery, type QueryResult } from '../shell/use-query.ts';
import { keyName, type GroupKey } from './key-name.ts';
import { barsOf, failuresOf, gapsOf, seriesOf, type TimeAnswer, type TimeSource } from './time-bars.ts';
import { datesOfBar, datesOfPeriod, type Grain } from './time-grain.ts';
import { tomorrowIn } from './tomorrow.ts';

export interface TimelinesRequest {
  readonly period: PeriodChoice;
  readonly grain: Grain;
  /** What bars are stacked by: none of DAY, WEEK, MONTH. */
  readonly by: SpendDimension;
  /** Which one ALLOCATION means. */
  readonly allocation?: string | null;
  readonly filter?: SpendFilter | undefined;
  /** Null: each currency as it is. */
  readonly convertTo?: string | null;
}

/** What a picture of one currency shows. */
export interface Timeline {
  readonly currency: string;
  readonly series: readonly Series[];
  readonly bars: readonly Bar[];
}

export interface TimelinesProps extends TimelinesResult {
  /** Goes into the dates of a bar. */
  readonly onSelect?: ((dates: { readonly from: string; readonly to: string }) => void) | undefined;
}

export function Timelines({
  timelines,
  shown: { grain, convertTo = null },
  query,
  onSelect,
}: TimelinesProps) {
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
  /** What they were asked by. */
  readonly shown: TimelinesRequest;
  readonly query: QueryResult<unknown>;
}

/** Asks for them. The bars of each currency; null while nothing is known. */
export function useTimelines(request: TimelinesRequest): TimelinesResult {
  const { period } = request;
  const query = useQuery(operations.CostOverTime, { period, ...variablesOf(request) });
  return useTimelinesOf(useAnswered(request, query), query.data, query);
}

/** Those of an answer that another question has brought; null: it has none. `shown`: what it was asked by. */
export function useTimelinesOf(
  shown: TimelinesRequest,
  whole: TimeAnswer | null,
  query: QueryResult<unknown>,
): TimelinesResult {
  const i18n = useI18n();
  const { period, grain, convertTo = null } = shown;
  const sources = whole?.bars?.coverage.sources ?? [];
  const failed = failuresOf(sources);
  const hasNone = whole?.bars == null && query.errors.length > 0;
  const tomorrow = tomorrowIn(
    sources.map(({ account }) => account.timeZone),
    // A day that has begun since was not asked for.
    query.answeredAt ?? Date.now(),
  );
  const dates = whole?.bars?.period ?? datesOfPeriod(period, tomorrow);
  const states = useAccountStates(failed.length > 0 || hasNone);
  const { accounts } = states;
  const missing = failed.length > 0 ? failed.map(({ account }) => account.id) : [...accounts.keys()];
  const heldFrom = latest(missing.flatMap((id) => accounts.get(id)?.history.heldFrom ?? []));
  const heldDates =
    heldFrom !== null && `${heldFrom}-01` > dates.from && `${heldFrom}-01` < dates.to
      ? { from: `${heldFrom}-01`, to: dates.to }
      : null;
  const held = useQuery(
    operations.CostOverTime,
    heldDates === null ? null : { period: { dates: heldDates }, ...variablesOf(shown) },
  );
  const isLoading = query.loading || states.loading || (heldDates !== null && held.loading);
  const told = { ...query, loading: isLoading };

  const later = heldDates !== null && held.isCurrent ? held.data : null;
  const known = [whole, later].filter((one): one is TimeAnswer => one?.bars != null);
  const currencies = convertTo === null ? currenciesOf(known) : [convertTo];
  const common = {
    grain,
    isConverted: convertTo !== null,
    tomorrow,
    locale: i18n.locale,
    nameOf: (key: GroupKey | undefined) => keyName(key, i18n),
    explain: (source: TimeSource) => reasonOf(source, accounts.get(source.account.id), i18n),
  };
  const named = known.find(({ series }) => series !== null) ?? known[0];
  if (named === undefined) return { timelines: null, shown, query: told };
  const series = seriesOf(named, currencies, common);
  const causes = query.errors
    .filter(({ code }) => code !== 'UNSUPPORTED_BY_PROVIDER')
    .map((error) => [error.account, explain(error, i18n)].filter(Boolean).join(': '));
  const reasons = [...new Set(causes)];
  const timelines = currencies.map((currency, index): Timeline => {
    const own = series[index] ?? [];
    const asked = { ...common, currency };
    const first =
      whole?.bars == null ? gapsOf(dates.from, dates.to, reasons, asked) : barsOf(whole, own, asked);
    const read = new Map((later === null ? [] : barsOf(later, own, asked)).map((bar) => [bar.key, bar]));
    return { currency, series: own, bars: first.map((bar) => read.get(bar.key) ?? bar) };
  });
  return { timelines, shown, query: told };
}

function variablesOf({ grain, by, allocation = null, filter, convertTo = null }: TimelinesRequest) {
  return { time: [grain], by: [by], split: [grain, by], allocation, filter: filter ?? null, convertTo };
}

/** How far each account is read; empty until it is known, and for a reader who may not know. */
function useAccountStates(isNeeded: boolean): AccountStates {
  const { isBound } = useSession().state;
  const isAsked = isNeeded && !isBound;
  const { data, loading } = useQuery(operations.AccountStates, isAsked ? {} : null);
  const accounts = new Map((data?.accounts ?? []).map((account) => [account.id, account]));
  return { accounts, loading: isAsked && loading };
}

interface AccountStates {
  readonly accounts: ReadonlyMap<string, AccountState>;
  readonly loading: boolean;
}

function currenciesOf(answers: readonly TimeAnswer[]): readonly string[] {
  const all = answers.flatMap(({ bars }) => bars?.totals.map(({ currency }) => currency) ?? []);
  return [...new Set(all)];
}

interface AccountState {
  readonly name: string;
  readonly history: {
    readonly status: string;
    readonly heldFrom: string | null;
    readonly estimatedCompleteAt: string | null;
  };
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
