/** What of a month the rules of an allocation miss: rules that match nothing, and keys and projects that none matches. */

import type { Account } from '../domain/account.ts';
import { addDays, datesOf, type YearMonth } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import { GatewayError } from '../domain/errors.ts';
import {
  canMatch,
  notAttributed,
  valuesOfRule,
  type Allocation,
  type AllocationRule,
} from '../reports/allocation-rules.ts';
import type { SpendDimension } from '../reports/spend-dimensions.ts';
import { rankGroups } from '../reports/spend-order.ts';
import type { SpendGroup } from '../reports/spend-group.ts';
import { createSpend } from '../reports/spend.ts';
import { mergeTotals, type Totals } from '../reports/totals.ts';
import { readCharges } from './attributed-charges.ts';
import type { CostBasis } from './spend-charges.ts';
import type { GatewayContext } from './context.ts';
import { throwIfAllFailed } from './sources.ts';
import { createCollector } from './spend-parts.ts';

export interface CheckedRule {
  /** From 1 on, among the rules that concern accounts of the caller. */
  readonly number: number;
  readonly values: readonly string[];
  /** Whether it holds on a day of the month. */
  readonly isInForce: boolean;
  readonly rowCount: number;
  readonly totals: readonly Totals[];
}

export const unmatchedKinds = ['API_KEY', 'PROJECT', 'CATEGORY'] as const;

/** A key, a project, or else a category of an account, with cost that no rule matches. */
export interface Unmatched {
  readonly kind: (typeof unmatchedKinds)[number];
  readonly account: Account;
  readonly value: string;
  readonly label: string;
  readonly rowCount: number;
  readonly totals: readonly Totals[];
  /** The rule that would catch it, as a line of YAML. */
  readonly yaml: string;
}

export interface AllocationCheck {
  readonly allocation: Allocation;
  readonly month: YearMonth;
  readonly rules: readonly CheckedRule[];
  readonly unmatched: readonly Unmatched[];
  /** What no rule matches, whatever it is. */
  readonly unallocated: readonly Totals[];
  readonly notAttributed: readonly Totals[];
  readonly totals: readonly Totals[];
  readonly sources: readonly SourceCoverage[];
}

/** Reads it. @throws GatewayError; AggregateError when every account failed */
export async function checkAllocation(
  id: string,
  month: YearMonth,
  context: GatewayContext,
): Promise<AllocationCheck> {
  const { allocations, accounts } = context.visibility;
  const allocation = allocations.find((one) => one.id === id);
  if (allocation === undefined) {
    const known = allocations.map((one) => one.id).join(', ') || 'none';
    throw new GatewayError(
      'BAD_USER_INPUT',
      `there is no allocation "${id.slice(0, 64)}"; there are: ${known}`,
    );
  }
  const rules = allocation.rules.filter((rule) => accounts.some((account) => canMatch(rule, account)));
  const cost = await readGroups(
    'COST',
    ['ALLOCATION', 'ACCOUNT', 'PROJECT', 'API_KEY', 'CATEGORY'],
    { allocation, rules, month },
    context,
  );
  const keys = await readGroups(
    'KEYS',
    ['ALLOCATION', 'ACCOUNT', 'API_KEY'],
    { allocation, rules, month },
    context,
  );
  throwIfAllFailed(cost.sources);
  const ofValue = (value: string | null): SpendGroup[] =>
    cost.groups.filter(({ key }) => key[0]?.value === value);
  const areKeysCost = cost.groups.some(({ key }) => key[3]?.value != null);
  const days = datesOf(month);
  return {
    allocation,
    month,
    rules: rules.map((rule, index) => {
      const own = ofValue(String(index + 1));
      return {
        number: index + 1,
        values: valuesOfRule(rule),
        isInForce: (rule.from ?? '') <= addDays(days.to, -1) && (rule.until ?? '9') >= days.from,
        rowCount: own.reduce((sum, { rowCount }) => sum + rowCount, 0),
        totals: mergeTotals(own.map(({ totals }) => totals)),
      };
    }),
    unmatched: [
      ...unmatchedIn(keys.groups, 'API_KEY', 2, accounts),
      ...unmatchedIn(ofValue(null), 'PROJECT', 2, accounts),
      ...unmatchedIn(
        ofValue(null).filter(
          ({ key }) =>
            key[2]?.value === null && key[3]?.value === null && !isOfKeys(key, accounts, areKeysCost),
        ),
        'CATEGORY',
        4,
        accounts,
      ),
    ],
    unallocated: mergeTotals(ofValue(null).map(({ totals }) => totals)),
    notAttributed: mergeTotals(ofValue(notAttributed).map(({ totals }) => totals)),
    totals: cost.totals,
    sources: [...cost.sources],
  };
}

