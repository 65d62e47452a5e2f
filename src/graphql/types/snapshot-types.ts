/** What a provider says of an account beside its lists: budgets of keys that were set there, and its own dashboard. */

import { GatewayError } from '../../domain/errors.ts';
import { money } from '../../domain/money.ts';
import type { CurrencyCode } from '../../domain/rows.ts';
import type { ModelUsage, TeamCost, VendorBudget } from '../../domain/snapshots.ts';
import { readSnapshot, type Snapshot } from '../../query/read-snapshot.ts';
import { builder } from '../builder.ts';
import { AccountType } from './account-types.ts';
import { VendorBudgetTypeEnum } from './enums.ts';
import { MoneyType } from './money-types.ts';
import { SnapshotInterface } from './snapshot-interface.ts';

type InCurrency<T> = T & { readonly currency: CurrencyCode };

const VendorBudgetType = builder.objectRef<InCurrency<VendorBudget>>('VendorBudget').implement({
  description:
    'What an API key may spend, as it was set at the provider, which enforces it. It is no budget of this gateway.',
  fields: (t) => {
    const part = (name: 'limit' | 'used' | 'remaining', description: string) =>
      t.field({
        type: MoneyType,
        nullable: true,
        description,
        resolve: (budget) => money(budget[name], budget.currency),
      });
    return {
      keyId: t.exposeString('keyId', { nullable: true, description: "The provider's id of the key." }),
      keyName: t.exposeString('keyName', { nullable: true, description: 'Its name there.' }),
      type: t.expose('type', { type: VendorBudgetTypeEnum, description: 'How it works.' }),
      providerType: t.exposeString('providerType', {
        nullable: true,
        description: "The provider's own word for it.",
      }),
      limit: part('limit', 'What may be spent. Null: there is no limit, or it is not told.'),
      used: part('used', 'What was. Null: nothing is counted, or it is not told.'),
      remaining: part(
        'remaining',
        'What is left by the provider; negative where more was spent. Null: likewise.',
      ),
      cycle: t.exposeString('cycle', {
        nullable: true,
        description: "When it is there anew, in the provider's own word. Null: it is not.",
      }),
      periodStart: t.expose('periodStart', {
        type: 'DateTime',
        nullable: true,
        description: 'Since when it counts. Null: not told.',
      }),
      periodEnd: t.expose('periodEnd', {
        type: 'DateTime',
        nullable: true,
        description: 'Until when, as the provider writes it: perhaps the last second of it. Null: not told.',
      }),
    };
  },
});

const ModelUsageType = builder.objectRef<ModelUsage>('ModelUsage').implement({
  description: 'What one model was used for. The provider gives it no cost.',
  fields: (t) => ({
    model: t.exposeString('model', { description: 'Its name.' }),
    requests: t.expose('requests', { type: 'BigInt', nullable: true, description: 'Null: not told.' }),
    tokens: t.expose('tokens', { type: 'BigInt', nullable: true, description: 'Null: not told.' }),
  }),
});

const TeamCostType = builder.objectRef<InCurrency<TeamCost>>('TeamCost').implement({
  description: 'What one team cost.',
  fields: (t) => ({
    teamId: t.exposeString('teamId', { nullable: true, description: "The provider's id of the team." }),
    teamName: t.exposeString('teamName', { nullable: true, description: 'Its name there.' }),
    cost: t.field({
      type: MoneyType,
      nullable: true,
      description: 'Null: not told.',
      resolve: ({ cost, currency }) => money(cost, currency),
    }),
    conversations: t.expose('conversations', {
      type: 'BigInt',
      nullable: true,
      description: 'Null: not told.',
    }),
  }),
});

const VendorBudgetsType = builder.objectRef<Snapshot<'VENDOR_BUDGETS'>>('VendorBudgets').implement({
  description: 'The budgets of API keys at the provider, as they were read.',
  interfaces: [SnapshotInterface],
  fields: (t) => ({
    budgets: t.field({
      type: [VendorBudgetType],
      description: 'One for each key that the provider lists; a key without a limit is UNLIMITED.',
      resolve: ({ reported }) =>
        reported?.budgets.map((one) => ({ ...one, currency: reported.currency })) ?? [],
    }),
  }),
});

interface Summary extends Snapshot<'SUMMARY'> {
  readonly days: number;
}

const UsageSummaryType = builder.objectRef<Summary>('UsageSummary').implement({
  description:
    "What the provider's dashboard says of the last days up to now: a window that moves with the clock, no billing period, and never a bill. The provider decides what it tells to whom: what it does not is null.",
  interfaces: [SnapshotInterface],
  fields: (t) => {
    const count = (name: 'totalTokens' | 'inputTokens' | 'outputTokens' | 'requests', description: string) =>
      t.field({
        type: 'BigInt',
        nullable: true,
        description: `${description} Null: not told.`,
        resolve: ({ reported }) => reported?.[name] ?? null,
      });
    return {
      days: t.exposeInt('days', { description: 'How many days it looks back from asOf.' }),
      cost: t.field({
        type: MoneyType,
        nullable: true,
        description: 'What they cost, in the currency of the dashboard. Null: not told.',
        resolve: ({ reported }) => reported && money(reported.cost, reported.currency),
      }),
      totalTokens: count('totalTokens', 'All tokens.'),
      inputTokens: count('inputTokens', 'Those that went in.'),
      outputTokens: count('outputTokens', 'Those that came out.'),
      requests: count('requests', 'Requests.'),
      byModel: t.field({
        type: [ModelUsageType],
        nullable: true,
        description: 'By model, without money. Null: not told.',
        resolve: ({ reported }) => reported?.models ?? null,
      }),
      byTeam: t.field({
        type: [TeamCostType],
        nullable: true,
        description: 'By team: a ranking, which need not add up to the cost. Null: not told.',
        resolve: ({ reported }) =>
          reported?.teams?.map((one) => ({ ...one, currency: reported.currency })) ?? null,
      }),
    };
  },
});

const mostDays = 90;

builder.objectFields(AccountType, (t) => ({
  vendorBudgets: t.field({
    type: VendorBudgetsType,
    nullable: true,
    description:
      'What its API keys may spend, as it was set at the provider; read only. Null: the provider has no such list. One small call where it is not held.',
    resolve: (account, _args, context) => readSnapshot(account, 'VENDOR_BUDGETS', context),
  }),
  summary: t.field({
    type: UsageSummaryType,
    nullable: true,
    description:
      "The provider's own dashboard of the last days: a window that ends now. Null: the provider has none. One small call where it is not held, for each number of days.",
    args: {
      days: t.arg.int({ defaultValue: 30, description: `How many days, 1 to ${mostDays}. Default: 30.` }),
    },
    async resolve(account, args, context): Promise<Summary | null> {
      const days = args.days ?? 30;
      if (days < 1 || days > mostDays) {
        throw new GatewayError('BAD_USER_INPUT', `days: expected 1 to ${mostDays}`);
      }
      const read = await readSnapshot(account, 'SUMMARY', context, String(days));
      return read && { ...read, days };
    },
  }),
}));
