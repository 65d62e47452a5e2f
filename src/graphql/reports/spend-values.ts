/** The parts of a report of spend: keys, converted sums, shares, changes, tokens. */

import type { Decimal } from '../../domain/decimal.ts';
import type { ExchangeRate } from '../../domain/currency-conversion.ts';
import type { TokenCounts } from '../../domain/rows.ts';
import { changesOf, type Change, type Converted, type Share } from '../../reports/spend-report.ts';
import type { SpendKey } from '../../reports/spend-group.ts';
import type { TokenChange } from '../../reports/token-change.ts';
import type { Totals } from '../../reports/totals.ts';
import { builder } from '../builder.ts';
import { SpendDimensionEnum } from '../types/enums.ts';
import { money, type Money } from '../../domain/money.ts';
import { MoneyType, TotalsType } from '../types/money-types.ts';

export const SpendKeyType = builder.objectRef<SpendKey>('SpendKey').implement({
  description: 'The value that the charges of a group share in one dimension.',
  fields: (t) => ({
    dimension: t.expose('dimension', { type: SpendDimensionEnum, description: 'The dimension.' }),
    value: t.exposeString('value', {
      nullable: true,
      description:
        'An id, a name or a date, as filters take it. Null: the provider does not say (some providers have no categories, bills have no project).',
    }),
    label: t.exposeString('label', { description: 'For people: the name, if value is an id.' }),
  }),
});

const ExchangeRateType = builder.objectRef<ExchangeRate>('ExchangeRate').implement({
  description: 'A rate from the settings of the gateway.',
  fields: (t) => ({
    from: t.expose('from', { type: 'CurrencyCode', description: 'One unit of this ...' }),
    to: t.expose('to', {
      type: 'CurrencyCode',
      description: 'The target currency: one unit of `from` is worth `rate` of it.',
    }),
    rate: t.expose('rate', { type: 'Decimal', description: 'How many.' }),
    date: t.expose('date', { type: 'Date', description: 'The day for which it was quoted.' }),
    source: t.exposeString('source', { description: 'Who quoted it.' }),
  }),
});

export const ConvertedType = builder.objectRef<Converted>('ConvertedTotals').implement({
  description:
    'Sums over all currencies, converted into the requested one exactly at these rates. No provider ever billed these amounts.',
  fields: (t) => {
    const amount = (description: string, of: (totals: Converted) => Decimal | null) =>
      t.field({
        type: MoneyType,
        nullable: true,
        description,
        resolve: (totals) => money(of(totals), totals.currency),
      });
    return {
      currency: t.expose('currency', { type: 'CurrencyCode', description: 'The currency of these sums.' }),
      listCost: amount('As Totals.listCost.', ({ listCost }) => listCost),
      billedCost: t.field({
        type: MoneyType,
        description: 'As Totals.billedCost.',
        resolve: ({ billedCost, currency }) => money(billedCost, currency),
      }),
      voucherAmount: amount('As Totals.voucherAmount.', ({ voucherAmount }) => voucherAmount),
      cashAmount: amount('As Totals.cashAmount.', ({ cashAmount }) => cashAmount),
      effectiveCost: amount(
        'As Totals.effectiveCost. What a day costs of a subscription is converted at the rate of the day on which the subscription was charged.',
        ({ effectiveCost }) => effectiveCost,
      ),
      rates: t.expose('rates', {
        type: [ExchangeRateType],
        description: 'The rates that were used. Empty if nothing had to be converted.',
      }),
    };
  },
});

export const ShareType = builder.objectRef<Share>('SpendShare').implement({
  description: "A group's share of the billed cost of the whole report.",
  fields: (t) => ({
    currency: t.expose('currency', { type: 'CurrencyCode', description: 'In this currency.' }),
    ratio: t.expose('ratio', {
      type: 'Decimal',
      nullable: true,
      description:
        'Rounded to six decimal places: 0.25 is a quarter. The shares of all groups add up to 1, so a refund has a negative share, and another group may exceed 1. If the whole is a refund, refunds have positive shares. Null if the whole is zero.',
    }),
  }),
});

