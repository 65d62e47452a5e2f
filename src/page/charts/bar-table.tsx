/** The figures that bars are drawn from, as a table that opens below them. */

import { useI18n } from '../shell/i18n.tsx';
import { Amount } from '../table/figures.tsx';
import type { Bar, Series } from './bar-layout.ts';

export interface BarTableProps {
  readonly caption: string;
  readonly currency: string;
  readonly series: readonly Series[];
  readonly bars: readonly Bar[];
  readonly isEstimate?: boolean;
}

export function BarTable({ caption, currency, series, bars, isEstimate = false }: BarTableProps) {
  const { t } = useI18n();
  const figure = (amount: string | null) => (
    <Amount amount={amount} currency={currency} hasCurrency={false} isEstimate={isEstimate} />
  );
  return (
    <details class="bar-table">
      <summary>{t('chart.asTable')}</summary>
      <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
        <table>
          <caption class="visually-hidden">{caption}</caption>
          <thead>
            <tr>
              <th scope="col">{t('chart.when')}</th>
              {series.map(({ id, label }) => (
                <th key={id} scope="col" class="of-figures">
                  {label}
                </th>
              ))}
              <th scope="col" class="of-figures">
                {t('word.total')} <span class="currency">{currency}</span>
              </th>
              <th scope="col">{t('chart.state')}</th>
            </tr>
          </thead>
          <tbody>
            {bars.map((bar) => (
              <tr key={bar.key}>
                <th scope="row">{bar.label}</th>
                {series.map(({ id }) => (
                  <td key={id} class="of-figures">
                    {bar.total === null
                      ? figure(null)
                      : (bar.parts.has(id) && figure(bar.parts.get(id) ?? null)) || ''}
                  </td>
                ))}
                <td class="of-figures">{figure(bar.total)}</td>
                <td>
                  {[
                    ...(bar.total === null
                      ? [t('chart.gap')]
                      : bar.isProvisional
                        ? [t('chart.provisional')]
                        : []),
                    ...bar.missing,
                  ].join('. ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
