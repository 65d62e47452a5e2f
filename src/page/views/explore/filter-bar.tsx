/** What Explore is narrowed to: each filter with a way to take it off, and a way to add another. */

import { useState } from 'preact/hooks';

import { operations } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { useQuery } from '../../shell/use-query.ts';
import type { ExploreState } from './explore-address.ts';
import { variablesOf } from './explore-query.ts';
import { filterFields, type FilterDimension, type Filters } from './filters.ts';

export interface FilterBarProps {
  readonly state: ExploreState;
  /** What a value is called where it is known. */
  readonly labelOf: (dimension: FilterDimension, value: string) => string;
  readonly onChange: (filters: Filters) => void;
}

const dimensions = Object.keys(filterFields) as readonly FilterDimension[];

export function FilterBar({ state, labelOf, onChange }: FilterBarProps) {
  const { t } = useI18n();
  const { filters } = state;
  const { values, search, currencies } = filters;
  const without = (dimension: FilterDimension, value: string | null): void => {
    const left = (values.get(dimension) ?? []).filter((one) => one !== value);
    const next = new Map(values);
    if (left.length === 0) next.delete(dimension);
    else next.set(dimension, left);
    onChange({ ...filters, values: next });
  };
  const chips = [
    ...[...values].flatMap(([dimension, list]) =>
      (list ?? [null]).map((value) => ({
        key: `${dimension} ${value}`,
        name: t(`dimension.${dimension}`),
        value: value === null ? t('word.none') : labelOf(dimension, value),
        remove: () => without(dimension, value),
      })),
    ),
    ...currencies.map((code) => ({
      key: `currency ${code}`,
      name: t('explore.currency'),
      value: code,
      remove: () => onChange({ ...filters, currencies: currencies.filter((one) => one !== code) }),
    })),
    ...(search === ''
      ? []
      : [
          {
            key: 'search',
            name: t('explore.search'),
            value: search,
            remove: () => onChange({ ...filters, search: '' }),
          },
        ]),
  ];
  return (
    <div class="filters" role="group" aria-label={t('explore.filters')}>
      {chips.map(({ key, name, value, remove }) => (
        <button
          key={key}
          type="button"
          class="chip"
          aria-label={t('explore.removeFilter', { name, value })}
          onClick={remove}
        >
          <span class="muted">{name}:</span> {value} <span aria-hidden="true">×</span>
        </button>
      ))}
      <AddFilter state={state} onChange={onChange} />
    </div>
  );
}

/** A dimension, then one of its values in the period, or a part of a product's name. */
function AddFilter({ state, onChange }: Omit<FilterBarProps, 'labelOf'>) {
  const { t } = useI18n();
  const [dimension, setDimension] = useState<FilterDimension | 'search' | null>(null);
  const { period, filter } = variablesOf(state);
  const isListed = dimension !== null && dimension !== 'search';
  // The values beside those that are chosen in the same dimension.
  const others = isListed ? { ...filter, [filterFields[dimension]]: undefined, without: undefined } : filter;
  const query = useQuery(
    operations.FilterValues,
    isListed ? { period, by: [dimension], filter: others } : null,
  );
  const { filters } = state;
  const add = (value: string | null): void => {
    if (!isListed) return;
    const chosen = value === null ? null : [...(filters.values.get(dimension) ?? []), value];
    onChange({ ...filters, values: new Map(filters.values).set(dimension, chosen) });
    setDimension(null);
  };
  const groups = query.data?.spend?.groups ?? [];
  return (
    <>
      <select
        class="add-filter"
        aria-label={t('explore.addFilter')}
        value={dimension ?? ''}
        onChange={({ currentTarget: { value } }) =>
          setDimension(value === 'search' ? value : (dimensions.find((one) => one === value) ?? null))
        }
      >
        <option value="">{t('explore.addFilter')}</option>
        <option value="search">{t('explore.search')}</option>
        {dimensions.map((one) => (
          <option key={one} value={one}>
            {t(`dimension.${one}`)}
          </option>
        ))}
      </select>
      {isListed && (
        <select
          aria-label={t('explore.value')}
          disabled={groups.length === 0}
          value=""
          onChange={({ currentTarget: { value } }) => {
            if (value !== '') add(value === 'none' ? null : value.slice(1));
          }}
        >
          <option value="">
            {t(
              query.data === null && query.loading
                ? 'state.loading'
                : groups.length === 0
                  ? 'state.empty.title'
                  : 'explore.choose',
            )}
          </option>
          {groups.map(({ key: [key] }) =>
            key === undefined ? null : (
              <option key={key.value} value={key.value === null ? 'none' : `=${key.value}`}>
                {key.value === null ? t('word.none') : key.label}
              </option>
            ),
          )}
        </select>
      )}
      {dimension === 'search' && (
        <form
          class="inline"
          onSubmit={(event) => {
            event.preventDefault();
            const text = new FormData(event.currentTarget).get('search');
            if (typeof text === 'string') onChange({ ...filters, search: text.trim() });
            setDimension(null);
          }}
        >
          <input name="search" type="search" aria-label={t('explore.search')} />
          <button type="submit">{t('explore.apply')}</button>
        </form>
      )}
    </>
  );
}