const ChangeType = builder.objectRef<Change>('SpendChange').implement({
  description: 'The change of billed cost since the period before.',
  fields: (t) => ({
    currency: t.expose('currency', { type: 'CurrencyCode', description: 'In this currency.' }),
    before: t.field({
      type: MoneyType,
      description: 'The billed cost in the period before; zero if there was none.',
      resolve: ({ before, currency }) => money(before, currency),
    }),
    after: t.field({
      type: MoneyType,
      description: 'In this period.',
      resolve: ({ after, currency }) => money(after, currency),
    }),
    difference: t.field({
      type: MoneyType,
      description: 'After minus before, exact.',
      resolve: ({ difference, currency }) => money(difference, currency),
    }),
    ratio: t.expose('ratio', {
      type: 'Decimal',
      nullable: true,
      description:
        'The difference divided by the absolute value of before, rounded to six decimal places: 0.25 is a quarter more, -0.25 a quarter less, even if before is a refund. Null if before is zero.',
    }),
  }),
});

const TokenChangeType = builder.objectRef<TokenChange>('TokenChange').implement({
  description:
    'Why what is measured in tokens costs more or less than before. Its two parts add up to the difference, digit for digit. The price in effect is an average, so another mix of products, or of input and output, is a change of price.',
  fields: (t) => ({
    before: t.expose('before', { type: 'Decimal', description: 'How many tokens there were.' }),
    after: t.expose('after', { type: 'Decimal', description: 'How many there are.' }),
    byQuantity: t.field({
      type: MoneyType,
      description:
        'What the difference in tokens would have cost at the price in effect before, rounded to ten decimal places.',
      resolve: ({ byQuantity, currency }) => money(byQuantity, currency),
    }),
    byPrice: t.field({
      type: MoneyType,
      description: 'The rest of the difference.',
      resolve: ({ byPrice, currency }) => money(byPrice, currency),
    }),
  }),
});

/** Sums compared with those of the period before. */
export interface Comparison {
  readonly before: readonly Totals[];
  readonly after: readonly Totals[];
  /** Of a group alone; null: it is not measured in tokens. */
  readonly tokens: TokenChange | null;
  readonly isComparable: boolean;
  readonly isPartial: boolean;
}

export const ComparisonType = builder.objectRef<Comparison>('SpendComparison').implement({
  description:
    'The same in the period of the same length before. If both periods are whole months, a day is compared with the same day of the earlier month (a 31st has no match in a shorter month); otherwise with the day that many days earlier.',
  fields: (t) => ({
    totals: t.expose('before', { type: [TotalsType], description: 'Sums in the period before.' }),
    isPartial: t.exposeBoolean('isPartial', {
      description:
        'Whether this period had not ended: then the changes compare a part of it with the whole period before.',
    }),
    changes: t.field({
      type: [ChangeType],
      nullable: true,
      description:
        'One for each currency. Null if the two periods cannot be compared, because different accounts answered for them (see previous.coverage of the report).',
      resolve: ({ before, after, isComparable }) => (isComparable ? changesOf(before, after) : null),
    }),
    tokens: t.field({
      type: TokenChangeType,
      nullable: true,
      description:
        'The change of a group, split into quantity and price. Null of what is no single group, unless all charges of both periods are measured in tokens, have the same currency and can be compared, and if there were no tokens before.',
      resolve: ({ tokens, isComparable }) => (isComparable ? tokens : null),
    }),
  }),
});

/** Tokens, and the price of a million of them. */
export interface PricedTokens extends TokenCounts {
  readonly price: Money | null;
}

export const TokenUsageType = builder.objectRef<PricedTokens>('TokenUsage').implement({
  description:
    'The tokens of a group in which all charges are measured in tokens and have the same currency.',
  fields: (t) => ({
    input: t.expose('input', {
      type: 'Decimal',
      nullable: true,
      description: 'Input tokens, cached ones included. Null if a charge does not separate input and output.',
    }),
    output: t.expose('output', { type: 'Decimal', nullable: true, description: 'Output. Null as input.' }),
    total: t.expose('total', { type: 'Decimal', description: 'All of them.' }),
    effectivePricePerMillion: t.expose('price', {
      type: MoneyType,
      nullable: true,
      description:
        'The billedCost per million tokens, rounded to ten decimal places. Null if there were no tokens.',
    }),
  }),
});
