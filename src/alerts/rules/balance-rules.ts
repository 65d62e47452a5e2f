/** balanceBelow and runwayBelow: credit that runs low, by amount and by days. */

import type { Account } from '../../domain/account.ts';
import { compareDecimals, multiplyDecimals, type Decimal } from '../../domain/decimal.ts';
import { readBalance, readRunway, type Balance } from '../../query/read-balance.ts';
import type { Evaluation, StepState } from '../advance.ts';
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

/** An alarm is over once the balance is a twentieth above the threshold. */
const calmBalance = '1.05' as Decimal;

export const evaluateBalance: Evaluate<RuleOf<'balanceBelow'>> = async (rule, input) =>
  merged(
    await Promise.all(
      accountsOf(rule, input.context).map((account) =>
        withBalance(account, 'BALANCE_BELOW', input, async (balance) => {
          const left = leftOf(balance);
          if (left === null) return nothing;
          const steps = rule.amount.map((threshold) => ({
            threshold,
            state: stateBelow(left.amount, threshold),
            details: {
              kind: 'BALANCE_BELOW' as const,
              account: toAccountDetails(account),
              balance: left,
              threshold: { amount: threshold, currency: left.currency },
              source: balance.source,
              asOf: balance.asOf,
            },
          }));
          return {
            ...nothing,
            verdicts: [
              { kind: 'BALANCE_BELOW', scope: account.id, period: null, accounts: [account.id], steps },
            ],
          };
        }),
      ),
    ),
  );

function stateBelow(left: Decimal, threshold: Decimal): StepState {
  if (compareDecimals(left, threshold) < 0) return 'FIRES';
  return compareDecimals(left, multiplyDecimals(threshold, calmBalance)) < 0 ? 'HOLDS' : 'CLEARS';
}

export const evaluateRunway: Evaluate<RuleOf<'runwayBelow'>> = async (rule, input) =>
  merged(
    await Promise.all(
      accountsOf(rule, input.context).map((account) =>
        withBalance(account, 'RUNWAY_BELOW', input, async (balance) => {
          const runway = await readRunway(balance, input.context);
          const left = leftOf(balance);
          // Too few days to tell, or nothing is spent: that is neither an alarm nor its end.
          if (runway === null || left === null) return { ...nothing, held: [account.id] };
          const { days, exhaustedOn, dailyCash, basedOnDays, currency } = runway;
          const steps = rule.days.map((threshold) => ({
            threshold: String(threshold),
            state: stateOfDays(days, threshold),
            details: {
              kind: 'RUNWAY_BELOW' as const,
              account: toAccountDetails(account),
              balance: left,
              days,
              threshold,
              exhaustedOn,
              dailyCash: { estimated: dailyCash, currency },
              basedOnDays,
              asOf: balance.asOf,
            },
          }));
          return {
            ...nothing,
            verdicts: [
              { kind: 'RUNWAY_BELOW', scope: account.id, period: null, accounts: [account.id], steps },
            ],
          };
        }),
      ),
    ),
  );

/** An alarm is over once the balance lasts two days longer than the threshold. */
const calmDays = 2;

function stateOfDays(days: number, threshold: number): StepState {
  if (days < threshold) return 'FIRES';
  return days < threshold + calmDays ? 'HOLDS' : 'CLEARS';
}

/** What a rule says of a balance that its provider tells now; an older one does not count. */
async function withBalance(
  account: Account,
  kind: 'BALANCE_BELOW' | 'RUNWAY_BELOW',
  input: RuleInput,
  evaluate: (balance: Balance) => Promise<Evaluation>,
): Promise<Evaluation> {
  const read = await attempt(async () => {
    const balance = await readBalance(account, input.context);
    if (balance === null) return nothing;
    if (balance.error !== null) throw balance.error;
    return evaluate(balance);
  });
  if ('value' in read) return read.value;
  return { ...nothing, unseen: [unseen(kind, account.id, account.name, [account.id], read.error, input)] };
}

function leftOf({ reported }: Balance) {
  const amount = reported?.available ?? reported?.cash ?? null;
  return reported === null || amount === null ? null : { amount, currency: reported.currency };
}
