/** What of the period may still change, and until when. */

import { showDate, showMoment } from '../../format/dates.ts';
import { useI18n } from '../../shell/i18n.tsx';
import type { Spend } from './overview-request.ts';

type Source = Spend['coverage']['sources'][number];

export function NotFinal({ spend: { coverage } }: { readonly spend: Spend }) {
  const { t, locale } = useI18n();
  const open = coverage.sources.filter(
    ({ status, settlement }) => status !== 'FAILED' && settlement.status === 'PROVISIONAL',
  );
  // Lists of an account that are final at the same time are one line.
  const lines = Map.groupBy(open, (source) =>
    [source.account.id, firstOpen(source), source.settlement.finalAt].join(' '),
  );
  return (
    <section aria-labelledby="not-final">
      <h2 id="not-final">{t('overview.open')}</h2>
      {open.length === 0 && <p class="muted">{t('overview.open.none')}</p>}
      <ul class="lines">
        {Array.from(lines, ([key, sources]) => {
          const [first] = sources;
          if (first === undefined) return null;
          const { finalAt } = first.settlement;
          const kinds = sources.flatMap(({ kind }) => (kind === null ? [] : [t(`kind.${kind}`)]));
          const kind = new Intl.ListFormat(locale, { type: 'conjunction' }).format(kinds);
          const from = firstOpen(first);
          const values = {
            account: first.account.name,
            kind,
            date: from === null ? '' : showDate(from, locale),
          };
          return (
            <li key={key}>
              {from === null
                ? t('overview.open.undated', values)
                : finalAt === null
                  ? t('overview.open.unknown', values)
                  : t('overview.open.text', { ...values, time: showMoment(finalAt, locale) })}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Null: not known. */
function firstOpen({ provisionalFrom, period }: Source): string | null {
  return provisionalFrom ?? period?.from ?? null;
}
