/** The parts of a report of spend: keys, converted sums, shares, changes, tokens. */

import type { Decimal } from '../domain/decimal.ts';
import type { ExchangeRate } from '../domain/exchange.ts';
import type { TokenCounts } from '../domain/rows.ts';
import { changesOf, type Change, type Converted, type Share } from '../reports/spend-report.ts';
import type { SpendKey } from '../reports/spend.ts';
import type { Totals } from '../reports/totals.ts';
import { builder } from './builder.ts';
import { SpendDimensionEnum } from './enums.ts';
import { money, Money, TotalsType, type MoneyShape } from './totals.ts';

export const SpendKeyType = builder.objectRef<SpendKey>('SpendKey').implement({
  description: 'What the charges of a group have in common in one dimension.',
  fields: (t) => ({
    dimension: t.expose('dimension', { type: SpendDimensionEnum, description: 'The dimension.' }),
    value: t.exposeString('value', {
      nullable: true,
      description:
        'An id, a name or a date: what filters take. Null: the provider does not say (StreamLake has no categories, bills have no project).',
    }),
    label: t.exposeString('label', { description: 'For people: the name, where value is an id.' }),
  }),
});

const ExchangeRateType = builder.objectRef<ExchangeRate>('ExchangeRate').implement({
  description: 'A rate from the settings of the gateway.',
  fields: (t) => ({
    from: t.expose('from', { type: 'CurrencyCode', description: 'One unit of this ...' }),
    to: t.expose('to', { type: 'CurrencyCode', description: '... is worth this many of that.' }),
    rate: t.expose('rate', { type: 'Decimal', description: 'How many.' }),
    date: t.expose('date', { type: 'Date', description: 'The day for which it was quoted.' }),
    source: t.exposeString('source', { description: 'Who quoted it.' }),
  }),
});

export const ConvertedType = builder.objectRef<Converted>('ConvertedTotals').implement({
  description:
    'Sums over all currencies in the one that was asked for, exact products at the rates beside them. No provider ever billed these amounts.',
  fields: (t) => {
    const amount = (description: string, of: (totals: Converted) => Decimal | null) =>
      t.field({
        type: Money,
        nullable: true,
        description,
        resolve: (totals) => money(of(totals), totals.currency),
      });
    return {
      currency: t.expose('currency', { type: 'CurrencyCode', description: 'The currency of these sums.' }),
      listCost: amount('As Totals.listCost.', ({ listCost }) => listCost),
      billedCost: t.field({
        type: Money,
        description: 'As Totals.billedCost.',
        resolve: ({ billedCost, currency }) => money(billedCost, currency),
      }),
      voucherAmount: amount('As Totals.voucherAmount.', ({ voucherAmount }) => voucherAmount),
      cashAmount: amount('As Totals.cashAmount.', ({ cashAmount }) => cashAmount),
      rates: t.expose('rates', {
        type: [ExchangeRateType],
        description: 'The rates that were used. Empty where nothing had to be converted.',
      }),
    };
  },
});

export const ShareType = builder.objectRef<Share>('SpendShare').implement({
  description: 'What part of the billed cost of the whole report a group is.',
  fields: (t) => ({
    currency: t.expose('currency', { type: 'CurrencyCode', description: 'In this currency.' }),
    ratio: t.expose('ratio', {
      type: 'Decimal',
      nullable: true,
      description:
        'Rounded to six digits: 0.25 is a quarter. Below 0 or above 1 where money came back. Null where the whole is zero.',
    }),
  }),
});

const ChangeType = builder.objectRef<Change>('SpendChange').implement({
  description: 'How billed cost differs from that of the period before.',
  fields: (t) => ({
    currency: t.expose('currency', { type: 'CurrencyCode', description: 'In this currency.' }),
    before: t.field({
      type: Money,
      description: 'In the period before; zero where there was nothing.',
      resolve: ({ before, currency }) => money(before, currency),
    }),
    after: t.field({
      type: Money,
      description: 'In this period.',
      resolve: ({ after, currency }) => money(after, currency),
    }),
    difference: t.field({
      type: Money,
      description: 'after minus before, exact.',
      resolve: ({ difference, currency }) => money(difference, currency),
    }),
    ratio: t.expose('ratio', {
      type: 'Decimal',
      nullable: true,
      description:
        'difference / before, rounded to six digits: 0.25 is a quarter more. Null where before is zero.',
    }),
  }),
});

/** Sums against those of the period before. */
export interface Comparison {
  readonly before: readonly Totals[];
  readonly after: readonly Totals[];
  readonly isComparable: boolean;
  readonly isPartial: boolean;
}

export const ComparisonType = builder.objectRef<Comparison>('SpendComparison').implement({
  description:
    'The same in the period of the same length before. A day stands against the same day so many months before where both periods are whole months (a 31st has none in a shorter month), otherwise against the day that many days before.',
  fields: (t) => ({
    totals: t.expose('before', { type: [TotalsType], description: 'Sums in the period before.' }),
    isPartial: t.exposeBoolean('isPartial', {
      description:
        'Whether this period had not ended: then changes set a part of it against the whole of the one before.',
    }),
    changes: t.field({
      type: [ChangeType],
      nullable: true,
      description:
        'One for each currency. Null where the two periods cannot be compared: not the same accounts have answered for the whole of both (see previous.coverage of the report).',
      resolve: ({ before, after, isComparable }) => (isComparable ? changesOf(before, after) : null),
    }),
  }),
});

/** Tokens, and what a million of them came to. */
export interface PricedTokens extends TokenCounts {
  readonly price: MoneyShape | null;
}

export const TokenUsageType = builder.objectRef<PricedTokens>('TokenUsage').implement({
  description: 'The tokens of a group whose every charge is measured in tokens, all in one currency.',
  fields: (t) => ({
    input: t.expose('input', {
      type: 'Decimal',
      nullable: true,
      description: 'Input, cached included. Null where a charge does not say which way its tokens went.',
    }),
    output: t.expose('output', { type: 'Decimal', nullable: true, description: 'Output. Null as input.' }),
    total: t.expose('total', { type: 'Decimal', description: 'All of them.' }),
    effectivePricePerMillion: t.expose('price', {
      type: Money,
      nullable: true,
      description: 'billedCost for a million tokens, rounded to ten digits. Null where there were no tokens.',
    }),
  }),
});
