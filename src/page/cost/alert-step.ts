/** Which step of its rule an alert is, as people read it: with its unit, in their language. */

import { showAmount } from '../format/amounts.ts';
import type { AlertKind } from '../generated/operations.ts';
import type { Translator } from '../texts/translator.ts';

export interface SteppedAlert {
  readonly kind: AlertKind;
  readonly threshold: string | null;
  readonly thresholdAmount: { readonly amount: string; readonly currency: string } | null;
}

/** The empty text where the rule has no steps. */
export function showStep(
  { kind, threshold, thresholdAmount }: SteppedAlert,
  { t, locale }: Translator,
): string {
  if (threshold === null) return '';
  if (thresholdAmount !== null) {
    const { amount, currency } = thresholdAmount;
    return t('alerts.step.below', { value: `${showAmount(amount, currency, locale).text} ${currency}` });
  }
  if (threshold === 'FORECAST' || threshold === 'OVERDUE') return t(`alerts.step.${threshold}`);
  if (kind === 'RUNWAY_BELOW') {
    return t('alerts.step.below', { value: t('alerts.step.days', { count: threshold }) });
  }
  if (kind === 'INVOICE_DUE') return t('alerts.step.before', { count: threshold });
  if (kind === 'BUDGET') return t('alerts.step.spent', { share: `${threshold}%` });
  return threshold;
}
