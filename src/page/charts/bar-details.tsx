/** What a bar consists of, beside it while it is pointed at or has the focus, and in words for those who hear it. */

import { showAmount } from '../format/amounts.ts';
import { useI18n, type I18n } from '../shell/i18n.tsx';
import { Amount } from '../table/figures.tsx';
import { colourOf } from './bar-colours.ts';
import type { Bar, Series } from './bar-layout.ts';

export function BarDetails({
  bar,
  series,
  currency,
  isEstimate,
  left,
  width,
}: {
  readonly bar: Bar;
  readonly series: readonly Series[];
  readonly currency: string;
  readonly isEstimate: boolean;
  readonly left: number;
  readonly width: number;
}) {
  const { t } = useI18n();
  const parts = series.filter(({ id }) => bar.parts.has(id));
  // The style goes through the object model, which a strict policy allows.
  const place = left > width / 2 ? { right: `${width - left + 14}px` } : { left: `${left + 14}px` };
  return (
    <div class="bar-details" style={place} aria-hidden="true">
      <p class="when">{bar.label}</p>
      {bar.total !== null && (
        <dl>
          {parts.toReversed().map(({ id, label }) => (
            <div key={id}>
              <dt>
                <svg class="swatch" width="10" height="10">
                  <rect class={colourOf(id, series)} width="10" height="10" />
                </svg>
                {label}
              </dt>
              <dd>
                <Amount
                  amount={bar.parts.get(id) ?? null}
                  currency={currency}
                  hasCurrency={false}
                  isEstimate={isEstimate}
                />
              </dd>
            </div>
          ))}
          <div class="sum">
            <dt>{t(bar.missing.length > 0 ? 'chart.knownTotal' : 'word.total')}</dt>
            <dd>
              <Amount amount={bar.total} currency={currency} isEstimate={isEstimate} />
            </dd>
          </div>
        </dl>
      )}
      {bar.isProvisional && bar.total !== null && <p class="note">{t('chart.provisional')}</p>}
      {bar.missing.map((reason) => (
        <p key={reason} class="note missing">
          {reason}
        </p>
      ))}
    </div>
  );
}

/** The same in words. */
export function describeBar(
  { label, parts, total, isProvisional, missing }: Bar,
  series: readonly Series[],
  currency: string,
  { t, locale }: Pick<I18n, 't' | 'locale'>,
): string {
  if (total === null) return [label, t('chart.gap'), ...missing].join('. ');
  const figures = series.flatMap(({ id, label }) => {
    const amount = parts.get(id);
    return amount === undefined ? [] : [`${label} ${showAmount(amount, currency, locale).exact}`];
  });
  return [
    `${label}: ${showAmount(total, currency, locale).exact} ${currency}`,
    ...(figures.length > 1 ? [figures.join('; ')] : figures),
    ...(isProvisional ? [t('chart.provisional')] : []),
    ...missing,
  ].join('. ');
}
