/** accountFailing: an account whose provider has not answered for a while. */

import { readFailures } from '../../query/read-failures.ts';
import type { Verdict } from '../advance.ts';
import type { RuleOf } from '../alert-rules.ts';
import { accountsOf, nothing, toAccountDetails, type Evaluate } from './rule-input.ts';

export const evaluateFailing: Evaluate<RuleOf<'accountFailing'>> = async (rule, { context }) => {
  const verdicts = await Promise.all(
    accountsOf(rule, context).map(async (account): Promise<Verdict> => {
      const failures = await readFailures(account, context);
      const [first] = failures;
      return {
        kind: 'ACCOUNT_FAILING',
        scope: account.id,
        period: null,
        accounts: [account.id],
        forMs: rule.minutes * 60_000,
        steps: [
          {
            threshold: '',
            state: first === undefined ? 'CLEARS' : 'FIRES',
            details: {
              kind: 'ACCOUNT_FAILING',
              account: toAccountDetails(account),
              minutes: rule.minutes,
              code: first?.error.code ?? '',
              lists: failures.map(({ kind }) => kind),
            },
          },
        ],
      };
    }),
  );
  return { ...nothing, verdicts };
};
