/** Reads the accounts' history in the background as long as the process runs, and logs the progress. */

import type { Meter } from '../domain/meter.ts';
import { createHistory, type History, type HistorySettings, type HistoryTotal } from '../ledger/history.ts';
import type { Log } from '../server/observability/log.ts';

export interface StartedHistorySettings extends Omit<HistorySettings, 'onRead' | 'onProgress'> {
  readonly tickMs: number;
  readonly log: Log;
  readonly meter: Meter;
}

/** A history that ticks by itself until it is stopped. */
export function startHistory({ tickMs, log, meter, ...settings }: StartedHistorySettings): History {
  const history = createHistory({
    ...settings,
    onRead: () => meter.add('scheduled_readings', { reason: 'history' }),
    onProgress: (total) => log.info({ event: 'history', message: describeTotal(total) }),
  });
  const timer = setInterval(() => void history.tick().catch(settings.onBug), tickMs);
  timer.unref();
  return {
    ...history,
    stop() {
      clearInterval(timer);
      history.stop();
    },
  };
}

/** "601 of 722 segments to read, about 11 min" */
export function describeTotal({ missing, planned, leftMs }: HistoryTotal): string {
  if (missing === 0) return `all ${planned} segments are held`;
  const left = `${missing} of ${planned} segments to read`;
  return leftMs === 0 ? `${left}, none of which can be read now` : `${left}, about ${describeTime(leftMs)}`;
}

function describeTime(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
