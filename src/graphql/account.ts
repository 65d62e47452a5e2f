/** Providers and accounts. The lists of an account are added beside the types that they return. */

import type { Account, ProviderProfile } from '../domain/account.ts';
import { builder } from './builder.ts';
import type { GatewayContext } from './context.ts';
import { ProviderStatusEnum, RowKindEnum } from './enums.ts';
import { healthOf } from '../ledger/status.ts';
import { checkNames } from './sources.ts';

export const ProviderType = builder.objectRef<ProviderProfile>('Provider').implement({
  description: 'A vendor of GPU or LLM capacity.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Short and stable: "ppio". What filters take.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    kinds: t.expose('kinds', { type: [RowKindEnum], description: 'The kinds of row it has.' }),
    timeZone: t.exposeString('timeZone', {
      description:
        'The zone in which its days and months begin, unless the settings of an account say otherwise.',
    }),
    homepage: t.exposeString('homepage', { nullable: true, description: 'Its home page.' }),
    status: t.field({
      type: ProviderStatusEnum,
      description: 'How it answered last, before this request read anything.',
      resolve: ({ id }, _args, context) => statusOf(id, context),
    }),
  }),
});

export const AccountType = builder.objectRef<Account>('Account');

builder.node(AccountType, {
  description: "One credential's billing account at one provider.",
  id: {
    resolve: ({ id }) => id,
    description: 'From the settings of the gateway; stable. What filters take, and what node(id) takes.',
  },
  loadWithoutCache: (id, context) => findAccount(id, context),
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'settlement' in value,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name, from the settings.' }),
    provider: t.expose('provider', { type: ProviderType, description: 'The vendor.' }),
    currency: t.expose('currency', {
      type: 'CurrencyCode',
      nullable: true,
      description: 'The currency of all its amounts. Null where each row carries its own.',
    }),
    kinds: t.expose('kinds', {
      type: [RowKindEnum],
      description: 'The kinds of row that can be asked of it.',
    }),
  }),
});

builder.queryFields((t) => ({
  providers: t.field({
    type: [ProviderType],
    description: 'The providers of the accounts that the caller may see.',
    resolve: (_root, _args, { visible }) => [...new Set(visible.accounts.map(({ provider }) => provider))],
  }),
  accounts: t.field({
    type: [AccountType],
    description: 'The accounts that the caller may see.',
    args: { providers: t.arg.idList({ description: 'Only accounts at these providers. Null: at all.' }) },
    resolve: (_root, { providers }, { visible: { accounts } }) => {
      checkNames(
        'provider',
        providers,
        accounts.map(({ provider }) => provider.id),
      );
      return accounts.filter(({ provider }) => providers?.includes(provider.id) ?? true);
    },
  }),
  account: t.field({
    type: AccountType,
    nullable: true,
    description: 'One account, or null where the caller sees none of that id.',
    args: { id: t.arg.id({ required: true, description: 'Account.id' }) },
    resolve: (_root, { id }, context) => findAccount(id, context),
  }),
}));

function findAccount(id: string, { visible }: GatewayContext): Account | null {
  return visible.accounts.find((account) => account.id === id) ?? null;
}

function statusOf(providerId: string, { visible, ledger, lifetime }: GatewayContext) {
  lifetime.endsNow();
  return healthOf(
    ledger,
    visible.sources.filter(({ account }) => account.provider.id === providerId),
  );
}
