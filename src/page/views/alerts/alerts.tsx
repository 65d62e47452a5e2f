/** Alerts: what people were told in their chats, what of it still holds, and whether it has arrived. */

import { orNothing } from '../../cost/or-nothing.ts';
import { mattersOf } from '../../cost/alert-matters.ts';
import { operations, type AlertKind, type AlertsQuery, type AlertState } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { changeParams, useRoute } from '../../shell/route.ts';
import { Answer } from '../../shell/states.tsx';
import { useAnswered, useQuery } from '../../shell/use-query.ts';
import { Choice } from '../../table/choice.tsx';
import { DataTable } from '../../table/data-table.tsx';
import { SaveTable } from '../../table/save-table.tsx';
import { useAlertColumns } from './alert-columns.tsx';
import './alerts.css';

const states: readonly AlertState[] = ['OPEN', 'RESOLVED', 'NOTED'];
const kinds: readonly AlertKind[] = [
  'BALANCE_BELOW',
  'RUNWAY_BELOW',
  'BUDGET',
  'ANOMALY',
  'INVOICE_DUE',
  'SETTLED',
  'ACCOUNT_FAILING',
  'CANNOT_SEE',
  'DIGEST',
];
/** So many are shown at first, and at most. */
const [fewAlerts, maxAlerts] = [100, 1000];

export function Alerts() {
  const { t } = useI18n();
  const { params } = useRoute();
  const state = states.find((one) => one === params.get('state'));
  const kind = kinds.find((one) => one === params.get('kind'));
  const query = useQuery(operations.Alerts, {
    states: state === undefined ? null : [state],
    kinds: kind === undefined ? null : [kind],
    first: params.get('all') === 'yes' ? maxAlerts : fewAlerts,
  });
  const isNarrowed = useAnswered((state ?? kind) !== undefined, query);
  return (
    <>
      <h1>{t('alerts.title')}</h1>
      <p class="muted">{t('alerts.lead')}</p>
      <div class="toolbar">
        <Choice
          label={t('alerts.state')}
          value={state ?? ''}
          options={[['', t('alerts.any')], ...states.map((one) => [one, t(`alerts.state.${one}`)] as const)]}
          onChange={(chosen) => changeParams({ state: chosen })}
        />
        <Choice
          label={t('alerts.kind')}
          value={kind ?? ''}
          options={[['', t('alerts.any')], ...kinds.map((one) => [one, t(`alerts.kind.${one}`)] as const)]}
          onChange={(chosen) => changeParams({ kind: chosen })}
        />
      </div>
      <Answer query={orNothing(query, 'alerts')}>
        {({ alerts: report }) =>
          report === null ? null : <AlertTable report={report} isNarrowed={isNarrowed} />
        }
      </Answer>
    </>
  );
}

function AlertTable({
  report: { alerts, count, openCount, openMatterCount },
  isNarrowed,
}: {
  readonly report: NonNullable<AlertsQuery['alerts']>;
  readonly isNarrowed: boolean;
}) {
  const { t } = useI18n();
  const columns = useAlertColumns();
  const lines = mattersOf(alerts).map((row) => ({ id: row.id, row }));
  const rows = { columns, lines, order: null };
  if (count === 0) {
    return <p class="muted">{t(isNarrowed || openCount > 0 ? 'alerts.none' : 'alerts.noneAtAll')}</p>;
  }
  return (
    <section class="spend-table" aria-labelledby="alert-count">
      <div class="section-head">
        <h2 id="alert-count">
          {t('alerts.open', { count: openMatterCount })}
          {openCount > openMatterCount && (
            <span class="muted small"> {t('alerts.inSteps', { count: openCount })}</span>
          )}
        </h2>
        <SaveTable name="alerts" {...rows} />
      </div>
      <DataTable caption={t('alerts.title')} {...rows} />
      {count > alerts.length && (
        <p class="muted">
          {t('alerts.shown', { shown: alerts.length, count })}{' '}
          {alerts.length < maxAlerts && (
            <button type="button" class="link" onClick={() => changeParams({ all: 'yes' })}>
              {t('alerts.all')}
            </button>
          )}
        </p>
      )}
    </section>
  );
}
