/** What Explore is narrowed to: each filter with a way to take it off, and a way to add another. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import { operations } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { useQuery } from '../../shell/use-query.ts';
import type { ExploreState } from './explore-address.ts';
import { variablesOf } from './explore-query.ts';
import { filterFields, type FilterDimension, type Filters } from './filters.ts';

export interface FilterBarProps {
  readonly state: ExploreState;
  readonly onChange: (filters: Filters) => void;
}

const dimensions = Object.keys(filterFields) as readonly FilterDimension[];

export function FilterBar({ state, onChange }: FilterBarProps) {
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
  return (
    <div class="filters" role="group" aria-label={t('explore.filters')}>
      {[...values].flatMap(([dimension, list]) =>
        (list ?? [null]).map((value) => (
          <Chip
            key={`${dimension} ${value}`}
            name={t(`dimension.${dimension}`)}
            onRemove={() => without(dimension, value)}
          >
            {value === null ? (
              t('word.none')
            ) : (
              <ValueName state={state} dimension={dimension} value={value} />
            )}
          </Chip>
        )),
      )}
      {currencies.map((code) => (
        <Chip
          key={code}
          name={t('explore.currency')}
          onRemove={() => onChange({ ...filters, currencies: currencies.filter((one) => one !== code) })}
        >
          {code}
        </Chip>
      ))}
      {search !== '' && (
        <Chip name={t('explore.search')} onRemove={() => onChange({ ...filters, search: '' })}>
          {search}
        </Chip>
      )}
      <AddFilter state={state} onChange={onChange} />
    </div>
  );
}

/** A filter; pressing it takes it off. */
function Chip({
  name,
  onRemove,
  children,
}: {
  readonly name: string;
  readonly onRemove: () => void;
  readonly children: ComponentChildren;
}) {
  const { t } = useI18n();
  return (
    <button type="button" class="chip" title={t('explore.removeFilter')} onClick={onRemove}>
      <span class="muted">{name}:</span> {children} <span aria-hidden="true">×</span>
      <span class="visually-hidden"> {t('explore.removeFilter')}</span>
    </button>
  );
}

/** The dimensions whose values are ids with a name. */
const named: readonly FilterDimension[] = ['PROVIDER', 'ACCOUNT', 'API_KEY', 'PRODUCT_ID'];

function ValueName({
  state: { period },
  dimension,
  value,
}: {
  readonly state: ExploreState;
  readonly dimension: FilterDimension;
  readonly value: string;
}) {
  const filter = { [filterFields[dimension]]: [value] };
  const query = useQuery(
    operations.FilterValues,
    named.includes(dimension) ? { period, by: [dimension], filter } : null,
  );
  const key = query.data?.spend?.groups[0]?.key[0];
  return <>{key?.value === value ? key.label : value}</>;
}

/** A dimension, then one of its values in the period, or a part of a product's name. */
function AddFilter({ state, onChange }: FilterBarProps) {
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
