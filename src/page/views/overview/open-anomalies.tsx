/** Days that cost far more or far less than was to be expected, and what the difference consists of. */

import { showLongDate } from '../../format/dates.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { Amount } from '../../table/figures.tsx';
import { Lacking } from './lacking.tsx';
import type { OutlookData } from './overview-request.ts';

type Anomalies = NonNullable<OutlookData['anomalies']>;

export function OpenAnomalies({ report: { anomalies, count, coverage } }: { readonly report: Anomalies }) {
  const { t } = useI18n();
  return (
    <section aria-labelledby="anomalies">
      <h2 id="anomalies">{t('overview.anomalies')}</h2>
      <Lacking coverage={coverage} />
      {count === 0 && <p class="muted">{t('overview.anomalies.none')}</p>}
      <ul class="anomalies">
        {anomalies.map((anomaly) => (
          <AnomalyItem key={anomaly.id} anomaly={anomaly} />
        ))}
      </ul>
      {count > anomalies.length && (
        <p class="muted small">{t('overview.anomalies.more', { shown: anomalies.length, count })}</p>
      )}
    </section>
  );
}

function AnomalyItem({
  anomaly: { day, account, key, actual, expected, difference, contributions, settlement },
}: {
  readonly anomaly: Anomalies['anomalies'][number];
}) {
  const { t, locale } = useI18n();
  const isMore = !difference.amount.startsWith('-');
  return (
    <li class={`anomaly ${isMore ? 'is-more' : 'is-less'}`}>
      <p>
        <strong>{showLongDate(day, locale)}</strong> {account.name} ·{' '}
        {key.map(({ label }) => label).join(' · ')}
        {settlement.status === 'PROVISIONAL' && <span class="tag">{t('settlement.PROVISIONAL')}</span>}
      </p>
      <p>
        <Amount {...actual} />{' '}
        <span class="muted">
          {t('overview.anomaly.expected')} <Amount {...expected} isEstimate />
        </span>{' '}
        <strong class={isMore ? 'change more' : 'change less'}>
          {isMore && '+'}
          <Amount {...difference} />
        </strong>
      </p>
      <details>
        <summary>{t('overview.anomaly.why')}</summary>
        <ul class="lines">
          {contributions.map(({ label, reason, difference }, index) => (
            <li key={index}>
              {label} <span class="muted">({t(`overview.reason.${reason}`)})</span> <Amount {...difference} />
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}
