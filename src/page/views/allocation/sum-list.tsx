/** Sums by currency, one below the other: they are never added. */

import { useI18n } from '../../shell/i18n.tsx';
import { Amount } from '../../table/figures.tsx';

export interface SumView {
  readonly currency: string;
  readonly rowCount: number;
  readonly billedCost: { readonly amount: string };
}

export function SumList({ sums }: { readonly sums: readonly SumView[] }) {
  const { t } = useI18n();
  if (sums.length === 0) return <span class="muted">{t('check.nothing')}</span>;
  return (
    <div class="sum-list">
      {sums.map(({ currency, billedCost: { amount } }) => (
        <div key={currency}>
          <Amount amount={amount} currency={currency} />
        </div>
      ))}
    </div>
  );
}

/** For a file: "1.50 CNY; 2.00 USD". */
export function sumText(sums: readonly SumView[]): string {
  return sums.map(({ currency, billedCost: { amount } }) => `${amount} ${currency}`).join('; ');
}
