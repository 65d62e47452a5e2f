/** What was spent in the period: for each currency its bars over time, and the table of what they show. */

import { StackedBars } from '../../charts/stacked-bars.tsx';
import type { Timeline } from '../../cost/cost-over-time.tsx';
import { CoverageLine, ZoneNote } from '../../cost/coverage-line.tsx';
import { showBefore } from '../../cost/period-dates.ts';
import { failuresOf } from '../../cost/time-bars.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { Empty } from '../../shell/states.tsx';
import { Amount } from '../../table/figures.tsx';
import { CostTable } from './cost-table.tsx';
import { Lacking } from './lacking.tsx';
import type { OverviewRequest, Spend } from './overview-request.ts';

export interface CostSectionProps {
  readonly spend: Spend;
  /** A picture for each currency; null: they could not be drawn. */
  readonly timelines: readonly Timeline[] | null;
  readonly request: OverviewRequest;
  /** What it is grouped by, for people. */
  readonly by: string;
}

export function CostSection({ spend, timelines, request, by }: CostSectionProps) {
  const i18n = useI18n();
  const { t } = i18n;
  const { totals, previous, coverage } = spend;
  const step = request.step === 'DAY' ? 'day' : 'month';
  return (
    <>
      <Lacking coverage={coverage} />
      {totals.length === 0 && failuresOf(coverage.sources).length === 0 && (
        <Empty>{t('overview.cost.empty')}</Empty>
      )}
      {totals.map(({ currency, billedCost }) => {
        const timeline = timelines?.find((one) => one.currency === currency);
        return (
          <section key={currency} class="cost" aria-labelledby={`cost-${currency}`}>
            <div class="section-head">
              <h2 id={`cost-${currency}`}>{t('overview.cost', { currency })}</h2>
              <p class="large-figure">
                <Amount amount={billedCost.amount} currency={currency} />
              </p>
            </div>
            {timeline !== undefined && (
              <StackedBars caption={t(`overview.cost.caption.${step}`, { by, currency })} {...timeline} />
            )}
            <CostTable
              spend={spend}
              timeline={timeline}
              currency={currency}
              request={request}
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
          {request.by === 'ALLOCATION' && <p>{t('allocation.note')}</p>}
          {previous !== null && (
            <p>
              {t('overview.cost.compared', {
                dates: showBefore(previous, i18n),
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
function Without({ sources }: { readonly sources: Spend['coverage']['sources'] }) {
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
