/** An amount with its currency. */

import type { Decimal } from './decimal.ts';
import type { CurrencyCode } from './rows.ts';

export interface Money {
  readonly amount: Decimal;
  readonly currency: CurrencyCode;
}

/** An amount with its currency; an unknown amount is null, not zero. */
export function money(amount: Decimal, currency: CurrencyCode): Money;
export function money(amount: Decimal | null, currency: CurrencyCode): Money | null;
export function money(amount: Decimal | null, currency: CurrencyCode): Money | null {
  return amount === null ? null : { amount, currency };
}
