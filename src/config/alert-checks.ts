/** What alerts name must be there: channels, accounts, budgets. Checked whatever else is wrong with the settings. */

import { z } from 'zod';

const texts = z.array(z.string()).catch([]);
const nothing = { channels: [], rules: [] };

/** As much of alerts as the checks across the settings need. */
export const alertOutline = z
  .object({
    channels: z.array(z.object({ id: z.string().catch('') }).catch({ id: '' })).catch([]),
    rules: z
      .array(
        z
          .object({
            id: z.string().catch(''),
            kind: z.string().catch(''),
            channels: texts,
            accounts: texts,
            budgets: texts,
          })
          .catch({ id: '', kind: '', channels: [], accounts: [], budgets: [] }),
      )
      .catch([]),
  })
  .catch(nothing);

type AlertOutline = z.output<typeof alertOutline>;

/** What there is to name. */
export interface Nameable {
  readonly accounts: readonly string[];
  readonly budgets: readonly string[];
  /** Accounts whose balance neither provider nor settings tell. */
  readonly withoutBalance: readonly string[];
}

export interface AlertIssue {
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}

const needsBalance = ['balanceBelow', 'runwayBelow'];

/** Names that lead nowhere, and where each stands. */
export function alertIssues({ channels, rules }: AlertOutline, known: Nameable): AlertIssue[] {
  return rules.flatMap((rule, index) => {
    const issuesOf = (
      field: 'channels' | 'accounts' | 'budgets',
      isFine: (name: string) => boolean,
      expected: string,
    ): AlertIssue[] =>
      rule[field].flatMap((found, at) =>
        isFine(found) ? [] : [{ path: `alerts.rules.${index}.${field}.${at}`, expected, found }],
      );
    const isChannel = (name: string): boolean => channels.some(({ id }) => id === name);
    const lacksBalance = (name: string): boolean =>
      needsBalance.includes(rule.kind) && known.withoutBalance.includes(name);
    return [
      ...issuesOf('channels', isChannel, 'expected a channel of alerts'),
      ...issuesOf('accounts', (name) => matchesAny(name, known.accounts), 'expected an account of this file'),
      ...issuesOf(
        'accounts',
        (name) => !lacksBalance(name),
        'expected an account with a balance, of its provider or in the settings',
      ),
      ...issuesOf('budgets', (name) => matchesAny(name, known.budgets), 'expected a budget of this file'),
    ];
  });
}

/** "*" alone may find nothing yet. */
function matchesAny(name: string, known: readonly string[]): boolean {
  if (name === '*') return true;
  const parts = name.split('*').map((part) => RegExp.escape(part));
  const pattern = new RegExp(`^${parts.join('.*')}$`);
  return known.some((one) => pattern.test(one));
}
