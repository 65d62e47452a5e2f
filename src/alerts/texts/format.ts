/** Amounts and times in messages: exact, with their currency, and readable. */

import type { Instant, TimeZone } from '../../domain/calendar.ts';
import { multiplyDecimals, ratioOf, scaleOf, trimDecimal, type Decimal } from '../../domain/decimal.ts';
import type { Estimate } from '../../domain/estimate.ts';
import type { Money } from '../../domain/money.ts';

/** "CNY 1,234.50": every digit that counts, and two behind the point at least. */
export function formatMoney({ amount, currency }: Money): string {
  return `${currency} ${grouped(amount)}`;
}

/** The same, for what was worked out: "≈ CNY 1,234.50", rounded. */
export function formatEstimate({ estimated, currency }: Estimate): string {
  return `≈ ${currency} ${grouped(ratioOf(estimated, '1' as Decimal, 2) ?? estimated)}`;
}

/** With its sign: "+12.50". */
export function formatSigned(money: Money): string {
  const text = formatMoney(money);
  return money.amount.startsWith('-') ? text : text.replace(' ', ' +');
}

/** A ratio in percent, with one digit: 0.8034 is "80.3%". */
export function formatPercent(ratio: Decimal): string {
  const percent = ratioOf(multiplyDecimals(ratio, '100' as Decimal), '1' as Decimal, 1) ?? ratio;
  return `${trimDecimal(percent)}%`;
}

/** The same with its sign. */
export function formatChange(ratio: Decimal): string {
  const text = formatPercent(ratio);
  return text.startsWith('-') ? text : `+${text}`;
}

function grouped(amount: Decimal): string {
  const exact = trimDecimal(amount);
  const padded =
    scaleOf(exact) >= 2
      ? exact
      : `${exact}${exact.includes('.') ? '' : '.'}${'0'.repeat(2 - scaleOf(exact))}`;
  const [whole = '', part = ''] = padded.split('.');
  return `${whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')}.${part}`;
}

/** "2026-03-18 17:30 (Asia/Shanghai)" */
export function formatInstant(instant: Instant, zone: TimeZone): string {
  const at = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  return `${at.toPlainDate().toString()} ${at.toPlainTime().toString({ smallestUnit: 'minute' })} (${zone})`;
}
