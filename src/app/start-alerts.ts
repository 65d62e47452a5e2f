/** Looks at the alert rules as long as the process runs, and logs and counts what is sent. */

import { createBookStore } from '../alerts/book-store.ts';
import { createAlerts, type Alerts, type AlertsOptions, type AlertsRuntime } from '../alerts/alerts.ts';
import type { EntryStore } from '../domain/entry-store.ts';
import type { Meter } from '../domain/meter.ts';
import { metrics } from '../domain/metric-table.ts';
import type { IsLeader } from '../ledger/leader-lease.ts';
import type { Log } from '../server/observability/log.ts';

export interface StartedAlertsSettings extends Pick<AlertsOptions, 'runtime' | 'now' | 'onBug'> {
  /** Where the book is kept; null: it is forgotten when the process ends. */
  readonly entries: EntryStore | null;
  readonly isLeader: IsLeader;
  readonly tickMs: number;
  readonly log: Log;
  readonly meter: Meter;
}

/** The name of the leader lease. Its tag is that of the book. */
const leaseName = '{alerts}';

/** Alerts that tick by themselves until they are stopped. */
export function startAlerts(settings: StartedAlertsSettings): Alerts {
  const { runtime, entries, isLeader, now, tickMs, log, meter, onBug } = settings;
  const alerts = createAlerts({
    runtime,
    book: createBookStore(entries, now),
    isLeader: () => isLeader(leaseName),
    now,
    events: {
      onAttempt(channel, outcome, messages) {
        meter.add('alert_messages', { channel, outcome: outcome.kind }, messages);
        const level = outcome.kind === 'DELIVERED' ? 'info' : 'warn';
        const cause = outcome.kind === 'DELIVERED' ? {} : { cause: outcome.cause };
        log[level]({ event: 'alert', channel, outcome: outcome.kind, messages, ...cause });
      },
      onGivenUp(channel, count, cause) {
        meter.add('alert_messages', { channel, outcome: 'GIVEN_UP' }, count);
        log.error({ event: 'alert', channel, outcome: 'GIVEN_UP', messages: count, cause });
      },
    },
    onBug,
  });
  const timer = setInterval(() => void alerts.tick().catch(onBug), tickMs);
  timer.unref();
  return {
    ...alerts,
    stop(withinMs) {
      clearInterval(timer);
      return alerts.stop(withinMs);
    },
  };
}

const outcomes = metrics.alert_messages.labels.outcome;

/** Series that begin with their first event hide it from Prometheus: these begin at 0. */
export function tallyChannels(meter: Meter, alerting: AlertsRuntime | null): void {
  for (const { id } of alerting?.settings.channels ?? []) {
    for (const outcome of outcomes) meter.tally('alert_messages', { channel: id, outcome });
  }
}
