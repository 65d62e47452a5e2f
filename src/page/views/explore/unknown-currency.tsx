/** An address that names a currency that there is not: says so, and leads to what would be right. */

import { operations } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { addressOf } from '../../shell/route.ts';
import { useQuery } from '../../shell/use-query.ts';
import { printExplore, type ExploreState } from './explore-address.ts';

/** The codes of an address that are no currencies, as far as this browser knows. */
export function unknownCurrencies({ convertTo, filters }: ExploreState): readonly string[] {
  const known = new Set(Intl.supportedValuesOf('currency'));
  const named = [...(convertTo === null ? [] : [convertTo]), ...filters.currencies];
  return [...new Set(named)].filter((code) => !known.has(code));
}

export function UnknownCurrency({
  state,
  codes,
}: {
  readonly state: ExploreState;
  readonly codes: readonly string[];
}) {
  const { t } = useI18n();
  const accounts = useQuery(operations.Currencies, {}).data?.accounts ?? [];
  const { filters } = state;
  const rest = filters.currencies.filter((code) => !codes.includes(code));
  const to = (convertTo: string | null): string =>
    addressOf('explore', printExplore({ ...state, convertTo, filters: { ...filters, currencies: rest } }));
  const targets = [...new Set(accounts.flatMap(({ currency }) => currency ?? []))].toSorted();
  return (
    <>
      <div class="view-head">
        <h1>{t('explore.title')}</h1>
      </div>
      <div class="state state-failed" role="alert">
        <p class="state-title">{t('explore.unknownCurrency', { codes: codes.join(', ') })}</p>
        <p>{t('explore.knownCurrencies')}</p>
        <ul class="errors">
          <li>
            <a href={to(null)}>{t('explore.asItIs')}</a>
          </li>
          {targets.map((currency) => (
            <li key={currency}>
              <a href={to(currency)}>{t('explore.convertTo', { currency })}</a>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}
