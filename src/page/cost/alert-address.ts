/** Where in the page one sees what an alert is about. */

import { isDate, isMonth } from '../format/dates.ts';
import type { AlertKind } from '../generated/operations.ts';
import { addressOf } from '../shell/route.ts';

export interface AlertSubject {
  readonly kind: AlertKind;
  readonly period: string | null;
  readonly accounts: readonly { readonly id: string }[];
}

export function alertAddress({ kind, period, accounts }: AlertSubject): string {
  const month = period === null ? '' : isMonth(period) ? period : period.slice(0, 7);
  const account = accounts.length === 1 ? (accounts[0]?.id ?? '') : '';
  // The day, by what was charged on it.
  if (kind === 'ANOMALY') {
    const day = period !== null && isDate(period) ? `${period}..${period}` : '';
    return addressOf('explore', { period: day, by: 'PRODUCT', ACCOUNT: account });
  }
  // It is kept by the first day of what it sums up.
  if (kind === 'DIGEST') return addressOf('explore', { period: month, by: 'PRODUCT' });
  if (kind === 'SETTLED') return addressOf('check', { month });
  if (kind === 'INVOICE_DUE') return addressOf('invoices');
  // The card of the account.
  return addressOf('overview', kind === 'BUDGET' ? {} : { account });
}
