/** The columns of the list of alerts: a row is a matter, with the steps of its rule. */

import { alertAddress } from '../../cost/alert-address.ts';
import type { Matter } from '../../cost/alert-matters.ts';
import { showStep } from '../../cost/alert-step.ts';
import { isDate, isMonth, showDate, showMoment, showMonth } from '../../format/dates.ts';
import type { AlertsQuery } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import type { Column } from '../../table/table-rows.ts';

export type AlertView = NonNullable<AlertsQuery['alerts']>['alerts'][number];

export type MatterView = Matter<AlertView>;

export function useAlertColumns(): readonly Column<MatterView>[] {
  const i18n = useI18n();
  const { t, locale } = i18n;
  const moment = (
    key: string,
    header: string,
    read: (row: MatterView) => string | null,
  ): Column<MatterView> => ({
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
      cell: ({ head, steps }) => (
        <>
          <a href={alertAddress(head)}>{head.title}</a>
          {steps.some(({ lines }) => lines.length > 0) && <Details steps={steps} />}
        </>
      ),
      csv: ({ head }) => head.title,
    },
    {
      key: 'lines',
      header: t('alerts.details'),
      csv: ({ steps }) => detailsOf(steps).flat().join('\n'),
    },
    {
      key: 'state',
      isTight: true,
      header: t('alerts.state'),
      cell: ({ head: { state } }) => (
        <span class={`tag is-${state.toLowerCase()}`}>{t(`alerts.state.${state}`)}</span>
      ),
      csv: ({ head }) => head.state,
    },
    {
      key: 'kind',
      isTight: true,
      header: t('alerts.kind'),
      cell: ({ head }) => t(`alerts.kind.${head.kind}`),
      csv: ({ head }) => head.kind,
    },
    {
      key: 'accounts',
      header: t('dimension.ACCOUNT'),
      cell: ({ head }) => namesOf(head),
      csv: ({ head }) => namesOf(head),
    },
    {
      key: 'period',
      isTight: true,
      header: t('alerts.period'),
      cell: ({ head }) => showPeriod(head.period, locale),
      csv: ({ head }) => ({ figure: head.period }),
    },
    {
      key: 'threshold',
      isTight: true,
      header: t('alerts.step'),
      cell: ({ head, steps }) =>
        steps.map((step) => (
          <p key={step.id}>
            {showStep(step, i18n)}
            {step.state !== head.state && <span class="muted"> {t(`alerts.state.${step.state}`)}</span>}
          </p>
        )),
      csv: ({ steps }) => steps.map((step) => showStep(step, i18n)).join('\n'),
    },
    moment('opened', t('alerts.opened'), ({ steps }) => firstOf(steps.map(({ openedAt }) => openedAt))),
    moment('resolved', t('alerts.resolved'), ({ steps, head }) =>
      head.state === 'OPEN' ? null : lastOf(steps.flatMap(({ resolvedAt }) => resolvedAt ?? [])),
    ),
    {
      key: 'told',
      header: t('alerts.told'),
      cell: ({ steps }) => {
        const told = steps.flatMap(({ deliveries }) => deliveries);
        return told.length === 0 ? (
          <span class="muted">{t('alerts.silent')}</span>
        ) : (
          told.map(({ messageId, channel, state, at }) => (
            <p key={`${channel} ${messageId}`} title={messageId}>
              {channel}: <span class={`tag is-${state.toLowerCase()}`}>{t(`alerts.delivery.${state}`)}</span>{' '}
              <span class="muted">{showMoment(at, locale)}</span>
            </p>
          ))
        );
      },
      csv: ({ steps }) =>
        steps
          .flatMap(({ deliveries }) => deliveries)
          .map(({ channel, state, at }) => `${channel} ${state} ${at}`)
          .join('\n'),
    },
    {
      key: 'rule',
      header: t('alerts.rule'),
      cell: ({ head }) => head.rule,
      csv: ({ head }) => head.rule,
    },
  ];
}

function namesOf({ accounts }: AlertView): string {
  return accounts.map(({ name }) => name).join(', ');
}

function firstOf(moments: readonly string[]): string | null {
  return moments.toSorted()[0] ?? null;
}

function lastOf(moments: readonly string[]): string | null {
  return moments.toSorted().at(-1) ?? null;
}

/** What steps say, each behind its title where there are several. */
function detailsOf(steps: readonly AlertView[]): readonly (readonly string[])[] {
  return steps.map(({ title, lines }) => (steps.length === 1 ? lines : [title, ...lines]));
}

/** What it says beside its title. */
function Details({ steps }: { readonly steps: readonly AlertView[] }) {
  const { t } = useI18n();
  return (
    <details>
      <summary>{t('alerts.details')}</summary>
      {detailsOf(steps).map((lines, index) => (
        <ul key={steps[index]?.id} class="lines alert-lines">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      ))}
    </details>
  );
}

function showPeriod(period: string | null, locale: string): string {
  if (period === null) return '';
  if (isMonth(period)) return showMonth(period, locale);
  return isDate(period) ? showDate(period, locale) : period;
}
