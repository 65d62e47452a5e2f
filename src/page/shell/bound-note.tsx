/** What a reader sees who sees the cost of some values of an allocation alone. */

import { useAllocations } from '../cost/use-allocations.ts';
import { useI18n } from './i18n.tsx';

/** Nothing until it is known. */
export function BoundNote() {
  const { t, locale } = useI18n();
  const named = useAllocations().flatMap(({ name, boundTo }) =>
    boundTo === null ? [] : [`${name}: ${boundTo.join(', ')}`],
  );
  if (named.length === 0) return null;
  const values = new Intl.ListFormat(locale, { type: 'conjunction' }).format(named);
  return <p class="bound">{t('allocation.bound', { values })}</p>;
}
