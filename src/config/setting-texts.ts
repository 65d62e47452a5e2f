/** Texts that several settings have in common: currencies, exact decimals, dates. */

import { z } from 'zod';

import { toCalendarDate, toTimeZone, type CalendarDate, type TimeZone } from '../domain/calendar.ts';
import { toDecimal, type Decimal } from '../domain/decimal.ts';
import { toCurrencyCode, type CurrencyCode } from '../domain/rows.ts';
import { notSecret, publicText } from './setting-meta.ts';

export const currency = publicText.transform((text, context): CurrencyCode => {
  const code = toCurrencyCode(text);
  if (code !== null) return code;
  context.addIssue({
    code: 'custom',
    message: 'expected a currency code of ISO 4217 in capital letters, such as CNY (RMB is CNY)',
    input: text,
  });
  return z.NEVER;
});

/** A number of YAML would lose digits: it stands in quotes. */
export const decimal = (example: string, isFine: (value: Decimal) => boolean = () => true, what = '') =>
  z
    .string(`expected a decimal in quotes such as "${example}"`)
    .meta(notSecret)
    .transform((text, context): Decimal => {
      const value = toDecimal(text);
      if (value !== null && isFine(value)) return value;
      const message = `expected a decimal ${what}such as "${example}"`;
      context.addIssue({ code: 'custom', message, input: text });
      return z.NEVER;
    });

export const date = z
  .string('expected a date in quotes such as "2026-02-28"')
  .meta(notSecret)
  .transform((text, context): CalendarDate => {
    const value = toCalendarDate(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: 'expected a date such as "2026-02-28"', input: text });
    return z.NEVER;
  });

export const timeZone = publicText.transform((text, context): TimeZone => {
  const zone = toTimeZone(text);
  if (zone !== null) return zone;
  context.addIssue({ code: 'custom', message: 'expected a time zone such as Asia/Shanghai', input: text });
  return z.NEVER;
});
