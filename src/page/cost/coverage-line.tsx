/** How old, complete and final figures are: one line that says what matters, and a table of every list behind it. */

import type { SettlementStatus, SourceStatus } from '../generated/operations.ts';
import { showAge, showDate, showMoment } from '../format/dates.ts';
import { useI18n } from '../shell/i18n.tsx';
import { explain } from '../shell/states.tsx';
import { Count } from '../table/figures.tsx';
import { useMinutes } from './use-minutes.ts';
import './cost.css';

export interface CoverageView {
  readonly asOf: string | null;
  readonly sources: readonly SourceView[];
}

interface SourceView {
  readonly account: {
    readonly id: string;
    readonly name: string;
    readonly timeZone: string;
    readonly provider: { readonly name: string };
  };
  readonly kind: 'BILL' | 'DAILY_DETAIL' | 'API_KEY_USAGE' | 'INVOICE' | null;
  readonly status: SourceStatus;
  readonly asOf: string | null;
  readonly rowCount: number;
  readonly provisionalFrom: string | null;
  readonly settlement: { readonly status: SettlementStatus; readonly finalAt: string | null };
  readonly notices: readonly { readonly message: string; readonly date: string | null }[];
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface CoverageLineProps {
  readonly coverage: CoverageView;
  /** Whose figures they are, where a view has several of these lines. */
  readonly of?: string;
}

export function CoverageLine({ coverage: { asOf, sources }, of }: CoverageLineProps) {
  const { t, locale } = useI18n();
  useMinutes();
  const asked = sources.filter(({ kind }) => kind !== null);
  const names = (of: readonly SourceView[]): readonly string[] => [
    ...new Set(of.map(({ account }) => account.name)),
  ];
  const accounts = names(asked);
  const missing = names(asked.filter(({ status }) => status === 'FAILED'));
  const stale = names(asked.filter(({ status }) => status === 'STALE'));
  const withoutList = names(sources.filter(({ kind }) => kind === null));
  const read = asked.filter(({ status }) => status !== 'FAILED');
  const isFinal = read.every(({ settlement }) => settlement.status === 'FINAL');
  const from = asked.flatMap(({ provisionalFrom }) => provisionalFrom ?? []).toSorted()[0];
  return (
    <details class={`coverage${missing.length > 0 ? ' is-incomplete' : ''}`}>
      <summary>
        <strong>
          {missing.length === 0
            ? t('coverage.complete', { count: accounts.length })
            : t('coverage.incomplete', { missing: missing.length, count: accounts.length })}
        </strong>
        {[
          ...(stale.length === 0 ? [] : [t('coverage.stale', { accounts: stale.join(', ') })]),
          ...(from === undefined
            ? read.length === 0
              ? []
              : [t(isFinal ? 'coverage.final' : 'coverage.provisional')]
            : [t('coverage.provisionalFrom', { date: showDate(from, locale) })]),
          ...(asOf === null ? [] : [t('coverage.asOf', { age: showAge(asOf, Date.now(), locale) })]),
        ].map((text) => (
          <span key={text}> · {text}</span>
        ))}
      </summary>
      <Sources
        sources={asked}
        title={[of, t('coverage.title')].filter((text) => text !== undefined).join(': ')}
      />
      {withoutList.length > 0 && <p>{t('coverage.noListNote', { accounts: withoutList.join(', ') })}</p>}
    </details>
  );
}

function Sources({ sources, title }: { readonly sources: readonly SourceView[]; readonly title: string }) {
  const i18n = useI18n();
  const { t, locale } = i18n;
  const changes = ({
    status,
    provisionalFrom,
    settlement: { status: settled, finalAt },
  }: SourceView): string => {
    if (status === 'FAILED') return '';
    if (provisionalFrom === null) return t(`settlement.${settled}`);
    const date = showDate(provisionalFrom, locale);
    return finalAt === null
      ? t('coverage.fromOn', { date })
      : t('coverage.until', { date, time: showMoment(finalAt, locale) });
  };
  return (
    <div class="scroll" role="region" aria-label={title} tabIndex={0}>
      <table class="data">
        <caption class="visually-hidden">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{t('coverage.account')}</th>
            <th scope="col">{t('coverage.list')}</th>
            <th scope="col">{t('coverage.state')}</th>
            <th scope="col" class="of-figures">
              {t('cost.rows')}
            </th>
            <th scope="col">{t('coverage.read')}</th>
            <th scope="col">{t('coverage.changes')}</th>
            <th scope="col">{t('coverage.zone')}</th>
          </tr>
        </thead>
        <tbody>
          {sources.map((source) => (
            <tr key={`${source.account.id} ${source.kind}`} class={`is-${source.status.toLowerCase()}`}>
              <th scope="row">{source.account.name}</th>
              <td>{source.kind !== null && t(`kind.${source.kind}`)}</td>
              <td>
                <span class={`tag is-${source.status.toLowerCase()}`}>{t(`status.${source.status}`)}</span>
                {source.error !== null && <span class="why"> {explain(source.error, i18n)}</span>}
                {source.notices.map(({ message, date }) => (
                  <p key={`${message}${date}`} class="notice">
                    {date !== null && `${showDate(date, locale)}: `}
                    {message}
                  </p>
                ))}
              </td>
              <td class="of-figures">
                <Count count={String(source.rowCount)} />
              </td>
              <td>{source.asOf !== null && showMoment(source.asOf, locale)}</td>
              <td>{changes(source)}</td>
              <td>{source.account.timeZone}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Whose days the dates are. */
export function ZoneNote({ sources }: Pick<CoverageView, 'sources'>) {
  const { t } = useI18n();
  const zones = new Map<string, Set<string>>();
  for (const { account, kind } of sources) {
    if (kind === null) continue;
    const { timeZone, provider } = account;
    zones.set(timeZone, (zones.get(timeZone) ?? new Set()).add(provider.name));
  }
  const reported = [...zones].map(([zone, names]) => `${zone} (${[...names].join(', ')})`);
  return reported.length === 0 ? null : (
    <p class="zones muted">{t('coverage.zones', { zones: reported.join('; ') })}</p>
  );
}
