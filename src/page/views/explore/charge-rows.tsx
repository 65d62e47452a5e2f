/** The charges behind the figures: which lists hold them, a page of one list, and each row as its vendor sent it. */

import { currentOnly } from '../../cost/or-nothing.ts';
import { operations } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { useSession } from '../../shell/session.tsx';
import { Answer, Forbidden } from '../../shell/states.tsx';
import { useQuery, type QueryError, type QueryResult } from '../../shell/use-query.ts';
import { Amount, Count } from '../../table/figures.tsx';
import { rowLists, type ExploreState, type RowListName } from './explore-address.ts';
import { variablesOf } from './explore-query.ts';
import { toRowFilters, type RowFilters } from './filters.ts';
import { ChargeTable } from './charge-table.tsx';

export interface ChargeRowsProps {
  readonly state: ExploreState;
  /** Whether the figures above, and their heading, are those of `state`. */
  readonly isCurrent: boolean;
  readonly onList: (list: RowListName) => void;
}

export function ChargeRows({ state, isCurrent, onList }: ChargeRowsProps) {
  const { t } = useI18n();
  const { isBound } = useSession().state;
  const { period, filter } = variablesOf(state);
  const { byKey, ...rest } = filter;
  const filters = toRowFilters(rest, byKey === true);
  const hasLists = Object.keys(filters).length > 0;
  const asked = {
    period,
    bills: filters.bills ?? null,
    details: filters.details ?? null,
    usage: filters.usage ?? null,
    hasBills: filters.bills !== undefined,
    hasDetails: filters.details !== undefined,
    hasUsage: filters.usage !== undefined,
  };
  const query = useQuery(operations.ChargeLists, hasLists && !isBound ? asked : null);
  if (isBound) return <Forbidden>{t('rows.forbidden')}</Forbidden>;
  if (!hasLists) {
    return <p class="muted">{t(filter.allocations === undefined ? 'rows.none' : 'rows.noAllocation')}</p>;
  }
  return (
    <section class="rows" aria-labelledby="rows-title">
      <h2 id="rows-title">{t('rows.title')}</h2>
      <Answer query={currentOnly({ ...withoutLacking(query), isCurrent: isCurrent && query.isCurrent })}>
        {(lists) => {
          const found = rowLists.filter((name) => (lists[name]?.totalCount ?? 0) > 0);
          // A list that cannot be narrowed like the figures holds others than those behind them.
          const asked = state.list === null || filters[state.list] === undefined ? null : state.list;
          const list = asked ?? found[0] ?? null;
          return (
            <>
              <div class="lists" role="group" aria-label={t('rows.lists')}>
                {rowLists.flatMap((name) => {
                  const one = lists[name];
                  return one == null
                    ? []
                    : [
                        <button
                          key={name}
                          type="button"
                          aria-pressed={name === list}
                          onClick={() => onList(name)}
                        >
                          {t(`rows.${name}`)}{' '}
                          <span class="muted">
                            <Count count={String(one.totalCount)} />
                          </span>
                          {one.totals.map(({ currency, billedCost: { amount } }) => (
                            <span key={currency} class="list-total">
                              <Amount amount={amount} currency={currency} />
                            </span>
                          ))}
                        </button>,
                      ];
                })}
              </div>
              {list === null ? (
                <p class="muted">{t('rows.none')}</p>
              ) : (
                <ChargeTable key={list} list={list} period={period} filter={filterOf(filters, list)} />
              )}
            </>
          );
        }}
      </Answer>
    </section>
  );
}

function filterOf(filters: RowFilters, list: RowListName) {
  return filters[list] ?? {};
}

/** An account whose provider has no such list has no such charges: that is no failure. */
function withoutLacking<Data>(query: QueryResult<Data>): QueryResult<Data> {
  const isLack = ({ code }: QueryError): boolean => code === 'UNSUPPORTED_BY_PROVIDER';
  return { ...query, errors: query.errors.filter((error) => !isLack(error)) };
}
