/** What Explore shows, as its address says it: `period=2026-02&by=PROVIDER,PRODUCT&CATEGORY=llm&CATEGORY=gpu`. */

import { parsePeriod, printPeriod, type PeriodChoice } from '../../format/periods.ts';
import { grains, type Grain } from '../../cost/time-bars.ts';
import { filterFields, type FilterDimension, type Filters } from './filters.ts';

export const groupDimensions = [
  'PROVIDER',
  'ACCOUNT',
  'PRODUCT',
  'CATEGORY',
  'FEE_ITEM',
  'API_KEY',
  'PROJECT',
  'RESOURCE',
  'SUB_ACCOUNT',
  'PRODUCT_ID',
  'BILLING_METHOD',
  'DAY',
  'WEEK',
  'MONTH',
] as const;
export type GroupDimension = (typeof groupDimensions)[number];

/** A list of rows behind the figures. */
export const rowLists = ['bills', 'details', 'usage'] as const;
export type RowListName = (typeof rowLists)[number];

export interface ExploreState {
  readonly period: PeriodChoice;
  /** One dimension or two. */
  readonly by: readonly [GroupDimension, ...GroupDimension[]];
  /** Null: what suits the period. */
  readonly grain: Grain | null;
  readonly filters: Filters;
  /** Null: each currency as it is. */
  readonly convertTo: string | null;
  /** Null: the list that has rows. */
  readonly list: RowListName | null;
  readonly showsRows: boolean;
}

/** Where the address says nothing. */
const initialPeriod: PeriodChoice = { last: { months: 1, includeCurrent: true } };

const filterDimensions = Object.keys(filterFields) as readonly FilterDimension[];

/** Reads an address; what it cannot mean is passed over. */
export function parseExplore(params: URLSearchParams): ExploreState {
  const dimensions = (params.get('by') ?? '').split(',').flatMap((name) => isOneOf(groupDimensions, name));
  const [first = 'PROVIDER', second] = [...new Set(dimensions)];
  const values = filterDimensions.flatMap(
    (dimension): readonly (readonly [FilterDimension, readonly string[] | null])[] => {
      const list = [...new Set(params.getAll(dimension))];
      if (list.length > 0) return [[dimension, list]];
      return params.getAll('without').includes(dimension) ? [[dimension, null]] : [];
    },
  );
  const currency = params.get('convert')?.toUpperCase() ?? '';
  return {
    period: parsePeriod(params.get('period') ?? '') ?? initialPeriod,
    by: second === undefined ? [first] : [first, second],
    grain: isOneOf(grains, params.get('grain') ?? '')[0] ?? null,
    filters: {
      values: new Map(values),
      search: params.get('search') ?? '',
      currencies: params.getAll('currency').filter((code) => /^[A-Z]{3}$/.test(code)),
    },
    convertTo: /^[A-Z]{3}$/.test(currency) ? currency : null,
    list: isOneOf(rowLists, params.get('rows') ?? '')[0] ?? null,
    showsRows: params.has('rows'),
  };
}

/** The parameters of a state; `others` are kept: they belong to parts of the view. */
export function printExplore(state: ExploreState, others = new URLSearchParams()): URLSearchParams {
  const params = new URLSearchParams(others);
  const own = [
    'period',
    'by',
    'grain',
    'convert',
    'rows',
    'search',
    'currency',
    'without',
    ...filterDimensions,
  ];
  for (const name of own) params.delete(name);
  params.set('period', printPeriod(state.period));
  params.set('by', state.by.join(','));
  if (state.grain !== null) params.set('grain', state.grain);
  if (state.convertTo !== null) params.set('convert', state.convertTo);
  const { values, search, currencies } = state.filters;
  for (const [dimension, list] of values) {
    if (list === null) params.append('without', dimension);
    else for (const value of list) params.append(dimension, value);
  }
  if (search !== '') params.set('search', search);
  for (const code of currencies) params.append('currency', code);
  if (state.showsRows) params.set('rows', state.list ?? 'all');
  return params;
}

/** Into a group: what it has in common becomes a filter, and what it consists of is grouped by what is next. */
export function intoGroup(
  state: ExploreState,
  key: readonly { readonly dimension: string; readonly value: string | null }[],
): ExploreState {
  const values = new Map(state.filters.values);
  let { period } = state;
  for (const { dimension, value } of key) {
    const [named] = isOneOf(filterDimensions, dimension);
    if (named !== undefined) values.set(named, value === null ? null : [value]);
    else if (value !== null) period = periodOf(dimension, value) ?? period;
  }
  const taken = new Set<string>([...key.map(({ dimension }) => dimension), ...values.keys()]);
  const left = state.by.filter((dimension) => !taken.has(dimension));
  const [by = 'DAY'] = [...left, ...deeper.filter((dimension) => !taken.has(dimension))];
  return {
    ...state,
    period,
    by: [by, ...left.filter((one) => one !== by)],
    filters: { ...state.filters, values },
  };
}

/** What a group is looked at by next. */
const deeper = ['PRODUCT', 'FEE_ITEM', 'DAY'] as const;

function periodOf(dimension: string, value: string): PeriodChoice | null {
  if (dimension === 'MONTH') return parsePeriod(value);
  const first = parsePeriod(`${value}..${value}`);
  if (first === null || !('dates' in first) || dimension === 'DAY') return first;
  const end = new Date(`${value}T00:00:00Z`);
  end.setUTCDate(end.getUTCDate() + 7);
  return { dates: { from: value, to: end.toISOString().slice(0, 10) } };
}

function isOneOf<T extends string>(list: readonly T[], value: string): T[] {
  return list.filter((one) => one === value);
}
