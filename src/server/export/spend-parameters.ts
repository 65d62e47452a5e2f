/** What a report of spend as a file is asked for: the arguments and filters of GraphQL, as parameters of an address. */

import { GatewayError } from '../../domain/errors.ts';
import { billingMethods, toCurrencyCode, type CurrencyCode } from '../../domain/rows.ts';
import { readTimeZone, readTop, type ReportArgs } from '../../query/report-arguments.ts';
import type { AllocationChoice } from '../../reports/allocation-rules.ts';
import type { SpendSelection } from '../../reports/charge-filter.ts';
import { spendDimensions, type SpendDimension } from '../../reports/spend-dimensions.ts';

/** What a spend file has, but for its period. */
export interface SpendParameters extends Required<Omit<ReportArgs, 'period' | 'allocation' | 'filter'>> {
  /** The allocation among the dimensions; null: none. */
  readonly allocation: string | null;
  readonly filter: SpendSelection;
  /** Whether the period before stands beside. */
  readonly isCompared: boolean;
}

/** Lists of ids and words, which a comma separates. */
const wordLists = ['accounts', 'providers', 'categories', 'currencies', 'billingMethods', 'without'] as const;
/** Lists of texts, each a parameter of its own: a text may hold a comma. */
const textLists = [
  'products',
  'productIds',
  'apiKeys',
  'feeItems',
  'subAccounts',
  'projects',
  'resources',
  'allocations',
] as const;

/** The parameters that are given once, and those that may be repeated. */
export const spendParameters = {
  once: ['by', 'timeZone', 'top', 'orderBy', 'convertTo', 'previous', 'productName', 'byKey'],
  many: [...wordLists, ...textLists],
} as const;

/** Parses them. @throws GatewayError BAD_USER_INPUT */
export function readSpendParameters(parameters: URLSearchParams): SpendParameters {
  const timeZone = parameters.get('timeZone');
  return {
    ...groupingFrom(parameters.get('by') ?? ''),
    timeZone: timeZone === null ? null : readTimeZone(timeZone),
    top: topFrom(parameters.get('top')),
    orderBy: oneOf(['COST', 'KEY'] as const, 'orderBy', toWord(parameters.get('orderBy') ?? 'KEY')),
    convertTo: currencyFrom('convertTo', parameters.get('convertTo')),
    isCompared: flagFrom(parameters, 'previous') ?? false,
    filter: filterFrom(parameters),
  };
}

function filterFrom(parameters: URLSearchParams): SpendSelection {
  const words = (name: (typeof wordLists)[number]): readonly string[] | null => {
    const all = valuesOf(parameters, name);
    return all && all.flatMap((text) => text.split(',').map((word) => word.trim()));
  };
  const texts = (name: (typeof textLists)[number]): readonly string[] | null => valuesOf(parameters, name);
  return {
    accounts: words('accounts'),
    providers: words('providers'),
    categories: words('categories'),
    currencies: words('currencies')?.map((text) => currencyFrom('currencies', text) ?? text) ?? null,
    billingMethods:
      words('billingMethods')?.map((text) => oneOf(billingMethods, 'billingMethods', toWord(text))) ?? null,
    without: words('without')?.map((text) => oneOf(spendDimensions, 'without', toWord(text))) ?? null,
    productName: parameters.get('productName'),
    byKey: flagFrom(parameters, 'byKey'),
    products: texts('products'),
    productIds: texts('productIds'),
    apiKeys: texts('apiKeys'),
    feeItems: texts('feeItems'),
    subAccounts: texts('subAccounts'),
    projects: texts('projects'),
    resources: texts('resources'),
    allocations: choicesFrom(texts('allocations')),
  };
}

/** Null: the parameter is not there. */
function valuesOf(parameters: URLSearchParams, name: string): readonly string[] | null {
  const values = parameters.getAll(name);
  if (values.includes('')) throw new GatewayError('BAD_USER_INPUT', `${name} has no value`);
  return values.length === 0 ? null : values;
}

/** "team:search", "team:" for what no rule matches; values of one allocation are alternatives. */
function choicesFrom(texts: readonly string[] | null): readonly AllocationChoice[] | null {
  if (texts === null) return null;
  const values = new Map<string, (string | null)[]>();
  for (const text of texts) {
    const [, id, value] = /^([^:]+):(.*)$/s.exec(text) ?? [];
    if (id === undefined || value === undefined) {
      const message =
        'allocations takes an allocation and a value, such as team:search, or team: for Unallocated';
      throw new GatewayError('BAD_USER_INPUT', message);
    }
    values.set(id, [...(values.get(id) ?? []), value === '' ? null : value]);
  }
  return Array.from(values, ([id, own]) => ({ id, values: own }));
}

function topFrom(text: string | null): number | null {
  if (text === null) return null;
  if (/^\d{1,6}$/.test(text)) return readTop(Number(text));
  throw new GatewayError('BAD_USER_INPUT', 'top takes a number from 1 to 1000');
}

function currencyFrom(name: string, text: string | null): CurrencyCode | null {
  const code = text === null ? null : toCurrencyCode(text);
  if (text === null || code !== null) return code;
  throw new GatewayError('BAD_USER_INPUT', `${name} takes currency codes, such as CNY`);
}

/** A parameter that is true or false; null: it is not there. @throws GatewayError BAD_USER_INPUT */
export function flagFrom(parameters: URLSearchParams, name: string): boolean | null {
  const text = parameters.get(name);
  if (text === null || text === 'true' || text === 'false') return text && text === 'true';
  throw new GatewayError('BAD_USER_INPUT', `${name} must be true or false`);
}

function oneOf<Word extends string>(words: readonly Word[], name: string, text: string): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new GatewayError('BAD_USER_INPUT', `${name} takes some of: ${words.join(', ')}`);
}

/** "sub-account" as "SUB_ACCOUNT". */
function toWord(text: string): string {
  return text.replaceAll('-', '_').toUpperCase();
}

/** What `by` takes. */
export const knownDimensions = spendDimensions
  .filter((one) => one !== 'ALLOCATION')
  .map((one) => one.toLowerCase().replaceAll('_', '-'))
  .join(', ');

/** "provider,sub-account"; what is no dimension is the name of an allocation. */
function groupingFrom(text: string): Pick<SpendParameters, 'groupBy' | 'allocation'> {
  const names = text === '' ? [] : text.split(',').map((name) => name.trim());
  const groupBy = names.map((name): SpendDimension => {
    const wanted = toWord(name);
    return spendDimensions.find((one) => one === wanted && one !== 'ALLOCATION') ?? 'ALLOCATION';
  });
  if (new Set(groupBy).size < groupBy.length) {
    throw new GatewayError('BAD_USER_INPUT', 'by names a dimension twice, or more than one allocation');
  }
  return { groupBy, allocation: names[groupBy.indexOf('ALLOCATION')] ?? null };
}
