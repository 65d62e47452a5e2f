/** What the check of an account's month came to, and why nothing could be compared where nothing was. */

import type { CheckQuery } from '../../generated/operations.ts';

type CheckView = Pick<
  NonNullable<CheckQuery['reconciliation']>[number],
  'isBalanced' | 'charges' | 'invoices' | 'coverage'
>;

/**
 * `open`: a list could not be read. `awaiting`: the provider has no statement of the month yet. `unstated`: it has none,
 * or lists none at all. `uncharged`: it lists no charges.
 */
export type CheckState = 'balanced' | 'differs' | 'open' | 'awaiting' | 'unstated' | 'uncharged';

export function stateOf({ isBalanced, charges, invoices, coverage: { sources } }: CheckView): CheckState {
  if (isBalanced !== null) return isBalanced ? 'balanced' : 'differs';
  if (sources.some(({ status }) => status === 'FAILED')) return 'open';
  const lists = sources.filter(({ kind }) => kind === 'INVOICE');
  if (lists.length === 0) return 'unstated';
  const hasCharges = sources.some(({ kind }) => kind === 'BILL' || kind === 'DAILY_DETAIL');
  if (!hasCharges) return 'uncharged';
  // A list that does not reach back so far is null.
  if (charges === null || invoices === null || invoices.length > 0) return 'open';
  return lists.every(({ settlement }) => settlement.status === 'FINAL') ? 'unstated' : 'awaiting';
}
