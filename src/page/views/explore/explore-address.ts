/**
 * What Explore shows, as its address says it: `period=2026-02&by=PROVIDER,PRODUCT&CATEGORY=llm&CATEGORY=gpu`. An
 * allocation goes by its id, as in exports: `by=team&allocations=team:search`; `team:` is what no rule of it matches.
 */

import { parsePeriod, printPeriod, type PeriodChoice } from '../../format/periods.ts';
import { grains, type Grain } from '../../cost/time-grain.ts';
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
  'ALLOCATION',
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
  /** Which one ALLOCATION means; null where it is not grouped by. */
  readonly allocation: string | null;
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

/** Those that an address names; an allocation goes by its id. */
const plainDimensions = groupDimensions.filter((one) => one !== 'ALLOCATION');

const filterDimensions = Object.keys(filterFields) as readonly FilterDimension[];

/** Reads an address; what it cannot mean is passed over. */
export function parseExplore(params: URLSearchParams): ExploreState {
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
    ...parseDimensions((params.get('by') ?? '').split(',')),
    grain: isOneOf(grains, params.get('grain') ?? '')[0] ?? null,
    filters: {
      values: new Map(values),
      allocations: parseAllocations(params.getAll('allocations')),
      search: params.get('search') ?? '',
      currencies: params.getAll('currency').filter((code) => /^[A-Z]{3}$/.test(code)),
    },
    convertTo: /^[A-Z]{3}$/.test(currency) ? currency : null,
    list: isOneOf(rowLists, params.get('rows') ?? '')[0] ?? null,
    showsRows: params.has('rows'),
  };
}

/** The ids of allocations are in lower case, dimensions in upper case. */
function isAllocationId(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]*$/.test(name);
}

function parseAllocations(texts: readonly string[]): Filters['allocations'] {
  const named = texts.flatMap((text) => {
    const [, id, value = ''] = /^([a-z0-9-]+):(.*)$/s.exec(text) ?? [];
    return id === undefined ? [] : [[id, value === '' ? null : value] as const];
  });
  const byId = Map.groupBy(named, ([id]) => id);
  return new Map(Array.from(byId, ([id, list]) => [id, [...new Set(list.map(([, value]) => value))]]));
}

/** What names of an address group by: dimensions, and the id of one allocation. What is neither is passed over. */
export function parseDimensions(names: readonly string[]): Pick<ExploreState, 'by' | 'allocation'> {
  const dimensions = names.flatMap((name) =>
    isAllocationId(name) ? (['ALLOCATION'] as const) : isOneOf(plainDimensions, name),
  );
  const [first = 'PROVIDER', second] = [...new Set(dimensions)];
  const by = second === undefined ? ([first] as const) : ([first, second] as const);
  const allocation = names.find((name) => isAllocationId(name)) ?? null;
  return { by, allocation: by.includes('ALLOCATION') ? allocation : null };
}

/** How an address names what is grouped by. */
export function printDimensions({ by, allocation }: Pick<ExploreState, 'by' | 'allocation'>): string[] {
  return by.map((dimension) => (dimension === 'ALLOCATION' ? (allocation ?? '') : dimension));
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
    'allocations',
    ...filterDimensions,
  ];
  for (const name of own) params.delete(name);
  params.set('period', printPeriod(state.period));
  params.set('by', printDimensions(state).join(','));
  if (state.grain !== null) params.set('grain', state.grain);
  if (state.convertTo !== null) params.set('convert', state.convertTo);
  const { values, allocations, search, currencies } = state.filters;
  for (const [dimension, list] of values) {
    if (list === null) params.append('without', dimension);
    else for (const value of list) params.append(dimension, value);
  }
  for (const [id, list] of allocations) {
    for (const value of list) params.append('allocations', `${id}:${value ?? ''}`);
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
  const allocations = new Map(state.filters.allocations);
  let { period } = state;
  for (const { dimension, value } of key) {
    const [named] = isOneOf(filterDimensions, dimension);
    if (dimension === 'ALLOCATION') {
      if (state.allocation !== null) allocations.set(state.allocation, [value]);
    } else if (named !== undefined) values.set(named, value === null ? null : [value]);
    else if (value !== null) period = periodOf(dimension, value) ?? period;
  }
  const taken = new Set<string>([...key.map(({ dimension }) => dimension), ...values.keys()]);
  const left = state.by.filter((dimension) => !taken.has(dimension));
  const [by = 'DAY'] = [...left, ...deeper.filter((dimension) => !taken.has(dimension))];
  const next = [by, ...left.filter((one) => one !== by)] as const;
  return {
    ...state,
    period,
    by: next,
    allocation: next.includes('ALLOCATION') ? state.allocation : null,
    filters: { ...state.filters, values, allocations },
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
