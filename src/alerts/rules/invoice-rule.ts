/** invoiceDue: invoices that are to be paid soon, or should have been. */

import type { Account } from '../../domain/account.ts';
import { addMonths, dateIn, daysBetween, firstDayOf, monthOf, addDays } from '../../domain/calendar.ts';
import type { InvoiceRow } from '../../domain/rows.ts';
import { sourceOf } from '../../query/context.ts';
import { byCategories, readSource } from '../../query/sources.ts';
import type { Evaluation, StepState, Verdict } from '../advance.ts';
import type { RuleOf } from '../alert-rules.ts';
import {
  accountsOf,
  attempt,
  merged,
  nothing,
  toAccountDetails,
  unseen,
  type Evaluate,
  type RuleInput,
} from './rule-input.ts';

/** How many months back unpaid invoices are looked for, where the list is read by period. */
const watchedMonths = 6;

export const evaluateInvoices: Evaluate<RuleOf<'invoiceDue'>> = async (rule, input) => {
  const watched = accountsOf(rule, input.context).filter(({ kinds }) => kinds.includes('INVOICE'));
  return merged(await Promise.all(watched.map((account) => evaluateAccount(account, rule, input))));
};

async function evaluateAccount(
  account: Account,
  rule: RuleOf<'invoiceDue'>,
  input: RuleInput,
): Promise<Evaluation> {
  const { context, now, book } = input;
  const source = sourceOf(context.visibility, account, 'INVOICE');
  if (source === undefined) return nothing;
  const today = dateIn(now, account.timeZone);
  const isWhole = Object.values(source.grid.variants).every((step) => step === 'whole');
  const first = firstDayOf(addMonths(monthOf(today), -watchedMonths));
  const dates = isWhole ? null : { from: first, to: addDays(today, 1) };
  const read = await attempt(() => readSource(source, dates, byCategories(null), context));
  const own = book.alerts.filter(
    (alert) => alert.rule === rule.id && alert.state === 'OPEN' && alert.accounts.includes(account.id),
  );
  if ('error' in read || read.value.status !== 'FRESH') {
    const error = 'error' in read ? read.error : read.value.error;
    return {
      ...nothing,
      unseen: [unseen('INVOICE_DUE', `invoices:${account.id}`, account.name, [account.id], error, input)],
      held: own.map(({ scope }) => scope),
    };
  }
  const rows: InvoiceRow[] = [];
  await read.value.visit((row) => void rows.push(row));
  const { asOf } = read.value;
  const isKnown = (scope: string): boolean => own.some((alert) => alert.scope === scope);
  const verdicts = rows.flatMap((row): Verdict[] => {
    const scope = `${account.id}:${row.id}`;
    const { dueDate, status } = row;
    const isUnpaid = status === 'ISSUED' || status === 'OVERDUE';
    if (dueDate === null || (!isUnpaid && !isKnown(scope))) return [];
    const left = daysBetween(today, dueDate);
    const isLate = left < 0 || status === 'OVERDUE';
    const details = {
      kind: 'INVOICE_DUE' as const,
      account: toAccountDetails(account),
      number: row.number ?? row.id,
      total: { amount: row.total, currency: row.currency },
      dueDate,
      status: row.providerStatus,
      asOf,
    };
    const stateOf = (isBeyond: boolean): StepState => (!isUnpaid ? 'CLEARS' : isBeyond ? 'FIRES' : 'HOLDS');
    const steps = [
      ...rule.days.map((days) => ({
        threshold: String(days),
        state: stateOf(isLate || left <= days),
        details: { ...details, isOverdue: false },
      })),
      { threshold: 'OVERDUE', state: stateOf(isLate), details: { ...details, isOverdue: true } },
    ];
    return [{ kind: 'INVOICE_DUE', scope, period: dueDate, accounts: [account.id], steps }];
  });
  return { ...nothing, verdicts };
}
