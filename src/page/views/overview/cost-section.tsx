/** What was spent in the period: for each currency its bars over time, and the table of what they show. */

import { CoverageLine, ZoneNote } from '../../cost/coverage-line.tsx';
import { StackedBars } from '../../charts/stacked-bars.tsx';
import { addDays, showDates } from '../../format/dates.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { Empty } from '../../shell/states.tsx';
import { Amount } from '../../table/figures.tsx';
import { costBars, missingIn, type CostAnswer } from './cost-bars.ts';
import { CostTable } from './cost-table.tsx';
import { Lacking } from './lacking.tsx';
import type { OverviewRequest } from './overview-request.ts';

export function CostSection({
  answer,
  request,
}: {
  readonly answer: CostAnswer;
  readonly request: OverviewRequest;
}) {
  const i18n = useI18n();
  const { t, locale } = i18n;
  const { totals, previous, coverage } = answer.spend;
  const missing = missingIn(coverage.sources, i18n);
  const by = t(`dimension.${request.by}`);
  return (
    <>
      <Lacking coverage={coverage} />
      {totals.length === 0 && missing.length === 0 && <Empty>{t('overview.cost.empty')}</Empty>}
      {totals.map(({ currency, billedCost }) => {
        const { series, bars } = costBars(answer, currency, request, i18n);
        const step = request.step === 'DAY' ? 'day' : 'month';
        return (
          <section key={currency} class="cost" aria-labelledby={`cost-${currency}`}>
            <div class="section-head">
              <h2 id={`cost-${currency}`}>{t('overview.cost', { currency })}</h2>
              <p class="large-figure">
                <Amount amount={billedCost.amount} currency={currency} />
              </p>
            </div>
            <StackedBars
              caption={t(`overview.cost.caption.${step}`, { by, currency })}
              currency={currency}
              series={series}
              bars={bars}
            />
            <CostTable
              answer={answer}
              bars={bars}
              currency={currency}
              heading={by}
              caption={t('overview.cost.table', { by, currency })}
            />
          </section>
        );
      })}
      {totals.length > 0 && <CoverageLine coverage={coverage} />}
      {totals.length > 0 && (
        <div class="notes muted small">
          {request.by === 'API_KEY' && <p>{t('overview.cost.byKey')}</p>}
          {previous !== null && (
            <p>
              {t('overview.cost.compared', {
                dates: showDates(previous.from, addDays(previous.to, 1), locale),
              })}
            </p>
          )}
          <ZoneNote sources={coverage.sources} />
          <Without sources={coverage.sources} />
        </div>
      )}
    </>
  );
}

/** Accounts whose provider lists no charges. */
function Without({ sources }: { readonly sources: CostAnswer['spend']['coverage']['sources'] }) {
  const { t } = useI18n();
  const without = sources.filter(({ error }) => error?.code === 'UNSUPPORTED_BY_PROVIDER');
  return (
    <>
      {without.map(({ account }) => (
        <p key={account.id}>{t('overview.cost.without', { account: account.name })}</p>
      ))}
    </>
  );
}
