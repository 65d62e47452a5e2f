/** ApiKeyUsage: usage and its cost per API key. */

import type { InputShapeFromFields } from '@pothos/core';

import type { ApiKeyUsageRow, IntegerText } from '../domain/rows.ts';
import { AccountType } from './account.ts';
import { builder } from './builder.ts';
import { ChargeInterface, ChargeOrder, isIn, matchesCharge, toChargeOrder } from './charge.ts';
import type { GatewayContext } from './context.ts';
import { BillingMethodEnum, UsageCycleEnum } from './enums.ts';
import { PeriodInput, toDates } from './period.ts';
import { answer } from './question.ts';
import type { Sourced } from './views.ts';
import { isNarrow, scopeOf, type Scope } from './sources.ts';
import { Money, money } from './totals.ts';

const ApiKeyType = builder.objectRef<ApiKeyUsageRow['apiKey']>('ApiKey').implement({
  description: 'An API key at a provider. Its secret is not known here.',
  fields: (t) => ({
    id: t.exposeString('id', {
      description: "The provider's id of the key: stable when the key is renamed.",
    }),
    name: t.exposeString('name', {
      nullable: true,
      description: 'Its name, as of the row. Null: it has none.',
    }),
    maskedKey: t.exposeString('maskedKey', {
      nullable: true,
      description: 'The key as the provider masks it: sk-****9c1d.',
    }),
  }),
});

export const ApiKeyUsageType = builder.objectRef<Sourced<'API_KEY_USAGE'>>('ApiKeyUsage').implement({
  description:
    'What one API key used of one product in one cycle, and its cost. From PPIO and Novita. It is the same money as in usage by day, seen by key: never add the two.',
  interfaces: [ChargeInterface],
  fields: (t) => {
    const count = (description: string, of: (row: ApiKeyUsageRow) => IntegerText | null) =>
      t.field({ type: 'BigInt', nullable: true, description, resolve: ({ row }) => of(row) });
    const price = (description: string, of: (row: ApiKeyUsageRow) => ApiKeyUsageRow['inputUnitPrice']) =>
      t.field({
        type: Money,
        nullable: true,
        description,
        resolve: ({ row }) => money(of(row), row.currency),
      });
    return {
      apiKey: t.field({ type: ApiKeyType, description: 'The key.', resolve: ({ row }) => row.apiKey }),
      cycle: t.field({
        type: UsageCycleEnum,
        description: 'How long the row is.',
        resolve: ({ row }) => row.cycle,
      }),
      inputTokens: count(
        'All input tokens, those read from and written to the cache included. Null where the product is not measured in tokens.',
        (row) => row.inputTokens,
      ),
      outputTokens: count('Output tokens. Null as inputTokens.', (row) => row.outputTokens),
      cacheReadTokens: count(
        'Input tokens read from the cache. Null: not said.',
        (row) => row.cacheReadTokens,
      ),
      cacheWriteTokens: count(
        'Input tokens written to the cache. Null: not said.',
        (row) => row.cacheWriteTokens,
      ),
      reasoningTokens: count('Reasoning tokens. Null: not said.', (row) => row.reasoningTokens),
      requestCount: count('Requests. Null: not said.', (row) => row.requestCount),
      inputUnitPrice: price(
        'List price of input; for LLMs, of a million tokens.',
        (row) => row.inputUnitPrice,
      ),
      outputUnitPrice: price(
        'List price of output; for LLMs, of a million tokens.',
        (row) => row.outputUnitPrice,
      ),
      discountedInputUnitPrice: price(
        'Price of input after discount.',
        (row) => row.discountedInputUnitPrice,
      ),
      discountedOutputUnitPrice: price(
        'Price of output after discount.',
        (row) => row.discountedOutputUnitPrice,
      ),
    };
  },
});

const ApiKeyUsageConnection = builder.connectionObject(
  {
    type: ApiKeyUsageType,
    name: 'ApiKeyUsageConnection',
    description: 'A page of usage, with sums over all that matches.',
  },
  { name: 'ApiKeyUsageEdge' },
);

const ApiKeyUsageFilter = builder.inputType('ApiKeyUsageFilter', {
  description: 'Which usage. Several fields must all hold; within a list one is enough.',
  fields: (t) => ({
    accounts: t.idList({ description: 'Account.id. Null: every account that has usage by key.' }),
    providers: t.idList({ description: 'Provider.id. Null: every provider that has usage by key.' }),
    categories: t.stringList({ description: 'Product.category: llm, gen_api, web_search, ...' }),
    productName: t.string({ description: "A part of the product's name, in any case." }),
    apiKeys: t.stringList({ description: 'ApiKey.id' }),
    billingMethods: t.field({ type: [BillingMethodEnum], description: 'Charge.billingMethod' }),
    currencies: t.field({ type: ['CurrencyCode'], description: 'The currency of the amounts.' }),
  }),
});

const usageArgs = builder.args((t) => ({
  period: t.field({
    type: PeriodInput,
    required: true,
    description: 'Usage whose charge period starts in it.',
  }),
  cycle: t.field({
    type: UsageCycleEnum,
    defaultValue: 'DAY',
    description:
      'How long one row is. Rows of different cycles are the same usage cut differently, so their totals differ where the period begins or ends within a week or month: a row belongs to the period in which it starts.',
  }),
  filter: t.field({ type: ApiKeyUsageFilter, description: 'Which of it. Null: all.' }),
  orderBy: t.field({ type: ChargeOrder, description: 'Null: newest first.' }),
  ...t.connectionArgs(),
}));

type Args = InputShapeFromFields<typeof usageArgs>;

builder.queryField('apiKeyUsage', (t) =>
  t.field({
    type: ApiKeyUsageConnection,
    nullable: true,
    description:
      "Usage per API key over all accounts that have it. Null only when every account failed, with errors saying why; one provider's failure leaves the others' rows whole and is told in coverage.",
    args: usageArgs,
    resolve: (_root, args, context) => readUsage(args.filter ?? {}, args, context),
  }),
);

builder.objectField(AccountType, 'apiKeyUsage', (t) =>
  t.field({
    type: ApiKeyUsageConnection,
    nullable: true,
    description: 'As Query.apiKeyUsage, for this account alone.',
    args: usageArgs,
    resolve: ({ id }, args, context) => readUsage(scopeOf(id, args.filter), args, context),
  }),
);

function readUsage(scope: Scope, args: Args, context: GatewayContext) {
  const filter = args.filter ?? {};
  return answer(
    {
      kind: 'API_KEY_USAGE',
      scope,
      dates: toDates(args.period),
      choice: () => [args.cycle ?? 'DAY'],
      matches: isNarrow(filter)
        ? (row) => matchesCharge(row, filter) && isIn(filter.apiKeys, row.apiKey.id)
        : null,
      order: toChargeOrder(args.orderBy),
      page: args,
      fingerprint: [args.cycle, args.filter, args.orderBy],
    },
    context,
  );
}
