/** What Explore is narrowed to: each filter with a way to take it off, and a way to add another. */

import type { ComponentChildren } from 'preact';

import { keyName, valueName } from '../../cost/key-name.ts';
import { operations } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { useQuery } from '../../shell/use-query.ts';
import { AddFilter, type FilterBarProps } from './add-filter.tsx';
import type { ExploreState } from './explore-address.ts';
import { filterFields, type FilterDimension } from './filters.ts';

export function FilterBar(props: FilterBarProps) {
  const i18n = useI18n();
  const { t } = i18n;
  const { state, allocations: known, onChange } = props;
  const { filters } = state;
  const { values, allocations, search, currencies } = filters;
  return (
    <div class="filters" role="group" aria-label={t('explore.filters')}>
      {[...values].flatMap(([dimension, list]) =>
        (list ?? [null]).map((value) => (
          <Chip
            key={`${dimension} ${value}`}
            name={t(`dimension.${dimension}`)}
            onRemove={() =>
              onChange({ ...filters, values: withList(values, dimension, others(list, value)) })
            }
          >
            {value === null ? (
              keyName({ dimension, value, label: '' }, i18n)
            ) : (
              <ValueName state={state} dimension={dimension} value={value} />
            )}
          </Chip>
        )),
      )}
      {[...allocations].flatMap(([id, list]) =>
        list.map((value) => (
          <Chip
            key={`${id}:${value}`}
            name={known.find(({ allocationId }) => allocationId === id)?.name ?? id}
            onRemove={() =>
              onChange({ ...filters, allocations: withList(allocations, id, others(list, value)) })
            }
          >
            {valueName(value, i18n)}
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
      <AddFilter {...props} />
    </div>
  );
}

function others<Value>(list: readonly Value[] | null, value: unknown): readonly Value[] {
  return (list ?? []).filter((one) => one !== value);
}

/** The lists with another one in the place of one; without it, where nothing is left in it. */
function withList<Key, List extends readonly unknown[] | null>(
  lists: ReadonlyMap<Key, List>,
  key: Key,
  list: List & readonly unknown[],
): ReadonlyMap<Key, List> {
  const next = new Map(lists);
  if (list.length === 0) next.delete(key);
  else next.set(key, list);
  return next;
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
