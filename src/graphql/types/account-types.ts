/** Providers and accounts. The files of rows add the lists of an account. */

import type { Account, ProviderProfile } from '../../domain/account.ts';
import { builder } from '../builder.ts';
import type { GatewayContext } from '../../query/context.ts';
import { ProviderStatusEnum, RowKindEnum } from './enums.ts';
import { healthOf } from '../../query/account-health.ts';
import { NodeInterface } from './node.ts';
import { checkNames, isCalled } from '../../query/sources.ts';

export const ProviderType = builder.objectRef<ProviderProfile>('Provider').implement({
  description: 'A vendor of GPU or LLM capacity.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.exposeID('id', {
      description:
        'Short and stable, in lower case, such as "acme". Unique over all types. Use it in filters and in node(id).',
    }),
    name: t.exposeString('name', { description: 'Its name.' }),
    kinds: t.expose('kinds', { type: [RowKindEnum], description: 'The kinds of row that it has.' }),
    timeZone: t.exposeString('timeZone', {
      description:
        'The zone in which its days and months begin, such as Asia/Shanghai. The settings of an account may override it.',
    }),
    homepage: t.exposeString('homepage', { nullable: true, description: 'Its home page.' }),
    status: t.field({
      type: ProviderStatusEnum,
      description: 'How it answered last, before this request.',
      resolve: ({ id }, _args, context) => statusOf(id, context),
    }),
  }),
});

export const AccountType = builder.objectRef<Account>('Account');

AccountType.implement({
  description: "One credential's billing account at one provider.",
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.exposeID('publicId', {
      description:
        'The name in the settings of the gateway, and stable. If an account has the name of a provider ("acme"), its id is "account:acme", because ids are unique over all types. Filters and arguments accept both; node(id) only accepts the id.',
    }),
    name: t.exposeString('name', { description: 'Its name, from the settings.' }),
    provider: t.expose('provider', { type: ProviderType, description: 'The vendor.' }),
    currency: t.expose('currency', {
      type: 'CurrencyCode',
      nullable: true,
      description: 'The currency of all its amounts. Null if each row has its own currency.',
    }),
    kinds: t.expose('kinds', {
      type: [RowKindEnum],
      description: 'The kinds of row that it has.',
    }),
    timeZone: t.exposeString('timeZone', {
      description:
        "The zone in which its days and months begin: the provider's, unless the settings say another.",
    }),
  }),
});

builder.queryFields((t) => ({
  providers: t.field({
    type: [ProviderType],
    description: 'The providers of the accounts that the caller may see.',
    resolve: (_root, _args, { visibility }) => [
      ...new Set(visibility.accounts.map(({ provider }) => provider)),
    ],
  }),
  accounts: t.field({
    type: [AccountType],
    description: 'The accounts that the caller may see.',
    args: {
      providers: t.arg.idList({ description: 'Only accounts at these providers. Null: at all providers.' }),
    },
    resolve: (_root, { providers }, { visibility: { accounts } }) => {
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
    description: 'One account; null if the caller sees no account with this id.',
    args: { id: t.arg.id({ required: true, description: 'Account.id' }) },
    resolve: (_root, { id }, context) => findAccount(id, context),
  }),
}));

function findAccount(name: string, { visibility }: GatewayContext): Account | null {
  return visibility.accounts.find((account) => isCalled(account, name)) ?? null;
}

/** The provider with this id, if the caller sees an account there. */
export function findProvider(id: string, { visibility }: GatewayContext): ProviderProfile | null {
  return visibility.accounts.find(({ provider }) => provider.id === id)?.provider ?? null;
}

function statusOf(providerId: string, { visibility, ledger, validity }: GatewayContext) {
  validity.endsNow();
  return healthOf(
    ledger,
    visibility.sources.filter(({ account }) => account.provider.id === providerId),
  );
}
