/** Alerts that hold, each with the way to what it is about. */

import { alertAddress } from '../../cost/alert-address.ts';
import { mattersOf } from '../../cost/alert-matters.ts';
import { showMoment } from '../../format/dates.ts';
import type { AlertKind } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { addressOf } from '../../shell/route.ts';
import type { StandingData } from './overview-request.ts';

/** So many are seen here; the others in their own view. */
const fewAlerts = 6;

/** What is to be looked at first. */
const order: readonly AlertKind[] = [
  'BALANCE_BELOW',
  'RUNWAY_BELOW',
  'ACCOUNT_FAILING',
  'CANNOT_SEE',
  'BUDGET',
];

/** Shows nothing while no alert is open. */
export function OpenAlerts({
  report: { alerts, openCount, openMatterCount },
}: {
  readonly report: NonNullable<StandingData['alerts']>;
}) {
  const { t, locale } = useI18n();
  if (openCount === 0) return null;
  const rank = ({ kind }: { readonly kind: AlertKind }): number =>
    order.includes(kind) ? order.indexOf(kind) : order.length;
  const shown = mattersOf(alerts)
    .map(({ head }) => head)
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, fewAlerts);
  return (
    <section aria-labelledby="open-alerts">
      <h2 id="open-alerts">{t('alerts.open', { count: openMatterCount })}</h2>
      <ul class="lines open-alerts">
        {shown.map((alert) => (
          <li key={alert.id}>
            <a href={alertAddress(alert)}>{alert.title}</a>{' '}
            <span class="muted small">{t('alerts.since', { time: showMoment(alert.openedAt, locale) })}</span>
          </li>
        ))}
      </ul>
      <p class="small">
        <a href={addressOf('alerts')}>{t('alerts.all')}</a>
      </p>
    </section>
  );
}
