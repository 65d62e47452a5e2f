/**
 * A card for each account: what is left on it, for how long, as of when, and how its provider answers. The address may
 * name one that is to be looked at: `#/overview?account=acme-main`, as alerts do.
 */

import { useEffect, useRef } from 'preact/hooks';

import { showDate, showMoment } from '../../format/dates.ts';
import { isZero } from '../../format/amounts.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { useRoute } from '../../shell/route.ts';
import { explain } from '../../shell/states.tsx';
import type { QueryError } from '../../shell/use-query.ts';
import { Amount } from '../../table/figures.tsx';
import type { StandingData } from './overview-request.ts';

type Account = StandingData['accounts'][number];
type Balance = NonNullable<Account['balance']>;

export function AccountCards({
  accounts,
  errors,
}: {
  readonly accounts: readonly Account[];
  readonly errors: readonly QueryError[];
}) {
  const { t } = useI18n();
  const wanted = useRoute().params.get('account');
  return (
    <section aria-labelledby="accounts">
      <h2 id="accounts">{t('overview.accounts')}</h2>
      {accounts.length === 0 && <p class="muted">{t('overview.noAccounts')}</p>}
      <ul class="cards">
        {accounts.map((account, index) => (
          <AccountCard
            key={account.id}
            account={account}
            isWanted={account.id === wanted}
            error={errors.find(
              ({ path: [field, at, part] }) => field === 'accounts' && at === index && part === 'balance',
            )}
          />
        ))}
      </ul>
    </section>
  );
}

function AccountCard({
  account: { name, timeZone, provider, balance },
  isWanted,
  error,
}: {
  readonly account: Account;
  readonly isWanted: boolean;
  readonly error: QueryError | undefined;
}) {
  const i18n = useI18n();
  const { t } = i18n;
  const card = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!isWanted) return;
    card.current?.scrollIntoView({ block: 'center' });
    card.current?.focus({ preventScroll: true });
  }, [isWanted]);
  return (
    <li ref={card} class={`card${isWanted ? ' is-wanted' : ''}`} tabIndex={isWanted ? -1 : undefined}>
      <div class="card-head">
        <h3>{name}</h3>
        <span class={`status is-${provider.status}`}>{t(`overview.provider.${provider.status}`)}</span>
      </div>
      <p class="muted">{provider.name}</p>
      {balance !== null ? (
        <BalanceLines balance={balance} zone={timeZone} />
      ) : error === undefined ? (
        <p class="muted card-text">{t('overview.balance.none')}</p>
      ) : (
        <p class="problem card-text">
          {t('overview.balance.failed')}: {explain(error, i18n)}
        </p>
      )}
    </li>
  );
}

const parts = ['cash', 'creditLimit', 'pending', 'outstanding'] as const;

function BalanceLines({ balance, zone }: { readonly balance: Balance; readonly zone: string }) {
  const i18n = useI18n();
  const { t, locale } = i18n;
  const { available, asOf, status, source, error } = balance;
  // What is the same as the large figure, or nothing, needs no line.
  const reported = parts.flatMap((part) => {
    const money = balance[part];
    return money === null || isZero(money.amount) || money.amount === available?.amount
      ? []
      : [{ part, money }];
  });
  const time = showMoment(asOf, locale);
  return (
    <>
      <p class="card-figure">
        <span class="visually-hidden">{t('overview.balance')}: </span>
        <Amount amount={available?.amount ?? null} currency={available?.currency ?? ''} />
      </p>
      <RunwayLine balance={balance} zone={zone} />
      {reported.length > 0 && (
        <dl class="pairs">
          {reported.map(({ part, money }) => (
            <div key={part}>
              <dt>{t(`overview.balance.${part}`)}</dt>
              <dd>
                <Amount {...money} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {source === 'DECLARED' && <p class="muted small">{t('overview.balance.DECLARED')}</p>}
      {status === 'FRESH' ? (
        <p class="muted small">{t('overview.asOf', { time })}</p>
      ) : (
        <p class="caution small">
          {t('overview.stale', { time })}
          {error !== null && ` – ${explain(error, i18n)}`}
        </p>
      )}
    </>
  );
}

/** So few days are a matter of this week, or of this month. */
const [soonDays, nearDays] = [7, 21];

function RunwayLine({ balance: { runway }, zone }: { readonly balance: Balance; readonly zone: string }) {
  const { t, locale } = useI18n();
  if (runway === null) return <p class="muted small">{t('overview.runway.none')}</p>;
  const { days, exhaustedOn, basedOnDays } = runway;
  const kind = days <= soonDays ? 'problem' : days <= nearDays ? 'caution' : 'fine';
  const date = showDate(exhaustedOn, locale);
  return (
    <p class={`runway ${kind}`}>
      <strong>{days <= 0 ? t('overview.runway.gone') : t('overview.runway', { count: days })}</strong>{' '}
      {days > 0 && (
        <span class="muted small" title={zone}>
          {t('overview.runway.until', { date, days: basedOnDays })}
        </span>
      )}
    </p>
  );
}
