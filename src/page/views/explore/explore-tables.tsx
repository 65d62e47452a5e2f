/** What the bars show, as tables: one for each currency, with shares, changes and a line over time. */

import type { Timeline } from '../../cost/cost-over-time.tsx';
import { isTime, useSpendColumns } from '../../cost/spend-columns.tsx';
import type { SpendRow } from '../../cost/spend-rows.ts';
import { showBefore } from '../../cost/period-dates.ts';
import { operations, type ExploreQuery } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { changeParams, useRoute } from '../../shell/route.ts';
import { explain } from '../../shell/states.tsx';
import { useQuery } from '../../shell/use-query.ts';
import { keyName, type GroupKey } from '../../cost/key-name.ts';
import { seriesId } from '../../cost/time-bars.ts';
import { DataTable } from '../../table/data-table.tsx';
import { parseOrder, printOrder } from '../../table/row-order.ts';
import { SaveTable } from '../../table/save-table.tsx';
import { intoGroup, type ExploreState } from './explore-address.ts';
import { stackedBy, tablesOf, variablesOf, type SpendTableView } from './explore-query.ts';

export interface ExploreTablesProps {
  readonly data: ExploreQuery;
  /** What the pictures show of the same: a line over time for each of their series. Null: not known. */
  readonly timelines: readonly Timeline[] | null;
  /** What `data` answers. */
  readonly state: ExploreState;
  /** What the dimensions are called. */
  readonly dimensions: readonly string[];
  readonly to: (next: Partial<ExploreState>) => string;
}

export function ExploreTables({ data, timelines, state, dimensions, to }: ExploreTablesProps) {
  const i18n = useI18n();
  const { t } = i18n;
  const { convertTo, ...variables } = variablesOf(state);
  const compared = useQuery(operations.ExploreChange, convertTo === null ? variables : null);
  const changes = compared.isCurrent ? compared : { data: null, errors: [] };
  const names = {
    nameOf: (key: GroupKey | undefined) => keyName(key, i18n),
    total: t('word.total'),
    rest: (count: number) => t('word.rest', { count }),
  };
  const changed = changes.data?.groups?.previous;
  return (
    <>
      {changed != null && changed.comparison.changes !== null && (
        <p class="muted">
          {t(changed.comparison.isPartial ? 'cost.againstPartial' : 'cost.against', {
            dates: showBefore(changed, i18n),
          })}
          {changed.vanishedCount > 0 && ` · ${t('cost.vanished', { count: changed.vanishedCount })}`}
        </p>
      )}
      {changes.errors.map((error) => (
        <p key={error.code} class="muted">
          {t('cost.notComparable', { why: [error.account, explain(error, i18n)].filter(Boolean).join(': ') })}
        </p>
      ))}
      {tablesOf(data, changes.data, convertTo, names).map((table) => (
        <SpendTable
          key={table.currency}
          table={table}
          timeline={timelines?.find(({ currency }) => currency === table.currency)}
          state={state}
          dimensions={dimensions}
          to={to}
          hasChanges={changed?.comparison.changes != null}
        />
      ))}
      {data.groups?.converted?.rates.map(({ from, to: target, rate, date, source }) => (
        <p key={`${from} ${date}`} class="muted">
          {t('cost.rate', { from, rate, to: target, date, source })}
        </p>
      ))}
    </>
  );
}

function SpendTable({
  table,
  timeline,
  state,
  dimensions,
  to,
  hasChanges,
}: {
  readonly table: SpendTableView;
  readonly timeline: Timeline | undefined;
  readonly state: ExploreState;
  readonly dimensions: readonly string[];
  readonly to: ExploreTablesProps['to'];
  readonly hasChanges: boolean;
}) {
  const { t } = useI18n();
  const { params } = useRoute();
  const isInTime = isTime({ dimension: state.by[0] });
  const order = parseOrder(params.get('order')) ?? parseOrder(isInTime ? 'name' : '-cost');
  const { currency, isConverted, lines, foot, partsLeft } = table;
  const columns = useSpendColumns({
    currency,
    isConverted,
    dimensions,
    addressOf: ({ key }) => (key.length === 0 ? null : to(intoGroup(state, key))),
    hasChanges: hasChanges && !isConverted,
    hasParts: params.get('columns') === 'all',
    trendOf: (row) => trendOf(row, timeline, stackedBy(state.by)),
  });
  const caption = t('cost.table', {
    dimension: dimensions.join(', '),
    currency: isConverted ? t('cost.convertedTo', { currency }) : currency,
  });
  const rows = { columns, lines, foot, order };
  return (
    <section class="spend-table">
      <div class="section-head">
        <h2>{caption}</h2>
        <SaveTable name={`spend-${currency}`} {...rows} />
      </div>
      <DataTable
        caption={caption}
        {...rows}
        onOrder={(next) => changeParams({ order: printOrder(next) }, { replace: true })}
      />
      {partsLeft > 0 && <p class="muted">{t('explore.partsLeft', { count: partsLeft })}</p>}
    </section>
  );
}

/** The line of a group over time, where the bars have it as a series. */
function trendOf({ key }: SpendRow, timeline: Timeline | undefined, stacked: string) {
  const [first, second] = key;
  if (timeline === undefined || first?.dimension !== stacked || second !== undefined) return null;
  const id = seriesId(first.value);
  return timeline.bars.map(({ tick, total, parts }) => ({
    label: tick,
    amount: total === null ? null : (parts.get(id) ?? '0'),
  }));
}
