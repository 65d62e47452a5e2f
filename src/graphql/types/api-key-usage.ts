/** ApiKeyUsage: usage and its cost per API key. */

import type { InputShapeFromFields } from '@pothos/core';

import type { ApiKeyUsageRow, IntegerText } from '../../domain/rows.ts';
import { builder } from '../builder.ts';
import { createChargeTest, isIn } from '../../reports/charge-filter.ts';
import { ChargeInterface, ChargeOrder, groupFilterFields, partOfName, toChargeOrder } from './charge.ts';
import type { GatewayContext } from '../../query/context.ts';
import { BillingMethodEnum, UsageCycleEnum } from './enums.ts';
import { NodeInterface } from './node.ts';
import { toPeriod } from '../../query/asked-period.ts';
import { PeriodInput } from './period.ts';
import { addRowList, createRowFilters } from './row-lists.ts';
import { answer } from '../../query/list-request.ts';
import type { Sourced } from '../../query/sorted-segments.ts';
import { isNarrow, type Scope } from '../../query/sources.ts';
import { money } from '../../domain/money.ts';
import { MoneyType } from './money-types.ts';

const ApiKeyType = builder.objectRef<ApiKeyUsageRow['apiKey']>('ApiKey').implement({
  description: 'An API key at a provider. The gateway does not know its secret.',
  fields: (t) => ({
    keyId: t.exposeString('id', {
      nullable: true,
      description:
        "The provider's id of the key: stable when the key is renamed. Null: the row names no key.",
    }),
    name: t.exposeString('name', {
      nullable: true,
      description: 'Its name at the time of the row. Null: it has no name.',
    }),
    maskedKey: t.exposeString('maskedKey', {
      nullable: true,
      description: 'The key as the provider masks it: sk-****9c1d.',
    }),
  }),
});

export const ApiKeyUsageType = builder.objectRef<Sourced<'API_KEY_USAGE'>>('ApiKeyUsage').implement({
  description:
    'What one API key used of one product in one cycle, and its cost. From providers that list usage by key (Provider.kinds has API_KEY_USAGE). This is the same money as in dailyDetails, so never add the two.',
  interfaces: [NodeInterface, ChargeInterface],
  fields: (t) => {
    const count = (description: string, of: (row: ApiKeyUsageRow) => IntegerText | null) =>
      t.field({ type: 'BigInt', nullable: true, description, resolve: ({ row }) => of(row) });
    const price = (description: string, of: (row: ApiKeyUsageRow) => ApiKeyUsageRow['inputUnitPrice']) =>
      t.field({
        type: MoneyType,
        nullable: true,
        description,
        resolve: ({ row }) => money(of(row), row.currency),
      });
    return {
      apiKey: t.field({ type: ApiKeyType, description: 'The key.', resolve: ({ row }) => row.apiKey }),
      cycle: t.field({
        type: UsageCycleEnum,
        description: 'How long a time the row covers.',
        resolve: ({ row }) => row.cycle,
      }),
      inputTokens: count(
        'All input tokens, including those read from and written to the cache. Null if the product is not measured in tokens.',
        (row) => row.inputTokens,
      ),
      outputTokens: count('Output tokens. Null as inputTokens.', (row) => row.outputTokens),
      cacheReadTokens: count(
        'Input tokens read from the cache. Null: the provider does not say.',
        (row) => row.cacheReadTokens,
      ),
      cacheWriteTokens: count(
        'Input tokens written to the cache. Null: the provider does not say.',
        (row) => row.cacheWriteTokens,
      ),
      reasoningTokens: count('Reasoning tokens. Null: not said.', (row) => row.reasoningTokens),
      requestCount: count('Requests. Null: not said.', (row) => row.requestCount),
      inputUnitPrice: price(
        'List price of input; for LLMs, per million tokens.',
        (row) => row.inputUnitPrice,
      ),
      outputUnitPrice: price(
        'List price of output; for LLMs, per million tokens.',
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
    description: 'A page of usage, with sums over all matching rows.',
  },
  { name: 'ApiKeyUsageEdge' },
);

const filters = createRowFilters('ApiKeyUsageFilter', {
  which: 'usage',
  has: 'usage by key',
  fields: (t) => ({
    categories: t.stringList({ description: 'Product.category: llm, gen_api, web_search, ...' }),
    productName: t.string({ description: `A part of the product's name, ${partOfName}.` }),
    ...groupFilterFields(t),
    apiKeys: t.stringList({ description: 'ApiKey.keyId' }),
    billingMethods: t.field({ type: [BillingMethodEnum], description: 'Charge.billingMethod' }),
    currencies: t.field({ type: ['CurrencyCode'], description: 'The currency of the amounts.' }),
  }),
});

const argsWith = (filter: typeof filters.all) =>
  builder.args((t) => ({
    period: t.field({
      type: PeriodInput,
      required: true,
      description: 'Selects usage whose charge period starts in this period.',
    }),
    cycle: t.field({
      type: UsageCycleEnum,
      defaultValue: 'DAY',
      description:
        'How long a time one row covers. All cycles show the same usage. Their totals differ if the period begins or ends within a week or month, because a row belongs to the period in which it starts.',
    }),
    filter: t.field({ type: filter, description: 'Which of it. Null: all.' }),
    orderBy: t.field({ type: ChargeOrder, description: 'Null: newest first.' }),
    ...t.connectionArgs(),
  }));

type Args = InputShapeFromFields<ReturnType<typeof argsWith>>;

addRowList({
  name: 'apiKeyUsage',
  kind: 'API_KEY_USAGE',
  type: ApiKeyUsageConnection,
  description: 'Usage per API key, over all accounts that have it.',
  args: argsWith(filters.all),
  ownArgs: argsWith(filters.own),
  read: readUsage,
});

function readUsage(own: Scope | null, args: Args, context: GatewayContext) {
  const filter = args.filter ?? {};
  return answer(
    {
      kind: 'API_KEY_USAGE',
      scope: own ?? filter,
      period: toPeriod(args.period, context),
      choice: () => [args.cycle ?? 'DAY'],
      matches: isNarrow(filter) ? createTest(filter) : null,
      order: toChargeOrder(args.orderBy),
      page: args,
      fingerprint: [args.cycle, args.filter, args.orderBy],
    },
    context,
  );
}

function createTest(filter: typeof filters.all.$inferInput): (row: ApiKeyUsageRow) => boolean {
  const isSelected = createChargeTest(filter);
  return (row) => isSelected(row) && isIn(filter.apiKeys, row.apiKey.id);
}
