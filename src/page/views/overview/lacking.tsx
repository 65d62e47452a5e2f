/** Whose figures a part of the overview lacks, and whose are older, with the reason: never a silently smaller sum. */

import { showMoment } from '../../format/dates.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { explain } from '../../shell/states.tsx';

export interface SourceState {
  readonly account: { readonly id: string; readonly name: string };
  readonly kind: string | null;
  readonly status: 'FRESH' | 'STALE' | 'FAILED';
  readonly asOf: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Nothing where all have answered. An account whose provider has no such list lacks none. */
export function Lacking({ coverage }: { readonly coverage: { readonly sources: readonly SourceState[] } }) {
  const i18n = useI18n();
  const { t, locale } = i18n;
  const lines = coverage.sources.flatMap(({ account, status, asOf, error }) => {
    if (status === 'FRESH' || error === null || error.code === 'UNSUPPORTED_BY_PROVIDER') return [];
    const reason = explain(error, i18n);
    return status === 'FAILED' || asOf === null
      ? [t('overview.lacking', { account: account.name, reason })]
      : [t('overview.older', { account: account.name, time: showMoment(asOf, locale), reason })];
  });
  if (lines.length === 0) return null;
  return (
    <ul class="lacking caution small">
      {[...new Set(lines)].map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
