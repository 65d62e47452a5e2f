/** A way to narrow Explore: a dimension or an allocation, then one of its values in the period; or a product's name. */

import { useState } from 'preact/hooks';

import { keyName } from '../../cost/key-name.ts';
import type { AllocationView } from '../../cost/use-allocations.ts';
import { operations } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { useQuery } from '../../shell/use-query.ts';
import type { ExploreState } from './explore-address.ts';
import { variablesOf } from './explore-query.ts';
import { filterFields, type FilterDimension, type Filters } from './filters.ts';

export interface FilterBarProps {
  readonly state: ExploreState;
  readonly allocations: readonly AllocationView[];
  readonly onChange: (filters: Filters) => void;
}

const dimensions = Object.keys(filterFields) as readonly FilterDimension[];

/** What a filter is about. */
type Subject = { readonly dimension: FilterDimension } | { readonly allocation: string } | 'search' | null;

export function AddFilter({ state, allocations, onChange }: FilterBarProps) {
  const { t } = useI18n();
  const [subject, setSubject] = useState<Subject>(null);
  const { filters } = state;
  const choose = (value: string): void => {
    const dimension = dimensions.find((one) => one === value);
    const allocation = allocations.find(({ allocationId }) => allocationId === value);
    if (value === 'search') setSubject(value);
    else if (dimension !== undefined) setSubject({ dimension });
    else setSubject(allocation === undefined ? null : { allocation: allocation.allocationId });
  };
  return (
    <>
      <select
        class="add-filter"
        aria-label={t('explore.addFilter')}
        value={nameOf(subject)}
        onChange={({ currentTarget: { value } }) => choose(value)}
      >
        <option value="">{t('explore.addFilter')}</option>
        <option value="search">{t('explore.search')}</option>
        {allocations.map(({ allocationId, name }) => (
          <option key={allocationId} value={allocationId}>
            {name}
          </option>
        ))}
        {dimensions.map((one) => (
          <option key={one} value={one}>
            {t(`dimension.${one}`)}
          </option>
        ))}
      </select>
      {subject !== null && subject !== 'search' && (
        <Values
          state={state}
          subject={subject}
          onChoose={(value) => {
            onChange(withValue(filters, subject, value));
            setSubject(null);
          }}
        />
      )}
      {subject === 'search' && (
        <form
          class="inline"
          onSubmit={(event) => {
            event.preventDefault();
            const text = new FormData(event.currentTarget).get('search');
            if (typeof text === 'string') onChange({ ...filters, search: text.trim() });
            setSubject(null);
          }}
        >
          <input name="search" type="search" aria-label={t('explore.search')} />
          <button type="submit">{t('explore.apply')}</button>
        </form>
      )}
    </>
  );
}

function nameOf(subject: Subject): string {
  if (subject === null || subject === 'search') return subject ?? '';
  return 'dimension' in subject ? subject.dimension : subject.allocation;
}

type ListedSubject = Exclude<Subject, 'search' | null>;

/** The values that there are in the period, beside those that are chosen of the same subject. */
function Values({
  state,
  subject,
  onChoose,
}: {
  readonly state: ExploreState;
  readonly subject: ListedSubject;
  readonly onChoose: (value: string | null) => void;
}) {
  const i18n = useI18n();
  const { t } = i18n;
  const { period, filter } = variablesOf(state);
  const asked =
    'dimension' in subject
      ? {
          by: [subject.dimension],
          allocation: null,
          filter: { ...filter, [filterFields[subject.dimension]]: undefined, without: undefined },
        }
      : {
          by: ['ALLOCATION' as const],
          allocation: subject.allocation,
          filter: {
            ...filter,
            allocations: filter.allocations?.filter(({ id }) => id !== subject.allocation),
          },
        };
  const query = useQuery(operations.FilterValues, { period, ...asked });
  // The values of another subject are none of this one.
  const groups = (query.isCurrent ? query.data?.spend?.groups : null) ?? [];
  return (
    <select
      aria-label={t('explore.value')}
      disabled={groups.length === 0}
      value=""
      onChange={({ currentTarget: { value } }) => {
        if (value !== '') onChoose(value === 'none' ? null : value.slice(1));
      }}
    >
      <option value="">
        {t(query.loading ? 'state.loading' : groups.length === 0 ? 'state.empty.title' : 'explore.choose')}
      </option>
      {groups.map(({ key: [key] }) =>
        key === undefined ? null : (
          <option key={key.value} value={key.value === null ? 'none' : `=${key.value}`}>
            {keyName(key, i18n)}
          </option>
        ),
      )}
    </select>
  );
}

function withValue(filters: Filters, subject: ListedSubject, value: string | null): Filters {
  if ('allocation' in subject) {
    const chosen = [...(filters.allocations.get(subject.allocation) ?? []), value];
    return { ...filters, allocations: new Map(filters.allocations).set(subject.allocation, chosen) };
  }
  const chosen = value === null ? null : [...(filters.values.get(subject.dimension) ?? []), value];
  return { ...filters, values: new Map(filters.values).set(subject.dimension, chosen) };
}
