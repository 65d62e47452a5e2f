/** The columns of the list of alerts. */

import { alertAddress } from '../../cost/alert-address.ts';
import { isDate, isMonth, showDate, showMoment, showMonth } from '../../format/dates.ts';
import type { AlertsQuery } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import type { Column } from '../../table/table-rows.ts';

export type AlertView = NonNullable<AlertsQuery['alerts']>['alerts'][number];

export function useAlertColumns(): readonly Column<AlertView>[] {
  const { t, locale } = useI18n();
  const moment = (
    key: string,
    header: string,
    read: (row: AlertView) => string | null,
  ): Column<AlertView> => ({
    key,
    header,
    isTight: true,
    cell: (row) => {
      const time = read(row);
      return time === null ? '' : showMoment(time, locale);
    },
    csv: (row) => ({ figure: read(row) }),
  });
  return [
    {
      key: 'what',
      header: t('alerts.what'),
      cell: (alert) => (
        <>
          <a href={alertAddress(alert)}>{alert.title}</a>
          {alert.lines.length > 0 && <Lines lines={alert.lines} />}
        </>
      ),
      csv: ({ title }) => title,
    },
    { key: 'lines', header: t('alerts.details'), csv: ({ lines }) => lines.join('\n') },
    {
      key: 'state',
      isTight: true,
      header: t('alerts.state'),
      cell: ({ state }) => <span class={`tag is-${state.toLowerCase()}`}>{t(`alerts.state.${state}`)}</span>,
      csv: ({ state }) => state,
    },
    {
      key: 'kind',
      isTight: true,
      header: t('alerts.kind'),
      cell: ({ kind }) => t(`alerts.kind.${kind}`),
      csv: ({ kind }) => kind,
    },
    {
      key: 'accounts',
      header: t('dimension.ACCOUNT'),
      cell: ({ accounts }) => accounts.map(({ name }) => name).join(', '),
      csv: ({ accounts }) => accounts.map(({ name }) => name).join(', '),
    },
    {
      key: 'period',
      isTight: true,
      header: t('alerts.period'),
      cell: ({ period }) => showPeriod(period, locale),
      csv: ({ period }) => ({ figure: period }),
    },
    {
      key: 'threshold',
      isTight: true,
      header: t('alerts.step'),
      cell: ({ threshold }) => threshold ?? '',
      csv: ({ threshold }) => threshold,
    },
    moment('opened', t('alerts.opened'), ({ openedAt }) => openedAt),
    moment('resolved', t('alerts.resolved'), ({ resolvedAt }) => resolvedAt),
    {
      key: 'told',
      header: t('alerts.told'),
      cell: ({ deliveries }) =>
        deliveries.length === 0 ? (
          <span class="muted">{t('alerts.silent')}</span>
        ) : (
          deliveries.map(({ messageId, channel, state, at }) => (
            <p key={`${channel} ${messageId}`} title={messageId}>
              {channel}: <span class={`tag is-${state.toLowerCase()}`}>{t(`alerts.delivery.${state}`)}</span>{' '}
              <span class="muted">{showMoment(at, locale)}</span>
            </p>
          ))
        ),
      csv: ({ deliveries }) =>
        deliveries.map(({ channel, state, at }) => `${channel} ${state} ${at}`).join('\n'),
    },
    { key: 'rule', header: t('alerts.rule'), cell: ({ rule }) => rule, csv: ({ rule }) => rule },
  ];
}

/** What it says beside its title. */
function Lines({ lines }: { readonly lines: readonly string[] }) {
  const { t } = useI18n();
  return (
    <details>
      <summary>{t('alerts.details')}</summary>
      <ul class="lines alert-lines">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}

function showPeriod(period: string | null, locale: string): string {
  if (period === null) return '';
  if (isMonth(period)) return showMonth(period, locale);
  return isDate(period) ? showDate(period, locale) : period;
}
