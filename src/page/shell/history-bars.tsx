/** How far the history of accounts has been read, while it is read: how much, back to when, and until when. */

import { ProgressBar } from '../charts/progress-bar.tsx';
import { showMoment, showMonth } from '../format/dates.ts';
import { useI18n } from './i18n.tsx';
import { explain } from './states.tsx';

/** As Account of the schema tells it. */
export interface AccountHistory {
  readonly id: string;
  readonly name: string;
  readonly history: {
    readonly status: 'COMPLETE' | 'READING' | 'PAUSED' | 'OFF';
    readonly from: string;
    readonly heldFrom: string | null;
    readonly segmentsHeld: number;
    readonly segmentsPlanned: number;
    readonly estimatedCompleteAt: string | null;
    readonly error: { readonly code: string; readonly message: string } | null;
  };
}

/** Nothing where all is read, or is not to be read. */
export function HistoryBars({ accounts }: { readonly accounts: readonly AccountHistory[] }) {
  const running = accounts.filter(({ history: { status } }) => status === 'READING' || status === 'PAUSED');
  if (running.length === 0) return null;
  return (
    <div class="histories" role="status">
      {running.map((account) => (
        <HistoryLine key={account.id} account={account} />
      ))}
    </div>
  );
}

function HistoryLine({ account: { name, history } }: { readonly account: AccountHistory }) {
  const i18n = useI18n();
  const { t, locale } = i18n;
  const { status, heldFrom, segmentsHeld, segmentsPlanned, estimatedCompleteAt, error } = history;
  const from = showMonth(history.from, locale);
  const words = [
    heldFrom === null
      ? t('history.readingNone', { account: name, from })
      : t('history.reading', { account: name, held: showMonth(heldFrom, locale), from }),
    t('history.segments', { held: segmentsHeld, planned: segmentsPlanned }),
    ...(estimatedCompleteAt === null
      ? []
      : [t('history.until', { time: showMoment(estimatedCompleteAt, locale) })]),
    ...(status === 'PAUSED'
      ? [t('history.paused', { reason: error === null ? '' : explain(error, i18n) })]
      : []),
  ];
  return (
    <ProgressBar done={segmentsHeld} of={segmentsPlanned} state={status === 'PAUSED' ? 'paused' : 'running'}>
      {words.join(' · ')}
    </ProgressBar>
  );
}