/** Whether a group is usage that keys tell apart, where the rules look at none. */
function isOfKeys(key: SpendGroup['key'], accounts: readonly Account[], areKeysCost: boolean): boolean {
  const account = accounts.find(({ publicId }) => publicId === key[1]?.value);
  return !areKeysCost && account?.provider.keyedCategories.includes(key[4]?.value ?? '') === true;
}

interface Checked {
  readonly allocation: Allocation;
  readonly rules: readonly AllocationRule[];
  readonly month: YearMonth;
}

/** Groups by the number of the rule that matches; null: none does. */
async function readGroups(
  costBasis: CostBasis,
  groupBy: readonly SpendDimension[],
  { allocation, rules, month }: Checked,
  context: GatewayContext,
) {
  context.allowance.takeList();
  const numbered: Allocation = {
    ...allocation,
    rules: rules.map((rule, index) => ({ ...rule, target: { kind: 'VALUE', value: String(index + 1) } })),
  };
  const spend = createSpend(groupBy);
  const own = { ...context, visibility: { ...context.visibility, allocations: [numbered] } };
  const matches = (): boolean => true;
  const withKeys = context.visibility.accounts.filter(({ kinds }) => kinds.includes('API_KEY_USAGE'));
  const sources = await readCharges(
    {
      costBasis,
      scope: costBasis === 'COST' ? {} : { accounts: withKeys.map(({ id }) => id) },
      datesIn: () => ({ dates: datesOf(month), shift: null }),
      timeZone: null,
      categories: null,
      matches,
      allocations: { asked: allocation.id, choices: [] },
      narrowing: null,
    },
    own,
    createCollector(
      spend,
      { groupBy, rateDay: null, signature: JSON.stringify(['check', groupBy]), matches },
      context,
    ),
  );
  return { groups: rankGroups(spend.groups(), 'COST', null), totals: spend.totals(), sources };
}

/** The values of one dimension among groups that no rule matches, the most cost first. */
function unmatchedIn(
  groups: readonly SpendGroup[],
  kind: Unmatched['kind'],
  at: number,
  accounts: readonly Account[],
): Unmatched[] {
  const missed = groups.filter(({ key }) => key[0]?.value === null && key[at]?.value != null);
  const byValue = Map.groupBy(missed, ({ key }) => JSON.stringify([key[1]?.value, key[at]?.value]));
  return [...byValue.values()].flatMap((own): Unmatched[] => {
    const key = own[0]?.key ?? [];
    const account = accounts.find(({ publicId }) => publicId === key[1]?.value);
    const { value = null, label = '' } = key[at] ?? {};
    if (account === undefined || value === null) return [];
    return [
      {
        kind,
        account,
        value,
        label,
        rowCount: own.reduce((sum, { rowCount }) => sum + rowCount, 0),
        totals: mergeTotals(own.map(({ totals }) => totals)),
        yaml: toYaml(kind, account, value, label),
      },
    ];
  });
}

const fieldOf = { API_KEY: 'apiKeys', PROJECT: 'projects', CATEGORY: 'categories' } as const;

/** A rule as a line of YAML. Texts of vendors stand in double quotes, as JSON does. */
function toYaml(kind: Unmatched['kind'], { id }: Account, value: string, label: string): string {
  // A star would be a wildcard; it stands for itself as well.
  const name = label === value ? '' : ` # ${JSON.stringify(label)}`;
  return `- { when: { accounts: [${id}], ${fieldOf[kind]}: [${JSON.stringify(value)}] }, to: CHANGE-ME }${name}`;
}
