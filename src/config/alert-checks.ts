/** What alerts name must be there: channels, accounts, budgets. Checked whatever else is wrong with the settings. */

import { z } from 'zod';

import { choiceOutline, type Choices } from './allocation-settings.ts';

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
            allocations: choiceOutline,
          })
          .catch({ id: '', kind: '', channels: [], accounts: [], budgets: [], allocations: {} }),
      )
      .catch([]),
  })
  .catch(nothing);

type AlertOutline = z.output<typeof alertOutline>;

/** What there is to name. */
export interface Nameable {
  readonly accounts: readonly string[];
  readonly budgets: readonly { readonly id: string; readonly allocations: Choices }[];
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
    const budgetIds = known.budgets.map(({ id }) => id);
    return [
      ...issuesOf('channels', isChannel, 'expected a channel of alerts'),
      ...issuesOf('accounts', (name) => matchesAny(name, known.accounts), 'expected an account of this file'),
      ...issuesOf(
        'accounts',
        (name) => !lacksBalance(name),
        'expected an account with a balance, of its provider or in the settings',
      ),
      ...issuesOf('budgets', (name) => matchesAny(name, budgetIds), 'expected a budget of this file'),
      ...withoutBudget(rule, index, known),
    ];
  });
}

/** A rule for budgets of values that no budget is about. */
function withoutBudget(
  { kind, budgets, allocations }: AlertOutline['rules'][number],
  index: number,
  known: Nameable,
): AlertIssue[] {
  const choices = Object.entries(allocations);
  const named = known.budgets.filter(({ id }) => budgets.length === 0 || matchesAny(id, budgets));
  const isAbout = (own: Choices): boolean =>
    choices.every(
      ([id, values]) => own[id] !== undefined && own[id].every((value) => values.includes(value)),
    );
  if (kind !== 'budget' || choices.length === 0 || named.some((one) => isAbout(one.allocations))) return [];
  const expected = 'expected values that a budget of this file is about, by its filter.allocations';
  return [{ path: `alerts.rules.${index}.allocations`, expected, found: JSON.stringify(allocations) }];
}

/** "*" alone may find nothing yet. */
function matchesAny(name: string, known: readonly string[]): boolean {
  if (name === '*') return true;
  const parts = name.split('*').map((part) => RegExp.escape(part));
  const pattern = new RegExp(`^${parts.join('.*')}$`);
  return known.some((one) => pattern.test(one));
}
