/**
 * Figures in the page. The element carries every digit as the server sent it (`value`), which is what is copied; what
 * is seen may be shorter, and then tells the rest on hover.
 */

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import { showAmount, type Digits } from '../format/amounts.ts';
import { showCount, showShortCount } from '../format/counts.ts';
import type { DecimalText } from '../format/number-formats.ts';
import { directionOf, showChange, showShare } from '../format/ratios.ts';
import { useI18n } from '../shell/i18n.tsx';

/** Whether amounts below are shown to the cent or with every digit. */
export const DigitsContext = createContext<Digits>('cents');

export interface AmountProps {
  readonly amount: DecimalText | null;
  readonly currency: string;
  /** Where the currency stands in a heading already. */
  readonly hasCurrency?: boolean;
  /** Never billed: an estimate, or converted. */
  readonly isEstimate?: boolean;
}

/** An amount; a dash where the server has none, which is not nothing. */
export function Amount({ amount, currency, hasCurrency = true, isEstimate = false }: AmountProps) {
  const { locale } = useI18n();
  const digits = useContext(DigitsContext);
  if (amount === null) return <Unknown />;
  const { text, exact, isShortened } = showAmount(amount, currency, locale, digits);
  return (
    <span class="amount">
      <data
        value={amount}
        class={amount.startsWith('-') ? 'figure negative' : 'figure'}
        title={isShortened ? `${exact} ${currency}` : undefined}
      >
        {isEstimate && <span class="about">≈ </span>}
        {text}
      </data>
      {hasCurrency && <span class="currency"> {currency}</span>}
    </span>
  );
}

/** A count of tokens, requests, rows. */
export function Count({
  count,
  isShort = false,
}: {
  readonly count: DecimalText | null;
  readonly isShort?: boolean;
}) {
  const { locale } = useI18n();
  const digits = useContext(DigitsContext);
  if (count === null) return <Unknown />;
  const exact = showCount(count, locale);
  const text = isShort && digits === 'cents' ? showShortCount(count, locale) : exact;
  return (
    <data value={count} class="figure" title={text === exact ? undefined : exact}>
      {text}
    </data>
  );
}

/** A part of a whole; a dash where there is none to say. */
export function Share({ ratio }: { readonly ratio: DecimalText | null }) {
  const { locale } = useI18n();
  if (ratio === null) return <Unknown />;
  return (
    <data value={ratio} class="figure">
      {showShare(ratio, locale)}
    </data>
  );
}

/** How something changed: by how much of what it was. Which way it went is a sign and a word, not a colour alone. */
export function Change({ ratio }: { readonly ratio: DecimalText | null }) {
  const { locale } = useI18n();
  if (ratio === null) return <Unknown />;
  const kind = { [-1]: 'less', 0: 'same', 1: 'more' }[directionOf(ratio)];
  return (
    <data value={ratio} class={`figure change ${kind}`}>
      {showChange(ratio, locale)}
    </data>
  );
}

/** What the server does not know. */
export function Unknown() {
  const { t } = useI18n();
  return (
    <span class="unknown" title={t('figure.unknown')}>
      <span aria-hidden="true">–</span>
      <span class="visually-hidden">{t('figure.unknown')}</span>
    </span>
  );
}
