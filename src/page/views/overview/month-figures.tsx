/** The running month: so far, against the same days before, what is expected of it, and the budgets. */

import { Interval } from '../../charts/interval.tsx';
import { ProgressBar } from '../../charts/progress-bar.tsx';
import { showDate, showMonth } from '../../format/dates.ts';
import { toHeight } from '../../format/heights.ts';
import { showShare } from '../../format/ratios.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { Answer, Empty, Part } from '../../shell/states.tsx';
import type { QueryResult } from '../../shell/use-query.ts';
import { Amount, Change } from '../../table/figures.tsx';
import { showAskedMonths, showBefore } from '../../cost/period-dates.ts';
import { costIn } from '../../cost/spend-rows.ts';
import { Lacking } from './lacking.tsx';
import type { OutlookData, OverviewData } from './overview-request.ts';

type Month = NonNullable<OverviewData['month']>;
type Forecast = NonNullable<OutlookData['forecast']>;
type Budget = NonNullable<OutlookData['budgets']>[number];

export function MonthFigures({
  query,
  outlook,
}: {
  readonly query: QueryResult<OverviewData>;
  readonly outlook: QueryResult<OutlookData>;
}) {
  const { t, locale } = useI18n();
  const known = query.data?.month;
  const forecast = outlook.data?.forecast?.month;
  const month =
    known != null
      ? showAskedMonths(known.coverage.sources, known.period, locale)
      : forecast === undefined
        ? null
        : showMonth(forecast, locale);
  // Neither may be known: then the month is not either.
  const title = month === null ? t('overview.monthUnknown') : t('overview.month', { month });
  return (
    <section aria-labelledby="month">
      <h2 id="month">{title}</h2>
      <div class="panels">
        <Answer query={query} hasParts>
          {({ month }) => (
            <Part data={month} fields={['month']} query={query}>
              {(known) => <SoFar month={known} />}
            </Part>
          )}
        </Answer>
        <Answer query={outlook} hasParts>
          {({ forecast }) => (
            <Part data={forecast} fields={['forecast']} query={outlook}>
              {(forecast) => <ForecastPanel forecast={forecast} />}
            </Part>
          )}
        </Answer>
        {outlook.data !== null && (
          <Part data={outlook.data.budgets} fields={['budgets']} query={outlook}>
            {(budgets) => (budgets.length === 0 ? null : <BudgetPanel budgets={budgets} />)}
          </Part>
        )}
      </div>
    </section>
  );
}

function SoFar({ month: { totals, previous, coverage } }: { readonly month: Month }) {
  const i18n = useI18n();
  const { t } = i18n;
  const before = previous?.comparison.totals ?? [];
  const currencies = [...new Set([...totals, ...before].map(({ currency }) => currency))].toSorted();
  if (currencies.length === 0) {
    return (
      <div>
        <Lacking coverage={coverage} />
        <Empty>{t('overview.month.nothing')}</Empty>
      </div>
    );
  }
  const dates = previous === null ? '' : showBefore(previous, i18n);
  return (
    <div class="panel">
      <h3>{t('overview.month.soFar')}</h3>
      <Lacking coverage={coverage} />
      {currencies.map((currency) => (
        <div key={currency} class="so-far">
          <p class="large-figure">
            <Amount amount={costIn(totals, currency) ?? '0'} currency={currency} />
          </p>
          {previous !== null && (
            <p class="small">
              <Change
                ratio={previous.comparison.changes?.find((one) => one.currency === currency)?.ratio ?? null}
              />{' '}
              <span class="muted">
                {t('overview.month.before', { dates })}:{' '}
                <Amount amount={costIn(before, currency) ?? '0'} currency={currency} />
              </span>
            </p>
          )}
        </div>
      ))}
    </div>
  );
}

function ForecastPanel({
  forecast: { totals, spent, backtest, notices, coverage },
}: {
  readonly forecast: Forecast;
}) {
  const { t, locale } = useI18n();
  return (
    <div class="panel">
      <h3>{t('overview.forecast')}</h3>
      <Lacking coverage={coverage} />
      {totals.length === 0 && <p class="muted">{t('overview.forecast.none')}</p>}
      {totals.map(({ low, expected, high }) => (
        <Interval
          key={low.currency}
          currency={low.currency}
          low={low.amount}
          expected={expected.amount}
          high={high.amount}
          spent={spent.find(({ currency }) => currency === low.currency)?.amount}
        />
      ))}
      {backtest !== null && (
        <p class="muted small">
          {t('overview.forecast.backtest', {
            count: backtest.months,
            error: showShare(backtest.medianError, locale),
          })}
        </p>
      )}
      {notices.map(({ message }) => (
        <p key={message} class="muted small">
          {message}
        </p>
      ))}
    </div>
  );
}

const budgetStates = {
  OK: 'ok',
  WARNING: 'warning',
  FORECAST_EXCEEDED: 'warning',
  EXCEEDED: 'exceeded',
  UNKNOWN: 'paused',
} as const;

function BudgetPanel({ budgets }: { readonly budgets: readonly Budget[] }) {
  const { t, locale } = useI18n();
  return (
    <div class="panel">
      <h3>{t('overview.budgets')}</h3>
      <ul class="budgets">
        {budgets.map(({ id, name, state, ratio, amount, spent, exceededOn }) => (
          <li key={id}>
            <ProgressBar done={ratio === null ? 0 : toHeight(ratio)} of={1} state={budgetStates[state]}>
              <strong>{name}</strong> {t(`overview.budget.${state}`)}
              {exceededOn !== null &&
                ` (${t('overview.budget.exceededOn', { date: showDate(exceededOn, locale) })})`}
            </ProgressBar>
            <p class="small muted">
              {spent !== null && <Amount {...spent} />}{' '}
              {ratio !== null && t('overview.budget.of', { ratio: showShare(ratio, locale) })}{' '}
              <Amount {...amount} />
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
}
